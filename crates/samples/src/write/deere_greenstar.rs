//! John Deere GreenStar logs: an `.fdl` that describes two blocks of work, and their rows in an `.fdd`
//! in the EvenByteDelta coding.
//!
//! Rule: the second block has its columns in another order and under other names, as every change of a
//! setting does on a display; nulls, unchanged values, explicit values and sparse columns all occur.

use super::iso_utc;
use crate::{Files, Operation, Record, Simulated};
use std::fmt::Write as _;

/// Longest delta of a column of two bytes.
const SMALL: i64 = 32_767;

enum Kind {
    State,
    /// Delta of two bytes, resolution.
    Small(f64),
    /// Delta of four bytes, resolution.
    Large(f64),
    /// As it is, sparse.
    Sparse,
}

/// How a value follows from a record; `None` is null, a state is 0 or 1.
type Reading = Box<dyn Fn(&Record) -> Option<f64>>;

struct Column {
    name: String,
    kind: Kind,
    value: Reading,
}

fn column(name: String, kind: Kind, value: impl Fn(&Record) -> Option<f64> + 'static) -> Column {
    Column {
        name,
        kind,
        value: Box::new(value),
    }
}

/// A card of a 2600 display with one log, whose display knows of no latency.
pub fn card(run: &Simulated) -> Files {
    card_with_latency(run, 0)
}

/// The same, with a latency of mass and moisture in seconds.
pub fn card_with_latency(run: &Simulated, latency_s: u32) -> Files {
    let folder = "RCD";
    let name = "0a0b0c0d-0000-1000-7fba-e1e1e118f888";
    let middle = run.records.len() / 2;
    let blocks = [(0, middle), (middle, run.records.len())];
    let mut rows = Vec::new();
    let mut xml = String::from(
        "\u{feff}<?xml version=\"1.0\" encoding=\"utf-8\"?>\n<RCDLogFile xmlns=\"urn:schemas-johndeere-com:RCD:LogFile\" xmlns:s=\"urn:schemas-johndeere-com:RCD:Setup\">\n",
    );
    for (number, (from, to)) in blocks.into_iter().enumerate() {
        let position = rows.len();
        let start_ms = run.records.get(from).map_or(0, |record| record.time_ms);
        let mut columns = columns(run, number, start_ms);
        if number == 1 {
            columns.reverse();
        }
        segment(
            &mut rows,
            &columns,
            run.records.get(from..to).unwrap_or_default(),
        );
        xml.push_str(&block(run, number, start_ms, name, position, latency_s));
    }
    xml.push_str("</RCDLogFile>\n");
    vec![
        (format!("{folder}/{name}.fdl"), xml.into_bytes()),
        (format!("{folder}/{}.FDD", name.to_uppercase()), rows),
    ]
}

/// What a meter logs: representation, role, unit and value.
struct Quantity {
    representation: &'static str,
    role: &'static str,
    unit: &'static str,
    resolution: f64,
    value: fn(&Record) -> Option<f64>,
}

const fn quantity(
    representation: &'static str,
    role: &'static str,
    unit: &'static str,
    resolution: f64,
    value: fn(&Record) -> Option<f64>,
) -> Quantity {
    Quantity {
        representation,
        role,
        unit,
        resolution,
        value,
    }
}

fn working(record: &Record, value: f64) -> Option<f64> {
    record.working.then_some(value)
}

fn quantities(operation: Operation) -> Vec<Quantity> {
    match operation {
        Operation::Harvest => vec![
            quantity("vrYieldWetMass", "Measured", "kg", 1e-6, |r| {
                working(r, r.flow_kg_s)
            }),
            quantity("vrHarvestMoisture", "Measured", "prcnt", 1e-3, |r| {
                working(r, r.moisture)
            }),
        ],
        Operation::Planting => vec![
            quantity(
                "vrSeedRateSeedsMeasured",
                "Measured",
                "seeds1ha-1",
                1e-3,
                |r| working(r, r.rate * 1e4),
            ),
            quantity("vrSeedRateSeedsTarget", "Target", "seeds1ha-1", 1e-3, |r| {
                Some(r.target * 1e4)
            }),
        ],
        Operation::Spraying => vec![
            quantity(
                "vrAppRateVolumeMeasured",
                "Measured",
                "ml1ha-1",
                1e-2,
                |r| working(r, r.rate * 1e7),
            ),
            quantity("vrAppRateVolumeTarget", "Target", "ml1ha-1", 1e-2, |r| {
                Some(r.target * 1e7)
            }),
        ],
        Operation::Tillage => vec![quantity(
            "vrTillageDepthTarget",
            "Target",
            "in",
            1e-4,
            |r| Some(r.target / 0.0254),
        )],
    }
}

