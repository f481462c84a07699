//! Point shapefiles: as Operations Center exports them, with the metadata file that has the
//! units, and as SMS does with the units in the column names.
//!
//! Rule: the Deere layout has only rows with a section on; SMS writes all, with `Area_Count`.

use super::{ACRE, FOOT, GALLON, POUND, dry_bushels_per_acre, iso_utc, wall_clock};
use crate::{Files, Operation, Record, Simulated};
use serde_json::json;

pub(crate) const WGS84: &str = "GEOGCS[\"GCS_WGS_1984\",DATUM[\"D_WGS_1984\",\
SPHEROID[\"WGS_1984\",6378137.0,298.257223563]],PRIMEM[\"Greenwich\",0.0],\
UNIT[\"Degree\",0.0174532925199433]]";

/// A column of the table: name up to 10 characters, `N` or `C`, width, decimals.
pub(super) struct Column {
    name: &'static str,
    kind: u8,
    width: u8,
    decimals: u8,
    value: fn(&Simulated, &Record) -> String,
}

pub(super) const fn number(name: &'static str, value: fn(&Simulated, &Record) -> String) -> Column {
    Column {
        name,
        kind: b'N',
        width: 19,
        decimals: 6,
        value,
    }
}

pub(super) const fn text(name: &'static str, value: fn(&Simulated, &Record) -> String) -> Column {
    Column {
        name,
        kind: b'C',
        width: 32,
        decimals: 0,
        value,
    }
}

pub(super) fn fixed(value: f64) -> String {
    format!("{value:.6}")
}

/// kg per square metre in pounds per acre.
fn pounds_per_acre(kg_m2: f64) -> f64 {
    kg_m2 * ACRE / POUND
}

/// The rate in the unit that the metadata names.
fn deere_rate(operation: Operation, rate: f64) -> f64 {
    match operation {
        Operation::Spraying => rate * ACRE / GALLON,
        _ => rate * ACRE,
    }
}

fn deere_columns(operation: Operation) -> Vec<Column> {
    let mut columns = vec![
        number("DISTANCE", |_, r| fixed(r.distance_m / FOOT)),
        number("SWATHWIDTH", |_, r| fixed(r.width_m / FOOT)),
        number("SECTIONID", |_, _| "0".to_owned()),
    ];
    columns.extend(match operation {
        Operation::Harvest => vec![
            number("VRYIELDVOL", |s, r| {
                fixed(dry_bushels_per_acre(r.rate, r.moisture, &s.plan.crop))
            }),
            number("WetMass", |_, r| fixed(pounds_per_acre(r.rate))),
            number("Moisture", |_, r| fixed(r.moisture)),
            text("Variety", |s, _| s.plan.variety.clone()),
        ],
        _ => vec![
            number("AppliedRat", |s, r| {
                fixed(deere_rate(s.plan.operation, r.rate))
            }),
            number("TargetRate", |s, r| {
                fixed(deere_rate(s.plan.operation, r.target))
            }),
            text("Product", |s, _| s.plan.product.clone()),
        ],
    });
    columns.extend([
        number("VEHICLSPEED", |_, r| fixed(r.speed_m_s / 0.447_04)),
        number("Heading", |_, r| fixed(r.heading_deg)),
        number("Elevation", |_, r| fixed(r.elevation_m / FOOT)),
        text("Time", |s, r| {
            wall_clock(r.time_ms, s.plan.utc_offset_min)
                .strftime("%m/%d/%Y %I:%M:%S %p")
                .to_string()
        }),
        text("IsoTime", |_, r| iso_utc(r.time_ms)),
        text("Machine", |_, _| "1".to_owned()),
    ]);
    columns
}

