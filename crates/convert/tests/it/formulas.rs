//! Messages and formulas of the contract on small tables.

use crate::hand::{Converted, Table, convert, description, near};
use tramline_convert::{Configuration, Options, Step};
use tramline_model::{DropReason, OperationType, Product, Property, RefusedStandard};

/// A straight pass eastwards at 50 N, one point each second, 2 m/s.
fn pass(rows: usize) -> Table {
    let metres_per_degree = 71_695.757_6;
    Table::default()
        .number(
            Property::Longitude,
            "arcdeg",
            (0..rows).map(|row| Some(10.0 + row as f64 * 2.0 / metres_per_degree)),
        )
        .number(Property::Latitude, "arcdeg", (0..rows).map(|_| Some(50.0)))
        .instants((0..rows).map(|row| Some(1_700_000_000_000 + row as i64 * 1_000)))
        .number(Property::Elevation, "m", (0..rows).map(|_| Some(100.0)))
        .number(Property::EquipmentWidth, "m", (0..rows).map(|_| Some(6.0)))
}

fn run(kind: OperationType, table: &Table, configuration: Configuration) -> Converted {
    let options = Options {
        configuration,
        ..Options::default()
    };
    convert(description(kind, table), table, &options, 7)
}

#[test]
fn distance_heading_speed_and_area_are_derived() {
    let table = pass(11).number(Property::AppliedRate, "L/ha", (0..11).map(|_| Some(200.0)));
    let converted = run(OperationType::Applied, &table, Configuration::default());
    assert_eq!(converted.message(Step::StandardGeojson), "ok");
    let summary = converted.summary();
    near(&summary["totalDistance"]["value"], 20.0, 1e-6);
    near(&summary["totalArea"]["value"], 120.0, 1e-6);
    near(&summary["speed"]["avg"], 2.0, 1e-6);
    near(&summary["appliedRate"]["avg"], 200.0, 1e-12);
    // 200 L/ha on 0.012 ha.
    near(&summary["totalApplied"]["value"], 2.4, 1e-6);
    assert_eq!(summary["totalApplied"]["unit"], "L");
    assert_eq!(summary["products"][0]["name"], "unknown");
    assert_eq!(summary["startTime"], "2023-11-14T22:13:20Z");
    let derived = converted
        .report
        .findings
        .iter()
        .find(|f| f.code == "standard.derived")
        .unwrap();
    for property in ["distance", "heading", "speed", "area"] {
        assert!(derived.text.contains(property), "{}", derived.text);
    }
    assert_eq!(
        converted.json("summary")["geometry"]["type"],
        "MultiPolygon"
    );
}

#[test]
fn sections_of_one_instant_are_one_step_of_the_way() {
    let rows = 40;
    let metres_per_degree = 71_695.757_6;
    let table = Table::default()
        .number(
            Property::Longitude,
            "arcdeg",
            (0..rows).map(|row| Some(10.0 + f64::from(row / 4) * 2.0 / metres_per_degree)),
        )
        .number(Property::Latitude, "arcdeg", (0..rows).map(|_| Some(50.0)))
        .instants((0..rows).map(|row| Some(1_700_000_000_000 + i64::from(row / 4) * 1_000)))
        .integers(Property::SectionId, (0..rows).map(|row| i64::from(row % 4)))
        .number(Property::Elevation, "m", (0..rows).map(|_| Some(100.0)))
        .number(Property::EquipmentWidth, "m", (0..rows).map(|_| Some(1.5)))
        .number(
            Property::SeedRate,
            "seeds/ha",
            (0..rows).map(|_| Some(80_000.0)),
        );
    let mut operation = description(OperationType::Planted, &table);
    operation.crop = Some("maize".to_owned());
    let converted = convert(operation, &table, &Options::default(), 6);
    let summary = converted.summary();
    near(&summary["totalDistance"]["value"], 18.0, 1e-6);
    near(&summary["totalArea"]["value"], 108.0, 1e-6);
    // Whole seeds of 80,000 /ha on 0.0108 ha, whose area is known to about 1e-7.
    assert!((863..=864).contains(&summary["totalPlanted"]["value"].as_i64().unwrap()));
    assert_eq!(summary["totalPlanted"]["unit"], "seeds");
    assert_eq!(summary["varieties"][0]["name"], "Maize");
}

