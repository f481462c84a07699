//! The rows that stay are added to the totals.

use crate::points::batch::Points;
use crate::points::context::Context;
use crate::points::noticed::Noticed;

/// Adds the rows that stay.
pub(crate) fn add(points: &mut Points, context: &Context, noticed: &mut Noticed) {
    noticed.totals.add(
        &points.columns,
        &points.keep,
        &points.way.instant,
        context.is_harvest(),
        &context.units,
    );
}