fn columns(run: &Simulated, block: usize, start_ms: i64) -> Vec<Column> {
    let mut all = vec![
        column("ElapsedTime".to_owned(), Kind::Large(1.0), move |r| {
            Some((r.time_ms - start_ms) as f64)
        }),
        column(format!("Lat_{block}"), Kind::Large(1e-9), |r| {
            Some(r.latitude)
        }),
        column(format!("Lon_{block}"), Kind::Large(1e-9), |r| {
            Some(r.longitude)
        }),
        column(format!("Heading_{block}"), Kind::Small(0.01), |r| {
            Some(r.heading_deg)
        }),
        column(format!("Way_{block}"), Kind::Large(1e-4), |r| {
            Some(r.distance_m * 100.0)
        }),
        column(format!("Height_{block}"), Kind::Small(0.01), |r| {
            Some(r.elevation_m)
        }),
        column(format!("Humidity_{block}"), Kind::Sparse, |_| Some(0.0)),
    ];
    for section in 0..run.plan.sections.max(1) as usize {
        all.push(column(
            format!("State{section}_{block}"),
            Kind::State,
            move |r| {
                let on = r.working && r.sections.get(section).copied().unwrap_or(r.working);
                Some(f64::from(u8::from(!on)))
            },
        ));
    }
    for (index, quantity) in quantities(run.plan.operation).into_iter().enumerate() {
        let value = quantity.value;
        let kind = Kind::Large(quantity.resolution);
        all.push(column(format!("Meas{index}_{block}"), kind, value));
    }
    all
}

fn block(
    run: &Simulated,
    number: usize,
    start_ms: i64,
    name: &str,
    position: usize,
    latency_s: u32,
) -> String {
    let plan = &run.plan;
    let sections = plan.sections.max(1);
    let width_mm = plan.width_m * 1000.0 / f64::from(sections);
    let refs: String = (0..sections).fold(String::new(), |mut refs, section| {
        let _ = write!(refs, "<SectionRef idRef=\"{section}\"/>");
        refs
    });
    let (class, product) = match plan.operation {
        Operation::Harvest => ("dtiHarvest", &plan.variety),
        Operation::Planting => ("dtiSeeding", &plan.variety),
        Operation::Spraying => ("dtiApplication", &plan.product),
        Operation::Tillage => ("dtiTillage", &plan.product),
    };
    let mut xml = String::from("<RCDLogBlock><ConfigBlock><Setup>");
    let _ = write!(
        xml,
        "<s:Participant><s:Client erid=\"{{c}}\" name=\"{}\"/></s:Participant>\
         <s:Participant><s:Operator erid=\"{{o}}\" name=\"Somebody\"/></s:Participant>\
         <s:Farm erid=\"{{f}}\" name=\"{}\"/><s:Field erid=\"{{p}}\" name=\"{}\"/>\
         <s:Products><s:Crop id=\"1\" name=\"{}\"><s:CropVariety erid=\"{{v}}\" name=\"{product}\"/></s:Crop></s:Products>\
         <s:Equipment><s:Machine erid=\"{{m}}\" name=\"Machine\" serialNumber=\"7\"/></s:Equipment></Setup>",
        plan.grower, plan.farm, plan.field, plan.crop,
    );
    xml.push_str("<EquipmentConfiguration>");
    let mut meters = String::new();
    for (index, quantity) in quantities(plan.operation).iter().enumerate() {
        let _ = write!(
            xml,
            "<Meter id=\"m{index}\"><{0}Element><VariableNumberColumn columnID=\"Meas{index}_{number}\" \
             sourceUOM=\"{1}\" variableRepresentation=\"{2}\"/><vrLatency value=\"{3}.0\" sourceUOM=\"sec\"/>\
             </{0}Element>{refs}</Meter>",
            quantity.role, quantity.unit, quantity.representation, latency_s,
        );
        let _ = write!(meters, "<MeterRef idRef=\"m{index}\"/>");
    }
    for section in 0..sections {
        let right = (f64::from(section) + 0.5) * width_mm - plan.width_m * 500.0;
        let _ = write!(
            xml,
            "<Section id=\"{section}\"><vrInlineOffset value=\"0\" sourceUOM=\"mm\"/>\
             <vrLateralOffset value=\"{right}\" sourceUOM=\"mm\"/><RecordingStateElement>\
             <DefinedTypeColumn columnID=\"State{section}_{number}\" definedTypeRepresentation=\"dtRecordingStatus\"/>\
             </RecordingStateElement><vrSectionWidth value=\"{width_mm}\" sourceUOM=\"mm\"/></Section>",
        );
    }
    let _ = writeln!(
        xml,
        "<NavigationReference><vrLatitude columnID=\"Lat_{number}\" sourceUOM=\"arcdeg\"/>\
         <vrLongitude columnID=\"Lon_{number}\" sourceUOM=\"arcdeg\"/><vrHeading columnID=\"Heading_{number}\" sourceUOM=\"arcdeg\"/>\
         <vrDeltaDistance columnID=\"Way_{number}\" sourceUOM=\"cm\"/><vrElevation columnID=\"Height_{number}\" sourceUOM=\"m\"/>\
         <dtNavigationType value=\"dtiComputedImplement\"/></NavigationReference></EquipmentConfiguration>\
         <LogTaskRegion timeStamp=\"{}\" timeColumnID=\"ElapsedTime\" logInterval=\"1000\"><MachineRef eridRef=\"{{m}}\"/>\
         <Operation id=\"1\"><dtOperationClass value=\"{class}\"/><ProductRef eridRef=\"{{v}}\"/>{meters}</Operation>\
         </LogTaskRegion></ConfigBlock><LogDataBlock logDataProcessor=\"EvenByteDelta\">\
         <EvenByteDelta filePathName=\"Documentation\\1C\\{name}.fdd\" filePosition=\"{position}\"/></LogDataBlock></RCDLogBlock>",
        iso_utc(start_ms),
    );
    xml
}

