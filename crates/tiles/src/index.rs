//! Where the features of a source lie: boxes around runs of features that follow each other by key.
//!
//! Rule: whatever reaches into a box is found, however far its key's place is away. All boxes are
//! looked at, one for each 64 features.

use crate::place::AROUND;
use std::ops::Range;

/// Features of a run.
const RUN: usize = 64;

/// West, north, east and south edge in steps; beyond the antimeridian they go on.
pub(crate) type Frame = [i64; 4];

pub(crate) fn touch(one: Frame, other: Frame) -> bool {
    one[0] <= other[2] && other[0] <= one[2] && one[1] <= other[3] && other[1] <= one[3]
}

/// The box so many steps wider on all sides.
pub(crate) fn widened([west, north, east, south]: Frame, by: i64) -> Frame {
    [west - by, north - by, east + by, south + by]
}

pub(crate) fn moved_east([west, north, east, south]: Frame, by: i64) -> Frame {
    [west + by, north, east + by, south]
}

pub(crate) fn around(one: Frame, other: Frame) -> Frame {
    [
        one[0].min(other[0]),
        one[1].min(other[1]),
        one[2].max(other[2]),
        one[3].max(other[3]),
    ]
}

#[derive(Debug)]
pub(crate) struct Index {
    runs: Vec<Frame>,
    features: usize,
}

impl Index {
    /// Of the boxes of all features, in their order.
    pub(crate) fn of(boxes: impl ExactSizeIterator<Item = Frame>) -> Self {
        let features = boxes.len();
        let mut runs: Vec<Frame> = Vec::with_capacity(features.div_ceil(RUN));
        for (place, feature) in boxes.enumerate() {
            match runs.last_mut() {
                Some(last) if !place.is_multiple_of(RUN) => *last = around(*last, feature),
                _ => runs.push(feature),
            }
        }
        Self { runs, features }
    }

    /// The runs that may have features in the box.
    pub(crate) fn touching(&self, wanted: Frame) -> impl Iterator<Item = Range<usize>> {
        let runs = self.runs.iter().enumerate();
        let touching = runs.filter(move |(_, run)| touch(**run, wanted));
        touching.map(|(run, _)| run * RUN..((run + 1) * RUN).min(self.features))
    }

    /// The box of all, within one world.
    pub(crate) fn bounds(&self) -> Option<[u32; 4]> {
        let all = self.runs.iter().copied().reduce(around)?;
        Some(all.map(|edge| u32::try_from(edge.clamp(0, AROUND - 1)).unwrap_or(u32::MAX)))
    }

    pub(crate) fn memory_bytes(&self) -> usize {
        self.runs.capacity() * size_of::<Frame>()
    }
}
