//! Settings whose values are names, and the numbers of a user's own crops.

use serde::{Deserialize, Serialize};

/// How the filtered output is made.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum FilterProfile {
    /// Speed, then standard deviations.
    #[default]
    Compat,
    /// The recommended steps, each by itself.
    Recommended,
    /// The steps of the R package `paar`.
    Depurate,
    /// Filtered equals standard.
    None,
}

impl FilterProfile {
    /// Reads a name in any letter case.
    pub fn from_name(name: &str) -> Option<Self> {
        match name.to_ascii_lowercase().as_str() {
            "compat" => Some(Self::Compat),
            "recommended" => Some(Self::Recommended),
            "depurate" => Some(Self::Depurate),
            "none" => Some(Self::None),
            _ => None,
        }
    }
}

/// Which numbers of test weight and standard moisture count.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum CropTable {
    /// The model service's numbers.
    #[default]
    Compat,
    /// Market test weights and moistures.
    Market,
}

/// Colours of images.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ImageRamp {
    /// A ramp by what the property is, each of them even in lightness.
    #[default]
    Property,
    /// The contract's, red to green.
    Model,
    /// Seven steps of viridis, which people with any colour vision tell apart.
    Accessible,
}

/// Which values the ends of an image's colours stand for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum ImageStretch {
    /// The 2nd and the 98th percentile of the ground that is shown.
    #[default]
    Percentile,
    /// The contract's: the least and the greatest value.
    FullRange,
}

/// Own numbers of a crop; what is absent is the table's.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct OwnCropNumbers {
    /// Pounds per US bushel.
    pub test_weight: Option<f64>,
    /// Percent, wet basis.
    pub standard_moisture: Option<f64>,
}
