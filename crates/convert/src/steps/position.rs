//! The position check: points that are nowhere are not in the standard output.

use crate::points::batch::Points;
use crate::points::columns::Columns;
use crate::points::context::Context;
use crate::points::noticed::Noticed;
use crate::points::way::step_metres;
use tramline_analysis::statistics::median;
use tramline_model::{DropReason, Property};

/// Further away than this from the middle of its batch no point belongs to the same work.
const FAR_METRES: f64 = 500_000.0;
/// Share of a batch that may be far: more are another farm.
const FEW: f64 = 0.05;
/// More points in a row that are far are work somewhere else.
const RUN: usize = 50;
/// Fewer points have no middle.
const LEAST: usize = 20;

/// Drops every row without a usable position. NaN stands for absent and for values that are no
/// finite number.
pub(crate) fn check(points: &mut Points, _: &Context, noticed: &mut Noticed) {
    for row in 0..points.columns.rows {
        let (longitude, latitude) = place(&points.columns, row);
        if longitude.is_nan() || latitude.is_nan() {
            points.drop_row(row, DropReason::PositionMissing);
        } else if longitude == 0.0 && latitude == 0.0 {
            points.drop_row(row, DropReason::PositionZero);
        } else if longitude.abs() > 180.0 || latitude.abs() > 90.0 {
            points.drop_row(row, DropReason::PositionOutOfRange);
        }
    }
    far(points, noticed);
}

fn place(columns: &Columns, row: usize) -> (f64, f64) {
    let at = |property| columns.at(property, row);
    (at(Property::Longitude), at(Property::Latitude))
}

/// Drops the few rows of a batch that are far from its middle; a small batch is judged by the middle
/// of the one before.
fn far(points: &mut Points, noticed: &mut Noticed) {
    let usable: Vec<usize> = (0..points.keep.len())
        .filter(|row| points.keep.get(*row) == Some(&true))
        .collect();
    if usable.len() >= LEAST {
        let middle = |property: Property| {
            let values = usable.iter().map(|row| points.columns.at(property, *row));
            median(&mut values.collect::<Vec<f64>>())
        };
        noticed.middle = middle(Property::Longitude).zip(middle(Property::Latitude));
    }
    let Some(middle) = noticed.middle else {
        return;
    };
    let is_far = |row: usize| {
        let (east, north) = step_metres(middle, place(&points.columns, row));
        east.hypot(north) > FAR_METRES
    };
    // Many in a row are another farm, not a receiver that had lost its place.
    let mut runs: Vec<Vec<usize>> = Vec::new();
    let mut before = noticed.far;
    for row in &usable {
        let now = is_far(*row);
        if now && !before {
            runs.push(Vec::new());
        }
        if let Some(run) = runs.last_mut().filter(|_| now) {
            run.push(*row);
        }
        before = now;
    }
    noticed.far = before;
    let stray = runs.into_iter().filter(|run| run.len() <= RUN);
    let stray: Vec<usize> = stray.flatten().collect();
    if usable.len() >= LEAST && stray.len() as f64 > FEW * usable.len() as f64 {
        return;
    }
    for row in stray {
        points.drop_row(row, DropReason::PositionFar);
    }
}
