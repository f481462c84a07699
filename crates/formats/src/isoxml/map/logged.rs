//! What the logs hold, counted once over all values: how often each identifier was logged, and the
//! widths and offsets that a description may leave out.

use super::super::raw::TimeLog;
use std::collections::{BTreeMap, BTreeSet};

/// No implement is wider: larger values mean that there is none.
pub(crate) const MAX_WIDTH_MM: i64 = 200_000;

/// Count of values, and of those that are not 0, by DDI and element.
pub(crate) type Logged = BTreeMap<(u16, Option<String>), (u64, u64)>;

/// Counts what the logs hold; constants of the header count once.
pub(crate) fn logged(logs: &[TimeLog]) -> Logged {
    let mut all = Logged::new();
    for log in logs {
        let mut counts = vec![(0_u64, 0_u64); log.header.values.len()];
        for (index, raw) in log.value_index.iter().zip(&log.value) {
            if let Some((count, nonzero)) = counts.get_mut(usize::from(*index)) {
                *count += 1;
                *nonzero += u64::from(*raw != 0 && *raw != i32::MAX && *raw != i32::MIN);
            }
        }
        for (value, (count, nonzero)) in log.header.values.iter().zip(counts) {
            let (count, nonzero) = match value.fixed {
                Some(fixed) => (1, u64::from(fixed != 0)),
                None => (count, nonzero),
            };
            if count > 0 {
                let slot = all
                    .entry((value.ddi, value.device_element.clone()))
                    .or_insert((0, 0));
                slot.0 += count;
                slot.1 += nonzero;
            }
        }
    }
    all
}

/// Milliseconds between two values of an identifier in the mean over all logs, for the element that logged it
/// most; `None` where no log has it.
pub(crate) fn mean_interval_ms(logs: &[TimeLog], ddi: u16) -> Option<f64> {
    let (mut time, mut values) = (0.0, 0.0);
    for log in logs {
        let mut counts = vec![0_u64; log.header.values.len()];
        for index in &log.value_index {
            if let Some(count) = counts.get_mut(usize::from(*index)) {
                *count += 1;
            }
        }
        let logged = log.header.values.iter().zip(counts);
        let most = logged
            .filter(|(value, _)| value.ddi == ddi)
            .map(|(_, count)| count)
            .max();
        let span = log.time_ms.iter().max().zip(log.time_ms.iter().min());
        if let (Some(most), Some((last, first))) = (most.filter(|most| *most > 0), span) {
            time += last.saturating_sub(*first) as f64;
            values += most as f64;
        }
    }
    (values > 0.0).then(|| time / values)
}

/// Elements that logged a work state (DDI 141) of on or off: others say that it failed, or that there is
/// none.
pub(crate) fn states(logs: &[TimeLog]) -> Vec<Option<String>> {
    let mut told: BTreeSet<Option<String>> = BTreeSet::new();
    for log in logs {
        let mut is_told = vec![false; log.header.values.len()];
        for (index, raw) in log.value_index.iter().zip(&log.value) {
            if let Some(told) = is_told.get_mut(usize::from(*index)) {
                *told |= matches!(raw, 0 | 1);
            }
        }
        for (value, logged) in log.header.values.iter().zip(is_told) {
            if value.ddi == 141 && (logged || value.fixed.is_some_and(|raw| matches!(raw, 0 | 1))) {
                told.insert(value.device_element.clone());
            }
        }
    }
    told.into_iter().collect()
}

/// Widths that elements logged (DDI 67, 68, 70), in metres: what the description leaves out, many
/// terminals log once at the start.
pub(crate) fn logged_widths(logs: &[TimeLog]) -> BTreeMap<String, f64> {
    let mut widths: BTreeMap<String, f64> = BTreeMap::new();
    for log in logs {
        let mut largest = vec![0_i64; log.header.values.len()];
        for (index, raw) in log.value_index.iter().zip(&log.value) {
            if let Some(known) = largest.get_mut(usize::from(*index)) {
                *known = (*known).max(i64::from(*raw).min(MAX_WIDTH_MM));
            }
        }
        for (value, logged) in log.header.values.iter().zip(largest) {
            let mm = value.fixed.unwrap_or(logged);
            if matches!(value.ddi, 67 | 68 | 70)
                && (1..MAX_WIDTH_MM).contains(&mm)
                && let Some(id) = &value.device_element
            {
                let known = widths.entry(id.clone()).or_insert(0.0);
                *known = known.max(mm as f64 / 1000.0);
            }
        }
    }
    widths
}

/// Offsets that elements logged (DDI 134 and 135), in millimetres, those furthest from 0: the
/// others are fillers. One pass over the values, whatever the number of elements.
pub(crate) fn logged_offsets(logs: &[TimeLog]) -> BTreeMap<(u16, &str), i64> {
    let mut offsets: BTreeMap<(u16, &str), i64> = BTreeMap::new();
    for log in logs {
        let is_offset = |ddi: u16| matches!(ddi, 134 | 135);
        if !log.header.values.iter().any(|value| is_offset(value.ddi)) {
            continue;
        }
        let mut furthest: Vec<Option<i64>> = vec![None; log.header.values.len()];
        for (index, raw) in log.value_index.iter().zip(&log.value) {
            if let Some(known) = furthest.get_mut(usize::from(*index)) {
                let raw = i64::from(*raw);
                if known.is_none_or(|known| raw.abs() > known.abs()) {
                    *known = Some(raw);
                }
            }
        }
        for (value, logged) in log.header.values.iter().zip(furthest) {
            let (Some(mm), Some(id)) = (value.fixed.or(logged), &value.device_element) else {
                continue;
            };
            if is_offset(value.ddi) {
                let known = offsets.entry((value.ddi, id.as_str())).or_insert(mm);
                if mm.abs() > known.abs() {
                    *known = mm;
                }
            }
        }
    }
    offsets
}
