//! Simulated rows of known units under titles that do not say them, or say them wrong.

use super::*;
use crate::shared::columns::{Title, map_titles};
use std::collections::BTreeMap;
use tramline_model::{OperationType, Unit};

/// A harvest of wheat: passes of 120 rows, one row a second.
struct Field {
    rows: usize,
    /// Metres: width, between passes.
    width: f64,
}

/// The true value of a row in base units, by property.
type Truth = fn(&Row) -> f64;

struct Row {
    distance: f64,
    speed: f64,
    width: f64,
    /// Kilograms in a square metre.
    yields: f64,
}

const PASS: usize = 120;

impl Field {
    fn row(&self, at: usize) -> (Row, (f64, f64)) {
        let (pass, along) = (at / PASS, at % PASS);
        let up = if pass % 2 == 0 {
            along
        } else {
            PASS - 1 - along
        };
        let wobble = ((at * 7919) % 101) as f64 / 101.0 - 0.5;
        let speed = 1.9;
        let (north, east) = crate::shared::ground::metres_per_degree(51.0);
        let place = (
            9.0 + pass as f64 * self.width * 0.98 / east,
            51.0 + up as f64 * speed / north + wobble * 0.04 / north,
        );
        let row = Row {
            distance: speed,
            speed,
            width: self.width,
            yields: 0.75 + 0.15 * wobble,
        };
        (row, place)
    }
}

/// Title, unit that the values have, and the truth.
type Column = (&'static str, &'static str, Truth);

const COLUMNS: &[Column] = &[
    ("Distance", "m", |r| r.distance),
    ("Speed", "km/hr", |r| r.speed),
    ("Swath", "m", |r| r.width),
    ("Area", "ha", |r| r.distance * r.width),
    ("Flow", "kg/s", |r| r.yields * r.speed * r.width),
    ("Wet Mass Yield", "t/ha", |r| r.yields),
    ("Mass", "kg", |r| r.yields * r.distance * r.width),
];

/// The units that come out of a table: by column of `COLUMNS`.
fn settled(
    columns: &[(String, &'static str, Truth)],
    seconds: bool,
) -> (Vec<&'static str>, Vec<Finding>) {
    let field = Field {
        rows: 720,
        width: 9.0,
    };
    let titles: Vec<Title> = columns.iter().map(|c| Title::from_text(&c.0)).collect();
    let mut mapping = map_titles(&titles, &BTreeMap::new());
    assert_eq!(mapping.operation_type, Some(OperationType::Harvested));
    let number = |row: usize, at: usize| {
        let (_, unit, truth) = columns.get(at)?;
        Some(Unit::known(unit).from_base(truth(&field.row(row).0)))
    };
    let sample = Sample::take(
        &mapping,
        field.rows,
        |row| Some(field.row(row).1),
        |row| seconds.then_some(1_500_000_000_000 + row as i64 * 1_000),
        number,
        None,
    );
    let findings = settle(&mut mapping, &titles, &sample, &Place::default());
    let units = mapping
        .columns
        .iter()
        .map(|m| m.as_ref().and_then(|m| m.unit).map_or("", |u| u.symbol));
    (units.collect(), findings)
}

fn all(change: Option<(usize, &'static str)>, say: bool) -> Vec<(String, &'static str, Truth)> {
    COLUMNS
        .iter()
        .enumerate()
        .map(|(at, (title, unit, truth))| {
            let values = change.filter(|(c, _)| *c == at).map_or(*unit, |(_, u)| u);
            let title = if say {
                format!("{title}({unit})")
            } else {
                (*title).to_owned()
            };
            (title, values, *truth)
        })
        .collect()
}

#[test]
fn a_table_without_units_proves_them() {
    for seconds in [true, false] {
        let (units, findings) = settled(&all(None, false), seconds);
        let expected: Vec<&str> = COLUMNS.iter().map(|c| c.1).collect();
        assert_eq!(units, expected, "{findings:?}");
        let proved = findings.iter().find(|f| f.code == "columns.unit-proved");
        let units = proved
            .and_then(|f| f.values["units"].as_array())
            .expect("units");
        for unit in units {
            let (title, symbol, _) = COLUMNS
                .iter()
                .find(|(title, ..)| unit["column"] == *title)
                .expect("a column of the table");
            assert_eq!(unit["unit"], *symbol, "{title}");
            assert!(
                unit["proofs"]
                    .as_array()
                    .is_some_and(|list| !list.is_empty())
            );
        }
    }
}

#[test]
fn one_other_unit_among_stated_ones_is_proved_when_it_is_not_said() {
    for (at, other) in [
        (0, "ft"),
        (0, "in"),
        (1, "mi/hr"),
        (1, "m/s"),
        (2, "ft"),
        (3, "ac"),
        (3, "m2"),
        (4, "lb/s"),
        (4, "t/h"),
        (5, "lb/ac"),
        (5, "kg/ha"),
        (6, "lb"),
        (6, "t"),
    ] {
        let mut columns = all(Some((at, other)), true);
        columns[at].0 = COLUMNS[at].0.to_owned();
        let (units, findings) = settled(&columns, true);
        assert_eq!(units[at], other, "{} {findings:?}", COLUMNS[at].0);
        let rest = |i: &usize| *i != at;
        for i in (0..COLUMNS.len()).filter(rest) {
            assert_eq!(
                units[i], COLUMNS[i].1,
                "{} beside {}",
                COLUMNS[i].0, COLUMNS[at].0
            );
        }
    }
}

#[test]
fn a_title_that_lies_is_overruled_or_doubted_and_never_silent() {
    for (at, other) in [
        (0, "ft"),
        (1, "mi/hr"),
        (2, "ft"),
        (3, "ac"),
        (4, "lb/s"),
        (5, "lb/ac"),
        (6, "lb"),
    ] {
        let (units, findings) = settled(&all(Some((at, other)), true), true);
        let name = COLUMNS[at].0;
        let told = findings
            .iter()
            .find(|f| f.text.contains(&format!("`{name}")));
        let told = told.unwrap_or_else(|| panic!("{name} in {other} is silent: {findings:?}"));
        let overruled = told.code == "columns.unit-overruled";
        let right = if overruled { other } else { COLUMNS[at].1 };
        assert_eq!(units[at], right, "{told:?}");
        assert!(told.text.contains(other), "{told:?}");
        assert!(!overruled || told.text.contains(COLUMNS[at].1), "{told:?}");
    }
}

#[test]
fn a_right_table_is_left_alone() {
    let (units, findings) = settled(&all(None, true), true);
    let expected: Vec<&str> = COLUMNS.iter().map(|c| c.1).collect();
    assert_eq!((units, findings.len()), (expected, 0), "{findings:?}");
}
