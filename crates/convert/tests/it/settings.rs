//! Settings of an account: own crop numbers, numbers of the filter, several machines.

use crate::hand::{Converted, Table, convert, description, near};
use serde_json::json;
use tramline_convert::{Configuration, Options};
use tramline_model::{OperationType, Property};

/// Passes of six metres, two metres a second, eight tonnes a hectare; every fourth pass by a second
/// machine that shows a tenth less.
pub(crate) fn field(second_shows: f64) -> Table {
    let (metre_north, metre_east) = (1.0 / 111_229.0, 1.0 / 71_696.0);
    let mut rows = Vec::new();
    for pass in 0..24_i64 {
        for step in 0..100_i64 {
            let along = if pass % 2 == 0 { step } else { 99 - step };
            let second = pass % 4 == 3;
            let grown = 9.6 * (1.0 + 0.05 * (along as f64 / 9.0).sin());
            rows.push((
                10.0 + pass as f64 * 6.0 * metre_east,
                50.0 + along as f64 * 2.0 * metre_north,
                1_746_367_200_000 + (pass * 200 + step) * 1_000,
                if second { grown * second_shows } else { grown },
                if second { "Second" } else { "First" },
            ));
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
        .instants(rows.iter().map(|r| Some(r.2)))
        .number(Property::EquipmentWidth, "m", all(6.0))
        .number(Property::Distance, "m", all(2.0))
        .number(Property::SamplingInterval, "s", all(1.0))
        .number(Property::HarvestMoisture, "percentage", all(20.0))
        .number(Property::WetMass, "kg", rows.iter().map(|r| Some(r.3)))
        .text(Property::Machinery, rows.iter().map(|r| Some(r.4)))
}

fn run(table: &Table, configuration: serde_json::Value) -> Converted {
    let mut description = description(OperationType::Harvested, table);
    description.crop = Some("Corn".to_owned());
    let configuration: Configuration = serde_json::from_value(configuration).unwrap();
    let options = Options {
        configuration,
        ..Options::default()
    };
    convert(description, table, &options, 500)
}

#[test]
fn own_crop_numbers_go_before_the_table() {
    let table = field(1.0);
    let usual = run(&table, json!({"unitMeasurement": "IMPERIAL"})).summary();
    let own = json!({
        "unitMeasurement": "IMPERIAL",
        "cropNumbers": {"Corn": {"testWeight": 50, "standardMoisture": 10}},
    });
    let own = run(&table, own).summary();
    let ratio =
        |key: &str| own[key]["value"].as_f64().unwrap() / usual[key]["value"].as_f64().unwrap();
    assert!(
        (ratio("totalWetVolume") - 56.0 / 50.0).abs() < 1e-9,
        "{}",
        ratio("totalWetVolume")
    );
    assert!((ratio("totalDryMass") - 85.0 / 90.0).abs() < 1e-9);
    assert!((ratio("totalWetMass") - 1.0).abs() < 1e-12);
}

#[test]
fn a_crop_or_a_filter_number_that_nobody_knows_is_told() {
    let sink = tramline_outputs::MemorySink::default();
    let options = Options {
        configuration: serde_json::from_value(json!({
            "cropNumbers": {"moon dust": {}},
            "filterParameters": {"overlap": 0.6, "oberlap": 0.6},
        }))
        .unwrap(),
        ..Options::default()
    };
    let tree = tramline_formats::Tree::from_files(Vec::new());
    let input = tramline_convert::Input {
        name: "a.zip".into(),
        sha256: "00".into(),
        size_bytes: 1,
    };
    let mut output = sink;
    let report = tramline_convert::run(&tree, &input, &options, &mut output, &mut |_| {}).unwrap();
    let finding = &report.findings[0];
    assert_eq!(finding.code, "convert.configuration-key-unknown");
    assert!(
        finding
            .text
            .contains("filterParameters.oberlap, cropNumbers.moon dust")
    );
    assert!(!finding.text.contains("overlap"));
}

#[test]
fn machines_are_compared_and_brought_together_when_asked() {
    let table = field(0.9);
    let told = run(&table, json!({"filterProfile": "recommended"}));
    let machine = told.summary()["cleaning"]["machines"][0].clone();
    assert_eq!(machine["name"], "Second");
    near(&machine["factor"], 1.0 / 0.9, 0.01);
    assert_eq!(machine["applied"], false);
    let asked = json!({"filterProfile": "recommended", "reconcileMachines": true});
    let together = run(&table, asked);
    assert_eq!(
        together.summary()["cleaning"]["machines"][0]["applied"],
        true
    );
    let spread = |converted: &Converted, key: &str| {
        converted.summary()["cleaning"][key]["coefficientOfVariation"]
            .as_f64()
            .unwrap()
    };
    assert!(spread(&told, "after") > 4.5, "{}", spread(&told, "after"));
    assert!(
        spread(&together, "after") < 4.0,
        "{}",
        spread(&together, "after")
    );
    // Totals stay as the monitors showed them.
    assert_eq!(
        told.summary()["totalWetMass"],
        together.summary()["totalWetMass"]
    );
    assert!(run(&field(1.0), json!({})).summary()["cleaning"]["machines"].is_array());
}

#[test]
fn the_field_says_its_zone_and_day() {
    let summary = run(&field(1.0), json!({})).summary();
    assert_eq!(summary["timeZone"], "Europe/Berlin");
    assert_eq!(summary["localStartDay"], "2025-05-04");
    assert_eq!(summary["coverage"]["sessions"], 1);
    near(
        &summary["coverage"]["coveredArea"]["value"],
        24.0 * 6.0 * 200.0 / 1e4,
        0.01,
    );
}
