//! Values that a property cannot have are absent before any rule, and results that cannot be true
//! say so first.

use crate::hand::{Converted, Table, convert, convert_to, description};
use serde_json::{Value, json};
use tramline_convert::{Configuration, ExitClass, Options, Report};
use tramline_model::unit_choice::output_unit;
use tramline_model::{
    DisplayTotal, Ending, OperationType, Property, Severity, TotalQuantity, UnitSystem,
};

/// Passes of 9 m, 2 m a second: `value(row)` of each property.
fn field(rows: usize) -> Table {
    let (metre_north, metre_east) = (1.0 / 111_229.0, 1.0 / 71_696.0);
    let at = |row: usize| {
        let (pass, step) = (row / 100, row % 100);
        let along = if pass.is_multiple_of(2) {
            step
        } else {
            99 - step
        };
        (
            10.0 + pass as f64 * 9.0 * metre_east,
            50.0 + along as f64 * 2.0 * metre_north,
            1_746_367_200_000 + (row + pass * 60) as i64 * 1_000,
        )
    };
    Table::default()
        .number(
            Property::Longitude,
            "arcdeg",
            (0..rows).map(|r| Some(at(r).0)),
        )
        .number(
            Property::Latitude,
            "arcdeg",
            (0..rows).map(|r| Some(at(r).1)),
        )
        .instants((0..rows).map(|r| Some(at(r).2)))
}

fn all(rows: usize, value: f64) -> impl Iterator<Item = Option<f64>> {
    (0..rows).map(move |_| Some(value))
}

fn run(operation: OperationType, crop: &str, table: &Table, configuration: Value) -> Converted {
    let mut description = description(operation, table);
    description.crop = (!crop.is_empty()).then(|| crop.to_owned());
    let configuration: Configuration = serde_json::from_value(configuration).unwrap();
    let options = Options {
        configuration,
        ..Options::default()
    };
    convert(description, table, &options, 170)
}

/// A harvest whose first 30 records have no moisture, as the sensor says it.
fn wet(none: f64) -> Table {
    let rows = 400;
    let moisture = (0..rows).map(|row| Some(if row < 30 { none } else { 20.0 }));
    field(rows)
        .number(Property::EquipmentWidth, "m", all(rows, 9.0))
        .number(Property::Distance, "m", all(rows, 2.0))
        .number(Property::HarvestMoisture, "percentage", moisture)
        .number(Property::WetMass, "kg", all(rows, 18.0))
}

#[test]
fn a_record_without_moisture_keeps_its_ground_and_its_wet_mass() {
    for none in [
        0.0,
        100.0,
        6553.5,
        65535.0,
        -1.0,
        3.402_823_466_385_288_6e38,
        1e308,
    ] {
        let converted = run(OperationType::Harvested, "Corn", &wet(none), json!({}));
        let file = &converted.report;
        assert_eq!(file.points.standard, 400, "{none}");
        let summary = converted.summary();
        let near = |value: &Value, expected: f64| {
            let value = value.as_f64().unwrap();
            assert!((value / expected - 1.0).abs() < 1e-9, "{none}: {value}");
        };
        near(&summary["totalWetMass"]["value"], 7_200.0);
        near(&summary["totalArea"]["value"], 7_200.0);
        near(&summary["harvestMoisture"]["avg"], 20.0);
        near(&summary["harvestMoisture"]["max"], 20.0);
        let told = file
            .findings
            .iter()
            .find(|f| f.code == "standard.value-absent");
        let told = told.unwrap_or_else(|| panic!("{none}: {:?}", file.findings));
        assert!(told.text.contains("30 of 400"), "{}", told.text);
        assert_eq!(file.implausible().count(), 0, "{none}");
        assert!(file.points.add_up(true));
    }
}

#[test]
fn rules_that_the_caller_wrote_judge_what_was_logged() {
    for (rules, kept) in [
        (
            json!({"harvestMoisture": [{"operator": "GT", "value": 0}]}),
            370,
        ),
        (
            json!({"harvestMoisture": [{"operator": "GTE", "value": 0}]}),
            400,
        ),
        (json!({"wetMass": [{"operator": "GT", "value": 0}]}), 400),
        (
            serde_json::to_value(tramline_convert::CleanupRules::default()).unwrap(),
            400,
        ),
    ] {
        let configuration = json!({"cleanupRules": rules});
        let converted = run(OperationType::Harvested, "Corn", &wet(0.0), configuration);
        assert_eq!(converted.report.points.standard, kept, "{rules}");
    }
}

