//! What is known of a machine file beside its report: when and where the work was, and in which
//! fields. The service makes columns of its rows of it; no artifact and no report holds it.
//!
//! Rule: every number comes back from JSON bit by bit (see [`crate::exact`]).

use crate::points::standardised::Standardised;
use serde::{Deserialize, Serialize};
use tramline_model::{Property, Unit};

/// One machine file.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct FileFacts {
    /// The `id` of its report.
    pub id: String,
    /// First and last instant of the standard points, milliseconds since 1970 UTC. `None` when no
    /// point has one, and for a machine file without a summary.
    pub started_ms: Option<i64>,
    /// Last instant of the standard points, milliseconds since 1970 UTC.
    pub ended_ms: Option<i64>,
    /// Worked area of the standard points in square metres, as the summary tells it.
    #[serde(with = "crate::exact::option")]
    pub area_m2: Option<f64>,
    /// Where the standard points lie; `None` without standard points, or when it was not asked.
    pub located: Option<FieldSplit>,
}

impl FileFacts {
    pub(crate) fn new(id: &str) -> Self {
        Self {
            id: id.to_owned(),
            ..Self::default()
        }
    }

    /// The standard output stands: what its summary says, and where its points lie.
    pub(crate) fn take_in(&mut self, results: &Standardised<'_>, located: Option<FieldSplit>) {
        let totals = results.totals;
        self.started_ms = told_ms(totals.first_ms);
        self.ended_ms = told_ms(totals.last_ms);
        let unit = results.unit(Property::Area);
        self.area_m2 = unit.and_then(|unit| told_area_m2(totals.area_m2.value(), unit));
        self.located = located;
    }
}

/// The standard points of a machine file by field.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct FieldSplit {
    /// The fields that hold enough of the points.
    pub fields: Vec<FieldShare>,
    /// Points with a position.
    pub points: u64,
    /// Points in no field.
    pub outside: u64,
    /// Points outside of all fields that count as inside, since a boundary is near enough.
    #[serde(default)]
    pub tolerated: u64,
    /// West, south, east, north of all points, in degrees.
    #[serde(with = "crate::exact::bounds")]
    pub bounds: Option<[f64; 4]>,
}

/// The part of a file that lies in one field.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct FieldShare {
    /// Place of the boundary in the list.
    pub boundary: usize,
    /// Points that lie in it.
    pub points: u64,
    /// Square metres.
    #[serde(with = "crate::exact")]
    pub area_m2: f64,
}

/// An instant as a summary can tell it: one of the years -9999 to 9999.
fn told_ms(ms: Option<i64>) -> Option<i64> {
    ms.filter(|ms| jiff::Timestamp::from_millisecond(*ms).is_ok())
}

/// Square metres of an area as a summary tells it: in `unit`, read back from its JSON. That reading
/// may be one unit in the last place off, and what is stored has always been what was read.
fn told_area_m2(area_m2: f64, unit: &Unit) -> Option<f64> {
    let text = serde_json::to_string(&(area_m2 / unit.factor)).ok()?;
    let value: Option<f64> = serde_json::from_str(&text).ok()?;
    value.map(|value| value * unit.factor)
}

#[cfg(test)]
mod tests {
    //! Numbers survive the way through JSON; areas are those that a summary was read for.
    #![allow(clippy::unwrap_used)]

    use super::{FieldShare, FieldSplit, FileFacts, told_area_m2, told_ms};
    use serde_json::{Value, json};
    use tramline_model::Unit;

    /// Numbers of 17 digits, from a generator with a fixed seed.
    fn numbers() -> impl Iterator<Item = f64> {
        let mut state = 0x9e37_79b9_7f4a_7c15_u64;
        std::iter::repeat_with(move || {
            state = state
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1_442_695_040_888_963_407);
            (state >> 11) as f64 / f64::from(1 << 28)
        })
        .take(2_000)
    }

    #[test]
    fn numbers_come_back_bit_by_bit() {
        let mut bare = 0;
        for number in numbers().chain([0.0, -0.0, f64::MIN_POSITIVE, f64::MAX, 1.0 / 3.0]) {
            let facts = FileFacts {
                id: "a".to_owned(),
                started_ms: Some(i64::MIN),
                ended_ms: None,
                area_m2: Some(number),
                located: Some(FieldSplit {
                    fields: vec![FieldShare {
                        boundary: 7,
                        points: u64::MAX,
                        area_m2: number,
                    }],
                    points: 1,
                    outside: 0,
                    tolerated: 3,
                    bounds: Some([-number, number, 1.0 - number, number.sqrt()]),
                }),
            };
            let text = serde_json::to_vec(&facts).unwrap();
            let back: FileFacts = serde_json::from_slice(&text).unwrap();
            assert_eq!(back, facts);
            let text = serde_json::to_string(&number).unwrap();
            bare += u32::from(serde_json::from_str::<f64>(&text).unwrap() != number);
        }
        assert!(
            bare > 0,
            "bare numbers come back too: the texts are not needed any more"
        );
    }

    #[test]
    fn areas_are_those_that_the_summary_was_read_for() {
        for symbol in ["m2", "ha", "ac"] {
            let unit = Unit::known(symbol);
            for area_m2 in numbers() {
                let summary = json!({"totalArea": {"value": area_m2 / unit.factor}}).to_string();
                let summary: Value = serde_json::from_str(&summary).unwrap();
                let read = summary["totalArea"]["value"].as_f64();
                let stored = read.map(|value| value * unit.factor);
                assert_eq!(told_area_m2(area_m2, unit), stored);
            }
        }
        assert_eq!(told_area_m2(f64::NAN, Unit::known("ha")), None);
    }

    #[test]
    fn instants_beyond_the_calendar_are_not_told() {
        assert_eq!(told_ms(Some(1_746_367_200_123)), Some(1_746_367_200_123));
        assert_eq!(told_ms(Some(i64::MAX)), None);
        assert_eq!(told_ms(None), None);
    }
}
