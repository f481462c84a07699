//! What the configuration says of images: their colours, and which properties have one.
//!
//! Rule: what is no ramp is refused where the configuration is read, with what one looks like.

use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use tramline_model::{OperationType, Property};
use tramline_render::Ramp;

/// The key of no value, which is always transparent.
const NO_VALUE: &str = "nv";

/// `geoimagesColorRamp`: colours by percent of the range, such as `"35%": [255, 40, 0]`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "Listing", into = "Listing")]
pub struct ColorRamp(Ramp);

type Listing = BTreeMap<String, Vec<u8>>;

impl Default for ColorRamp {
    fn default() -> Self {
        Self(Ramp::model())
    }
}

impl ColorRamp {
    pub(crate) fn ramp(&self) -> Ramp {
        self.0.clone()
    }
}

impl From<ColorRamp> for Listing {
    fn from(ramp: ColorRamp) -> Self {
        ramp.0.listing().into_iter().collect()
    }
}

impl TryFrom<Listing> for ColorRamp {
    type Error = String;

    fn try_from(listing: Listing) -> Result<Self, String> {
        let mut stops = Vec::new();
        for (place, colour) in listing.iter().filter(|(place, _)| *place != NO_VALUE) {
            let percent = place.strip_suffix('%').unwrap_or(place).trim();
            let percent = percent
                .parse::<f64>()
                .ok()
                .filter(|p| (0.0..=100.0).contains(p));
            let (Some(percent), [red, green, blue, ..]) = (percent, colour.as_slice()) else {
                return Err(format!(
                    "`geoimagesColorRamp` has `{place}`: {colour:?}: give percents from 0% to 100% with red, \
                     green and blue, such as \"35%\": [255, 40, 0]"
                ));
            };
            stops.push((percent, [*red, *green, *blue]));
        }
        stops.sort_by(|a, b| a.0.total_cmp(&b.0));
        Ramp::from_stops(&stops)
            .map(Self)
            .map_err(|cause| format!("`geoimagesColorRamp`: {cause}"))
    }
}

/// `filesImageAttributeCreation`: by operation and property, whether there is an image.
pub type ImageAttributes = BTreeMap<String, BTreeMap<String, bool>>;

/// Whether a property of an operation has an image: all have one of operations that are not named,
/// only those that are `true` of one that is.
pub(crate) fn is_wanted(
    attributes: &ImageAttributes,
    operation: &OperationType,
    property: Property,
) -> bool {
    let named = attributes.get(operation.name());
    named.is_none_or(|named| named.get(property.name()).copied().unwrap_or(false))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn ramps_are_read_and_written_back() {
        let model = serde_json::to_value(ColorRamp::default()).expect("a listing");
        assert_eq!(model["35%"], json!([255, 40, 0]));
        let again: ColorRamp = serde_json::from_value(model).expect("a ramp");
        assert_eq!(again, ColorRamp::default());
        let own = json!({ "100%": [0, 0, 255], "0%": [255, 255, 255], "nv": [0, 0, 0, 0] });
        let own: ColorRamp = serde_json::from_value(own).expect("a ramp");
        assert_eq!(own.ramp().at(50.0), [128, 128, 255]);
    }

    #[test]
    fn what_is_no_ramp_is_refused_by_name() {
        for listing in [
            json!({}),
            json!({ "nv": [0, 0, 0, 0] }),
            json!({ "low": [0, 0, 0] }),
            json!({ "101%": [0, 0, 0] }),
            json!({ "10%": [0, 0] }),
        ] {
            let refused = serde_json::from_value::<ColorRamp>(listing.clone());
            let text = refused.expect_err("no ramp").to_string();
            assert!(text.contains("geoimagesColorRamp"), "{listing}: {text}");
        }
    }

    #[test]
    fn an_operation_that_is_named_has_the_images_that_are_true() {
        let attributes = json!({ "harvested": { "wetMassPerArea": true, "speed": false } });
        let attributes: ImageAttributes = serde_json::from_value(attributes).expect("attributes");
        let wanted = |operation, property| is_wanted(&attributes, &operation, property);
        assert!(wanted(OperationType::Harvested, Property::WetMassPerArea));
        assert!(!wanted(OperationType::Harvested, Property::Speed));
        assert!(!wanted(OperationType::Harvested, Property::Elevation));
        assert!(wanted(OperationType::Planted, Property::Speed));
    }
}