/// Soybeans of 2.975 t/ha whose column is read in `unit`.
fn soybeans(unit: &'static str) -> Table {
    let rows = 400;
    field(rows)
        .number(Property::EquipmentWidth, "m", all(rows, 9.0))
        .number(Property::HarvestMoisture, "percentage", all(rows, 13.5))
        .number(Property::WetMassPerArea, unit, all(rows, 2.975))
}

#[test]
fn a_yield_that_cannot_be_says_so_first_with_the_unit_that_fits() {
    let right = run(
        OperationType::Harvested,
        "Soybeans",
        &soybeans("t/ha"),
        json!({}),
    );
    assert!(right.report.is_sound(), "{:?}", right.report.findings);
    assert_eq!(right.summary().get("plausibility"), None);

    let wrong = run(
        OperationType::Harvested,
        "Soybeans",
        &soybeans("lb/ac"),
        json!({}),
    );
    let file = &wrong.report;
    assert_eq!(file.status, tramline_convert::FileStatus::Processed);
    let first = file.findings.first().expect("a finding");
    assert_eq!(first.code, "plausible.wetMassPerArea");
    assert_eq!(first.severity, Severity::Error);
    assert!(
        first.text.contains("soybeans") && first.text.contains("t/ha"),
        "{}",
        first.text
    );
    let list = &wrong.summary()["plausibility"];
    assert_eq!(list[0]["property"], "wetMassPerArea");
    assert_eq!(list[0]["unit"], "lb/ac");
    assert_eq!(list[0]["suggestedUnit"], "t/ha");
    assert_eq!(list[0]["proof"], Value::Null);
    assert!((list[0]["value"].as_f64().unwrap() - 2.975).abs() < 1e-6);
    assert!(list[0]["low"].as_f64().unwrap() < list[0]["high"].as_f64().unwrap());
}

#[test]
fn every_kind_of_result_is_judged() {
    use OperationType as O;
    use Property as P;
    let rows = 300;
    for (operation, crop, property, unit, value, suggested) in [
        (
            O::Planted,
            "Corn",
            P::SeedRate,
            "ksds/ac",
            34_890.0,
            Some("seeds/ac"),
        ),
        (
            O::Planted,
            "Wheat",
            P::SeedRate,
            "seeds/ac",
            168.0,
            Some("lb/ac"),
        ),
        (
            O::Planted,
            "Sugar beet",
            P::SeedRate,
            "seeds/m2",
            110_000.0,
            Some("seeds/ha"),
        ),
        (O::Planted, "Corn", P::SeedDepth, "in", 40.0, Some("mm")),
        (
            O::Harvested,
            "Wheat",
            P::HarvestMoisture,
            "percentage",
            0.145,
            Some("ratio"),
        ),
        (
            O::Harvested,
            "Wheat",
            P::HarvestMoisture,
            "percentage",
            145.0,
            None,
        ),
        (
            O::Harvested,
            "Wheat",
            P::ProteinPercentage,
            "percentage",
            0.12,
            Some("ratio"),
        ),
        (
            O::Harvested,
            "Wheat",
            P::WetMassPerArea,
            "t/ha",
            8_000.0,
            Some("kg/ha"),
        ),
        (
            O::Harvested,
            "",
            P::WetMassPerArea,
            "t/ha",
            8_000.0,
            Some("kg/ha"),
        ),
        (O::Applied, "", P::AppliedRate, "t/ha", 250.0, Some("kg/ha")),
        (O::Applied, "", P::EquipmentWidth, "m", 2_700.0, Some("cm")),
        (
            O::Tillage,
            "",
            P::TillageDepthActual,
            "in",
            150.0,
            Some("mm"),
        ),
        (O::Tillage, "", P::Speed, "m/s", 30.0, Some("km/hr")),
        (O::Tillage, "", P::Elevation, "m", 8_500.0, Some("ft")),
    ] {
        let mut table = field(rows).number(property, unit, all(rows, value));
        if property != P::EquipmentWidth {
            table = table.number(P::EquipmentWidth, "m", all(rows, 9.0));
        }
        let configuration = json!({"outOfStandardOperations": true});
        let converted = run(operation, crop, &table, configuration);
        let summary = converted.summary();
        let list = summary["plausibility"]
            .as_array()
            .cloned()
            .unwrap_or_default();
        let found = list
            .iter()
            .find(|entry| entry["property"] == property.name());
        let found = found.unwrap_or_else(|| panic!("{property:?} {value} {unit}: {list:?}"));
        assert_eq!(
            found["suggestedUnit"].as_str(),
            suggested,
            "{property:?} {unit}"
        );
        let first = converted.report.findings.first().expect("a finding");
        assert_eq!(first.severity, Severity::Error, "{property:?}");
        let report = Report {
            tramline: "0".into(),
            input: tramline_convert::Input {
                name: "a.csv".into(),
                sha256: "00".into(),
                size_bytes: 1,
            },
            files: vec![converted.report.clone()],
            unclaimed: Vec::new(),
            findings: Vec::new(),
        };
        assert_eq!(report.exit_class(), ExitClass::SomeFailed);
    }
}

