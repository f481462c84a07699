//! Three unit systems say the same.

use crate::hand::{Table, convert, description};
use serde_json::Value;
use tramline_convert::{Options, UnitSystem};
use tramline_model::{OperationType, Property, Unit};

fn table() -> Table {
    let rows = 50;
    Table::default()
        .number(
            Property::Longitude,
            "arcdeg",
            (0..rows).map(|r| Some(-93.0 + f64::from(r) * 2e-5)),
        )
        .number(Property::Latitude, "arcdeg", (0..rows).map(|_| Some(43.0)))
        .instants((0..rows).map(|r| Some(1_600_000_000_000 + i64::from(r) * 1_000)))
        .number(Property::Elevation, "ft", (0..rows).map(|_| Some(1_030.0)))
        .number(
            Property::EquipmentWidth,
            "ft",
            (0..rows).map(|_| Some(30.0)),
        )
        .number(Property::Speed, "mi/hr", (0..rows).map(|_| Some(4.0)))
        .number(
            Property::CropFlow,
            "lb/s",
            (0..rows).map(|r| Some(20.0 + f64::from(r))),
        )
        .number(
            Property::SamplingInterval,
            "s",
            (0..rows).map(|_| Some(1.0)),
        )
        .number(
            Property::HarvestMoisture,
            "percentage",
            (0..rows).map(|_| Some(18.0)),
        )
}

/// Every quantity with a unit, in base units.
fn base(value: &Value, path: &str, out: &mut Vec<(String, f64)>) {
    let Value::Object(map) = value else {
        if let Value::Array(list) = value {
            for (index, item) in list.iter().enumerate() {
                base(item, &format!("{path}/{index}"), out);
            }
        }
        return;
    };
    let unit = map
        .get("unit")
        .and_then(Value::as_str)
        .and_then(Unit::from_symbol);
    for (key, item) in map {
        match (unit, item.as_f64()) {
            (Some(unit), Some(number)) => out.push((format!("{path}/{key}"), unit.to_base(number))),
            _ => base(item, &format!("{path}/{key}"), out),
        }
    }
}

#[test]
fn summaries_agree_in_base_units() {
    let table = table();
    let mut quantities = Vec::new();
    for system in [
        UnitSystem::Default,
        UnitSystem::Imperial,
        UnitSystem::Metric,
    ] {
        let mut operation = description(OperationType::Harvested, &table);
        operation.crop = Some("soja".to_owned());
        let options = Options {
            unit_systems: vec![system],
            ..Options::default()
        };
        let converted = convert(operation, &table, &options, 20);
        let mut list = Vec::new();
        base(&converted.summary(), "", &mut list);
        quantities.push(list);
    }
    let [default, imperial, metric] = quantities.try_into().unwrap();
    assert!(default.len() > 40, "{default:?}");
    for ((a, b), c) in default.iter().zip(&imperial).zip(&metric) {
        assert_eq!((&a.0, &a.0), (&b.0, &c.0));
        for other in [b.1, c.1] {
            assert!(
                (a.1 - other).abs() <= 1e-9 * a.1.abs().max(1e-9),
                "{a:?} {b:?} {c:?}"
            );
        }
    }
}

#[test]
fn further_systems_give_further_summaries() {
    let table = table();
    let mut operation = description(OperationType::Harvested, &table);
    operation.crop = Some("Sojabohnen".to_owned());
    let options = Options {
        unit_systems: vec![UnitSystem::Default, UnitSystem::Metric],
        ..Options::default()
    };
    let converted = convert(operation, &table, &options, 20);
    let files = converted.sink.files.lock().unwrap();
    let name = format!("{}/summary.metric.json", converted.report.dir);
    let metric: Value = serde_json::from_slice(&files[&name]).unwrap();
    assert_eq!(metric["properties"]["totalWetMass"]["unit"], "t");
    assert_eq!(metric["properties"]["totalArea"]["unit"], "ha");
}
