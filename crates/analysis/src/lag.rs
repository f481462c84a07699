//! The lag of a sensor behind the place where the crop was cut, from neighbouring passes in
//! opposed directions: only where they agree is the shift right.
//!
//! Rule: a lag is accepted if the correlation of the pairs gains at least 0.03 and reaches 0.3,
//! over at least 2,000 pairs, with the best lag between 0 and 25 s. Otherwise nothing is shifted:
//! the monitor has done it already, or the data cannot tell.
//!
//! After the idea of Chung, Sudduth and Drummond (2002) that a wrong delay shows in the difference
//! of opposed passes.

use crate::grid::Grid;
use crate::records::{NO_TIME, Records};
use crate::statistics::{correlation, quantile_by_selection};
use crate::track::{Tracks, turn_deg};
use std::ops::ControlFlow;

/// Passes further apart than this share of the width are no neighbours.
const SWATHS: f64 = 1.25;
const APART_MS: i64 = 60_000;
/// Records of a track that follow sooner tell nothing new.
const THIN_MS: i64 = 900;
const OPPOSED_DEG: f32 = 150.0;
/// Records around one that are looked at: more are a heap where a machine stood.
const AROUND: u32 = 4_096;
const PAIRS: u64 = 400_000;
/// Slower records do not count.
const SLOW_M_S: f32 = 0.5;
/// Values are not drawn across longer pauses.
pub const PAUSE_MS: i64 = 5_000;
const EARLIEST_S: i32 = -5;
const LATEST_S: i32 = 30;
const TAILS: [f64; 2] = [0.02, 0.98];

/// Why a lag is applied or not.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// The passes agree at this lag and it is applied.
    Accepted,
    /// Fewer than 2,000 pairs of opposed neighbours.
    FewPairs,
    /// The passes do not agree at any lag.
    NoAgreement,
    /// A shift would gain too little: the monitor has corrected it already.
    NoGain,
    /// The best lag is at or beyond the ends of what machines have.
    Implausible,
    /// Too many records would lose their value: the log ends with the passes.
    Costly,
}

/// The lag of one column.
#[derive(Clone, Copy, Debug)]
pub struct Lag {
    /// The best lag; positive where values come late.
    pub seconds: f64,
    /// Correlation of the pairs as logged.
    pub before: f64,
    /// Correlation at the best lag.
    pub after: f64,
    /// Pairs that were compared.
    pub pairs: usize,
    /// Whether it is applied, or why not.
    pub verdict: Verdict,
}

impl Lag {
    /// Seconds to shift by; 0 unless accepted.
    pub fn applied_s(&self) -> f64 {
        if self.verdict == Verdict::Accepted {
            self.seconds
        } else {
            0.0
        }
    }
}

/// Pairs of records of opposed neighbouring passes, in a fixed random choice of at most 400,000.
pub fn opposed_pairs(
    records: &Records,
    tracks: &Tracks,
    usable: impl Fn(usize) -> bool,
    width_m: f64,
) -> Vec<(u32, u32)> {
    let reach = SWATHS * width_m;
    if !(reach > 0.0 && reach < 1_000.0) {
        return Vec::new();
    }
    let fine = |row: &usize| {
        usable(*row)
            && records.time_ms[*row] != NO_TIME
            && records.speed_m_s[*row] > SLOW_M_S
            && tracks.heading_deg[*row].is_finite()
            && tracks.segment[*row] != crate::track::NONE
    };
    // One record of a track in a second is enough: more are not independent.
    let mut rows: Vec<usize> = Vec::new();
    let mut last: Option<(u32, i64)> = None;
    for row in tracks.order.iter().map(|row| *row as usize).filter(fine) {
        let (track, time) = (records.track[row], records.time_ms[row]);
        let soon = last
            .is_some_and(|(known, before)| known == track && time.saturating_sub(before) < THIN_MS);
        if !soon {
            rows.push(row);
            last = Some((track, time));
        }
    }
    let compared = Compared::new(records, tracks, &rows);
    let grid = Grid::new(&compared.x, &compared.y, 0..rows.len(), reach);
    let threads = std::thread::available_parallelism().map_or(1, |count| count.get().min(THREADS));
    let part = rows.len().div_ceil(threads).max(1);
    let choices: Vec<Choice> = std::thread::scope(|scope| {
        let parts = (0..rows.len()).step_by(part);
        let parts = parts.map(|first| first..(first + part).min(rows.len()));
        let (grid, compared) = (&grid, &compared);
        let working: Vec<_> = parts
            .map(|places| scope.spawn(move || compared.pairs(places, grid, reach)))
            .collect();
        let done = working.into_iter().map(|part| part.join());
        done.map(|part| part.unwrap_or_else(|panic| std::panic::resume_unwind(panic)))
            .collect()
    });
    Choice::of(choices)
}

