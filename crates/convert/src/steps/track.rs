//! The way of the machine since the row before.

use crate::points::batch::Points;
use crate::points::context::Context;
use crate::points::noticed::Noticed;

/// Follows the rows that have a usable position.
pub(crate) fn follow(points: &mut Points, _: &Context, noticed: &mut Noticed) {
    points.way = noticed.tracks.follow(&points.columns, &points.keep);
}
