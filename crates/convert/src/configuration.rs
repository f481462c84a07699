//! The settings that steer a conversion: those of the table in `tramline_model::settings`. Keys that are not
//! known are kept and reported, never refused.

pub use tramline_model::settings::{
    CleanupRules, ColorRamp, Condition, Configuration, CropTable, FilterProfile, ImageAttributes,
    ImageRamp, ImageStretch, Literal, Operator, OwnCropNumbers,
};
