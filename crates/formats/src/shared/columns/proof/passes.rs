//! The distance between neighbouring passes, which is the working width but for some overlap.
//!
//! Rule: at each row the nearest track on either side counts that runs the same way or back and is
//! another pass; each pair of passes says one distance, over the width that the two have; skipped
//! lands and overlaps make some distances longer and shorter, so that counts which most pairs have.

use super::measure::{Ratio, Steps};
use super::sample::Sample;
use crate::shared::ground;
use std::collections::HashMap;

/// Rows that a pair of passes lies beside each other, at least.
const ROWS: usize = 8;
/// Pairs of passes that are needed.
const GAPS: usize = 3;
/// How far the distances of a pair may be from their middle, as a share of it.
const STEADY: f64 = 0.12;
/// The longest over the shortest of distances that are taken as one.
const WINDOW: f64 = 1.25;
/// A track that is nearer is the same one, driven again; one that is further no neighbour.
const NEAREST_METRES: f64 = 0.4;
const FURTHEST_METRES: f64 = 80.0;
/// Cells of the grid in which neighbours are looked for.
const CELL_METRES: f64 = 8.0;
/// Rows of one cell that are looked at.
const CELL_ROWS: usize = 64;
/// Rows from which neighbours are looked for.
const LOOKED_FROM: usize = 3_000;
/// The cosine of the turn that ends a pass, and of the angle between tracks that are neighbours.
const TURN: f64 = 0.87;
const ALIKE: f64 = 0.98;
/// A shorter step has no direction.
const STEP_METRES: f64 = 0.05;

/// One row on its way.
#[derive(Clone, Copy)]
struct Driven {
    row: usize,
    pass: usize,
    x: f64,
    y: f64,
    /// Direction as a vector of length 1.
    ux: f64,
    uy: f64,
    metres: f64,
}

/// The middle distance between neighbouring passes over the widths of the rows, or in metres where
/// there is no width. Its pairs are those of passes.
pub(super) fn spacing(sample: &Sample, steps: &Steps, widths: Option<&[f64]>) -> Option<Ratio> {
    let driven = driven(sample, steps);
    let mut grid: HashMap<(i64, i64), Vec<usize>> = HashMap::new();
    for (at, row) in driven.iter().enumerate() {
        let cell = grid.entry(cell(row.x, row.y)).or_default();
        if cell.len() < CELL_ROWS {
            cell.push(at);
        }
    }
    let width = |row: usize| widths.map_or(1.0, |w| w.get(row).copied().unwrap_or(f64::NAN));
    let mut pairs: HashMap<(usize, usize), Vec<f64>> = HashMap::new();
    for row in driven.iter().step_by(driven.len() / LOOKED_FROM + 1) {
        for (gap, other) in neighbours(row, &driven, &grid).into_iter().flatten() {
            let over = f64::midpoint(width(row.row), width(other.row));
            if over > 0.0 && over.is_finite() {
                let pair = (row.pass.min(other.pass), row.pass.max(other.pass));
                pairs.entry(pair).or_default().push(gap / over);
            }
        }
    }
    let mut gaps: Vec<f64> = pairs
        .into_values()
        .filter(|list| list.len() >= ROWS)
        .filter_map(middle)
        .collect();
    gaps.sort_unstable_by(f64::total_cmp);
    let (middle, steady) = most(&gaps)?;
    (steady >= GAPS && steady * 5 >= gaps.len() * 2).then(|| Ratio {
        middle: middle.ln(),
        known_to: 0.0,
        spread: 0.0,
        pairs: steady,
    })
}

/// The distance that most pairs have, in the middle of them, and how many; of two that are had by
/// nearly as many it is the shorter. The list is sorted.
fn most(gaps: &[f64]) -> Option<(f64, usize)> {
    let windows = || {
        (0..gaps.len()).filter_map(|from| {
            let low = *gaps.get(from)?;
            let count = gaps.get(from..)?.partition_point(|g| *g <= low * WINDOW);
            Some((*gaps.get(from + count / 2)?, count))
        })
    };
    let largest = windows().map(|(_, count)| count).max()?;
    windows().find(|(_, count)| count * 5 >= largest * 4)
}

