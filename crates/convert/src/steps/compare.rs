//! Quantities of a row that say the same twice are compared, before anything is derived of them.

use crate::points::batch::Points;
use crate::points::context::Context;
use crate::points::noticed::Noticed;

/// Adds the rows that stay to the pairs.
pub(crate) fn pair(points: &mut Points, context: &Context, noticed: &mut Noticed) {
    noticed
        .pairs
        .add(&points.columns, &points.keep, &points.way, &context.units);
}
