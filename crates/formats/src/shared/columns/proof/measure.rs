//! What the rows show: the way and time of each step, and how steady a ratio is.

use super::sample::Sample;
use crate::shared::ground;
use std::collections::HashMap;

/// Fewer rows say nothing.
const PAIRS: usize = 20;
/// A ratio whose middle half is wider than this share of it is no relation.
const SPREAD: f64 = 0.35;
/// Steps that are added up before they are compared: positions are rounded, and jump.
const WINDOW: usize = 8;
/// A longer step is a gap.
const GAP_METRES: f64 = 120.0;
const GAP_SECONDS: f64 = 31.0;
/// Sections that are told apart.
const SECTIONS: usize = 512;

/// The step of each row from the row before of the same section: metres, and seconds where both
/// have an instant. Not a number where there is none.
pub(super) struct Steps {
    pub(super) metres: Vec<f64>,
    pub(super) seconds: Vec<f64>,
}

/// Follows the rows of each section.
pub(super) fn steps(sample: &Sample, section: Option<&[f64]>) -> Steps {
    let rows = sample.positions.len();
    let mut steps = Steps {
        metres: vec![f64::NAN; rows],
        seconds: vec![f64::NAN; rows],
    };
    let mut last: HashMap<u64, (f64, f64, Option<f64>)> = HashMap::new();
    for row in 0..rows {
        let Some((lon, lat)) = sample.positions.get(row).copied().flatten() else {
            continue;
        };
        let instant = sample.instants.get(row).copied().flatten();
        let key = section.and_then(|s| s.get(row)).map_or(0, |s| s.to_bits());
        if let Some((x, y, before)) = last.get(&key) {
            let metres = ground::distance_m((*y, *x), (lat, lon));
            let seconds = match (before, instant) {
                (Some(a), Some(b)) => b - a,
                _ => f64::NAN,
            };
            let gap =
                metres > GAP_METRES || !(seconds.is_nan() || (0.0..GAP_SECONDS).contains(&seconds));
            if !gap && metres.is_finite() {
                if let Some(slot) = steps.metres.get_mut(row) {
                    *slot = metres;
                }
                if let Some(slot) = steps.seconds.get_mut(row) {
                    *slot = seconds;
                }
            }
        }
        if last.len() < SECTIONS || last.contains_key(&key) {
            last.insert(key, (lon, lat, instant));
        }
    }
    steps
}

/// A ratio over many rows.
#[derive(Clone, Copy, Debug)]
pub(super) struct Ratio {
    /// Its logarithm, in the middle.
    pub(super) middle: f64,
    /// How well the middle is known, as a share of it.
    pub(super) known_to: f64,
    /// How wide its middle half is, as a share of it.
    pub(super) spread: f64,
    pub(super) pairs: usize,
}

/// The ratio of two columns row by row. `None` when it is no steady one.
pub(super) fn ratio(pairs: impl Iterator<Item = (f64, f64)>) -> Option<Ratio> {
    let mut list: Vec<f64> = pairs
        .filter(|(a, b)| *a > 0.0 && *b > 0.0 && a.is_finite() && b.is_finite())
        .map(|(a, b)| (a / b).ln())
        .collect();
    steady(&mut list, 1)
}

/// The ratio of sums over a few rows each, for ways between positions.
pub(super) fn ratio_of_ways(pairs: impl Iterator<Item = (f64, f64)>) -> Option<Ratio> {
    let mut list = Vec::new();
    let (mut over, mut under, mut count) = (0.0, 0.0, 0);
    for (a, b) in pairs {
        if !(a >= 0.0 && b > 0.0 && a.is_finite() && b.is_finite()) {
            (over, under, count) = (0.0, 0.0, 0);
            continue;
        }
        (over, under, count) = (over + a, under + b, count + 1);
        if count == WINDOW {
            if over > 0.0 {
                list.push((over / under).ln());
            }
            (over, under, count) = (0.0, 0.0, 0);
        }
    }
    steady(&mut list, WINDOW)
}

fn steady(list: &mut [f64], rows_each: usize) -> Option<Ratio> {
    if list.len() * rows_each < PAIRS || list.len() < 3 {
        return None;
    }
    list.sort_unstable_by(f64::total_cmp);
    let at = |share: f64| list.get((list.len() as f64 * share) as usize).copied();
    let (low, middle, high) = (at(0.25)?, at(0.5)?, at(0.75)?);
    let spread = high - low;
    (spread <= SPREAD).then(|| Ratio {
        middle,
        known_to: spread / (list.len() as f64).sqrt(),
        spread,
        pairs: list.len() * rows_each,
    })
}
