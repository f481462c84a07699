//! Text tables: Ag Leader Advanced (no header, fixed order), the SMS text export (titles with
//! units in brackets) and a plain CSV as a farmer's own script writes it.
//!
//! Rule: every record is written, those with the header up too; each table has its own way of
//! saying so.

use super::{ACRE, FOOT, GALLON, INCH, POUND, dry_bushels_per_acre, iso_utc, wall_clock};
use crate::{Files, Operation, Simulated};
use std::fmt::Write as _;

/// Ag Leader Advanced text of a harvest: 17 columns, US units, status 33 is working.
pub fn ag_leader_advanced(simulated: &Simulated) -> Files {
    let plan = &simulated.plan;
    let mut out = String::new();
    for record in &simulated.records {
        let _ = writeln!(
            out,
            "{:.8},{:.8},{:.4},{},1,{:.3},{:.3},{:.2},{},{},1234567,\"F0:{}\",\"L0:<1>\",\"{}\",{},1.4,{:.2}",
            record.longitude,
            record.latitude,
            record.flow_kg_s / POUND,
            record.time_ms / 1_000,
            record.distance_m / INCH,
            plan.width_m / INCH,
            record.moisture,
            if record.working { 33 } else { 32 },
            record.pass,
            plan.field,
            plan.crop,
            (9 << 4) + 2,
            record.elevation_m / FOOT,
        );
    }
    vec![(format!("agleader/{}.txt", plan.field), out.into_bytes())]
}

/// The SMS text export in US units.
pub fn sms(simulated: &Simulated) -> Files {
    let plan = &simulated.plan;
    let mut titles = vec![
        "Longitude",
        "Latitude",
        "Field",
        "Dataset",
        "Product",
        "Crop",
        "Obj. Id",
        "Distance(ft)",
        "Track(deg)",
        "Duration(s)",
        "Elevation(ft)",
        "Time",
        "Area Count",
        "Swth Wdth(ft)",
        "Pass Num",
        "Speed(mph)",
    ];
    titles.extend(match plan.operation {
        Operation::Harvest => {
            vec![
                "Crop Flw(M)(lb/s)",
                "Moisture(%)",
                "Yld Mass(Wet)(lb/ac)",
                "Yld Vol(Dry)(bu/ac)",
            ]
        }
        Operation::Planting => vec!["Rt Apd Ct(ksds/ac)", "Tgt Rate(ksds/ac)"],
        _ => vec!["Rt Apd Liq(gal(US)/ac)", "Tgt Rate(gal(US)/ac)"],
    });
    let quoted: Vec<String> = titles.iter().map(|title| format!("\"{title}\"")).collect();
    let mut out = quoted.join(",");
    out.push('\n');
    for (index, record) in simulated.records.iter().enumerate() {
        let product = if plan.operation == Operation::Harvest {
            &plan.crop
        } else {
            &plan.product
        };
        let _ = write!(
            out,
            "{:.8},{:.8},\"{}\",\"{}\",\"{product}\",\"{}\",{},{:.4},{:.3},1,{:.2},\"{}\",\"{}\",{:.4},{},{:.3}",
            record.longitude,
            record.latitude,
            plan.field,
            plan.task,
            plan.crop,
            index + 1,
            record.distance_m / FOOT,
            record.heading_deg,
            record.elevation_m / FOOT,
            wall_clock(record.time_ms, plan.utc_offset_min).strftime("%m/%d/%Y %I:%M:%S %p"),
            if record.working { "On" } else { "Off" },
            if record.working {
                record.width_m
            } else {
                plan.width_m
            } / FOOT,
            record.pass,
            record.speed_m_s / 0.447_04,
        );
        let _ = match plan.operation {
            Operation::Harvest => writeln!(
                out,
                ",{:.5},{:.3},{:.4},{:.4}",
                record.flow_kg_s / POUND,
                record.moisture,
                record.rate * ACRE / POUND,
                dry_bushels_per_acre(record.rate, record.moisture, &plan.crop),
            ),
            Operation::Planting => writeln!(
                out,
                ",{:.5},{:.5}",
                record.rate * ACRE / 1e3,
                record.target * ACRE / 1e3
            ),
            _ => writeln!(
                out,
                ",{:.5},{:.5}",
                record.rate * ACRE / GALLON,
                record.target * ACRE / GALLON
            ),
        };
    }
    vec![(
        format!("sms/{} {}.csv", plan.field, plan.task),
        out.into_bytes(),
    )]
}

/// A plain CSV with names and units of the standard properties, UTC times.
pub fn csv(simulated: &Simulated) -> Files {
    let plan = &simulated.plan;
    let rates = match plan.operation {
        Operation::Harvest => "wetMassPerArea(kg/ha),harvestMoisture(%)",
        Operation::Planting => "seedRate(seeds/ha),seedRateTarget(seeds/ha)",
        Operation::Spraying => "appliedRate(L/ha),appliedRateTarget(L/ha)",
        Operation::Tillage => "tillageDepthActual(cm),tillageDepthTarget(cm)",
    };
    let mut out = format!(
        "latitude,longitude,timestamp,crop,distance(m),heading,speed(km/h),equipmentWidth(m),\
         elevation(m),recordingStatus,{rates}\n"
    );
    for record in &simulated.records {
        let (one, two) = match plan.operation {
            Operation::Harvest => (record.rate * 1e4, record.moisture),
            Operation::Tillage => (record.rate * 1e2, record.target * 1e2),
            _ => (record.rate * 1e4, record.target * 1e4),
        };
        let _ = writeln!(
            out,
            "{:.8},{:.8},{},{},{:.4},{:.3},{:.3},{:.3},{:.2},{},{one:.4},{two:.4}",
            record.latitude,
            record.longitude,
            iso_utc(record.time_ms),
            plan.crop,
            record.distance_m,
            record.heading_deg,
            record.speed_m_s * 3.6,
            if record.working {
                record.width_m
            } else {
                plan.width_m
            },
            record.elevation_m,
            if record.working { "On" } else { "Off" },
        );
    }
    vec![(
        format!("csv/{} {}.csv", plan.field, plan.task),
        out.into_bytes(),
    )]
}
