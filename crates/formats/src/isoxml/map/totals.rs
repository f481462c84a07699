//! Totals as the display counted them: sums of positive differences of cumulative values.
//!
//! Rule: a fall to nothing, or nearly so, is a reset, from which counting starts; a fall to another value is a
//! correction, which adds nothing, and counting goes on from where it was. Of elements that hold each other the uppermost is compared with ours. The first value of a log counts only after a reset within the log.

use super::super::findings;
use super::super::raw::{Task, TimeLog};
use super::device::Devices;
use std::collections::BTreeMap;
use tramline_model::TotalQuantity::{
    self, AppliedMass, AppliedVolume, Area, Count, Distance, DryMass, WetMass,
};
use tramline_model::{DisplayTotal, Finding, Place, Severity};

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

/// A fall to less than this share is a new beginning.
const RESET: f64 = 0.05;
/// More totals than any task has.
const TOTALS: usize = 1_000;

/// One total for each counter and device element, and what is odd about the counters. Counters that no
/// log has are taken from the task's times, which have them as they stood at the end.
pub(crate) fn display_totals(
    devices: &Devices<'_>,
    task: &Task,
    logs: &[TimeLog],
    place: &Place,
) -> Counted {
    let mut sums: BTreeMap<(usize, String), i64> = BTreeMap::new();
    let mut falls: BTreeMap<(usize, String), (i64, i64)> = BTreeMap::new();
    for log in logs {
        let counters: Vec<Option<usize>> = log
            .header
            .values
            .iter()
            .map(|value| counter(value.ddi))
            .collect();
        let mut last: Vec<Option<i64>> = vec![None; counters.len()];
        let mut counted: Vec<i64> = vec![0; counters.len()];
        // Where a counter stood before it began anew with the last value.
        let mut peaks: Vec<Option<i64>> = vec![None; counters.len()];
        for (index, raw) in log.value_index.iter().zip(&log.value) {
            let index = usize::from(*index);
            let (Some(Some(counter)), Some(before), Some(sum), Some(peak)) = (
                counters.get(index),
                last.get_mut(index),
                counted.get_mut(index),
                peaks.get_mut(index),
            ) else {
                continue;
            };
            // Not available.
            if *raw == i32::MAX || *raw == i32::MIN {
                continue;
            }
            let now = i64::from(*raw);
            // Below zero is no count.
            if now < 0 {
                continue;
            }
            match *before {
                // A counter that is back where it was had only blinked.
                Some(previous) if peak.is_some_and(|peak| now >= peak) => {
                    *sum += now - previous - peak.take().unwrap_or(0);
                }
                Some(previous) if now >= previous => {
                    *sum += now - previous;
                    *peak = None;
                }
                Some(previous) if now as f64 > RESET * previous as f64 => {
                    let value = log.header.values.get(index);
                    let element = value.and_then(|value| value.device_element.clone());
                    let key = (*counter, element.unwrap_or_default());
                    falls.entry(key).or_insert((previous, now));
                    // What comes next counts from where it was.
                    continue;
                }
                Some(previous) => {
                    *sum += now;
                    *peak = Some(previous);
                }
                None => {}
            }
            *before = Some(now);
        }
        let counters = counters
            .iter()
            .zip(&last)
            .map(|(counter, last)| counter.filter(|_| last.is_some()));
        for ((counter, sum), value) in counters.zip(counted).zip(&log.header.values) {
            if let Some(counter) = counter {
                let element = value.device_element.clone().unwrap_or_default();
                *sums.entry((counter, element)).or_insert(0) += sum;
            }
        }
    }
    let told = falls
        .into_iter()
        .filter_map(|(key, fall)| fell(&key, fall, place));
    let findings = told.collect();
    let logged: Vec<usize> = sums.keys().map(|(counter, _)| *counter).collect();
    let of_times = of_times(task).into_iter();
    let of_times = of_times.filter(|((counter, _), _)| !logged.contains(counter));
    let mut totals: Vec<(String, DisplayTotal)> = Vec::new();
    totals.extend(
        sums.into_iter()
            .filter_map(|(key, sum)| total(&key, sum, "")),
    );
    totals.extend(of_times.filter_map(|(key, last)| total(&key, last, ", of the task's times")));
    totals.truncate(TOTALS);
    let whole = |total: &(String, DisplayTotal)| {
        let others = totals
            .iter()
            .filter(|other| other.1.quantity == total.1.quantity);
        let mut above = others.filter(|other| other.0 != total.0);
        !above.any(|other| devices.is_within(&total.0, &other.0))
    };
    let wholes: Vec<bool> = totals.iter().map(whole).collect();
    let totals = totals
        .into_iter()
        .zip(wholes)
        .map(|((_, mut total), whole)| {
            // A part of what another element counts is compared with nothing.
            total.quantity = total.quantity.filter(|_| whole);
            total
        });
    let totals = totals.collect();
    Counted { totals, findings }
}

