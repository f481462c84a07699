//! AgGateway ADM cards with one logged operation, in both versions of the serialisation.
//!
//! Rule: the field numbers stand here once more, apart from those of the reader, so that a wrong
//! number shows.

use super::wire::Message;
use crate::{Files, Operation, Record, Simulated};
use std::io::Write as _;

/// How a quantity follows from a record.
type Reading = fn(&Record) -> f64;

/// The two serialisations.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Version {
    /// Catalog as compressed JSON.
    One,
    /// All protobuf.
    Two,
}

impl Version {
    fn pick(self, two: u32, one: u32) -> u32 {
        match self {
            Self::One => one,
            Self::Two => two,
        }
    }

    fn id(self, reference: i64) -> Message {
        Message::new().int(self.pick(1, 87), reference)
    }
}

const GROWER: i64 = -11;
const FARM: i64 = -12;
const FIELD: i64 = -13;
const CROP: i64 = -14;
const PRODUCT: i64 = -15;
const DEVICE: i64 = -20;
const OPERATION: i64 = -100;
const MACHINE_USE: i64 = -200;

fn section_use(section: i64) -> i64 {
    -300 - section
}

fn section_configuration(section: i64) -> i64 {
    -400 - section
}

/// A meter: id, element, code, unit (`None`: the recording status), and the value.
struct Meter {
    id: i64,
    element: i64,
    code: &'static str,
    unit: Option<&'static str>,
    value: Box<dyn Fn(&Record) -> f64>,
}

fn meters(run: &Simulated) -> Vec<Meter> {
    let mut meters: Vec<Meter> = Vec::new();
    let mut add = |element, code, unit, value: Box<dyn Fn(&Record) -> f64>| {
        meters.push(Meter {
            id: -1000 - meters.len() as i64,
            element,
            code,
            unit,
            value,
        });
    };
    add(
        MACHINE_USE,
        "vrDistanceTraveled",
        Some("cm"),
        Box::new(|r| r.distance_m * 100.0),
    );
    add(
        MACHINE_USE,
        "vrHeading",
        Some("arcdeg"),
        Box::new(|r| r.heading_deg),
    );
    for section in 0..i64::from(run.plan.sections.max(1)) {
        let element = section_use(section);
        let index = section as usize;
        let on = move |r: &Record| r.working && r.sections.get(index).copied().unwrap_or(r.working);
        let quantities: Vec<(&'static str, &'static str, Reading)> = match run.plan.operation {
            Operation::Harvest => vec![
                ("vrYieldWetMass", "kg", |r| r.flow_kg_s),
                ("vrHarvestMoisture", "prcnt", |r| r.moisture),
            ],
            Operation::Planting => vec![
                ("vrSeedRateSeedsActual", "seeds1ha-1", |r| r.rate * 1e4),
                ("vrSeedRateSeedsTarget", "seeds1ha-1", |r| r.target * 1e4),
            ],
            Operation::Spraying => vec![
                ("vrAppRateVolumeActual", "ml1ha-1", |r| r.rate * 1e7),
                ("vrAppRateVolumeTarget", "ml1ha-1", |r| r.target * 1e7),
            ],
            Operation::Tillage => vec![
                ("vrTillageDepthActual", "mm", |r| r.rate * 1e3),
                ("vrTillageDepthTarget", "mm", |r| r.target * 1e3),
            ],
        };
        for (code, unit, value) in quantities {
            add(element, code, Some(unit), Box::new(value));
        }
        let state: Box<dyn Fn(&Record) -> f64> = Box::new(move |r| f64::from(u8::from(on(r))));
        add(element, "dtRecordingStatus", None, state);
    }
    meters
}

/// A card with the run as its one logged operation.
pub fn card(run: &Simulated, version: Version) -> Files {
    let file = |name: &str, message: Message| (format!("adm/{name}"), message.0);
    let (number, info) = match version {
        Version::One => (1, "{\"AdmVersion\":\"1.0.0.0\",\"SerializationVersion\":1}"),
        Version::Two => (
            2,
            "{\"PluginVersion\":\"2.0.0\",\"SerializationVersion\":2}",
        ),
    };
    let catalog = if number == 1 {
        json(run)
    } else {
        wire_catalog(run, version).0
    };
    vec![
        ("adm/AdmVersion.info".to_owned(), info.as_bytes().to_vec()),
        ("adm/Catalog.adm".to_owned(), catalog),
        file(
            &format!("documents/LoggedData{OPERATION}.adm"),
            logged(run, version),
        ),
        file(
            &format!("documents/Section{OPERATION}.adm"),
            sections(run, version),
        ),
        file(
            &format!("documents/Meter{OPERATION}.adm"),
            meter_list(run, version),
        ),
        file(
            &format!("documents/OperationData{OPERATION}.adm"),
            records(run, version),
        ),
    ]
}

