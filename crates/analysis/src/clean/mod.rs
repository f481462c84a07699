//! Which records of a machine file are not to be drawn on a map, and why.
//!
//! Rules: steps run in a fixed order, each on what the ones before it left; the first that refuses
//! a record is its reason. Nothing is deleted here: the reasons are the outcome, and totals are
//! made of all records. Rates of planting and application change in steps on purpose, so the
//! tests between neighbours are for harvest alone.
//!
//! The order follows Sudduth and Drummond (2007); the tests are robust ones (quantile fences,
//! median and MAD of neighbours), so that large errors cannot hide smaller ones.

mod ends;
mod local;
mod overlap;
mod partial;
mod rules;

pub use rules::{Fence, Local, Rules, Work};

use crate::anchor::Anchor;
use crate::records::Records;
use crate::statistics::quantiles;
use crate::track::{NONE, Tracks};

/// Why a record is left out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[repr(u8)]
pub enum Reason {
    Kept,
    /// Not a record of work, or without place: not judged here.
    Unjudged,
    /// The same track, time and place as another record.
    Duplicate,
    /// The sensor's value for this place was not logged: the way through the machine ends before.
    Lag,
    /// Slower than half a metre in a second.
    Slow,
    /// Slower or faster than this machine usually works.
    Speed,
    /// The speed changed by more than a quarter from the record before.
    SpeedChange,
    PassStart,
    PassEnd,
    /// More than half of the footprint was worked before.
    Overlap,
    /// A stretch along the edge of the field that yields far less than the pass beside it: the
    /// header was filled in part.
    PartialSwath,
    /// Beyond what the crop or product can have.
    Limit,
    /// Outside of the fence around the field's quantiles.
    Range,
    /// Far from the median of its neighbours.
    Neighbours,
    /// Fewer than three neighbours.
    Isolated,
}

impl Reason {
    /// The last part of the reason code, as in `filter.overlap`; empty for records that stay.
    pub fn code(self) -> &'static str {
        match self {
            Self::Kept | Self::Unjudged => "",
            Self::Duplicate => "duplicate",
            Self::Lag => "lag",
            Self::Slow => "speed",
            Self::Speed => "speed-range",
            Self::SpeedChange => "speed-change",
            Self::PassStart => "pass-start",
            Self::PassEnd => "pass-end",
            Self::Overlap => "overlap",
            Self::PartialSwath => "partial-swath",
            Self::Limit => "limit",
            Self::Range => "range",
            Self::Neighbours => "neighbours",
            Self::Isolated => "isolated",
        }
    }

    pub const ALL: [Self; 15] = [
        Self::Kept,
        Self::Unjudged,
        Self::Duplicate,
        Self::Lag,
        Self::Slow,
        Self::Speed,
        Self::SpeedChange,
        Self::PassStart,
        Self::PassEnd,
        Self::Overlap,
        Self::PartialSwath,
        Self::Limit,
        Self::Range,
        Self::Neighbours,
        Self::Isolated,
    ];
}

/// What is judged.
pub struct Subject<'a> {
    pub records: &'a Records,
    pub tracks: &'a Tracks,
    pub anchor: Anchor,
    /// The rate that is mapped, after the lag; not a number where there is none.
    pub value: &'a [f64],
    /// Rows that stand for work.
    pub candidate: &'a [bool],
    /// Usual width in metres.
    pub width_m: f64,
}

/// Judgement of each record.
#[derive(Clone, Debug)]
pub struct Judgement {
    pub reasons: Vec<Reason>,
    /// Seconds that were taken off the starts and ends of passes.
    pub start_s: u32,
    pub end_s: u32,
    /// Blocks of a hectare whose records the neighbours' test would have thinned by more than two
    /// fifths: it left them alone.
    pub spared_blocks: u32,
}

impl Judgement {
    /// Number of records with a reason.
    pub fn count(&self, reason: Reason) -> usize {
        self.reasons.iter().filter(|r| **r == reason).count()
    }

    pub(crate) fn refuse(&mut self, reason: Reason, refused: impl Fn(usize) -> bool) {
        for (row, slot) in self.reasons.iter_mut().enumerate() {
            if *slot == Reason::Kept && refused(row) {
                *slot = reason;
            }
        }
    }

    fn kept(&self, values: &[f64]) -> Vec<f64> {
        self.reasons
            .iter()
            .zip(values)
            .filter(|(reason, value)| **reason == Reason::Kept && value.is_finite())
            .map(|(_, value)| *value)
            .collect()
    }
}

/// Judges every candidate by the rules.
pub fn judge(subject: &Subject<'_>, rules: &Rules) -> Judgement {
    let Subject {
        records,
        tracks,
        value,
        candidate,
        ..
    } = *subject;
    let mut judgement = Judgement {
        reasons: vec![Reason::Unjudged; records.len()],
        start_s: 0,
        end_s: 0,
        spared_blocks: 0,
    };
    for (row, reason) in judgement.reasons.iter_mut().enumerate() {
        if candidate[row] {
            *reason = if tracks.duplicate[row] {
                Reason::Duplicate
            } else if tracks.segment[row] == NONE {
                Reason::Unjudged
            } else if rules.value_needed && (value[row].is_nan() || value[row] <= 0.0) {
                Reason::Lag
            } else {
                Reason::Kept
            };
        }
    }
    let speed = &records.speed_m_s;
    if let Some(cap_s) = rules.pass_ends_s {
        ends::trim(subject, &mut judgement, cap_s);
    }
    judgement.refuse(Reason::Slow, |row| {
        f64::from(speed[row]) < rules.least_speed_m_s
    });
    if let Some(fence) = rules.speed {
        let wide: Vec<f64> = speed.iter().map(|v| f64::from(*v)).collect();
        fenced(&mut judgement, &wide, fence, Reason::Speed);
    }
    if let Some(share) = rules.speed_change {
        let before = ends::before(tracks);
        judgement.refuse(Reason::SpeedChange, |row| {
            before.get(row).copied().flatten().is_some_and(|before| {
                let (was, is) = (f64::from(speed[before]), f64::from(speed[row]));
                was > 0.0 && (is - was).abs() / was > share
            })
        });
    }
    if let Some(share) = rules.overlap {
        overlap::refuse(subject, &mut judgement, share);
    }
    if let Some(share) = rules.partial_swath {
        partial::refuse(subject, &mut judgement, share);
    }
    if let Some((least, most)) = rules.limits {
        judgement.refuse(Reason::Limit, |row| value[row] < least || value[row] > most);
    }
    if let Some(fence) = rules.range {
        fenced(&mut judgement, value, fence, Reason::Range);
    }
    if let Some(local) = rules.local {
        local::refuse(subject, &mut judgement, &local);
        local::take_back(subject, &mut judgement, &local);
    }
    judgement
}

/// Refuses kept rows outside of `[a − s (b − a), b + s (b − a)]` of the kept rows' quantiles.
fn fenced(judgement: &mut Judgement, values: &[f64], fence: Fence, reason: Reason) {
    let kept = judgement.kept(values);
    if let Some([low, high]) = quantiles(&kept, [fence.low, fence.high]) {
        let reach = fence.spread * (high - low);
        judgement.refuse(reason, |row| {
            values[row] < low - reach || values[row] > high + reach
        });
    }
}
