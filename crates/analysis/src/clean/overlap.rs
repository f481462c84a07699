//! Ground that was worked before: the first that comes owns a cell of half a metre.

use super::judgement::{Judgement, Reason, Subject};
use crate::bitmap::Bitmap;
use crate::footprint::{Footprints, Layout, Quad};

const CELL_M: f64 = 0.5;

/// Refuses records whose footprint was worked before by more than `share`.
pub(super) fn refuse(subject: &Subject<'_>, judgement: &mut Judgement, share: f64) {
    let shares = shares(subject);
    judgement.refuse(Reason::Overlap, |row| f64::from(shares[row]) > share);
}

/// The share of each footprint that was worked before, by row, in the order of time.
fn shares(subject: &Subject<'_>) -> Vec<f32> {
    let records = subject.records;
    let mut shares = vec![0.0; records.len()];
    let mut bitmap = Bitmap::new(CELL_M);
    let feet = Footprints::new(records, subject.tracks, subject.anchor, Layout::Joined);
    let wanted = |row: usize| subject.candidate[row];
    let several = records
        .track
        .iter()
        .any(|track| Some(track) != records.track.first());
    if several {
        let mut all: Vec<(i64, u32, Quad)> = Vec::new();
        feet.for_each(wanted, |row, quad| {
            all.push((records.time_ms[row], row as u32, quad));
        });
        all.sort_by_key(|(time, row, _)| (*time, *row));
        for (_, row, quad) in all {
            shares[row as usize] = bitmap.mark(&quad).share() as f32;
        }
    } else {
        feet.for_each(wanted, |row, quad| {
            shares[row] = bitmap.mark(&quad).share() as f32
        });
    }
    shares
}
