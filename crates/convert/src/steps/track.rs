//! The way of the machine since the row before.

use crate::points::batch::Points;
use crate::points::context::Context;
use crate::points::noticed::Noticed;

/// Follows the rows that have a usable position.
pub(crate) fn follow(points: &mut Points, context: &Context, noticed: &mut Noticed) {
    if context.tells_rest {
        noticed.tracks.tells_rest();
    }
    points.way = noticed.tracks.follow(&points.columns, &points.keep);
    noticed.counts.unordered |= !noticed.tracks.is_ordered();
}