fn word(out: &mut Vec<u8>, value: usize) {
    out.extend((value as u16).to_le_bytes());
}

fn name(out: &mut Vec<u8>, text: &str) {
    word(out, text.len());
    out.extend(text.bytes());
}

fn segment(out: &mut Vec<u8>, columns: &[Column], records: &[Record]) {
    word(out, 1);
    word(out, 0x9d);
    let mut head = Vec::new();
    name(&mut head, "9ED5F59C-7C09-43b1-8922-1A4E378942C5");
    head.resize(0x9d, b' ');
    out.extend(head);
    for value in [1, 2, columns.len()] {
        word(out, value);
    }
    let first = records.first();
    for column in columns {
        let (kind, sparse) = match column.kind {
            Kind::State => (1, false),
            Kind::Small(_) => (3, false),
            Kind::Large(_) => (4, false),
            Kind::Sparse => (5, true),
        };
        word(out, kind);
        word(out, column.name.len() + 3);
        name(out, &column.name);
        out.push(u8::from(sparse));
        if let Kind::State = column.kind {
            let members = ["dtiRecordingStatusOn", "dtiRecordingStatusOff"];
            word(out, members.len());
            word(out, members.iter().map(|member| member.len() + 2).sum());
            for member in members {
                name(out, member);
            }
        } else {
            word(out, 0x18);
            let initial = first.and_then(|r| (column.value)(r)).unwrap_or(0.0);
            for value in [resolution(&column.kind), 0.0, initial] {
                out.extend(value.to_le_bytes());
            }
        }
    }
    let mut states: Vec<State> = columns
        .iter()
        .map(|column| State {
            base: first.and_then(|r| (column.value)(r)).unwrap_or(0.0),
            steps: 0,
            last: None,
        })
        .collect();
    for record in records {
        row(out, columns, &mut states, record);
    }
    word(out, 4);
}

fn resolution(kind: &Kind) -> f64 {
    match kind {
        Kind::Small(resolution) | Kind::Large(resolution) => *resolution,
        Kind::State | Kind::Sparse => 0.0,
    }
}

/// Predictor of a column.
struct State {
    base: f64,
    steps: i64,
    last: Option<f64>,
}

fn row(out: &mut Vec<u8>, columns: &[Column], states: &mut [State], record: &Record) {
    let len = columns.len().div_ceil(8);
    let mut masks = vec![0_u8; 3 * len];
    let mut set = |which: usize, column: usize| {
        if let Some(byte) = masks.get_mut(which * len + column / 8) {
            *byte |= 1 << (column % 8);
        }
    };
    let (mut packed, mut explicit) = (Vec::new(), Vec::new());
    let mut given = vec![0_u8; len];
    for (index, (column, state)) in columns.iter().zip(states).enumerate() {
        let Some(value) = (column.value)(record) else {
            set(0, index);
            (state.base, state.steps, state.last) = (0.0, 0, None);
            continue;
        };
        if state.last == Some(value) {
            set(1, index);
            continue;
        }
        state.last = Some(value);
        let step = resolution(&column.kind);
        let wanted = ((value - state.base) / step).round() as i64;
        let delta = wanted - state.steps;
        match column.kind {
            Kind::State => packed.extend((value as u16).to_le_bytes()),
            Kind::Small(_) if delta.abs() <= SMALL => {
                packed.extend((delta as i16).to_le_bytes());
                state.steps = wanted;
            }
            Kind::Large(_) if delta.abs() <= i64::from(i32::MAX) => {
                packed.extend((delta as i32).to_le_bytes());
                state.steps = wanted;
            }
            Kind::Small(_) | Kind::Large(_) | Kind::Sparse => {
                set(2, index);
                if let Some(byte) = given.get_mut(index / 8) {
                    *byte |= 1 << (index % 8);
                }
                let tag = if let Kind::Sparse = column.kind { 3 } else { 2 };
                word(&mut explicit, tag);
                word(&mut explicit, 8);
                explicit.extend(value.to_le_bytes());
                (state.base, state.steps) = (value, 0);
            }
        }
    }
    word(out, 2);
    out.push(u8::from(!explicit.is_empty()));
    out.extend(&masks);
    out.extend(packed);
    if !explicit.is_empty() {
        word(out, 3);
        word(out, len);
        out.extend(given.iter().map(|byte| !byte));
        out.extend(explicit);
    }
}
