//! What the rows of a block mean: where time and place stand, which sections count, and which
//! columns feed which properties.
//!
//! Rule: only the sections count that the operation's own meters name. Cards list the whole boom,
//! its halves and its real sections side by side, all of them on.

use super::super::raw::{Block, Column as RowColumn, ColumnKind, Meter, Navigation, Role, Section};
use super::rules;
use arrow_schema::{Schema, SchemaRef};
use std::collections::HashMap;
use std::sync::Arc;
use tramline_model::records::{self, SourceColumn};
use tramline_model::{OperationType, Property, Unit};

/// A column of the machine file.
#[derive(Clone, Debug)]
pub(crate) struct Column {
    pub(crate) property: Property,
    pub(crate) unit: &'static Unit,
    pub(crate) source: SourceColumn,
}

/// What all blocks of one operation have in common: the columns of the machine file.
pub(crate) struct Layout {
    pub(crate) operation: OperationType,
    pub(crate) columns: Vec<Column>,
    pub(crate) several_lanes: bool,
    /// Products that stand side by side or change from block to block.
    pub(crate) products: Vec<String>,
}

impl Layout {
    pub(crate) fn new(operation: &OperationType, blocks: &[&Block]) -> Self {
        let mut layout = Self {
            operation: operation.clone(),
            columns: Vec::new(),
            several_lanes: false,
            products: Vec::new(),
        };
        for block in blocks {
            for column in block.meters.iter().flat_map(|meter| &meter.columns) {
                let Some((property, unit)) = rules::property(column, operation) else {
                    continue;
                };
                if layout.columns.iter().any(|c| c.property == property) {
                    continue;
                }
                layout.columns.push(Column {
                    property,
                    unit: rules::column_unit(property, unit),
                    source: SourceColumn {
                        name: column.representation.clone(),
                        code: String::new(),
                        unit: column.unit.clone(),
                    },
                });
            }
            layout.several_lanes |= lanes_of(block, operation).len() > 1;
            for product in block.products.iter().filter(|p| p.part.is_none()) {
                if let Some(object) = block.setup.object(&product.id)
                    && !layout.products.contains(&object.name)
                {
                    layout.products.push(object.name.clone());
                }
            }
        }
        if layout.products.len() < 2 {
            layout.products.clear();
        }
        layout
    }

    /// The property that names a lane's product.
    pub(crate) fn product_property(&self) -> Property {
        if matches!(
            self.operation,
            OperationType::Planted | OperationType::Harvested
        ) {
            Property::Variety
        } else {
            Property::Product
        }
    }

    /// Columns of the points, in the order in which the writer fills them.
    pub(crate) fn schema(&self) -> SchemaRef {
        let none = SourceColumn::default();
        let unit = |symbol| Some(Unit::known(symbol));
        let mut fields = vec![
            records::field(Property::Longitude, unit("arcdeg"), &none),
            records::field(Property::Latitude, unit("arcdeg"), &none),
            records::field(Property::Timestamp, None, &none),
            records::field(Property::Heading, unit("arcdeg"), &none),
            records::field(Property::Distance, unit("m"), &none),
            records::field(Property::Elevation, unit("m"), &none),
            records::field(Property::RecordingStatus, None, &none),
            records::field(Property::EquipmentWidth, unit("m"), &none),
        ];
        if self.several_lanes {
            fields.push(records::field(Property::SectionId, None, &none));
        }
        if !self.products.is_empty() {
            fields.push(records::field(self.product_property(), None, &none));
        }
        for column in &self.columns {
            fields.push(records::field(
                column.property,
                Some(column.unit),
                &column.source,
            ));
        }
        Arc::new(Schema::new(fields))
    }
}

/// A column of rows and the factor to the unit wanted.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Source {
    pub(crate) index: usize,
    pub(crate) factor: f64,
}

#[derive(Clone, Copy, Debug)]
pub(crate) struct Feed {
    pub(crate) source: Source,
    /// The value logged at a time belongs to the place of this much earlier.
    pub(crate) latency_ms: i64,
}

pub(crate) struct LaneSection {
    pub(crate) width_m: f64,
    /// Column of the state and the value that means on.
    pub(crate) state: Option<(usize, f64)>,
}

pub(crate) struct Lane {
    pub(crate) number: i64,
    pub(crate) sections: Vec<LaneSection>,
    pub(crate) width_m: f64,
    pub(crate) lateral_m: f64,
    /// By column of the layout.
    pub(crate) feeds: Vec<Option<Feed>>,
    /// Index into the layout's products.
    pub(crate) product: Option<usize>,
}

/// One block, bound to the columns of its segment.
pub(crate) struct Plan {
    pub(crate) start_ms: i64,
    pub(crate) interval_ms: i64,
    pub(crate) time: Option<usize>,
    pub(crate) latitude: Option<usize>,
    pub(crate) longitude: Option<usize>,
    pub(crate) heading: Option<usize>,
    pub(crate) distance: Option<Source>,
    pub(crate) elevation: Option<Source>,
    pub(crate) lanes: Vec<Lane>,
}

