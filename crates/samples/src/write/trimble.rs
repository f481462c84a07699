//! The open AgGPS tree of Trimble displays: a coverage of swath polygons for the event, and what
//! lies beside it. Values are metric whatever the display shows.
//!
//! Rule: one polygon stands for the way since the record before it; records that do not work
//! leave none.

use super::shapefile::{Column, WGS84, fixed, number, table, text};
use super::wall_clock;
use crate::{Files, Operation, Record, Simulated};

/// Metres of a degree of latitude and of longitude, on the WGS 84 ellipsoid.
fn metres_per_degree(latitude: f64) -> (f64, f64) {
    const A: f64 = 6_378_137.0;
    const E2: f64 = 0.006_694_379_990_14;
    let (sin, cos) = latitude.to_radians().sin_cos();
    let w2 = 1.0 - E2 * sin * sin;
    let north = A * (1.0 - E2) / (w2 * w2.sqrt());
    let east = A / w2.sqrt() * cos;
    (north.to_radians(), east.to_radians())
}

/// The corners that a record covered, clockwise and closed, as longitude and latitude.
fn corners(record: &Record) -> [(f64, f64); 5] {
    let (north, east) = metres_per_degree(record.latitude);
    let (sin, cos) = record.heading_deg.to_radians().sin_cos();
    let half = record.width_m / 2.0;
    let back = -record.distance_m;
    [
        (0.0, -half),
        (0.0, half),
        (back, half),
        (back, -half),
        (0.0, -half),
    ]
    .map(|(ahead, right)| {
        let x = ahead * sin + right * cos;
        let y = ahead * cos - right * sin;
        (record.longitude + x / east, record.latitude + y / north)
    })
}

fn columns(operation: Operation) -> Vec<Column> {
    let mut columns = vec![
        number("Speed", |_, r| fixed(r.speed_m_s * 3.6)),
        number("Swath_Num", |_, r| r.pass.to_string()),
        number("Swath_wdth", |_, r| fixed(r.width_m)),
        text("Status_Tex", |_, r| {
            if r.working { "On" } else { "Off" }.to_owned()
        }),
        text("UTC_Date", |_, r| {
            wall_clock(r.time_ms, 0).strftime("%Y%m%d").to_string()
        }),
        text("UTC_Time", |_, r| {
            wall_clock(r.time_ms, 0)
                .strftime("%H:%M:%S.%1f")
                .to_string()
        }),
    ];
    match operation {
        Operation::Spraying => columns.extend([
            number("Appl_Rate", |_, r| fixed(r.rate * 1e4)),
            number("Target", |_, r| fixed(r.target * 1e4)),
            text("Units", |_, _| "l/ha".to_owned()),
        ]),
        Operation::Planting => columns.extend([
            number("Appl_Rate", |_, r| fixed(r.rate * 1e4)),
            number("Target", |_, r| fixed(r.target * 1e4)),
            text("Units", |_, _| "seeds/ha".to_owned()),
        ]),
        Operation::Harvest | Operation::Tillage => {}
    }
    columns
}

/// The tree of one event, with a boundary and the display's own files.
pub fn aggps(simulated: &Simulated) -> Files {
    let plan = &simulated.plan;
    let field = format!("AgGPS/Data/{}/{}/{}", plan.grower, plan.farm, plan.field);
    let event = format!("{field}/{}", plan.task);
    let rows: Vec<&Record> = simulated.records.iter().filter(|r| r.working).collect();
    let rings: Vec<Vec<(f64, f64)>> = rows.iter().map(|r| corners(r).to_vec()).collect();
    let mut outline = simulated.boundary();
    outline.reverse();
    let names = [text("Name", |s, _| s.plan.field.clone())];
    let one: Vec<&Record> = simulated.records.iter().take(1).collect();
    vec![
        (format!("{event}/Coverage.shp"), polygons(&rings)),
        (
            format!("{event}/Coverage.dbf"),
            table(simulated, &rows, &columns(plan.operation)),
        ),
        (format!("{event}/Coverage.prj"), WGS84.as_bytes().to_vec()),
        (
            format!("{event}/EventHistory.dbf"),
            table(simulated, &one, &names),
        ),
        (format!("{field}/Boundary.shp"), polygons(&[outline])),
        (
            format!("{field}/Boundary.dbf"),
            table(simulated, &one, &names),
        ),
        ("AgGPS/ProgramLog.txt".to_owned(), b"started\r\n".to_vec()),
    ]
}

/// A file of polygons with heights, one ring each.
fn polygons(rings: &[Vec<(f64, f64)>]) -> Vec<u8> {
    const POLYGON_Z: i32 = 15;
    let bounds = |ring: &mut dyn Iterator<Item = (f64, f64)>| {
        ring.fold([f64::MAX, f64::MAX, f64::MIN, f64::MIN], |b, (x, y)| {
            [b[0].min(x), b[1].min(y), b[2].max(x), b[3].max(y)]
        })
    };
    let mut records = Vec::new();
    for (index, ring) in rings.iter().enumerate() {
        let mut record = Vec::new();
        record.extend(POLYGON_Z.to_le_bytes());
        for bound in bounds(&mut ring.iter().copied()) {
            record.extend(bound.to_le_bytes());
        }
        record.extend(1_i32.to_le_bytes());
        record.extend((ring.len() as i32).to_le_bytes());
        record.extend(0_i32.to_le_bytes());
        for (x, y) in ring {
            record.extend(x.to_le_bytes());
            record.extend(y.to_le_bytes());
        }
        for _ in 0..ring.len() + 2 {
            record.extend(0_f64.to_le_bytes());
        }
        records.extend((index as i32 + 1).to_be_bytes());
        records.extend(((record.len() / 2) as i32).to_be_bytes());
        records.extend(record);
    }
    let mut out = Vec::with_capacity(100 + records.len());
    out.extend(9994_i32.to_be_bytes());
    out.extend([0; 20]);
    out.extend((((100 + records.len()) / 2) as i32).to_be_bytes());
    out.extend(1000_i32.to_le_bytes());
    out.extend(POLYGON_Z.to_le_bytes());
    for bound in bounds(&mut rings.iter().flatten().copied()) {
        out.extend(bound.to_le_bytes());
    }
    out.extend([0; 32]);
    out.extend(records);
    out
}