fn deere_metadata(simulated: &Simulated) -> serde_json::Value {
    let plan = &simulated.plan;
    let (operation, rate_unit) = match plan.operation {
        Operation::Harvest => ("Harvest", ""),
        Operation::Planting => ("Seeding", "seeds1ac-1"),
        Operation::Spraying => ("Application", "gal1ac-1"),
        Operation::Tillage => ("Tillage", "in"),
    };
    let attribute = |name: &str, unit: &str| match unit {
        "" => json!({ "Name": name, "Description": name }),
        _ => json!({ "Name": name, "Unit": unit, "Description": name }),
    };
    let mut attributes = vec![
        attribute("DISTANCE", "ft"),
        attribute("SWATHWIDTH", "ft"),
        attribute("SECTIONID", ""),
    ];
    if plan.operation == Operation::Harvest {
        attributes.push(attribute("VRYIELDVOL", "bu1ac-1"));
        attributes.push(attribute("WetMass", "lb1ac-1"));
        attributes.push(attribute("Moisture", "prcnt"));
        attributes.push(attribute("Variety", ""));
    } else {
        attributes.push(attribute("AppliedRate", rate_unit));
        attributes.push(attribute("TargetRate", rate_unit));
        attributes.push(attribute("Product", ""));
    }
    attributes.push(attribute("VEHICLSPEED", "mi1hr-1"));
    attributes.push(attribute("Heading", "arcdeg"));
    attributes.push(attribute("Elevation", "ft"));
    attributes.push(attribute("IsoTime", ""));
    let token = match plan.crop.as_str() {
        "Corn" => "CORN_WET",
        "Soybeans" => "SOYBEANS",
        other => other,
    };
    let mut metadata = json!({
        "Version": "1.0", "OrgId": 1, "ClientName": plan.grower, "FarmName": plan.farm,
        "FieldName": plan.field, "Operation": operation, "CropSeason": 2025, "CropToken": token,
        "FieldOperationStartDate": iso_utc(simulated.truth.start_ms),
        "DataAttributes": attributes,
        "MachineUsage": { "1": { "MachineId": 1, "MachineSerial": "DEMO0001" } },
    });
    if !plan.product.is_empty() {
        metadata["Product"] = json!({ "ProductName": plan.product, "TankMix": false });
    }
    metadata
}

/// As Operations Center exports a field operation, in a folder `doc/`.
pub fn deere(simulated: &Simulated) -> Files {
    let plan = &simulated.plan;
    let last = if plan.crop.is_empty() {
        &plan.product
    } else {
        &plan.crop
    };
    let base = format!("doc/{}-{}-{}-{last}", plan.grower, plan.farm, plan.field);
    let rows: Vec<&Record> = simulated.records.iter().filter(|r| r.working).collect();
    let mut files = shapefile(simulated, &base, &rows, &deere_columns(plan.operation));
    let metadata = deere_metadata(simulated).to_string();
    files.push((format!("{base}-Deere-Metadata.json"), metadata.into_bytes()));
    files
}

fn sms_columns(operation: Operation) -> Vec<Column> {
    let mut columns = vec![
        text("Field", |s, _| s.plan.field.clone()),
        text("Dataset", |s, _| s.plan.task.clone()),
        text("Product", |s, _| match s.plan.operation {
            Operation::Harvest => s.plan.crop.clone(),
            _ => s.plan.product.clone(),
        }),
        text("Crop", |s, _| s.plan.crop.clone()),
        number("Distance_f", |_, r| fixed(r.distance_m / FOOT)),
        number("Track_deg_", |_, r| fixed(r.heading_deg)),
        number("Duration_s", |_, _| "1.0".to_owned()),
        number("Elevation_", |_, r| fixed(r.elevation_m / FOOT)),
        text("Time", |s, r| {
            wall_clock(r.time_ms, s.plan.utc_offset_min)
                .strftime("%m/%d/%Y %I:%M:%S %p")
                .to_string()
        }),
        text("Area_Count", |_, r| {
            if r.working { "On" } else { "Off" }.to_owned()
        }),
        number("Swth_Wdth_", |s, r| {
            fixed(if r.working { r.width_m } else { s.plan.width_m } / FOOT)
        }),
    ];
    columns.extend(match operation {
        Operation::Harvest => vec![
            number("Crop_Flw_M", |_, r| fixed(r.flow_kg_s / POUND)),
            number("Moisture__", |_, r| fixed(r.moisture)),
            number("Yld_Mass_W", |_, r| fixed(pounds_per_acre(r.rate))),
            number("Yld_Vol_Dr", |s, r| {
                fixed(dry_bushels_per_acre(r.rate, r.moisture, &s.plan.crop))
            }),
        ],
        Operation::Planting => vec![
            number("Rt_Apd_Ct_", |_, r| fixed(r.rate * ACRE / 1e3)),
            number("Tgt_Rate_k", |_, r| fixed(r.target * ACRE / 1e3)),
        ],
        _ => vec![
            number("Rt_Apd_Liq", |_, r| fixed(r.rate * ACRE / GALLON)),
            number("Tgt_Rate_g", |_, r| fixed(r.target * ACRE / GALLON)),
        ],
    });
    columns.push(number("Pass_Num", |_, r| r.pass.to_string()));
    columns.push(number("Speed_mph_", |_, r| fixed(r.speed_m_s / 0.447_04)));
    columns
}