fn width_mm(run: &Simulated) -> f64 {
    run.plan.width_m * 1000.0 / f64::from(run.plan.sections.max(1))
}

fn product(run: &Simulated) -> &str {
    match run.plan.operation {
        Operation::Planting | Operation::Harvest => &run.plan.variety,
        Operation::Spraying | Operation::Tillage => &run.plan.product,
    }
}

fn json(run: &Simulated) -> Vec<u8> {
    let plan = &run.plan;
    let id = |reference: i64| serde_json::json!({ "ReferenceId": reference });
    let list =
        |values: Vec<serde_json::Value>| serde_json::json!({ "$type": "List", "$values": values });
    let sections = (0..i64::from(plan.sections.max(1))).map(|section| {
        serde_json::json!({ "$type": "AgGateway.SectionConfiguration, Model",
            "Id": id(section_configuration(section)), "DeviceElementId": DEVICE,
            "SectionWidth": { "Value": { "Value": width_mm(run), "UnitOfMeasure": { "Code": "mm" } } } })
    });
    let catalog = serde_json::json!({
        "$type": "AgGateway.ADAPT.ApplicationDataModel.ADM.Catalog, Model",
        "Growers": list(vec![serde_json::json!({ "Id": id(GROWER), "Name": plan.grower })]),
        "Farms": list(vec![serde_json::json!({ "Id": id(FARM), "Description": plan.farm })]),
        "Fields": list(vec![serde_json::json!({ "Id": id(FIELD), "Description": plan.field })]),
        "Crops": list(vec![serde_json::json!({ "Id": id(CROP), "Name": plan.crop })]),
        "Products": list(vec![serde_json::json!({ "$type": "AgGateway.CropVariety, Model",
            "Id": id(PRODUCT), "Description": product(run), "CropId": CROP })]),
        "DeviceElements": list(vec![serde_json::json!({ "Id": id(DEVICE), "Description": "Machine" })]),
        "DeviceElementConfigurations": list(sections.collect()),
    });
    let mut out = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    let _ = out.write_all(catalog.to_string().as_bytes());
    out.finish().unwrap_or_default()
}

fn wire_catalog(run: &Simulated, v: Version) -> Message {
    let plan = &run.plan;
    let named = |id: i64, name: &str, id_field: u32, name_field: u32| {
        Message::new()
            .message(id_field, &v.id(id))
            .text(name_field, name)
    };
    let variety = Message::new().int(v.pick(1, 785), CROP);
    let mut catalog = Message::new()
        .message(
            v.pick(5, 187),
            &named(CROP, &plan.crop, v.pick(1, 757), v.pick(2, 758)),
        )
        .message(
            v.pick(8, 505),
            &named(DEVICE, "Machine", v.pick(1, 607), v.pick(2, 608)),
        )
        .message(
            v.pick(13, 193),
            &named(FARM, &plan.farm, v.pick(1, 407), v.pick(2, 408)),
        )
        .message(
            v.pick(14, 195),
            &named(FIELD, &plan.field, v.pick(1, 413), v.pick(2, 414)),
        )
        .message(
            v.pick(16, 197),
            &named(GROWER, &plan.grower, v.pick(1, 432), v.pick(2, 433)),
        )
        .message(
            v.pick(25, 693),
            &named(PRODUCT, product(run), v.pick(1, 765), v.pick(18, 770))
                .message(v.pick(104, 784), &variety),
        );
    for section in 0..i64::from(plan.sections.max(1)) {
        let width = Message::new().message(v.pick(102, 134), &numeric(width_mm(run), "mm", v));
        let own = Message::new().message(v.pick(1, 649), &width);
        let configuration = Message::new()
            .message(v.pick(1, 618), &v.id(section_configuration(section)))
            .int(v.pick(2, 619), DEVICE)
            .message(v.pick(103, 648), &own);
        catalog = catalog.message(v.pick(10, 507), &configuration);
    }
    catalog
}