#[test]
fn a_column_in_another_unit_is_told_by_the_evidence_of_the_rows() {
    let rows = 400;
    let table = |unit: &'static str| {
        field(rows)
            .number(Property::EquipmentWidth, "m", all(rows, 9.0))
            .number(Property::Distance, unit, all(rows, 2.0))
            .number(Property::TillageDepthActual, "cm", all(rows, 10.0))
    };
    let right = run(OperationType::Tillage, "", &table("m"), json!({}));
    let codes = |converted: &Converted| -> Vec<String> {
        let findings = converted.report.findings.iter();
        findings
            .map(|f| f.code.to_string())
            .filter(|code| code.starts_with("plausible."))
            .collect()
    };
    assert_eq!(codes(&right), Vec::<String>::new());
    let wrong = run(OperationType::Tillage, "", &table("ft"), json!({}));
    assert_eq!(codes(&wrong), ["plausible.distance-unit"]);
    let told = wrong
        .report
        .findings
        .iter()
        .find(|f| f.code == "plausible.distance-unit");
    let text = &told.expect("told").text;
    assert!(text.contains("distance is in m, not in ft"), "{text}");
}

#[test]
fn records_of_one_time_that_make_a_swath_of_kilometres_are_told() {
    let rows = 300;
    let mut table = field(rows)
        .number(Property::EquipmentWidth, "m", all(rows, 18.0))
        .number(Property::Distance, "m", all(rows, 2.0))
        .number(Property::AppliedRate, "kg/ha", all(rows, 200.0))
        .integers(Property::SectionId, (0..rows).map(|row| row as i64));
    table.fields.remove(2);
    table.columns.remove(2);
    let table = table.instants((0..rows).map(|_| Some(1_746_367_200_000)));
    let converted = run(
        OperationType::Applied,
        "",
        &table,
        json!({"outOfStandardOperations": true}),
    );
    let names: Vec<String> = converted.summary()["plausibility"]
        .as_array()
        .into_iter()
        .flatten()
        .map(|entry| entry["property"].to_string())
        .collect();
    assert!(!names.is_empty(), "{:?}", converted.summary()["coverage"]);
    assert_eq!(converted.report.findings[0].severity, Severity::Error);
}

#[test]
fn numbers_of_any_size_are_borne() {
    let rows = 60;
    for value in [
        f64::NAN,
        f64::INFINITY,
        f64::NEG_INFINITY,
        1e308,
        -1e308,
        f64::MIN_POSITIVE,
    ] {
        for operation in OperationType::FIELD_WORK {
            let mut table = field(rows);
            for property in Property::ALL {
                if matches!(property, Property::Longitude | Property::Latitude) {
                    continue;
                }
                if let Some(unit) = output_unit(*property, None, UnitSystem::Metric, false) {
                    table = table.number(*property, unit.symbol, all(rows, value));
                }
            }
            let configuration = json!({"outOfStandardOperations": true});
            let converted = run(operation, "Corn", &table, configuration);
            let points = &converted.report.points;
            assert_eq!(points.read, rows as u64);
            assert!(points.add_up(true), "{value}: {points:?}");
        }
    }
}

