//! Totals as the display counted them: sums of positive differences of cumulative values.
//!
//! Rule: a fall is a reset, from which counting starts at 0. The first value of a log counts only
//! after a reset within the log.

use super::super::raw::TimeLog;
use std::collections::BTreeMap;
use tramline_model::DisplayTotal;
use tramline_model::TotalQuantity::{
    self, AppliedMass, AppliedVolume, Area, Count, Distance, DryMass, WetMass,
};

/// DDI, what it counts, factor to the unit, unit, and our own total of it.
const COUNTERS: &[(u16, &str, f64, &str, Option<TotalQuantity>)] = &[
    (80, "total volume applied", 1.0, "L", Some(AppliedVolume)),
    (81, "total mass applied", 1.0, "kg", Some(AppliedMass)),
    (82, "total count applied", 1.0, "seeds", Some(Count)),
    (89, "yield total volume", 1.0, "L", None),
    (90, "yield total mass", 1.0, "kg", Some(WetMass)),
    (91, "yield total count", 1.0, "count", None),
    (116, "total area", 1.0, "m2", Some(Area)),
    (117, "effective distance", 0.001, "m", Some(Distance)),
    (118, "ineffective distance", 0.001, "m", None),
    (119, "effective time", 1.0, "s", None),
    (120, "ineffective time", 1.0, "s", None),
    (183, "yield total dry mass", 1.0, "kg", Some(DryMass)),
];

/// One total for each counter and device element.
pub(crate) fn display_totals(logs: &[TimeLog]) -> Vec<DisplayTotal> {
    let mut sums: BTreeMap<(usize, String), i64> = BTreeMap::new();
    for log in logs {
        let counters: Vec<Option<usize>> = log
            .header
            .values
            .iter()
            .map(|value| COUNTERS.iter().position(|counter| counter.0 == value.ddi))
            .collect();
        let mut last: Vec<Option<i64>> = vec![None; counters.len()];
        let mut counted: Vec<i64> = vec![0; counters.len()];
        for (index, raw) in log.value_index.iter().zip(&log.value) {
            let index = usize::from(*index);
            let (Some(Some(_)), Some(before), Some(sum)) = (
                counters.get(index),
                last.get_mut(index),
                counted.get_mut(index),
            ) else {
                continue;
            };
            // Not available.
            if *raw == i32::MAX || *raw == i32::MIN {
                continue;
            }
            let now = i64::from(*raw);
            if let Some(previous) = *before {
                *sum += if now < previous {
                    now.max(0)
                } else {
                    now - previous
                };
            }
            *before = Some(now);
        }
        for ((counter, sum), value) in counters.iter().zip(counted).zip(&log.header.values) {
            if let Some(counter) = counter {
                let element = value.device_element.clone().unwrap_or_default();
                *sums.entry((*counter, element)).or_insert(0) += sum;
            }
        }
    }
    sums.into_iter()
        .filter_map(|((counter, element), sum)| {
            let (ddi, name, factor, unit, quantity) = COUNTERS.get(counter)?;
            Some(DisplayTotal {
                quantity: *quantity,
                name: format!("DDI {ddi} {name} ({element})"),
                value: sum as f64 * factor,
                unit: (*unit).to_owned(),
            })
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::super::super::raw::{Header, HeaderValue};
    use super::*;

    #[test]
    fn a_fall_is_a_reset_and_not_available_is_no_value() {
        let value = vec![20, 100, 150, 0, 30, i32::MAX, 40];
        let log = TimeLog {
            records: value.len(),
            header: Header {
                values: vec![HeaderValue {
                    ddi: 90,
                    ..HeaderValue::default()
                }],
                ..Header::default()
            },
            value_index: vec![0; value.len()],
            value,
            ..TimeLog::default()
        };
        let totals = display_totals(&[log]);
        assert_eq!(totals.len(), 1);
        assert_eq!((totals[0].value, totals[0].unit.as_str()), (170.0, "kg"));
    }
}
