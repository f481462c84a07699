//! What is made of the steps between positions: true where the log pauses, jumps, or is in no order, and
//! nothing where nothing is known.

use crate::hand::{Converted, Table, convert, description, near};
use serde_json::{Value, json};
use tramline_convert::{Configuration, Options};
use tramline_model::{DropReason, OperationType, Property};

const PASSES: usize = 10;
const STEPS: usize = 120;
const ROWS: usize = PASSES * STEPS;
/// Ground of a record: two metres by six.
const RECORD_M2: f64 = 12.0;

/// One record: second, metres east and north.
#[derive(Clone, Copy)]
struct Record {
    second: f64,
    east: f64,
    north: f64,
}

/// Passes of 6 m there and back at 2 m/s, a record a second. Before record `row` of all nothing is logged
/// for `pause(row)` seconds.
fn drive(pause: impl Fn(usize) -> f64) -> Vec<Record> {
    let mut second = 0.0;
    (0..ROWS)
        .map(|row| {
            let (pass, step) = (row / STEPS, row % STEPS);
            second += 1.0 + pause(row);
            let along = if pass % 2 == 0 {
                step
            } else {
                STEPS - 1 - step
            };
            Record {
                second,
                east: pass as f64 * 6.0,
                north: along as f64 * 2.0,
            }
        })
        .collect()
}

/// Turns of 20 s that were not logged.
fn turns(row: usize) -> f64 {
    if row > 0 && row.is_multiple_of(STEPS) {
        20.0
    } else {
        0.0
    }
}

fn table(records: &[Record], timed: bool) -> Table {
    sections(records, timed, 1.0)
}

/// The same with each record as one of `count` sections beside each other.
fn sections(records: &[Record], timed: bool, count: f64) -> Table {
    let (metre_north, metre_east) = (1.0 / 111_229.0, 1.0 / 71_696.0);
    let of = |value: &dyn Fn(&Record) -> f64| -> Vec<Option<f64>> {
        records.iter().map(|record| Some(value(record))).collect()
    };
    let table = Table::default()
        .number(
            Property::Longitude,
            "arcdeg",
            of(&|r| 10.0 + r.east * metre_east),
        )
        .number(
            Property::Latitude,
            "arcdeg",
            of(&|r| 50.0 + r.north * metre_north),
        )
        .number(Property::EquipmentWidth, "m", of(&|_| 6.0 / count))
        .number(Property::CropFlow, "kg/s", of(&|_| 9.6 / count))
        .number(Property::HarvestMoisture, "percentage", of(&|_| 20.0));
    if !timed {
        return table;
    }
    let instants = records
        .iter()
        .map(|r| 1_746_367_200_000 + (r.second * 1e3) as i64);
    table.instants(instants.map(Some))
}

fn run(table: &Table) -> Converted {
    let mut description = description(OperationType::Harvested, table);
    description.crop = Some("Corn".to_owned());
    let configuration: Configuration =
        serde_json::from_value(json!({"outOfStandardOperations": true})).unwrap();
    let options = Options {
        configuration,
        ..Options::default()
    };
    convert(description, table, &options, 500)
}

fn text(converted: &Converted, code: &str) -> Option<String> {
    let mut findings = converted.report.findings.iter();
    findings.find(|f| f.code == code).map(|f| f.text.clone())
}

/// Area and wet mass are those of `records`, within half a percent, and no speed is beyond a machine's.
fn is_true(converted: &Converted, records: usize) {
    let summary = converted.summary();
    near(
        &summary["totalArea"]["value"],
        RECORD_M2 * records as f64,
        5e-3,
    );
    near(
        &summary["totalWetMass"]["value"],
        9.6 * records as f64,
        5e-3,
    );
    let fastest = summary["speed"]["max"].as_f64().unwrap();
    assert!(fastest <= 15.0, "{fastest} m/s");
}

#[test]
fn pauses_that_were_not_logged_are_no_work() {
    let stops = |length: f64| move |row: usize| if row % 97 == 50 { length } else { turns(row) };
    for (name, records) in [
        ("turns of 20 s", drive(turns)),
        ("turns of 4 s", drive(|row| turns(row) / 5.0)),
        ("stops of 6 s", drive(stops(6.0))),
        ("stops of 28 s", drive(stops(28.0))),
        ("stops of two minutes", drive(stops(120.0))),
        (
            "an hour's break",
            drive(|row| if row == 400 { 3_600.0 } else { turns(row) }),
        ),
    ] {
        eprintln!("{name}");
        is_true(&run(&table(&records, true)), ROWS);
    }
}

