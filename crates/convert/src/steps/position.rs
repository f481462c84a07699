//! The position check: points that are nowhere are not in the standard output.

use crate::points::batch::Points;
use crate::points::context::Context;
use crate::points::noticed::Noticed;
use tramline_model::{DropReason, Property};

/// Drops every row without a usable position. NaN stands for absent and for values that are no
/// finite number.
pub(crate) fn check(points: &mut Points, _: &Context, _: &mut Noticed) {
    for row in 0..points.columns.rows {
        let longitude = points.columns.at(Property::Longitude, row);
        let latitude = points.columns.at(Property::Latitude, row);
        if longitude.is_nan() || latitude.is_nan() {
            points.drop_row(row, DropReason::PositionMissing);
        } else if longitude == 0.0 && latitude == 0.0 {
            points.drop_row(row, DropReason::PositionZero);
        } else if longitude.abs() > 180.0 || latitude.abs() > 90.0 {
            points.drop_row(row, DropReason::PositionOutOfRange);
        }
    }
}
