//! The colours of each property's picture, and what their ends stand for.
//!
//! Rules: one table says what a property is; its ramp, its least range and what zero means follow from
//! that. The configuration may choose the contract's ramp, one of its own, or viridis for all.

use crate::configuration::{Configuration, ImageRamp, ImageStretch};
use tramline_analysis::stretch::{LeastSpan, percentile_range};
use tramline_model::settings::ColorRamp;
use tramline_model::{Property, Unit};
use tramline_render::{Nature, Ramp};

/// Half of it on each side of the median: monitors of mass, rate and moisture repeat themselves to a
/// few percent, so what varies by less is noise.
const LEAST_SHARE: f64 = 0.05;
/// Heights of a receiver without corrections wander by more than that.
const LEAST_HEIGHT_M: f64 = 1.0;

/// What a property is, as far as its colours go.
pub(crate) fn nature(property: Property) -> Nature {
    use Property as P;
    match property {
        P::WetMass
        | P::WetMassPerArea
        | P::WetVolume
        | P::WetVolumePerArea
        | P::DryMass
        | P::DryMassPerArea
        | P::DryVolume
        | P::DryVolumePerArea
        | P::CropFlow
        | P::ProteinPercentage
        | P::SeedRate
        | P::SeedRateTarget
        | P::Singulation
        | P::AppliedRate
        | P::AppliedRateTarget => Nature::Amount,
        P::HarvestMoisture => Nature::Moisture,
        P::SeedDepth | P::TillageDepthActual | P::TillageDepthTarget => Nature::Depth,
        P::Elevation => Nature::Elevation,
        P::Speed => Nature::Speed,
        P::DownForce | P::FuelRate | P::FuelUsed => Nature::Load,
        _ => Nature::Plain,
    }
}

/// The colours of a property's picture.
pub(crate) fn ramp(configuration: &Configuration, property: Property) -> Ramp {
    let own = &configuration.geoimages_color_ramp;
    match configuration.image_ramp {
        ImageRamp::Accessible => Ramp::accessible(),
        ImageRamp::Property if *own == ColorRamp::default() => nature(property).ramp(),
        // Stops were checked when they were read, by the same limits.
        ImageRamp::Property | ImageRamp::Model => {
            Ramp::from_stops(own.stops()).unwrap_or_else(|_| Ramp::model())
        }
    }
}

/// The values of the ends of the colours: by the percentiles of `shown`, a value for each of equal pieces of
/// ground, or `full`, the least and the greatest value of all points.
pub(crate) fn ends(
    stretch: ImageStretch,
    property: Property,
    unit: Option<&Unit>,
    full: (f64, f64),
    shown: &mut Vec<f64>,
) -> (f64, f64) {
    if stretch == ImageStretch::FullRange {
        return full;
    }
    let least = match nature(property) {
        Nature::Elevation => LeastSpan::Of(LEAST_HEIGHT_M / unit.map_or(1.0, |unit| unit.factor)),
        _ => LeastSpan::OfMedian(LEAST_SHARE),
    };
    let zero_is_off = nature(property) == Nature::Amount;
    percentile_range(shown, zero_is_off, least).unwrap_or(full)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;
    use tramline_model::OperationType;

    #[test]
    fn dry_is_sand_and_every_pictured_property_has_its_colours() {
        let default = Configuration::default();
        assert_eq!(
            ramp(&default, Property::HarvestMoisture),
            Nature::Moisture.ramp()
        );
        let plain = [
            Property::Area,
            Property::Distance,
            Property::EquipmentWidth,
            Property::Heading,
        ];
        for operation in OperationType::FIELD_WORK {
            for property in crate::pictured::properties(&operation) {
                let is_plain = nature(*property) == Nature::Plain;
                assert_eq!(is_plain, plain.contains(property), "{}", property.name());
            }
        }
    }

    #[test]
    fn a_ramp_of_ones_own_colours_the_images_unless_the_accessible_is_chosen() {
        let own = json!({ "geoimagesColorRamp": { "100%": [0, 0, 255], "0%": [255, 255, 255] } });
        let mut own: Configuration = serde_json::from_value(own).expect("read");
        let of = |own: &Configuration| ramp(own, Property::Speed);
        assert_eq!(of(&own).at(50.0), [128, 128, 255]);
        own.image_ramp = ImageRamp::Model;
        assert_eq!(of(&own).at(50.0), [128, 128, 255]);
        own.image_ramp = ImageRamp::Accessible;
        assert_eq!(of(&own), Ramp::accessible());
        let model = json!({ "imageRamp": "model", "imageStretch": "fullRange" });
        let model: Configuration = serde_json::from_value(model).expect("read");
        assert_eq!(of(&model), Ramp::model());
        assert_eq!(
            ends(
                model.image_stretch,
                Property::Speed,
                None,
                (1.0, 9.0),
                &mut vec![5.0]
            ),
            (1.0, 9.0)
        );
    }

    #[test]
    fn the_least_height_is_a_metre_in_any_unit() {
        let feet = Unit::from_symbol("ft");
        let mut shown = vec![980.0, 980.5];
        let (low, high) = ends(
            ImageStretch::Percentile,
            Property::Elevation,
            feet,
            (980.0, 980.5),
            &mut shown,
        );
        assert!((high - low - 1.0 / 0.3048).abs() < 1e-9, "{low} to {high}");
    }
}
