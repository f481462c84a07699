//! What comes out against what the simulator knows, for every operation in every format.

use crate::common::{check_report, convert};
use serde_json::Value;
use std::collections::BTreeMap;
use tramline_convert::{FileStatus, Options, UnitSystem};
use tramline_formats::{ReadOptions, Tree};
use tramline_samples::{Files, Operation, Plan, Simulated, simulate, write};

/// What a conversion says, in metric units.
#[derive(Debug)]
struct Found {
    operation: String,
    area_m2: f64,
    wet_mass_kg: f64,
    moisture: f64,
    applied: f64,
    standard: u64,
    start: String,
    end: String,
    crop: String,
}

fn number(summary: &Value, key: &str, member: &str) -> (f64, String) {
    let entry = &summary["properties"][key];
    let unit = entry["unit"].as_str().unwrap_or_default().to_owned();
    (entry[member].as_f64().unwrap_or(f64::NAN), unit)
}

/// A total in the base unit of its dimension.
fn total(summary: &Value, key: &str) -> f64 {
    let (value, unit) = number(summary, key, "value");
    match tramline_model::Unit::from_symbol(&unit) {
        Some(unit) => unit.to_base(value),
        None => f64::NAN,
    }
}

fn found(files: Files, label: &str, crop: Option<String>) -> Result<Found, String> {
    let options = Options {
        read: ReadOptions {
            crop,
            ..ReadOptions::default()
        },
        unit_systems: vec![UnitSystem::Metric],
        ..Options::default()
    };
    let tree = Tree::from_files(files);
    let (report, sink) = convert(&tree, "truth.zip", &options);
    check_report(&report, label);
    let [file] = report.files.as_slice() else {
        return Err(format!(
            "{} machine files, unclaimed {:?}",
            report.files.len(),
            report.unclaimed
        ));
    };
    if file.status != FileStatus::Processed {
        return Err(format!("{:?}", file.steps));
    }
    let written = sink.files.lock().unwrap();
    let name = file.artifacts.get("summary").ok_or("no summary")?;
    let summary: Value = serde_json::from_slice(&written[name]).unwrap();
    let properties = &summary["properties"];
    Ok(Found {
        operation: properties["operationType"]
            .as_str()
            .unwrap_or_default()
            .to_owned(),
        area_m2: total(&summary, "totalArea"),
        wet_mass_kg: total(&summary, "totalWetMass"),
        moisture: number(&summary, "harvestMoistureMassWeighted", "value").0,
        applied: match file.operation_type.name() {
            "planted" => total(&summary, "totalPlanted"),
            _ => total(&summary, "totalApplied"),
        },
        standard: file.points.standard,
        start: properties["startTime"]
            .as_str()
            .unwrap_or_default()
            .to_owned(),
        end: properties["endTime"]
            .as_str()
            .unwrap_or_default()
            .to_owned(),
        crop: properties["crop"].to_string(),
    })
}

/// The formats that can say what an operation is and how much of it.
fn formats(simulated: &Simulated) -> BTreeMap<&'static str, Files> {
    let mut map = BTreeMap::new();
    map.insert("isoxml", write::isoxml::task_set(&[simulated]));
    if simulated.plan.operation != Operation::Tillage {
        map.insert("deere", write::shapefile::deere(simulated));
        map.insert("sms-shapefile", write::shapefile::sms(simulated));
        map.insert("sms-text", write::text::sms(simulated));
    }
    if simulated.plan.operation == Operation::Harvest {
        map.insert("ag-leader", write::text::ag_leader_advanced(simulated));
    }
    map.insert("csv", write::text::csv(simulated));
    map.insert("geojson", write::geojson::points(simulated));
    map.insert("geopackage", write::geopackage::points(simulated, 4326));
    map.insert("flatgeobuf", write::flatgeobuf::points(simulated, true));
    map.insert("kml", write::kml::points(simulated));
    map.insert("raven", write::raven::fmis(&[simulated]));
    map.insert("gen4", write::deere_gen4::card(simulated));
    map.insert(
        "adm-1",
        write::adm::card(simulated, write::adm::Version::One),
    );
    map.insert(
        "adm-2",
        write::adm::card(simulated, write::adm::Version::Two),
    );
    map.insert("greenstar", write::deere_greenstar::card(simulated));
    if simulated.plan.operation == Operation::Spraying {
        map.insert("trimble", write::trimble::aggps(simulated));
    }
    map
}

fn close(what: &str, found: f64, truth: f64, share: f64, out: &mut Vec<String>) {
    // Not a number is not close.
    let near = (found - truth).abs() <= share * truth.abs();
    if !near {
        out.push(format!("{what}: found {found:.3}, truth {truth:.3}"));
    }
}