/// Threads that look for pairs.
const THREADS: usize = 4;

/// What is compared of the records, close together.
struct Compared {
    x: Vec<f64>,
    y: Vec<f64>,
    heading_deg: Vec<f32>,
    time_ms: Vec<i64>,
    rows: Vec<u32>,
}

impl Compared {
    fn new(records: &Records, tracks: &Tracks, rows: &[usize]) -> Self {
        Self {
            x: rows.iter().map(|row| tracks.x[*row]).collect(),
            y: rows.iter().map(|row| tracks.y[*row]).collect(),
            heading_deg: rows.iter().map(|row| tracks.heading_deg[*row]).collect(),
            time_ms: rows.iter().map(|row| records.time_ms[*row]).collect(),
            rows: rows.iter().map(|row| *row as u32).collect(),
        }
    }

    /// The pairs whose first record is at one of the places.
    fn pairs(&self, places: std::ops::Range<usize>, grid: &Grid, reach: f64) -> Choice {
        let mut choice = Choice::default();
        for place in places {
            let (row, time) = (self.rows[place], self.time_ms[place]);
            let heading = self.heading_deg[place];
            let mut seen = 0_u32;
            grid.search(self.x[place], self.y[place], reach, |other, _| {
                seen += 1;
                if self.rows[other] > row
                    && time.abs_diff(self.time_ms[other]) > APART_MS.unsigned_abs()
                    && turn_deg(heading, self.heading_deg[other]) > OPPOSED_DEG
                {
                    choice.add(row, self.rows[other]);
                }
                if seen < AROUND {
                    ControlFlow::Continue(())
                } else {
                    ControlFlow::Break(())
                }
            });
        }
        choice
    }
}

/// At most so many of the pairs, by the hash of each: those whose hash is below a share of all
/// hashes. The share falls as pairs come, so that one that is above it once never comes back.
struct Choice {
    count: u64,
    /// Greatest hash that stays.
    share: u64,
    pairs: Vec<(u32, u32)>,
}

impl Default for Choice {
    fn default() -> Self {
        Self {
            count: 0,
            share: u64::MAX,
            pairs: Vec::new(),
        }
    }
}

impl Choice {
    fn add(&mut self, a: u32, b: u32) {
        self.count += 1;
        if hash(a, b) <= self.share {
            self.pairs.push((a, b));
            if self.pairs.len() as u64 >= 2 * PAIRS {
                self.thin();
            }
        }
    }

    fn thin(&mut self) {
        if self.count > PAIRS {
            self.share = (PAIRS as f64 / self.count as f64 * u64::MAX as f64) as u64;
        }
        let share = self.share;
        self.pairs.retain(|(a, b)| hash(*a, *b) <= share);
    }

    /// The pairs of all parts: as if one had taken them in their order.
    fn of(parts: Vec<Self>) -> Vec<(u32, u32)> {
        let mut all = Self::default();
        for part in parts {
            all.count += part.count;
            all.pairs.extend(part.pairs);
        }
        all.thin();
        all.pairs
    }
}

fn hash(a: u32, b: u32) -> u64 {
    mixed((u64::from(a) << 32) | u64::from(b))
}

/// Splitmix64 of a number: as good as random, always the same.
pub(crate) fn mixed(number: u64) -> u64 {
    let mut z = number.wrapping_add(0x9E37_79B9_7F4A_7C15);
    z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    z ^ (z >> 31)
}

/// The value that was logged `seconds` later, in a straight line between two records of the track;
/// not a number across pauses and beyond the end. By row.
pub fn shifted(records: &Records, tracks: &Tracks, values: &[f64], seconds: f64) -> Vec<f64> {
    if seconds == 0.0 {
        return values.to_vec();
    }
    let mut shifted = vec![f64::NAN; values.len()];
    let by = (seconds * 1_000.0).round() as i64;
    let order = &tracks.order;
    let mut start = 0;
    while start < order.len() {
        let track = records.track[order[start] as usize];
        let end = start
            + order[start..]
                .iter()
                .take_while(|row| records.track[**row as usize] == track)
                .count();
        let rows = &order[start..end];
        // Times rise along the rows, so the record after each wanted time only moves on; for
        // negative shifts it begins at the first.
        let mut after = 0;
        for row in rows {
            let row = *row as usize;
            let time = records.time_ms[row];
            if time == NO_TIME {
                continue;
            }
            let wanted = time.saturating_add(by);
            while after < rows.len() && records.time_ms[rows[after] as usize] <= wanted {
                after += 1;
            }
            let (Some(next), Some(before)) = (
                rows.get(after),
                after.checked_sub(1).and_then(|place| rows.get(place)),
            ) else {
                continue;
            };
            let (before, next) = (*before as usize, *next as usize);
            let (from, to) = (records.time_ms[before], records.time_ms[next]);
            if from == NO_TIME || to.saturating_sub(from) > PAUSE_MS {
                continue;
            }
            let share = (wanted - from) as f64 / (to - from) as f64;
            shifted[row] = values[before] + (values[next] - values[before]) * share;
        }
        start = end;
    }
    shifted
}

