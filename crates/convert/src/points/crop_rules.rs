//! What holds for the crop of a row: its numbers, and which values its harvest can have.

use tramline_model::{Crop, CropNumbers};

/// Numbers and habits of one crop. The default is that of a crop that no table knows.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct CropRules {
    pub(crate) numbers: CropNumbers,
    /// People measure it by volume: mass is turned into bushels.
    pub(crate) by_volume: bool,
    /// It has the moisture of grain: its harvest lacks something without.
    pub(crate) is_grain: bool,
}

impl CropRules {
    /// Of a crop of the table. A test weight that the account gave says that volumes are wanted.
    pub(crate) fn of(crop: &Crop, numbers: CropNumbers, weight_given: bool) -> Self {
        Self {
            numbers,
            by_volume: !crop.mass_only || weight_given,
            is_grain: !crop.mass_only,
        }
    }
}
