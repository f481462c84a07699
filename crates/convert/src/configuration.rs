//! The settings that steer a conversion, and the colours that they choose for images. The settings
//! themselves stand in the table of `tramline_model::settings`. Keys that are not known are kept and
//! reported, never refused.

use tramline_render::Ramp;

pub use tramline_model::settings::{
    CleanupRules, ColorRamp, Condition, Configuration, CropTable, FilterProfile, ImageAttributes,
    ImageRamp, Literal, Operator, OwnCropNumbers,
};

/// The colours of the images.
pub(crate) fn ramp(configuration: &Configuration) -> Ramp {
    match configuration.image_ramp {
        ImageRamp::Model => {
            let stops = configuration.geoimages_color_ramp.stops();
            // Stops were checked when they were read, by the same limits.
            Ramp::from_stops(stops).unwrap_or_else(|_| Ramp::model())
        }
        ImageRamp::Accessible => Ramp::accessible(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn the_default_ramp_is_that_of_the_images() {
        assert_eq!(ramp(&Configuration::default()), Ramp::model());
    }

    #[test]
    fn a_ramp_of_ones_own_colours_the_images_unless_the_accessible_is_chosen() {
        let own = json!({ "geoimagesColorRamp": { "100%": [0, 0, 255], "0%": [255, 255, 255] } });
        let mut own: Configuration = serde_json::from_value(own).expect("read");
        assert_eq!(ramp(&own).at(50.0), [128, 128, 255]);
        own.image_ramp = ImageRamp::Accessible;
        assert_eq!(ramp(&own), Ramp::accessible());
    }
}
