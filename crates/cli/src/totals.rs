//! Area, amount and rate of a summary, for people.
//!
//! Rule: one unit system in a line, that of the area: hectares, tonnes and litres, or acres, bushels,
//! pounds and gallons. What has no unit of that system keeps its own.

use crate::progress::grouped;
use serde_json::Value;
use tramline_model::Unit;

#[derive(Clone, Copy, PartialEq, Eq)]
enum System {
    Metric,
    Imperial,
}

/// What was done, in the words of a line.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Totals {
    /// `5.04 ha`, or the way where no width is known; empty for neither.
    pub(crate) area: String,
    /// `18.2 t`, `2,858 bu`, `1,297 L`; empty for none.
    pub(crate) amount: String,
    /// `3.61 t/ha`, `142 L/ha`, `15.2 cm deep`; empty for none.
    pub(crate) rate: String,
    /// The factor of a calibration; empty for none.
    pub(crate) calibrated: String,
}

impl Totals {
    /// Of the properties of a summary.
    pub(crate) fn of(properties: &Value) -> Self {
        let system = system(properties);
        let calibrated = properties["calibration"]["factor"].as_f64();
        let (amount, rate) = amounts(properties, system);
        Self {
            area: area(properties, system),
            amount,
            rate,
            calibrated: calibrated
                .map_or_else(String::new, |factor| format!("calibrated by {factor:.4}")),
        }
    }

    /// All of it in a line: `5.04 ha, 18.2 t, 3.61 t/ha`.
    pub(crate) fn line(&self) -> String {
        let parts = [&self.area, &self.amount, &self.rate, &self.calibrated];
        let parts = parts.into_iter().filter(|part| !part.is_empty());
        parts.map(String::as_str).collect::<Vec<_>>().join(", ")
    }
}

/// By the unit of the area; without one by those of rates.
fn system(properties: &Value) -> System {
    let unit = |key: &str| properties[key]["unit"].as_str().unwrap_or_default();
    let rates = ["dryVolumePerArea", "seedRate", "appliedRate"];
    match unit("totalArea") {
        "ac" => System::Imperial,
        "" if rates.iter().any(|key| unit(key).ends_with("/ac")) => System::Imperial,
        _ => System::Metric,
    }
}

fn area(properties: &Value, system: System) -> String {
    let (area, way) = match system {
        System::Metric => ("ha", "km"),
        System::Imperial => ("ac", "mi"),
    };
    let worked = measured(&properties["totalArea"], "value", &[area]);
    // Without a width there is no area to speak of, and the way tells how much was done.
    let driven = || measured(&properties["totalDistance"], "value", &[way]);
    match worked.filter(|(value, _)| *value > 0.0) {
        Some((value, unit)) => said(value, unit),
        None => match driven() {
            Some((value, unit)) if value > 0.0 => format!("{} driven", said(value, unit)),
            _ => String::new(),
        },
    }
}

/// Amount and rate of the work's main property.
fn amounts(properties: &Value, system: System) -> (String, String) {
    // Bushels where the source counts grain in them, else mass as it was harvested.
    let bushels = system == System::Imperial && !properties["totalDryVolume"].is_null();
    let (total, rate, total_units, rate_units): (_, _, &[&'static str], &[&'static str]) =
        match system {
            _ if bushels => ("totalDryVolume", "dryVolumePerArea", &["bu"], &["bu/ac"]),
            System::Metric => ("totalWetMass", "wetMassPerArea", &["t"], &["t/ha"]),
            System::Imperial => ("totalWetMass", "wetMassPerArea", &["lb"], &["lb/ac"]),
        };
    let harvested = measured(&properties[total], "value", total_units);
    if let Some((value, unit)) = harvested {
        let rate = measured(&properties[rate], "avg", rate_units);
        let rate = rate.filter(|(value, _)| *value > 0.0);
        return (
            said(value, unit),
            rate.map_or_else(String::new, |(value, unit)| said(value, unit)),
        );
    }
    let (totals, rates): (&[&'static str], &[&'static str]) = match system {
        System::Metric => (&["kg", "L"], &["seeds/ha", "kg/ha", "L/ha"]),
        System::Imperial => (&["lb", "gal"], &["seeds/ac", "lb/ac", "gal/ac"]),
    };
    for (total, rate) in [
        ("totalPlanted", "seedRate"),
        ("totalApplied", "appliedRate"),
    ] {
        if let Some((value, unit)) = measured(&properties[rate], "avg", rates) {
            let total = measured(&properties[total], "value", totals);
            return (
                total.map_or_else(String::new, |(value, unit)| said(value, unit)),
                said(value, unit),
            );
        }
    }
    let depths: &[&'static str] = match system {
        System::Metric => &["cm"],
        System::Imperial => &["in"],
    };
    let depth = measured(&properties["tillageDepthActual"], "avg", depths);
    let depth = depth.filter(|(value, _)| *value > 0.0);
    let depth = depth.map(|(value, unit)| format!("{} deep", said(value, unit)));
    (String::new(), depth.unwrap_or_default())
}

