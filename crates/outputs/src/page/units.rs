//! Units as a farmer reads them.
//!
//! Rule: a page that counts in acres or bushels speaks of acres, feet and miles an hour, any other
//! of hectares, metres and kilometres an hour. Amounts for a square metre become those for a hectare.

use super::look::Look;
use super::text::{number, plain};
use serde_json::Value;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum System {
    Metric,
    Imperial,
}

const ACRE_M2: f64 = 4_046.856_422_4;
const FOOT_M: f64 = 0.3048;
const MILE_M: f64 = 1_609.344;

impl System {
    /// By the units of rates and areas.
    pub(super) fn of(summary: Look<'_>, units: Look<'_>) -> Self {
        let imperial = |unit: &str| unit == "ac" || unit.ends_with("/ac") || unit == "bu";
        let rates = units.entries().map(|(_, unit)| unit.text());
        let totals = summary.entries().map(|(_, value)| value.get("unit").text());
        if rates.chain(totals).any(imperial) {
            Self::Imperial
        } else {
            Self::Metric
        }
    }

    /// The value in the unit that people use for it, and how that is spelled.
    pub(super) fn people(self, value: f64, unit: &str) -> (f64, String) {
        let metric = self == Self::Metric;
        let scaled = |factor: f64, name: &str| (value * factor, name.to_owned());
        match unit {
            "m2" | "ha" | "ac" => {
                let m2 = square_metres(value, unit);
                match self {
                    Self::Imperial => (m2 / ACRE_M2, "ac".to_owned()),
                    Self::Metric => (m2 / 1e4, "ha".to_owned()),
                }
            }
            "m/s" | "mm/s" | "ft/s" | "km/hr" | "mi/hr" => {
                let m_s = value
                    * match unit {
                        "mm/s" => 0.001,
                        "ft/s" => FOOT_M,
                        "km/hr" => 1.0 / 3.6,
                        "mi/hr" => MILE_M / 3_600.0,
                        _ => 1.0,
                    };
                match self {
                    Self::Metric => (m_s * 3.6, "km/h".to_owned()),
                    Self::Imperial => (m_s * 3_600.0 / MILE_M, "mph".to_owned()),
                }
            }
            "m" if metric && value.abs() >= 1_000.0 => scaled(0.001, "km"),
            "m" if !metric => self.people(value / FOOT_M, "ft"),
            "ft" if value.abs() >= 5_280.0 => scaled(FOOT_M / MILE_M, "miles"),
            "kg" if value.abs() >= 1_000.0 => scaled(0.001, "t"),
            "L" if value.abs() >= 10_000.0 => scaled(0.001, "m³"),
            "s" if value.abs() >= 3_600.0 => scaled(1.0 / 3_600.0, "hours"),
            "s" if value.abs() >= 60.0 => scaled(1.0 / 60.0, "minutes"),
            "seeds" if value.abs() >= 1e6 => scaled(1e-6, "million seeds"),
            "kg/m2" => scaled(10.0, "t/ha"),
            "mg/m2" => scaled(0.01, "kg/ha"),
            "L/m2" => scaled(1e4, "L/ha"),
            "ml/m2" => scaled(10.0, "L/ha"),
            "mm3/m2" => scaled(0.01, "L/ha"),
            _ => (value, spelled(unit)),
        }
    }

    /// Number and unit, ready for the page.
    pub(super) fn amount(self, value: f64, unit: &str) -> String {
        let (value, unit) = self.people(value, unit);
        joined(value, &unit)
    }
}

/// Of an area in one of the units that summaries have.
pub(super) fn square_metres(value: f64, unit: &str) -> f64 {
    match unit {
        "ha" => value * 1e4,
        "ac" => value * ACRE_M2,
        _ => value,
    }
}

fn joined(value: f64, unit: &str) -> String {
    let unit = plain(unit, 20);
    if unit.is_empty() {
        number(value)
    } else if unit == "%" {
        // One decimal is all that a moisture sensor knows.
        format!("{value:.1}\u{a0}%").replace('-', "−")
    } else {
        format!("{}\u{a0}{unit}", number(value))
    }
}

fn spelled(unit: &str) -> String {
    let name = match unit {
        "percentage" | "prcnt" => "%",
        "arcdeg" => "°",
        "min" => "minutes",
        "h" => "hours",
        "mi" => "miles",
        "ton" => "short tons",
        "ton/ac" => "short tons/ac",
        "ml" => "mL",
        "ml/ha" => "mL/ha",
        "m3" => "m³",
        "m3/ha" => "m³/ha",
        "m3/s" => "m³/s",
        "seeds/m2" => "seeds/m²",
        "ksds/ac" => "thousand seeds/ac",
        "floz" => "fl oz",
        "floz/ac" => "fl oz/ac",
        "C" => "°C",
        "F" => "°F",
        unit => unit,
    };
    name.to_owned()
}

/// The property that the histogram is of: the first that `units.json` knows. Yield is spoken of in
/// bushels where the source counts them, else in mass.
pub fn main_rate(operation: &str, units: &Value) -> Option<&'static str> {
    let unit = |name: &str| units.get(name).and_then(Value::as_str);
    let candidates: &[&'static str] = match operation {
        "harvested" if unit("dryVolumePerArea") == Some("bu/ac") => &["dryVolumePerArea"],
        "harvested" => &["dryMassPerArea", "wetMassPerArea", "wetVolumePerArea"],
        "planted" => &["seedRate", "appliedRate"],
        "applied" => &["appliedRate", "seedRate"],
        _ => &["tillageDepthActual", "tillageDepthTarget"],
    };
    candidates.iter().copied().find(|name| unit(name).is_some())
}

/// A property's name in words.
pub(super) fn property_words(name: &str) -> Option<&'static str> {
    Some(match name {
        "dryVolumePerArea" | "dryMassPerArea" => "Yield, dry",
        "wetVolumePerArea" | "wetMassPerArea" => "Yield, as harvested",
        "dryMass" => "Dry mass",
        "wetMass" => "Mass as harvested",
        "dryVolume" => "Dry volume",
        "wetVolume" => "Volume as harvested",
        "harvestMoisture" => "Moisture",
        "proteinPercentage" => "Protein",
        "cropFlow" => "Crop flow",
        "seedRate" => "Seed rate",
        "seedRateTarget" => "Target seed rate",
        "appliedRate" => "Rate",
        "appliedRateTarget" => "Target rate",
        "tillageDepthActual" => "Depth",
        "tillageDepthTarget" => "Target depth",
        "seedDepth" => "Seed depth",
        "downForce" => "Down force",
        "singulation" => "Singulation",
        "elevation" => "Elevation",
        "speed" => "Speed",
        "area" => "Area",
        "distance" => "Distance",
        "width" | "equipmentWidth" => "Working width",
        "fuelUsed" => "Fuel",
        "recordingStatus" => "Recording",
        "crop" => "Crop",
        _ => return None,
    })
}
