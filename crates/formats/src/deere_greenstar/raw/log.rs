//! The `.fdl`: blocks of work, each with its meters, sections, navigation and the place of its
//! rows in the `.fdd`. Every block carries its own full set, as ids and columns change between them.

use super::setup::Setup;
use crate::shared::xml::Element;
use jiff::Timestamp;

/// Blocks of one log; the longest real one has 33.
const MAX_BLOCKS: usize = 10_000;
/// Meters and sections of a block; the largest real one has 40 sections.
const MAX_PARTS: usize = 2_000;

#[derive(Debug, Default)]
pub(crate) struct Log {
    pub(crate) blocks: Vec<Block>,
}

#[derive(Debug, Default)]
pub(crate) struct Block {
    pub(crate) setup: Setup,
    pub(crate) meters: Vec<Meter>,
    pub(crate) sections: Vec<Section>,
    pub(crate) navigation: Vec<Navigation>,
    /// Milliseconds since 1970 UTC; times of the rows count from it.
    pub(crate) start_ms: Option<i64>,
    pub(crate) time_column: String,
    pub(crate) interval_ms: i64,
    pub(crate) machine: Option<String>,
    pub(crate) implement: Option<String>,
    /// `dtiHarvest`, …
    pub(crate) operation: String,
    pub(crate) products: Vec<ProductUse>,
    /// The operation's own.
    pub(crate) meter_ids: Vec<String>,
    /// Weather, observations and the machine's own values.
    pub(crate) measurement_ids: Vec<String>,
    /// Name of the `.fdd`, without its folders.
    pub(crate) file: String,
    pub(crate) position: u64,
}

/// A product of the operation; of a tank mix with its rate.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct ProductUse {
    pub(crate) id: String,
    /// Sections that use it; empty means all.
    pub(crate) sections: Vec<String>,
    /// `Carrier` or `Component` of a mix.
    pub(crate) part: Option<&'static str>,
    pub(crate) rate: Option<(f64, String)>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Role {
    Measured,
    Target,
    Control,
}

#[derive(Clone, Debug)]
pub(crate) struct MeterColumn {
    pub(crate) role: Role,
    pub(crate) column: String,
    pub(crate) representation: String,
    pub(crate) unit: String,
    pub(crate) latency_ms: i64,
}

#[derive(Clone, Debug, Default)]
pub(crate) struct Meter {
    pub(crate) id: String,
    pub(crate) columns: Vec<MeterColumn>,
    pub(crate) sections: Vec<String>,
}

#[derive(Clone, Debug, Default)]
pub(crate) struct Section {
    pub(crate) id: String,
    pub(crate) width_m: f64,
    pub(crate) lateral_m: f64,
    pub(crate) state_column: String,
}

/// Columns of one reference point; with the unit of each.
#[derive(Clone, Debug, Default)]
pub(crate) struct Navigation {
    pub(crate) is_implement: bool,
    pub(crate) latitude: String,
    pub(crate) longitude: String,
    pub(crate) heading: String,
    pub(crate) distance: (String, String),
    pub(crate) elevation: (String, String),
}

impl Log {
    pub(crate) fn parse(root: &Element) -> Self {
        let blocks = root.all("RCDLogBlock").take(MAX_BLOCKS);
        Self {
            blocks: blocks.map(block).collect(),
        }
    }
}

fn block(element: &Element) -> Block {
    let mut block = Block {
        interval_ms: 1_000,
        ..Block::default()
    };
    for part in &element.children {
        match part.tag.as_str() {
            "ConfigBlock" => {
                for part in &part.children {
                    match part.tag.as_str() {
                        "Setup" => block.setup = Setup::parse(part),
                        "EquipmentConfiguration" => equipment(part, &mut block),
                        "LogTaskRegion" => region(part, &mut block),
                        _ => {}
                    }
                }
            }
            "LogTaskRegion" => region(part, &mut block),
            "LogDataBlock" => {
                for data in part.all("EvenByteDelta") {
                    let path = data.text("filePathName").unwrap_or_default();
                    let name = path.rsplit(['\\', '/']).next().unwrap_or(path);
                    name.clone_into(&mut block.file);
                    block.position = number(data, "filePosition").unwrap_or(0);
                }
            }
            _ => {}
        }
    }
    block
}

fn number<T: std::str::FromStr>(element: &Element, attribute: &str) -> Option<T> {
    element.text(attribute)?.parse().ok()
}

fn equipment(element: &Element, block: &mut Block) {
    for part in &element.children {
        match part.tag.as_str() {
            "Meter" if block.meters.len() < MAX_PARTS => block.meters.push(meter(part)),
            "Section" if block.sections.len() < MAX_PARTS => block.sections.push(section(part)),
            "NavigationReference" if block.navigation.len() < 16 => {
                block.navigation.push(navigation(part));
            }
            _ => {}
        }
    }
}

fn refs(element: &Element, tag: &str) -> Vec<String> {
    let ids = element.all(tag).filter_map(|part| part.text("idRef"));
    ids.take(MAX_PARTS).map(str::to_owned).collect()
}

