//! The rows that stay are added to the totals, and the others by their reasons.

use crate::points::batch::Points;
use crate::points::context::Context;
use crate::points::left_out;
use crate::points::noticed::Noticed;

/// Adds the rows of a batch.
pub(crate) fn add(points: &mut Points, context: &Context, noticed: &mut Noticed) {
    noticed.totals.add(
        &points.columns,
        &points.keep,
        &points.way.instant,
        context.is_harvest(),
        &context.units,
    );
    left_out::add(
        &mut noticed.left_out,
        &points.columns,
        &context.units,
        &points.way.instant,
        points.reasons.rows(),
    );
}
