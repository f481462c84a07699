//! Points outside the fields that the caller gave leave the standard output.

use crate::points::batch::Points;
use crate::points::context::Context;
use crate::points::noticed::Noticed;
use tramline_model::{DropReason, Property};

/// Drops every row that is still there and lies in no field; remembers their bounds.
pub(crate) fn apply(points: &mut Points, context: &Context, noticed: &mut Noticed) {
    let Some(clip) = &context.clip else {
        return;
    };
    for row in 0..points.columns.rows {
        if points.keep.get(row) != Some(&true) {
            continue;
        }
        let at = |property| points.columns.at(property, row);
        let (x, y) = (at(Property::Longitude), at(Property::Latitude));
        if clip.holds(x, y) {
            continue;
        }
        points.drop_row(row, DropReason::FieldOutside);
        let [west, south, east, north] = noticed.outside.unwrap_or([x, y, x, y]);
        noticed.outside = Some([west.min(x), south.min(y), east.max(x), north.max(y)]);
    }
}