#[test]
fn missing_properties_are_named_in_the_contract_s_words() {
    let table = pass(5).number(Property::SeedRate, "seeds/ha", (0..5).map(|_| Some(8e4)));
    let converted = run(OperationType::Planted, &table, Configuration::default());
    assert_eq!(
        converted.message(Step::StandardGeojson),
        "missing required properties: crop"
    );
    assert_eq!(converted.message(Step::Summary), "skipped");
    assert_eq!(converted.message(Step::Units), "ok");
    assert_eq!(
        converted.report.points.dropped[&RefusedStandard::MissingProperties.into()],
        5
    );
    let optional: Configuration = serde_json::from_value(serde_json::json!(
        { "cropOptional": { "standardGeoJson": { "planted": { "crop": "optional" } } } }
    ))
    .unwrap();
    let converted = run(OperationType::Planted, &table, optional);
    assert_eq!(converted.message(Step::StandardGeojson), "ok");
}

#[test]
fn other_work_and_empty_results_are_told_in_the_contract_s_words() {
    for (word, shown) in [
        ("guidance", "guidance"),
        ("Data Collection", "datacollection"),
        ("data_gathering", "datagathering"),
        ("", "unknown"),
        ("42", "unknown"),
    ] {
        let other = OperationType::Other(word.to_owned());
        let converted = run(other, &pass(5), Configuration::default());
        assert_eq!(
            converted.message(Step::StandardGeojson),
            format!("unsupported operation type: {shown}")
        );
    }
    let off = pass(5).number(Property::AppliedRate, "L/ha", (0..5).map(|_| Some(0.0)));
    let converted = run(OperationType::Applied, &off, Configuration::default());
    assert_eq!(
        converted.message(Step::StandardGeojson),
        "no points passed the filter"
    );
    assert_eq!(
        converted.report.points.dropped[&DropReason::Cleanup(Property::AppliedRate)],
        5
    );
}

#[test]
fn harvest_without_a_crop_has_mass_and_no_volume() {
    let table = pass(6)
        .number(Property::WetMass, "kg", (0..6).map(|_| Some(10.0)))
        .number(
            Property::HarvestMoisture,
            "prcnt",
            (0..6).map(|_| Some(30.0)),
        );
    let converted = run(OperationType::Harvested, &table, Configuration::default());
    assert_eq!(converted.message(Step::StandardGeojson), "ok");
    let summary = converted.summary();
    near(&summary["totalWetMass"]["value"], 60.0, 1e-12);
    assert!(summary.get("totalDryMass").is_none());
    assert!(summary.get("totalWetVolume").is_none());
    assert!(
        converted
            .report
            .findings
            .iter()
            .any(|f| f.code == "standard.crop-missing")
    );
}

#[test]
fn a_custom_rule_set_replaces_the_default_one() {
    let table = pass(10).number(
        Property::AppliedRate,
        "L/ha",
        (0..10).map(|row| Some(f64::from(row) * 10.0)),
    );
    let configuration: Configuration = serde_json::from_value(serde_json::json!({
        "cleanupRules": { "appliedRate": [ { "operator": "GTE", "value": 0 }, { "operator": "LT", "value": 50 } ] },
        "somethingNew": 1
    }))
    .unwrap();
    assert_eq!(
        configuration.unknown_keys().collect::<Vec<_>>(),
        ["somethingNew"]
    );
    let mut operation = description(OperationType::Applied, &table);
    operation.products = vec![Product {
        name: "UAN 32".to_owned(),
        ..Product::default()
    }];
    let options = Options {
        configuration,
        ..Options::default()
    };
    let converted = convert(operation, &table, &options, 100);
    assert_eq!(converted.report.points.standard, 5);
    assert_eq!(
        converted.report.points.dropped[&DropReason::Cleanup(Property::AppliedRate)],
        5
    );
    assert_eq!(converted.summary()["products"][0]["name"], "UAN 32");
}