/// A numeric representation value.
fn numeric(value: f64, unit: &str, v: Version) -> Message {
    let unit = Message::new().text(v.pick(2, 104), unit);
    let number = Message::new()
        .double(v.pick(1, 127), value)
        .message(v.pick(2, 128), &unit);
    Message::new().message(v.pick(2, 136), &number)
}

fn logged(run: &Simulated, v: Version) -> Message {
    let kind = match run.plan.operation {
        Operation::Planting => 2,
        Operation::Spraying => 3,
        Operation::Tillage => 4,
        Operation::Harvest => 8,
    };
    let operation = Message::new()
        .message(v.pick(1, 60), &v.id(OPERATION))
        .int(v.pick(3, 64), kind)
        .int(v.pick(5, 66), PRODUCT)
        .int(v.pick(8, 69), 2)
        .int(v.pick(9, 70), run.records.len() as i64);
    Message::new()
        .message(v.pick(1, 689), &v.id(-1))
        .int(v.pick(16, 679), GROWER)
        .int(v.pick(17, 52), FARM)
        .int(v.pick(18, 53), FIELD)
        .message(v.pick(8, 55), &operation)
        .text(v.pick(21, 681), &run.plan.task)
}

fn sections(run: &Simulated, v: Version) -> Message {
    let used = |id: i64, configuration: i64, depth: i64, order: i64| {
        Message::new()
            .message(v.pick(1, 672), &v.id(id))
            .int(v.pick(2, 673), configuration)
            .int(v.pick(3, 674), OPERATION)
            .int(v.pick(4, 675), depth)
            .int(v.pick(5, 676), order)
    };
    let machine = Message::new()
        .int(1, 0)
        .message(2, &used(MACHINE_USE, section_configuration(0), 0, 0));
    let mut level = Message::new().int(1, 2);
    for section in 0..i64::from(run.plan.sections.max(1)) {
        let found = used(
            section_use(section),
            section_configuration(section),
            2,
            section + 1,
        );
        level = level.message(2, &found);
    }
    Message::new().message(1, &machine).message(1, &level)
}

fn meter_list(run: &Simulated, v: Version) -> Message {
    let mut all = Message::new();
    for meter in meters(run) {
        let representation = Message::new().text(v.pick(3, 113), meter.code);
        let mut working = Message::new()
            .message(v.pick(1, 476), &v.id(meter.id))
            .int(v.pick(2, 477), meter.element)
            .message(v.pick(3, 478), &representation);
        working = match meter.unit {
            Some(unit) => {
                let unit = Message::new().text(v.pick(2, 104), unit);
                let numeric = Message::new().message(v.pick(1, 489), &unit);
                working.message(v.pick(102, 488), &numeric)
            }
            None => working.message(v.pick(101, 482), &Message::new()),
        };
        all = all.message(1, &working);
    }
    all
}

fn records(run: &Simulated, v: Version) -> Message {
    let meters = meters(run);
    let mut all = Message::new();
    for record in &run.records {
        let point = Message::new()
            .double(v.pick(1, 161), record.longitude)
            .double(v.pick(2, 162), record.latitude)
            .double(v.pick(3, 163), record.elevation_m);
        let shape = Message::new().message(v.pick(106, 160), &point);
        let time = Message::new().zigzag(1, record.time_ms).int(2, 4);
        let mut spatial = Message::new()
            .message(v.pick(1, 83), &shape)
            .message(v.pick(2, 84), &time);
        for meter in &meters {
            let value = (meter.value)(record);
            let cell = match meter.unit {
                Some(unit) => Message::new().message(v.pick(102, 134), &numeric(value, unit, v)),
                None => {
                    let word = if value == 1.0 { "On" } else { "Off" };
                    let member = Message::new()
                        .int(v.pick(1, 109), 1)
                        .text(v.pick(2, 110), word);
                    let enumerated = Message::new().message(v.pick(2, 126), &member);
                    Message::new().message(v.pick(101, 124), &enumerated)
                }
            };
            let entry = Message::new().int(1, meter.id).message(2, &cell);
            spatial = spatial.message(v.pick(3, 85), &entry);
        }
        all = all.message(1, &spatial);
    }
    all
}