/// The totals of a task.
pub(crate) struct Counted {
    pub(crate) totals: Vec<DisplayTotal>,
    pub(crate) findings: Vec<Finding>,
}

fn counter(ddi: u16) -> Option<usize> {
    COUNTERS.iter().position(|counter| counter.0 == ddi)
}

fn total(
    (counter, element): &(usize, String),
    sum: i64,
    source: &str,
) -> Option<(String, DisplayTotal)> {
    let (ddi, name, factor, unit, quantity) = COUNTERS.get(*counter)?;
    let total = DisplayTotal {
        quantity: *quantity,
        name: format!("DDI {ddi} {name} ({element}{source})"),
        value: sum as f64 * factor,
        unit: (*unit).to_owned(),
    };
    Some((element.clone(), total))
}

/// The last values of the effective times of a task.
fn of_times(task: &Task) -> BTreeMap<(usize, String), i64> {
    let mut last = BTreeMap::new();
    for time in task.times.iter().filter(|time| time.kind == Some(4)) {
        for (ddi, value, element) in &time.values {
            if let Some(counter) = counter(*ddi).filter(|_| *value > 0) {
                last.insert((counter, element.clone().unwrap_or_default()), *value);
            }
        }
    }
    last
}

fn fell(
    (counter, element): &(usize, String),
    (from, to): (i64, i64),
    place: &Place,
) -> Option<Finding> {
    let (ddi, name, factor, unit, _) = COUNTERS.get(*counter)?;
    let (from, to) = (from as f64 * factor, to as f64 * factor);
    let of = if element.is_empty() {
        String::new()
    } else {
        format!(" of {element}")
    };
    let text = format!(
        "the display's counter DDI {ddi} {name}{of} fell without restarting, first from {from:.1} to {to:.1} {unit}: \
         it was corrected, or it counts several things; the fall adds nothing to the total"
    );
    Some(
        Finding::new(&findings::COUNTER_FELL, Severity::Note, place.clone(), text)
            .value("ddi", *ddi)
            .value("counter", *name)
            .value("element", element.as_str())
            .value("from", from)
            .value("to", to)
            .value("unit", *unit),
    )
}

#[cfg(test)]
mod tests {
    use super::super::super::raw::{Header, HeaderValue, TimeElement};
    use super::*;

    fn counted(value: &[i32], task: &Task) -> Counted {
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
            value: value.to_vec(),
            ..TimeLog::default()
        };
        let place = Place::default();
        let devices = Devices::new(&[], &place, &mut Vec::new());
        display_totals(&devices, task, &[log], &place)
    }

    #[test]
    fn falls_to_0_are_resets_others_corrections_and_not_available_is_no_value() {
        for (value, expected, falls) in [
            (&[20, 100, 150, 0, 30, i32::MAX, 40][..], 170.0, false),
            // A machine of several sections whose counter ends on one of them.
            (&[0, 8_231, 3_936, 3_936], 8_231.0, true),
            (&[100, 90, 110, 105], 10.0, true),
            (&[0, 8_000, 30, 500], 8_500.0, false),
            (&[0, 100, -700, 767], 767.0, false),
            // One 0 among the others is no beginning.
            (&[0, 500, 0, 510, 520], 520.0, false),
        ] {
            let found = counted(value, &Task::default());
            let [total] = found.totals.as_slice() else {
                panic!("one counter");
            };
            assert_eq!((total.value, total.unit.as_str()), (expected, "kg"));
            assert_eq!(found.findings.len(), usize::from(falls));
        }
    }

    #[test]
    fn totals_of_the_times_stand_for_counters_that_no_log_has() {
        let values = vec![
            (90, 500, Some("DET-1".to_owned())),
            (116, 9_000, Some("DET-1".to_owned())),
        ];
        let time = |kind, values| TimeElement {
            kind,
            values,
            ..TimeElement::default()
        };
        let early = vec![(116, 4_000, Some("DET-1".to_owned()))];
        let task = Task {
            times: vec![
                time(Some(4), early),
                time(Some(4), values),
                time(Some(1), vec![(116, 1, None)]),
            ],
            ..Task::default()
        };
        let found = counted(&[0, 70], &task);
        let told: Vec<(f64, &str)> = found
            .totals
            .iter()
            .map(|t| (t.value, t.name.as_str()))
            .collect();
        assert_eq!(
            told,
            [
                (70.0, "DDI 90 yield total mass ()"),
                (9_000.0, "DDI 116 total area (DET-1, of the task's times)"),
            ]
        );
    }
}
