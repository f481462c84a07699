//! Passes along the edge of the field that filled the header in part, while the monitor counted
//! its whole width.
//!
//! Rule: a record at the edge has passes on one side only. A stretch of such records goes if its
//! yield is below three quarters of the passes beside it; where that would take more than a tenth of the
//! records, the edges are the field, and nothing goes. Inside the field, where a strip trial
//! may truly yield less, nothing goes; ground that was worked before is told by the overlap.

use super::judgement::{Judgement, Reason, Subject};
use crate::grid::Grid;
use crate::records::NO_TIME;
use crate::statistics::median;
use std::ops::ControlFlow;

/// Records before and after that tell of a stretch.
const STRETCH: usize = 7;
/// Records of a stretch that must have a neighbour pass.
const LEAST: usize = 8;
/// Records around one beyond which they are a heap where the machine stood.
const HEAP: usize = 4_096;
/// Share of the records that are cut with a part of the header at most.
const MOST: f64 = 0.1;
/// Records closer in time are of the same pass.
const APART_MS: u64 = 15_000;

/// Refuses stretches below `share` of the yield beside them.
pub(super) fn refuse(subject: &Subject<'_>, judgement: &mut Judgement, share: f64) {
    let (tracks, value, width) = (subject.tracks, subject.value, subject.width_m);
    if !(width > 0.0 && width.is_finite()) {
        return;
    }
    let kept = |row: usize| judgement.reasons[row] == Reason::Kept && value[row].is_finite();
    let rows: Vec<usize> = (0..value.len()).filter(|row| kept(*row)).collect();
    let grid = Grid::new(&tracks.x, &tracks.y, rows.iter().copied(), width);
    // Ground that was worked in any way is no edge: records that went already count as passes.
    let worked = (0..value.len()).filter(|row| subject.candidate[*row]);
    let all = Grid::new(&tracks.x, &tracks.y, worked, width);
    // Sections of the machine itself are no pass beside it.
    let times = &subject.records.time_ms;
    let apart = |a: usize, b: usize| {
        times[a] == NO_TIME || times[b] == NO_TIME || times[a].abs_diff(times[b]) > APART_MS
    };
    let mut ratio = vec![f64::NAN; value.len()];
    let mut beside: Vec<f64> = Vec::new();
    for row in rows {
        let (x, y) = (tracks.x[row], tracks.y[row]);
        let (sin, cos) = f64::from(tracks.heading_deg[row]).to_radians().sin_cos();
        if !sin.is_finite() {
            continue;
        }
        let (mut left, mut right) = (0_u32, 0_u32);
        let reach = 1.6 * width;
        let across = |other: usize| (tracks.x[other] - x) * cos - (tracks.y[other] - y) * sin;
        let along = |other: usize| (tracks.x[other] - x) * sin + (tracks.y[other] - y) * cos;
        let mut seen = 0_usize;
        all.search(x, y, reach, |other, _| {
            seen += 1;
            let side = across(other);
            if apart(row, other) && side.abs() > 0.4 * width && along(other).abs() < width {
                if side > 0.0 {
                    right += 1;
                } else {
                    left += 1;
                }
            }
            // Ground on both sides is no edge, and a heap of records is no pass.
            if (left > 0 && right > 0) || seen > HEAP {
                ControlFlow::Break(())
            } else {
                ControlFlow::Continue(())
            }
        });
        if (left == 0) == (right == 0) || seen > HEAP {
            continue;
        }
        beside.clear();
        grid.search(x, y, reach, |other, _| {
            if tracks.segment[other] != tracks.segment[row]
                && apart(row, other)
                && across(other).abs() > 0.4 * width
            {
                beside.push(value[other]);
            }
            if beside.len() < HEAP {
                ControlFlow::Continue(())
            } else {
                ControlFlow::Break(())
            }
        });
        if beside.len() >= 3
            && let Some(middle) = median(&mut beside)
            && middle > 0.0
        {
            ratio[row] = value[row] / middle;
        }
    }
    let mut stretch: Vec<f64> = Vec::new();
    let mut partial = Vec::new();
    for segment in 0..tracks.segments.len() {
        let rows = tracks.rows(segment);
        for (place, row) in rows.iter().enumerate() {
            if ratio[*row as usize].is_nan() {
                continue;
            }
            let from = place.saturating_sub(STRETCH);
            let to = (place + STRETCH + 1).min(rows.len());
            stretch.clear();
            stretch.extend(
                rows[from..to]
                    .iter()
                    .map(|row| ratio[*row as usize])
                    .filter(|r| !r.is_nan()),
            );
            if stretch.len() >= LEAST && median(&mut stretch).is_some_and(|m| m < share) {
                partial.push(*row as usize);
            }
        }
    }
    let judged = judgement
        .reasons
        .iter()
        .filter(|r| **r == Reason::Kept)
        .count();
    if partial.len() as f64 > MOST * judged as f64 {
        return;
    }
    for row in partial {
        judgement.reasons[row] = Reason::PartialSwath;
    }
}