fn compare(found: &Found, simulated: &Simulated, format: &str) -> Vec<String> {
    let (plan, truth) = (&simulated.plan, &simulated.truth);
    let mut bad = Vec::new();
    let operation = match plan.operation {
        Operation::Harvest => "harvested",
        Operation::Planting => "planted",
        Operation::Spraying => "applied",
        Operation::Tillage => "tillage",
    };
    if found.operation != operation {
        bad.push(format!("operation {}", found.operation));
    }
    // The default cleanup leaves out harvest without yield.
    let (area_m2, records, start_ms) = match plan.operation {
        Operation::Harvest => (
            truth.rated_area_m2,
            truth.rated_records,
            truth.rated_start_ms,
        ),
        _ => (truth.area_m2, truth.working_records, truth.working_start_ms),
    };
    close("area", found.area_m2, area_m2, 0.005, &mut bad);
    match plan.operation {
        Operation::Harvest => {
            close(
                "wet mass",
                found.wet_mass_kg,
                truth.wet_mass_kg,
                0.005,
                &mut bad,
            );
            close(
                "moisture",
                found.moisture,
                truth.moisture_mass_weighted,
                0.005,
                &mut bad,
            );
        }
        Operation::Planting | Operation::Spraying => {
            close("applied", found.applied, truth.applied, 0.005, &mut bad);
        }
        Operation::Tillage => {}
    }
    // A point for each working record, or one for each section that is on.
    if found.standard != records && found.standard != truth.section_records {
        bad.push(format!(
            "standard points {}, working records {} or by section {}",
            found.standard, records, truth.section_records
        ));
    }
    // SMS writes local times without a zone.
    if !format.starts_with("sms") {
        for (what, text, ms) in [
            ("start", &found.start, start_ms),
            ("end", &found.end, truth.working_end_ms),
        ] {
            let instant = text
                .parse::<jiff::Timestamp>()
                .map(jiff::Timestamp::as_millisecond);
            if instant.ok() != Some(ms) {
                bad.push(format!("{what} {text}, truth {ms}"));
            }
        }
    }
    let crop = plan.crop.trim_end_matches('s').to_lowercase();
    if plan.operation == Operation::Harvest && !found.crop.contains(&crop) {
        bad.push(format!("crop {}", found.crop));
    }
    bad
}

fn check(plan: &Plan, label: &str, skip: &[&str]) {
    let simulated = simulate(plan);
    let mut bad = Vec::new();
    for (format, files) in formats(&simulated) {
        if skip.contains(&format) {
            continue;
        }
        // Raven's export names the seed and not the crop.
        let raven = format == "raven" && plan.operation == Operation::Planting;
        let crop = raven.then(|| plan.crop.clone());
        match found(files, &format!("{label} {format}"), crop) {
            Ok(found) => bad.extend(
                compare(&found, &simulated, format)
                    .into_iter()
                    .map(|line| format!("{label} as {format}: {line}")),
            ),
            Err(error) => bad.push(format!("{label} as {format}: {error}")),
        }
    }
    assert!(bad.is_empty(), "\n{}", bad.join("\n"));
}

#[test]
fn harvest_agrees_with_truth_in_every_format() {
    check(&Plan::new(Operation::Harvest), "harvest", &[]);
}

#[test]
fn late_sensor_and_spikes_keep_their_mass() {
    let plan = Plan {
        lag_s: 9,
        spikes: 7,
        bearing_deg: 37.0,
        latitude: -34.2,
        longitude: 142.1,
        ..Plan::new(Operation::Harvest)
    };
    check(&plan, "late harvest", &[]);
}

#[test]
fn planting_agrees_with_truth_in_every_format() {
    check(&Plan::new(Operation::Planting), "planting", &[]);
}

#[test]
fn sections_that_switch_off_take_no_area() {
    // Ag Leader and plain tables have one width for each record, as the others.
    let plan = Plan {
        wedge: true,
        ..Plan::new(Operation::Planting)
    };
    check(&plan, "planting in a wedge", &[]);
    let plan = Plan {
        wedge: true,
        ..Plan::new(Operation::Spraying)
    };
    check(&plan, "spraying in a wedge", &[]);
}

#[test]
fn more_than_sixteen_sections_are_read() {
    let plan = Plan {
        sections: 36,
        wedge: true,
        width_m: 18.0,
        ..Plan::new(Operation::Spraying)
    };
    check(&plan, "36 sections", &[]);
}

#[test]
fn spraying_agrees_with_truth_in_every_format() {
    check(&Plan::new(Operation::Spraying), "spraying", &[]);
}

#[test]
fn tillage_agrees_with_truth() {
    check(&Plan::new(Operation::Tillage), "tillage", &[]);
}

#[test]
fn overlap_counts_as_the_machine_counts_it() {
    check(
        &Plan {
            overlap: 0.15,
            ..Plan::new(Operation::Harvest)
        },
        "overlap",
        &[],
    );
}

#[test]
fn work_over_midnight_and_the_date_line_is_one_piece() {
    // 23:55 UTC.
    let start_ms = 1_746_403_200_000 - 300_000;
    let plan = Plan {
        start_ms,
        ..Plan::new(Operation::Harvest)
    };
    check(&plan, "midnight", &[]);
    let plan = Plan {
        start_ms,
        utc_offset_min: 0,
        ..Plan::new(Operation::Harvest)
    };
    check(&plan, "midnight of the terminal", &[]);
}
