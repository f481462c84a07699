//! The position check: points that are nowhere are not in the standard output.

use super::columns::Work;
use tramline_model::Property;

/// Calls `reject(row, reason)` for every row without a usable position. NaN stands for absent and
/// for values that are no finite number.
pub(crate) fn check(work: &Work, mut reject: impl FnMut(usize, &'static str)) {
    for row in 0..work.rows {
        let longitude = work.at(Property::Longitude, row);
        let latitude = work.at(Property::Latitude, row);
        if longitude.is_nan() || latitude.is_nan() {
            reject(row, "position.missing");
        } else if longitude == 0.0 && latitude == 0.0 {
            reject(row, "position.zero");
        } else if longitude.abs() > 180.0 || latitude.abs() > 90.0 {
            reject(row, "position.out-of-range");
        }
    }
}