#[test]
fn a_total_that_is_not_the_displays_stands_first_with_its_cause() {
    // 7,200 kg on 7,200 m2, of 400 records.
    for (quantity, unit, value, cause) in [
        (TotalQuantity::WetMass, "kg", 7_300.0, None),
        (
            TotalQuantity::WetMass,
            "kg",
            7_579.0,
            Some("the display counted work that is not"),
        ),
        (
            TotalQuantity::WetMass,
            "kg",
            6_000.0,
            Some("did not count all the work"),
        ),
        (
            TotalQuantity::WetMass,
            "kg",
            7_200.0 * 2.204_62,
            Some("one of the units is wrong"),
        ),
        (
            TotalQuantity::Area,
            "m2",
            7_200.0 / 2.471_05,
            Some("one of the units is wrong"),
        ),
        (TotalQuantity::Area, "ha", 0.72, None),
        (
            TotalQuantity::Distance,
            "m",
            800.0 / 0.3048,
            Some("one of the units is wrong"),
        ),
    ] {
        let total = DisplayTotal {
            name: "DDI 90 yield total mass".to_owned(),
            value,
            unit: unit.to_owned(),
            quantity: Some(quantity),
        };
        let ending = Ending {
            display_totals: vec![total],
            ..Ending::default()
        };
        let table = wet(20.0);
        let mut description = description(OperationType::Harvested, &table);
        description.crop = Some("corn".to_owned());
        let converted = convert_to(description, &table, &Options::default(), 400, ending);
        let summary = converted.summary();
        let told = summary["displayTotals"][0]["cause"].as_str();
        match cause {
            None => assert_eq!(told, None, "{value} {unit}"),
            Some(cause) => {
                assert!(
                    told.is_some_and(|told| told.contains(cause)),
                    "{value} {unit}: {told:?}"
                );
                let first = &converted.report.findings[0];
                assert_eq!(first.code, "summary.display-total");
                assert!(first.text.contains(cause), "{}", first.text);
            }
        }
    }
}

/// The cause that is told for the first of several totals of the display, over 400 records of 18 m2 and 18 kg
/// of which every tenth was at rest.
fn cause_of(totals: &[(TotalQuantity, &str, f64)]) -> String {
    let rows = 400;
    let states = (0..rows).map(|row| Some(if row % 10 == 9 { "Off" } else { "On" }));
    let table = field(rows)
        .number(Property::EquipmentWidth, "m", all(rows, 9.0))
        .number(Property::HarvestMoisture, "percentage", all(rows, 20.0))
        .number(Property::WetMass, "kg", all(rows, 18.0))
        .number(Property::Distance, "m", all(rows, 2.0))
        .text(Property::RecordingStatus, states);
    let totals = totals.iter().map(|(quantity, unit, value)| DisplayTotal {
        name: "a counter".to_owned(),
        value: *value,
        unit: (*unit).to_owned(),
        quantity: Some(*quantity),
    });
    let ending = Ending {
        display_totals: totals.collect(),
        ..Ending::default()
    };
    let mut description = description(OperationType::Harvested, &table);
    description.crop = Some("corn".to_owned());
    let converted = convert_to(description, &table, &Options::default(), 170, ending);
    let summary = converted.summary();
    let cause = summary["displayTotals"][0]["cause"].as_str();
    cause.unwrap_or_default().to_owned()
}

#[test]
fn the_cause_of_another_total_is_told_in_numbers() {
    use TotalQuantity::{Area, WetMass};
    for (totals, told) in [
        // The display counted the crop of the records at rest: 40 of 18 kg.
        (
            &[(WetMass, "kg", 7_200.0)][..],
            "counted 40 points that were dropped: they hold 720.0 kg, 10.0 % of its total, and with them the \
             difference is +0.0 %",
        ),
        // It counted 8 % more ground, and the crop with it.
        (
            &[(WetMass, "kg", 6_998.4), (Area, "m2", 6_998.4)],
            "the worked area differs by as much: 6480 m2 in the points, 6998 m2 on the display (-7.4 %)",
        ),
        // A display that was set to a header of 12 m.
        (
            &[(Area, "m2", 8_640.0)],
            "the display's area is 12.00 m wide and the area of the points 9.00 m",
        ),
        // The same ground, and a calibration between the two.
        (
            &[(WetMass, "kg", 5_000.0), (Area, "m2", 6_480.0)],
            "the worked area agrees (+0.0 %), so the rates differ: 7716.0 kg/ha by the display's totals, 10000.0 kg/ha",
        ),
    ] {
        let cause = cause_of(totals);
        assert!(cause.contains(told), "{totals:?}: {cause}");
    }
    assert_eq!(cause_of(&[(WetMass, "kg", 6_400.0)]), "");
}