/// A number of the summary in the first of the units that fits it, else in its own.
fn measured<'a>(entry: &'a Value, key: &str, units: &[&'static str]) -> Option<(f64, &'a str)> {
    let value = entry[key].as_f64().filter(|value| value.is_finite())?;
    let own = entry["unit"].as_str()?;
    let from = Unit::parse(own);
    let converted = units.iter().find_map(|symbol| {
        let factor = from?.factor_to(Unit::from_symbol(symbol)?)?;
        Some((value * factor, *symbol))
    });
    Some(converted.unwrap_or((value, own)))
}

/// A number with its unit as people write it.
fn said(value: f64, unit: &str) -> String {
    let unit = match unit {
        "percentage" | "prcnt" => "%",
        unit => unit,
    };
    format!("{} {unit}", short(value))
}

/// Three digits or so: `0.0023`, `4.68`, `18.2`, `163`, `376,750`.
fn short(value: f64) -> String {
    let size = value.abs();
    let decimals = match size {
        _ if size >= 99.95 => {
            let sign = if value < 0.0 { "-" } else { "" };
            return format!("{sign}{}", grouped(size.round() as u64));
        }
        _ if size >= 9.995 => 1,
        _ if size >= 0.1 || size == 0.0 => 2,
        _ => (1.0 - size.log10().floor()).clamp(2.0, 12.0) as usize,
    };
    format!("{value:.decimals$}")
}

#[cfg(test)]
mod tests {
    //! A line has one unit system, whatever the units of the summary.

    use super::*;
    use serde_json::json;

    fn line(properties: &Value) -> String {
        Totals::of(properties).line()
    }

    #[test]
    fn a_line_has_the_units_of_its_area() {
        for (area, unit, mass, of_mass, rate, of_rate, expected) in [
            (
                50_000.0,
                "m2",
                18_200.0,
                "kg",
                0.364,
                "kg/m2",
                "5.00 ha, 18.2 t, 3.64 t/ha",
            ),
            (
                5.0,
                "ha",
                18.2,
                "t",
                3.64,
                "t/ha",
                "5.00 ha, 18.2 t, 3.64 t/ha",
            ),
            (
                12.355_269,
                "ac",
                18.2,
                "t",
                3_247.5,
                "lb/ac",
                "12.4 ac, 40,124 lb, 3,248 lb/ac",
            ),
            (
                5.0,
                "ha",
                40_124.13,
                "lb",
                3_247.5,
                "lb/ac",
                "5.00 ha, 18.2 t, 3.64 t/ha",
            ),
        ] {
            let properties = json!({
                "totalArea": {"value": area, "unit": unit},
                "totalWetMass": {"value": mass, "unit": of_mass},
                "wetMassPerArea": {"avg": rate, "unit": of_rate},
            });
            assert_eq!(line(&properties), expected);
        }
        let bushels = json!({
            "totalArea": {"value": 23.883, "unit": "ac"},
            "totalWetMass": {"value": 163_619.29, "unit": "lb"},
            "totalDryVolume": {"value": 2858.48, "unit": "bu"},
            "dryVolumePerArea": {"avg": 119.685, "unit": "bu/ac"},
        });
        assert_eq!(line(&bushels), "23.9 ac, 2,858 bu, 120 bu/ac");
    }

    #[test]
    fn other_work() {
        let spraying = json!({
            "totalArea": {"value": 91_060.8, "unit": "m2"},
            "appliedRate": {"avg": 142.418, "unit": "L/ha"},
            "totalApplied": {"value": 1296.87, "unit": "L"},
        });
        assert_eq!(line(&spraying), "9.11 ha, 1,297 L, 142 L/ha");
        let sowing = json!({
            "totalArea": {"value": 2.0, "unit": "ac"},
            "seedRate": {"avg": 32_000.4, "unit": "seeds/ac"},
        });
        assert_eq!(line(&sowing), "2.00 ac, 32,000 seeds/ac");
        let tillage = json!({
            "totalArea": {"value": 0.5, "unit": "ha"},
            "tillageDepthActual": {"avg": 0.152, "unit": "m"},
        });
        assert_eq!(line(&tillage), "0.50 ha, 15.2 cm deep");
        let no_width = json!({
            "totalArea": {"value": null, "unit": "m2"},
            "totalDistance": {"value": 10_081.7, "unit": "m"},
        });
        assert_eq!(line(&no_width), "10.1 km driven");
        assert_eq!(line(&json!({})), "");
    }

    #[test]
    fn small_numbers_do_not_look_like_nothing() {
        let numbers = [
            0.0, 0.0023, 0.05, 0.1, 4.684, 9.996, 18.24, 99.96, 376_749.6, -3.2,
        ];
        let said = numbers.map(short);
        let expected = [
            "0.00", "0.0023", "0.050", "0.10", "4.68", "10.0", "18.2", "100", "376,750", "-3.20",
        ];
        assert_eq!(said, expected);
    }
}