fn meter(element: &Element) -> Meter {
    let mut meter = Meter {
        id: element.text("id").unwrap_or_default().to_owned(),
        sections: refs(element, "SectionRef"),
        ..Meter::default()
    };
    for part in &element.children {
        let role = match part.tag.as_str() {
            "MeasuredElement" => Role::Measured,
            "TargetElement" => Role::Target,
            "ControlElement" => Role::Control,
            _ => continue,
        };
        let latency = part.all("vrLatency").next();
        let latency_s = latency.and_then(|latency| {
            let value: f64 = number(latency, "value")?;
            (value.is_finite() && (0.0..=600.0).contains(&value)).then_some(value)
        });
        for column in &part.children {
            let representation = match column.tag.as_str() {
                "VariableNumberColumn" => column.text("variableRepresentation"),
                "DefinedTypeColumn" => column.text("definedTypeRepresentation"),
                _ => continue,
            };
            meter.columns.push(MeterColumn {
                role,
                column: column.text("columnID").unwrap_or_default().to_owned(),
                representation: representation.unwrap_or_default().to_owned(),
                unit: column.text("sourceUOM").unwrap_or_default().to_owned(),
                latency_ms: (latency_s.unwrap_or(0.0) * 1000.0).round() as i64,
            });
        }
    }
    meter
}

/// Metres of an element's value in its own unit.
fn metres(element: Option<&Element>) -> Option<f64> {
    let element = element?;
    let value: f64 = number(element, "value")?;
    let unit = tramline_model::Unit::parse(element.text("sourceUOM")?)?;
    let metres = unit.to_base(value);
    (unit.dimension == tramline_model::Dimension::Length && metres.is_finite()).then_some(metres)
}

fn section(element: &Element) -> Section {
    let of = |tag: &str| metres(element.all(tag).next());
    let state = element.all("RecordingStateElement").next();
    let state = state.and_then(|state| state.all("DefinedTypeColumn").next());
    let width = of("vrSectionWidth").filter(|width| (0.0..200.0).contains(width));
    Section {
        id: element.text("id").unwrap_or_default().to_owned(),
        width_m: width.unwrap_or(0.0),
        lateral_m: of("vrLateralOffset").unwrap_or(0.0),
        state_column: state
            .and_then(|state| state.text("columnID"))
            .unwrap_or_default()
            .to_owned(),
    }
}

fn navigation(element: &Element) -> Navigation {
    let mut navigation = Navigation::default();
    for part in &element.children {
        let column = part.text("columnID").unwrap_or_default().to_owned();
        let unit = part.text("sourceUOM").unwrap_or_default().to_owned();
        match part.tag.as_str() {
            "vrLatitude" => navigation.latitude = column,
            "vrLongitude" => navigation.longitude = column,
            "vrHeading" => navigation.heading = column,
            "vrDeltaDistance" => navigation.distance = (column, unit),
            "vrElevation" => navigation.elevation = (column, unit),
            "dtNavigationType" => {
                navigation.is_implement = part.text("value") == Some("dtiComputedImplement");
            }
            _ => {}
        }
    }
    navigation
}

fn region(element: &Element, block: &mut Block) {
    block.start_ms = element
        .text("timeStamp")
        .and_then(|text| text.parse::<Timestamp>().ok())
        .map(|instant| instant.as_millisecond());
    block.time_column = element.text("timeColumnID").unwrap_or_default().to_owned();
    let interval: Option<i64> = number(element, "logInterval");
    if let Some(interval) = interval.filter(|ms| (1..=600_000).contains(ms)) {
        block.interval_ms = interval;
    }
    for part in &element.children {
        let reference = || part.text("eridRef").map(str::to_owned);
        match part.tag.as_str() {
            "MachineRef" => block.machine = reference(),
            "ImplementRef" => block.implement = reference(),
            "TaskMeasurements" => block.measurement_ids.extend(refs(part, "MeterRef")),
            "Operation" => operation(part, block),
            _ => {}
        }
    }
}

fn operation(element: &Element, block: &mut Block) {
    for part in &element.children {
        match part.tag.as_str() {
            "dtOperationClass" => {
                part.text("value")
                    .unwrap_or_default()
                    .clone_into(&mut block.operation);
            }
            "MeterRef" => block
                .meter_ids
                .extend(part.text("idRef").map(str::to_owned)),
            "ProductRef" | "ProductInfo" => block.products.push(ProductUse {
                id: part.text("eridRef").unwrap_or_default().to_owned(),
                sections: refs(part, "SectionRef"),
                ..ProductUse::default()
            }),
            "ProductMix" => {
                for component in &part.children {
                    let kind = match component.tag.as_str() {
                        "Carrier" => "Carrier",
                        "ProductMixComponent" => "Component",
                        _ => continue,
                    };
                    let rate = component.all("SolutionRate").next().and_then(|rate| {
                        let unit = rate.text("sourceUOM")?.to_owned();
                        Some((number(rate, "value")?, unit))
                    });
                    let id = component.text("cropInputComponentRef").unwrap_or_default();
                    block.products.push(ProductUse {
                        id: id.to_owned(),
                        sections: Vec::new(),
                        part: Some(kind),
                        rate,
                    });
                }
            }
            _ => {}
        }
    }
}
