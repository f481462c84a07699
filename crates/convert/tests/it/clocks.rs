//! One field under different clocks: what covers the ground and how late the sensor is do not depend on
//! how coarse the stamps are.

use crate::hand::{Converted, Table, convert, description};
use serde_json::json;
use tramline_convert::{Configuration, Options};
use tramline_model::{OperationType, Property};

const PASSES: i64 = 24;
const STEPS: i64 = 100;
/// Seconds by which the yield comes late.
const LATE: i64 = 8;

/// Passes of six metres there and back, two metres a second, in `sections` beside each other; `stamp` makes
/// the logged instant of the true one.
fn field(sections: i64, stamp: impl Fn(i64) -> Option<i64>) -> Table {
    let (metre_north, metre_east) = (1.0 / 111_229.0, 1.0 / 71_696.0);
    let width = 6.0 / sections as f64;
    let mut rows = Vec::new();
    for pass in 0..PASSES {
        let at = |step: i64| {
            if pass % 2 == 0 {
                step
            } else {
                STEPS - 1 - step
            }
        };
        for step in 0..STEPS {
            let cut = at((step - LATE).max(0)) as f64;
            let grown = 9.6 * (1.0 + 0.2 * (cut / 6.0).sin() + 0.1 * (cut / 2.3).cos());
            for section in 0..sections {
                let beside = (section as f64 + 0.5) * width - 3.0;
                rows.push((
                    10.0 + (pass as f64 * 6.0 + beside) * metre_east,
                    50.0 + at(step) as f64 * 2.0 * metre_north,
                    stamp(1_746_367_200_000 + (pass * 200 + step) * 1_000),
                    grown / sections as f64,
                ));
            }
        }
    }
    let count = rows.len();
    let all = |value: f64| vec![Some(value); count];
    Table::default()
        .number(
            Property::Longitude,
            "arcdeg",
            rows.iter().map(|r| Some(r.0)),
        )
        .number(Property::Latitude, "arcdeg", rows.iter().map(|r| Some(r.1)))
        .instants(rows.iter().map(|r| r.2))
        .number(Property::EquipmentWidth, "m", all(width))
        .number(Property::Distance, "m", all(2.0))
        .number(Property::SamplingInterval, "s", all(1.0))
        .number(Property::HarvestMoisture, "percentage", all(20.0))
        .number(Property::WetMass, "kg", rows.iter().map(|r| Some(r.3)))
}

fn run(table: &Table) -> Converted {
    let mut description = description(OperationType::Harvested, table);
    description.crop = Some("Corn".to_owned());
    let configuration: Configuration =
        serde_json::from_value(json!({"filterProfile": "recommended"})).unwrap();
    let options = Options {
        configuration,
        ..Options::default()
    };
    convert(description, table, &options, 500)
}

fn has(converted: &Converted, code: &str) -> bool {
    converted.report.findings.iter().any(|f| f.code == code)
}

#[test]
fn coarse_stamps_change_neither_ground_nor_lag() {
    let seconds = run(&field(1, Some));
    let known = seconds.summary();
    for (name, step) in [
        ("five seconds", 5_000),
        ("ten seconds", 10_000),
        ("a minute", 60_000),
    ] {
        let coarse = run(&field(1, |ms| Some(ms - ms.rem_euclid(step))));
        let found = coarse.summary();
        assert!(
            has(&coarse, "time.coarse-clock") && !has(&seconds, "time.coarse-clock"),
            "{name}"
        );
        for key in ["swath", "passes", "sessions"] {
            assert_eq!(
                found["coverage"][key], known["coverage"][key],
                "{name}: {key}"
            );
        }
        let covered = |summary: &serde_json::Value| {
            summary["coverage"]["coveredArea"]["value"]
                .as_f64()
                .unwrap()
        };
        assert!(
            (covered(&found) / covered(&known) - 1.0).abs() < 0.005,
            "{name}"
        );
        let late = |summary: &serde_json::Value| {
            let flow = &summary["cleaning"]["lag"]["flow"];
            (
                flow["seconds"].as_f64().unwrap(),
                flow["applied"] == json!(true),
            )
        };
        let ((found, applied), (known, expected)) = (late(&found), late(&known));
        assert!(applied && expected, "{name}: {found} {known}");
        assert!(
            (known - LATE as f64).abs() < 0.6 && (found - known).abs() < 0.6,
            "{name}: {found} {known}"
        );
    }
}

#[test]
fn without_times_the_passes_are_those_of_the_way() {
    let found = run(&field(1, |_| None)).summary();
    assert_eq!(found["coverage"]["passes"], json!(PASSES));
    assert_eq!(found["coverage"]["swath"]["value"], json!(6.0));
    assert_eq!(found["startTime"], json!(null));
}

#[test]
fn rows_beside_each_other_stay_sections_of_one_width() {
    let sections = run(&field(3, Some));
    assert!(!has(&sections, "time.coarse-clock"));
    let found = sections.summary();
    assert_eq!(found["coverage"]["swath"]["value"], json!(6.0));
}