/// The lag of `values` (a flow or a moisture; not a number where nothing was logged).
pub fn estimate(
    records: &Records,
    tracks: &Tracks,
    values: &[f64],
    usable: impl Fn(usize) -> bool,
    pairs: &[(u32, u32)],
) -> Lag {
    let mut by_lag: Vec<(i32, f64)> = Vec::new();
    let mut none = Lag {
        seconds: 0.0,
        before: 0.0,
        after: 0.0,
        pairs: pairs.len(),
        verdict: Verdict::FewPairs,
    };
    if pairs.len() < 3 {
        return none;
    }
    let mut scratch = Vec::with_capacity(values.len());
    for seconds in EARLIEST_S..=LATEST_S {
        let mut column = shifted(records, tracks, values, f64::from(seconds));
        winsorise(&mut column, &usable, &mut scratch);
        let agreed = pairs
            .iter()
            .map(|(a, b)| (column[*a as usize], column[*b as usize]))
            .filter(|(a, b)| a.is_finite() && b.is_finite());
        by_lag.push((seconds, correlation(agreed).unwrap_or(f64::NEG_INFINITY)));
    }
    let at = |seconds: i32| {
        by_lag
            .iter()
            .find(|(s, _)| *s == seconds)
            .map_or(f64::NEG_INFINITY, |(_, rho)| *rho)
    };
    none.before = at(0);
    let Some(&(best, rho)) = by_lag
        .iter()
        .filter(|(_, rho)| rho.is_finite())
        .max_by(|a, b| a.1.total_cmp(&b.1))
    else {
        none.before = 0.0;
        return none;
    };
    if !none.before.is_finite() {
        none.before = 0.0;
    }
    // The vertex of the parabola through the best and its neighbours.
    let (left, right) = (at(best - 1), at(best + 1));
    let bend = left - 2.0 * rho + right;
    let offset = if bend.is_finite() && bend < 0.0 {
        (0.5 * (left - right) / bend).clamp(-0.5, 0.5)
    } else {
        0.0
    };
    let seconds = f64::from(best) + offset;
    let verdict = if pairs.len() < 2_000 {
        Verdict::FewPairs
    } else if !(seconds > 0.0 && seconds < 25.0) {
        Verdict::Implausible
    } else if rho < 0.3 {
        Verdict::NoAgreement
    } else if rho - none.before < 0.03 {
        Verdict::NoGain
    } else {
        Verdict::Accepted
    };
    Lag {
        seconds,
        before: none.before,
        after: rho,
        pairs: pairs.len(),
        verdict,
    }
}

/// Holds values of usable rows at their 2nd and 98th percentile; others become no numbers.
fn winsorise(values: &mut [f64], usable: &impl Fn(usize) -> bool, scratch: &mut Vec<f64>) {
    scratch.clear();
    for (row, value) in values.iter_mut().enumerate() {
        if !usable(row) {
            *value = f64::NAN;
        } else if !value.is_nan() {
            scratch.push(*value);
        }
    }
    let [low, high] = TAILS.map(|share| quantile_by_selection(scratch, share));
    if let (Some(low), Some(high)) = (low, high) {
        for value in values.iter_mut() {
            if !value.is_nan() {
                *value = value.clamp(low, high);
            }
        }
    }
}

/// How well opposed neighbouring passes agree in `values`; `None` with too few pairs.
pub fn agreement(values: &[f64], pairs: &[(u32, u32)]) -> Option<f64> {
    let both = pairs
        .iter()
        .map(|(a, b)| (values[*a as usize], values[*b as usize]))
        .filter(|(a, b)| a.is_finite() && b.is_finite());
    (both.clone().count() >= 30)
        .then(|| correlation(both))
        .flatten()
}
