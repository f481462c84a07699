//! The distance between neighbouring passes, which is the working width but for some overlap.
//!
//! Rule: only the main direction of the field, only passes that lie beside each other; skipped
//! lands make some distances too long, so the shorter ones count.

use super::measure::Steps;
use super::sample::Sample;
use crate::ground;

/// Rows of a pass.
const ROWS: usize = 8;
/// Directions of half a circle.
const DIRECTIONS: usize = 36;
/// Passes beside each other that are needed.
const GAPS: usize = 3;
/// A pass whose rows lie further to its sides than this, in the mean, is none.
const CROOKED_METRES: f64 = 1.0;

/// A straight line of rows: along and across the main direction, metres.
struct Pass {
    middle: f64,
    across: f64,
    slope: f64,
    from: f64,
    to: f64,
}

impl Pass {
    fn across_at(&self, along: f64) -> f64 {
        self.across + self.slope * (along - self.middle)
    }
}

/// Metres between neighbouring passes, and how many pairs of passes say so.
pub(super) fn spacing(sample: &Sample, steps: &Steps) -> Option<(f64, usize)> {
    let origin = sample.positions.iter().flatten().next().copied()?;
    let (north, east) = ground::metres_per_degree(origin.1);
    let plane: Vec<Option<(f64, f64)>> = sample
        .positions
        .iter()
        .map(|p| p.map(|(x, y)| ((x - origin.0) * east, (y - origin.1) * north)))
        .collect();
    let way = |row: usize| -> Option<(f64, f64)> {
        steps.metres.get(row).filter(|m| **m > 0.05)?;
        let (a, b) = (
            plane.get(row.checked_sub(1)?)?.as_ref()?,
            plane.get(row)?.as_ref()?,
        );
        Some((b.0 - a.0, b.1 - a.1))
    };
    let mut weights = [0.0; DIRECTIONS];
    let bin = |(x, y): (f64, f64)| {
        let angle = x.atan2(y).rem_euclid(std::f64::consts::PI) / std::f64::consts::PI;
        ((angle * DIRECTIONS as f64) as usize).min(DIRECTIONS - 1)
    };
    for row in 0..plane.len() {
        if let Some(step) = way(row)
            && let Some(slot) = weights.get_mut(bin(step))
        {
            *slot += step.0.hypot(step.1);
        }
    }
    let best = (0..DIRECTIONS).max_by(|a, b| weights[*a].total_cmp(&weights[*b]))?;
    let (mut sum_x, mut sum_y) = (0.0, 0.0);
    let near = |b: usize| {
        let apart = b.abs_diff(best);
        apart.min(DIRECTIONS - apart) <= 1
    };
    let middle = (best as f64 + 0.5) * std::f64::consts::PI / DIRECTIONS as f64;
    for row in 0..plane.len() {
        if let Some(step) = way(row).filter(|s| near(bin(*s))) {
            let sign = (step.0 * middle.sin() + step.1 * middle.cos()).signum();
            sum_x += sign * step.0;
            sum_y += sign * step.1;
        }
    }
    let length = sum_x.hypot(sum_y);
    if length <= 0.0 || length.is_nan() {
        return None;
    }
    let (ux, uy) = (sum_x / length, sum_y / length);
    let mut passes: Vec<Pass> = Vec::new();
    let mut current: Vec<(f64, f64)> = Vec::new();
    let mut sign = 0.0;
    for row in 0..plane.len() {
        let step = way(row).filter(|s| near(bin(*s)));
        let along = step.map(|s| (s.0 * ux + s.1 * uy).signum());
        if let (Some(along), Some((x, y))) = (along, plane.get(row).copied().flatten()) {
            if along != sign {
                passes.extend(pass(&std::mem::take(&mut current)));
                sign = along;
            }
            current.push((x * ux + y * uy, x * uy - y * ux));
        } else {
            passes.extend(pass(&std::mem::take(&mut current)));
        }
    }
    passes.extend(pass(&current));
    passes.sort_by(|a, b| a.across.total_cmp(&b.across));
    let mut gaps: Vec<f64> = passes
        .windows(2)
        .filter_map(|pair| {
            let [a, b] = pair else { return None };
            let (from, to) = (a.from.max(b.from), a.to.min(b.to));
            let shorter = (a.to - a.from).min(b.to - b.from);
            let along = f64::midpoint(from, to);
            let gap = b.across_at(along) - a.across_at(along);
            (to - from > shorter * 0.5 && gap > 0.4).then_some(gap)
        })
        .collect();
    if gaps.len() < GAPS {
        return None;
    }
    gaps.sort_unstable_by(f64::total_cmp);
    let low = *gaps.get(gaps.len() / 4)?;
    let steady = gaps
        .iter()
        .filter(|g| (**g / low - 1.0).abs() < 0.12)
        .count();
    (steady >= GAPS && steady * 2 > gaps.len()).then_some((low, steady))
}

fn pass(rows: &[(f64, f64)]) -> Option<Pass> {
    if rows.len() < ROWS {
        return None;
    }
    let count = rows.len() as f64;
    let middle = rows.iter().map(|r| r.0).sum::<f64>() / count;
    let across = rows.iter().map(|r| r.1).sum::<f64>() / count;
    let (mut both, mut square) = (0.0, 0.0);
    for (x, y) in rows {
        both += (x - middle) * (y - across);
        square += (x - middle) * (x - middle);
    }
    let slope = if square > 0.0 { both / square } else { 0.0 };
    let from = rows.iter().map(|r| r.0).fold(f64::INFINITY, f64::min);
    let to = rows.iter().map(|r| r.0).fold(f64::NEG_INFINITY, f64::max);
    let pass = Pass {
        middle,
        across,
        slope,
        from,
        to,
    };
    let aside: f64 = rows
        .iter()
        .map(|(x, y)| (y - pass.across_at(*x)).abs())
        .sum();
    (aside < CROOKED_METRES * count && slope.abs() < 0.1).then_some(pass)
}
