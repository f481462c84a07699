//! Which properties have an image, and its colours.
//!
//! Rule: what is no ramp is refused where the settings are read, with what one looks like.

use serde::{Deserialize, Serialize, Serializer};
use serde_json::Value;
use std::collections::BTreeMap;

/// The key of no value, which is always transparent.
const NO_VALUE: &str = "nv";
const TRANSPARENT: [u8; 4] = [0, 0, 0, 0];

/// More stops than this are no ramp.
const MOST_STOPS: usize = 256;

/// `geoimagesColorRamp`: colours by percent of the range, such as `"35%": [255, 40, 0]`.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(try_from = "Listing")]
pub struct ColorRamp(Vec<(f64, [u8; 3])>);

type Listing = BTreeMap<String, Vec<u8>>;

impl Default for ColorRamp {
    /// Red over yellow to green, as farmers know it from yield maps.
    fn default() -> Self {
        Self(vec![
            (0.0, [200, 0, 0]),
            (35.0, [255, 40, 0]),
            (45.0, [255, 150, 0]),
            (55.0, [255, 240, 0]),
            (65.0, [0, 230, 0]),
            (75.0, [0, 190, 0]),
            (100.0, [0, 130, 0]),
        ])
    }
}

impl ColorRamp {
    /// Percent of the range, from 0 to 100 and rising, with red, green and blue. There are 1 to
    /// 256.
    pub fn stops(&self) -> &[(f64, [u8; 3])] {
        &self.0
    }
}

impl Serialize for ColorRamp {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let stops = self.0.iter().map(|(percent, colour)| {
            let place = format!("{}%", (percent * 100.0).round() / 100.0);
            (place, colour.as_slice())
        });
        serializer.collect_map(stops.chain([(NO_VALUE.to_owned(), TRANSPARENT.as_slice())]))
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
        if stops.is_empty() || stops.len() > MOST_STOPS {
            return Err(format!(
                "`geoimagesColorRamp`: a ramp has 1 to {MOST_STOPS} stops, this one {}",
                stops.len()
            ));
        }
        stops.sort_by(|a, b| a.0.total_cmp(&b.0));
        Ok(Self(stops))
    }
}

/// `filesImageAttributeCreation`: by operation and property, whether there is an image.
pub type ImageAttributes = BTreeMap<String, BTreeMap<String, bool>>;

/// The properties that operations may have images of, in the contract's order.
const PICTURED: [(&str, &[&str]); 4] = [
    (
        "harvested",
        &[
            "area",
            "distance",
            "elevation",
            "equipmentWidth",
            "harvestMoisture",
            "wetMass",
            "wetMassPerArea",
            "wetVolume",
            "wetVolumePerArea",
            "dryMass",
            "dryMassPerArea",
            "dryVolume",
            "dryVolumePerArea",
            "speed",
            "heading",
            "cropFlow",
            "proteinPercentage",
            "fuelRate",
            "fuelUsed",
        ],
    ),
    (
        "planted",
        &[
            "heading",
            "distance",
            "elevation",
            "seedRate",
            "area",
            "equipmentWidth",
            "speed",
            "seedRateTarget",
            "seedDepth",
            "fuelRate",
            "fuelUsed",
            "downForce",
            "singulation",
        ],
    ),
    (
        "applied",
        &[
            "heading",
            "distance",
            "elevation",
            "appliedRate",
            "area",
            "equipmentWidth",
            "speed",
            "appliedRateTarget",
            "fuelRate",
            "fuelUsed",
        ],
    ),
    (
        "tillage",
        &[
            "area",
            "heading",
            "distance",
            "elevation",
            "equipmentWidth",
            "tillageDepthTarget",
            "speed",
            "tillageDepthActual",
            "fuelRate",
            "fuelUsed",
        ],
    ),
];

/// No image of any property.
pub(super) fn no_image() -> Value {
    let operations = PICTURED.iter().map(|(operation, properties)| {
        let none = properties
            .iter()
            .map(|property| ((*property).to_owned(), Value::Bool(false)));
        ((*operation).to_owned(), Value::Object(none.collect()))
    });
    Value::Object(operations.collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn ramps_are_read_and_written_back() {
        let default = serde_json::to_value(ColorRamp::default()).expect("a listing");
        assert_eq!(default["35%"], json!([255, 40, 0]));
        let again: ColorRamp = serde_json::from_value(default).expect("a ramp");
        assert_eq!(again, ColorRamp::default());
        let own = json!({ "100%": [0, 0, 255], "0%": [255, 255, 255], "nv": [0, 0, 0, 0] });
        let own: ColorRamp = serde_json::from_value(own).expect("a ramp");
        assert_eq!(own.stops(), [(0.0, [255, 255, 255]), (100.0, [0, 0, 255])]);
    }

    #[test]
    fn what_is_no_ramp_is_refused_by_name() {
        let many: Listing = (0..257)
            .map(|stop| (format!("{}%", f64::from(stop) / 4.0), vec![0, 0, 0]))
            .collect();
        for listing in [
            json!({}),
            json!({ "nv": [0, 0, 0, 0] }),
            json!({ "low": [0, 0, 0] }),
            json!({ "101%": [0, 0, 0] }),
            json!({ "10%": [0, 0] }),
            json!(many),
        ] {
            let refused = serde_json::from_value::<ColorRamp>(listing.clone());
            let text = refused.expect_err("no ramp").to_string();
            assert!(text.contains("geoimagesColorRamp"), "{listing}: {text}");
        }
    }
}
