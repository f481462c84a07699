//! Where in its interval the position of a record lies: at the start, in the middle or at the end.
//!
//! Rule: the logged distance follows the way to the record before (end) or to the one after
//! (start), whichever correlates better by at least 0.1; otherwise the middle stands, where the
//! error is smallest.

use crate::records::Records;
use crate::statistics::correlation;
use crate::track::Tracks;

/// Least difference of the two correlations.
const CLEAR: f64 = 0.1;

/// Place of a record's position in its interval.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Anchor {
    /// The position is where the interval began.
    Start,
    /// The position is half-way through the interval.
    Middle,
    /// The position is where the interval ended.
    End,
}

/// What was found.
#[derive(Clone, Copy, Debug)]
pub struct AnchorFound {
    /// Where positions lie, by the clearer correlation.
    pub anchor: Anchor,
    /// Correlation of the distance with the way since the record before.
    pub before: Option<f64>,
    /// The same with the way to the record after.
    pub after: Option<f64>,
}

/// Compares distances with ways inside the segments.
pub fn find(records: &Records, tracks: &Tracks) -> AnchorFound {
    let way = |a: u32, b: u32| {
        let (a, b) = (a as usize, b as usize);
        (tracks.x[b] - tracks.x[a]).hypot(tracks.y[b] - tracks.y[a])
    };
    // Records with both neighbours in the segment, so that both correlations see the same.
    let (mut distances, mut since, mut until) = (Vec::new(), Vec::new(), Vec::new());
    for segment in 0..tracks.segments.len() {
        for three in tracks.rows(segment).windows(3) {
            let &[before, row, after] = three else {
                continue;
            };
            let distance = f64::from(records.distance_m[row as usize]);
            if records.working[row as usize] && distance.is_finite() {
                distances.push(distance);
                since.push(way(before, row));
                until.push(way(row, after));
            }
        }
    }
    let with = |ways: &[f64]| correlation(distances.iter().copied().zip(ways.iter().copied()));
    let (before, after) = (with(&since), with(&until));
    let anchor = match (before, after) {
        (Some(b), Some(a)) if a - b >= CLEAR => Anchor::Start,
        (Some(b), Some(a)) if b - a >= CLEAR => Anchor::End,
        _ => Anchor::Middle,
    };
    AnchorFound {
        anchor,
        before,
        after,
    }
}