/// As SMS exports a dataset, in US units.
pub fn sms(simulated: &Simulated) -> Files {
    let base = format!("sms/{} {}", simulated.plan.field, simulated.plan.task);
    let rows: Vec<&Record> = simulated.records.iter().collect();
    shapefile(
        simulated,
        &base,
        &rows,
        &sms_columns(simulated.plan.operation),
    )
}

fn shapefile(simulated: &Simulated, base: &str, rows: &[&Record], columns: &[Column]) -> Files {
    let places: Vec<(f64, f64)> = rows.iter().map(|r| (r.longitude, r.latitude)).collect();
    let (shp, shx) = points(&places);
    vec![
        (format!("{base}.shp"), shp),
        (format!("{base}.shx"), shx),
        (format!("{base}.dbf"), table(simulated, rows, columns)),
        (format!("{base}.prj"), WGS84.as_bytes().to_vec()),
    ]
}

/// The geometry and its index. Lengths in the headers are in 16-bit words.
pub(crate) fn points(places: &[(f64, f64)]) -> (Vec<u8>, Vec<u8>) {
    let bounds = places
        .iter()
        .fold([f64::MAX, f64::MAX, f64::MIN, f64::MIN], |b, (x, y)| {
            [b[0].min(*x), b[1].min(*y), b[2].max(*x), b[3].max(*y)]
        });
    let header = |bytes: usize| {
        let mut out = Vec::with_capacity(bytes);
        out.extend(9994_i32.to_be_bytes());
        out.extend([0; 20]);
        out.extend(((bytes / 2) as i32).to_be_bytes());
        out.extend(1000_i32.to_le_bytes());
        out.extend(1_i32.to_le_bytes());
        for bound in bounds {
            out.extend(bound.to_le_bytes());
        }
        out.extend([0; 32]);
        out
    };
    let mut shp = header(100 + places.len() * 28);
    let mut shx = header(100 + places.len() * 8);
    for (index, (x, y)) in places.iter().enumerate() {
        shx.extend(((shp.len() / 2) as i32).to_be_bytes());
        shx.extend(10_i32.to_be_bytes());
        shp.extend((index as i32 + 1).to_be_bytes());
        shp.extend(10_i32.to_be_bytes());
        shp.extend(1_i32.to_le_bytes());
        shp.extend(x.to_le_bytes());
        shp.extend(y.to_le_bytes());
    }
    (shp, shx)
}

pub(super) fn table(simulated: &Simulated, rows: &[&Record], columns: &[Column]) -> Vec<u8> {
    let width: usize = 1 + columns.iter().map(|c| usize::from(c.width)).sum::<usize>();
    let mut out = vec![3, 125, 5, 4];
    out.extend((rows.len() as u32).to_le_bytes());
    out.extend(((33 + 32 * columns.len()) as u16).to_le_bytes());
    out.extend((width as u16).to_le_bytes());
    out.extend([0; 20]);
    for column in columns {
        let mut name = [0_u8; 11];
        for (to, from) in name.iter_mut().take(10).zip(column.name.bytes()) {
            *to = from;
        }
        out.extend(name);
        out.push(column.kind);
        out.extend([0; 4]);
        out.push(column.width);
        out.push(column.decimals);
        out.extend([0; 14]);
    }
    out.push(0x0D);
    for row in rows {
        out.push(b' ');
        for column in columns {
            let mut value = (column.value)(simulated, row).into_bytes();
            value.truncate(usize::from(column.width));
            let blanks = vec![b' '; usize::from(column.width) - value.len()];
            if column.kind == b'N' {
                out.extend(blanks);
                out.extend(value);
            } else {
                out.extend(value);
                out.extend(blanks);
            }
        }
    }
    out.push(0x1A);
    out
}
