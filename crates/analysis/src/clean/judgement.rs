//! What is judged, and the judgement: a reason for each record.

use crate::anchor::Anchor;
use crate::records::Records;
use crate::track::Tracks;

/// Why a record is left out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[repr(u8)]
pub enum Reason {
    /// The record stays.
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
    /// In the seconds at the start of a pass in which the machine fills.
    PassStart,
    /// In the seconds at the end of a pass in which the machine empties.
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

    /// Every reason, those of records that stay first.
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
    /// The columns of the machine file.
    pub records: &'a Records,
    /// Their order and way.
    pub tracks: &'a Tracks,
    /// Where in its interval the position of a record lies.
    pub anchor: Anchor,
    /// The rate that is mapped, after the lag; not a number where there is none.
    pub value: &'a [f64],
    /// The same rate by a second measure, for which the limits hold too: a yield by flow, time and
    /// ground beside the one that was logged by area. Empty where there is none.
    pub also: &'a [f64],
    /// Rows that stand for work.
    pub candidate: &'a [bool],
    /// Usual width in metres.
    pub width_m: f64,
}

/// Judgement of each record.
#[derive(Clone, Debug)]
pub struct Judgement {
    /// By row: why it is left out, or [`Reason::Kept`].
    pub reasons: Vec<Reason>,
    /// Seconds that were taken off the starts of passes.
    pub start_s: u32,
    /// Seconds that were taken off the ends of passes.
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

    pub(super) fn kept(&self, values: &[f64]) -> Vec<f64> {
        self.reasons
            .iter()
            .zip(values)
            .filter(|(reason, value)| **reason == Reason::Kept && value.is_finite())
            .map(|(_, value)| *value)
            .collect()
    }
}