/// The middle of the distances of a pair, where most of them are near it.
fn middle(mut list: Vec<f64>) -> Option<f64> {
    list.sort_unstable_by(f64::total_cmp);
    let middle = *list.get(list.len() / 2)?;
    let near = list.iter().filter(|g| (**g / middle - 1.0).abs() < STEADY);
    (near.count() * 2 > list.len()).then_some(middle)
}

/// The rows that move, with their pass: one that turns begins the next.
fn driven(sample: &Sample, steps: &Steps) -> Vec<Driven> {
    let Some(origin) = sample.positions.iter().flatten().next().copied() else {
        return Vec::new();
    };
    let (north, east) = ground::metres_per_degree(origin.1);
    let place = |row: usize| {
        let position = sample.positions.get(row).copied().flatten();
        position.map(|(x, y)| ((x - origin.0) * east, (y - origin.1) * north))
    };
    let mut list: Vec<Driven> = Vec::new();
    let mut pass = 0;
    let mut first: Option<(f64, f64)> = None;
    for row in 1..sample.positions.len() {
        let way = steps.metres.get(row).copied().filter(|m| *m >= 0.0);
        let (Some(metres), Some((x, y)), Some((from_x, from_y))) =
            (way, place(row), place(row - 1))
        else {
            pass += 1;
            first = None;
            continue;
        };
        if metres < STEP_METRES {
            continue;
        }
        let length = (x - from_x).hypot(y - from_y);
        let (ux, uy) = ((x - from_x) / length, (y - from_y) / length);
        if first.is_some_and(|(fx, fy)| fx * ux + fy * uy < TURN) {
            pass += 1;
            first = None;
        }
        first.get_or_insert((ux, uy));
        list.push(Driven {
            row,
            pass,
            x,
            y,
            ux,
            uy,
            metres,
        });
    }
    list
}

fn cell(x: f64, y: f64) -> (i64, i64) {
    (
        (x / CELL_METRES).floor() as i64,
        (y / CELL_METRES).floor() as i64,
    )
}

/// The nearest row of another pass on the left and on the right, with the distance across.
fn neighbours<'a>(
    row: &Driven,
    driven: &'a [Driven],
    grid: &HashMap<(i64, i64), Vec<usize>>,
) -> [Option<(f64, &'a Driven)>; 2] {
    let side = |sign: f64| {
        let mut nearest: Option<(f64, &Driven)> = None;
        let mut aside = CELL_METRES / 2.0;
        while aside < FURTHEST_METRES && nearest.is_none() {
            // With the cells around it no place on the way is left out.
            let (x, y) = (row.x + sign * aside * row.uy, row.y - sign * aside * row.ux);
            let (column, line) = cell(x, y);
            let around = (-1..=1).flat_map(|a| {
                (-1..=1).map(move |b| (column.saturating_add(a), line.saturating_add(b)))
            });
            for at in around.filter_map(|c| grid.get(&c)).flatten() {
                let Some(other) = driven.get(*at) else {
                    continue;
                };
                let (dx, dy) = (other.x - row.x, other.y - row.y);
                let along = (dx * row.ux + dy * row.uy).abs();
                let across = sign * (dx * row.uy - dy * row.ux);
                let alike = (row.ux * other.ux + row.uy * other.uy).abs() >= ALIKE;
                let beside = along <= other.metres.max(1.0) && across >= NEAREST_METRES;
                if other.pass != row.pass
                    && alike
                    && beside
                    && nearest.is_none_or(|(gap, _)| across < gap)
                {
                    nearest = Some((across, other));
                }
            }
            aside += CELL_METRES;
        }
        nearest
    };
    [side(1.0), side(-1.0)]
}