impl Plan {
    pub(crate) fn new(block: &Block, layout: &Layout, columns: &[RowColumn]) -> Self {
        let index = |name: &str| columns.iter().position(|column| column.name == name);
        let source = |(name, unit): &(String, String)| -> Option<Source> {
            let unit = Unit::parse(unit)?;
            let factor = unit.factor_to(Unit::known("m"))?;
            Some(Source {
                index: index(name)?,
                factor,
            })
        };
        let place = reference(block);
        let lanes = lanes_of(block, &layout.operation);
        let lanes = lanes
            .into_iter()
            .map(|(meters, sections)| lane(block, layout, columns, &meters, &sections))
            .collect();
        Self {
            start_ms: block.start_ms.unwrap_or(0),
            interval_ms: block.interval_ms,
            time: index(&block.time_column),
            latitude: place.and_then(|place| index(&place.latitude)),
            longitude: place.and_then(|place| index(&place.longitude)),
            heading: place.and_then(|place| index(&place.heading)),
            distance: place.and_then(|place| source(&place.distance)),
            elevation: place.and_then(|place| source(&place.elevation)),
            lanes,
        }
    }
}

/// The computed implement, else the receiver.
fn reference(block: &Block) -> Option<&Navigation> {
    let references = &block.navigation;
    references
        .iter()
        .find(|navigation| navigation.is_implement && !navigation.latitude.is_empty())
        .or_else(|| references.iter().find(|n| !n.latitude.is_empty()))
}

fn operation_meters(block: &Block) -> impl Iterator<Item = &Meter> {
    block
        .meters
        .iter()
        .filter(|meter| block.meter_ids.contains(&meter.id))
}

/// Sections that count, grouped by the meters that serve them.
fn lanes_of<'a>(
    block: &'a Block,
    operation: &OperationType,
) -> Vec<(Vec<&'a Meter>, Vec<&'a Section>)> {
    // Which of the operation's meters name a section, and which of those say something.
    let mut naming: HashMap<&str, Vec<usize>> = HashMap::new();
    let meters: Vec<&Meter> = operation_meters(block).collect();
    for (index, meter) in meters.iter().enumerate() {
        for section in &meter.sections {
            let known = naming.entry(section).or_default();
            if known.last() != Some(&index) {
                known.push(index);
            }
        }
    }
    let says = |index: &usize| {
        let columns = meters.get(*index).map(|meter| meter.columns.as_slice());
        let mut columns = columns.unwrap_or_default().iter();
        columns.any(|column| rules::property(column, operation).is_some())
    };
    let mut lanes: Vec<(Vec<&Meter>, Vec<&Section>)> = Vec::new();
    let mut lane_of: HashMap<Vec<usize>, usize> = HashMap::new();
    for section in &block.sections {
        let Some(naming) = naming.get(section.id.as_str()) else {
            continue;
        };
        let heard: Vec<usize> = naming.iter().copied().filter(says).collect();
        let lane = lane_of.entry(heard.clone()).or_insert(lanes.len());
        match lanes.get_mut(*lane) {
            Some((_, sections)) => sections.push(section),
            None => {
                let heard = heard.iter().filter_map(|index| meters.get(*index).copied());
                lanes.push((heard.collect(), vec![section]));
            }
        }
    }
    lanes
}

fn lane(
    block: &Block,
    layout: &Layout,
    columns: &[RowColumn],
    meters: &[&Meter],
    sections: &[&Section],
) -> Lane {
    let index = |name: &str| columns.iter().position(|column| column.name == name);
    let whole_machine = block
        .meters
        .iter()
        .filter(|meter| block.measurement_ids.contains(&meter.id));
    let heard: Vec<&Meter> = meters.iter().copied().chain(whole_machine).collect();
    let feed = |wanted: Property, unit: &'static Unit| -> Option<Feed> {
        heard
            .iter()
            .flat_map(|meter| &meter.columns)
            .find_map(|column| {
                let (property, own) = rules::property(column, &layout.operation)?;
                if property != wanted {
                    return None;
                }
                Some(Feed {
                    source: Source {
                        index: index(&column.column)?,
                        factor: own.factor_to(unit)?,
                    },
                    latency_ms: if column.role == Role::Measured {
                        column.latency_ms
                    } else {
                        0
                    },
                })
            })
    };
    let feeds = layout
        .columns
        .iter()
        .map(|column| feed(column.property, column.unit))
        .collect();
    let count = sections.len().max(1) as f64;
    let product = block.products.iter().find(|product| {
        product.part.is_none()
            && (product.sections.is_empty()
                || sections.iter().any(|s| product.sections.contains(&s.id)))
    });
    let product = product
        .and_then(|product| block.setup.object(&product.id))
        .and_then(|object| layout.products.iter().position(|name| *name == object.name));
    Lane {
        number: sections
            .first()
            .and_then(|section| section.id.parse().ok())
            .unwrap_or(0),
        width_m: sections.iter().map(|section| section.width_m).sum(),
        lateral_m: sections
            .iter()
            .map(|section| section.lateral_m)
            .sum::<f64>()
            / count,
        sections: sections
            .iter()
            .map(|section| LaneSection {
                width_m: section.width_m,
                state: state(columns, &section.state_column),
            })
            .collect(),
        feeds,
        product,
    }
}

/// Column of a section's state, and the value of its member that means on.
fn state(columns: &[RowColumn], name: &str) -> Option<(usize, f64)> {
    let index = columns.iter().position(|column| column.name == name)?;
    let ColumnKind::Enumeration(members) = &columns.get(index)?.kind else {
        return None;
    };
    let on = members
        .iter()
        .position(|member| member.eq_ignore_ascii_case("dtiRecordingStatusOn"))?;
    Some((index, on as f64))
}