#[test]
fn a_receiver_that_jumps_makes_no_way() {
    for far in [45.0, 300.0, 40_000.0] {
        let mut records = drive(turns);
        for row in (60..ROWS).step_by(149) {
            records[row].east += far;
        }
        is_true(&run(&table(&records, true)), ROWS);
    }
}

#[test]
fn a_log_that_tells_rest_has_worked_where_it_says_so() {
    // Ten seconds between two records, at full speed: lost ones on the way. The turns were work too.
    let mut records = drive(turns);
    records.retain(|record| !(600.0..610.0).contains(&record.second));
    let states = (0..records.len()).map(|row| Some(if row < 10 { "Off" } else { "On" }));
    let table = table(&records, true).text(Property::RecordingStatus, states);
    let summary = run(&table).summary();
    let way = 2.0 * (ROWS - PASSES - 9) as f64 + 6.0 * (PASSES - 1) as f64;
    near(&summary["totalDistance"]["value"], way, 1e-3);
}

#[test]
fn the_first_record_has_no_way_behind_it() {
    let converted = run(&table(&drive(turns), true));
    let points = converted.json("standardGeojson");
    let of = |row: usize, property: &str| points["features"][row]["properties"][property].as_f64();
    for property in ["distance", "area", "speed", "wetMass"] {
        assert_eq!(of(0, property), None, "{property}");
        assert!(of(1, property).is_some(), "{property}");
    }
}

/// The same rows in another order: a step of 487 rows that comes to each once.
fn shuffled(records: &[Record]) -> Vec<Record> {
    (0..records.len())
        .map(|row| records[row * 487 % records.len()])
        .collect()
}

#[test]
fn rows_in_no_order_have_no_way_and_no_ground() {
    for timed in [false, true] {
        let converted = run(&table(&shuffled(&drive(turns)), timed));
        let summary = converted.summary();
        for total in ["totalArea", "totalDistance"] {
            assert_eq!(summary[total]["value"], Value::Null, "{total}");
        }
        assert!(summary.get("speed").is_none());
        let told = text(&converted, "standard.unordered").expect("a finding");
        assert!(told.contains("not in the order"), "{told}");
    }
    assert!(text(&run(&table(&drive(turns), false)), "standard.unordered").is_none());
}

#[test]
fn points_a_continent_away_are_dropped_and_two_farms_are_not() {
    let far = |rows: std::ops::Range<usize>| {
        let mut records = drive(turns);
        for record in &mut records[rows] {
            record.east -= 3e6;
        }
        let converted = run(&table(&records, true));
        let dropped = converted
            .report
            .points
            .dropped
            .get(&DropReason::PositionFar);
        dropped.copied().unwrap_or(0)
    };
    assert_eq!(far(700..703), 3);
    assert_eq!(far(600..1_200), 0, "half of the work lies there");
}

#[test]
fn a_distance_sensor_that_slips_is_told_in_percent() {
    for (share, words) in [(0.89, "11 % too short"), (1.08, "8 % too long")] {
        let records = drive(turns);
        let distances = records.iter().map(|_| Some(2.0 * share));
        let table = table(&records, true).number(Property::Distance, "m", distances);
        let told = text(&run(&table), "standard.distance-sensor").expect("a finding");
        assert!(told.contains(words), "{told}");
    }
    let records = drive(turns);
    let true_ones =
        table(&records, true).number(Property::Distance, "m", records.iter().map(|_| Some(2.0)));
    assert!(text(&run(&true_ones), "standard.distance-sensor").is_none());
    let derived = run(&table(&records, true));
    assert!(text(&derived, "standard.distance-sensor").is_none());
}

#[test]
fn what_is_a_hair_below_zero_is_zero() {
    let records = drive(turns);
    let distances = (0..ROWS).map(|row| Some(if row % 3 == 1 { -0.0004 } else { 2.0 }));
    let table = table(&records, true).number(Property::Distance, "m", distances);
    let points = run(&table).json("standardGeojson");
    let features = points["features"].as_array().unwrap();
    let least = features
        .iter()
        .filter_map(|feature| feature["properties"]["distance"].as_f64())
        .fold(f64::INFINITY, f64::min);
    assert_eq!(least, 0.0);
}

#[test]
fn rows_beside_each_other_are_sections_though_nothing_numbers_them() {
    // Each record as three sections of two metres.
    let records = drive(turns);
    let parts: Vec<Record> = records
        .iter()
        .flat_map(|record| {
            [-2.0, 0.0, 2.0].map(|beside| Record {
                east: record.east + beside,
                ..*record
            })
        })
        .collect();
    is_true(&run(&sections(&parts, true, 3.0)), ROWS);
}
