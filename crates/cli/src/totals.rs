//! One line of a summary for people: area, and how much of what.

use serde_json::Value;
use tramline_model::Unit;

/// Hectares in a unit of area.
fn hectares(unit: &str) -> Option<f64> {
    match unit {
        "m2" => Some(1e-4),
        "ha" => Some(1.0),
        "ac" => Some(0.404_685_642_24),
        _ => None,
    }
}

/// Tonnes in a unit of mass.
fn tonnes(unit: &str) -> Option<f64> {
    match unit {
        "kg" => Some(1e-3),
        "lb" => Some(0.453_592_37e-3),
        "t" => Some(1.0),
        _ => None,
    }
}

/// Kilometres in a unit of length.
fn kilometres(unit: &str) -> Option<f64> {
    match unit {
        "m" => Some(1e-3),
        "km" => Some(1.0),
        "ft" => Some(0.3048e-3),
        "mi" => Some(1.609_344),
        _ => None,
    }
}

fn value(total: &Value, factor: fn(&str) -> Option<f64>) -> Option<f64> {
    Some(total["value"].as_f64()? * factor(total["unit"].as_str()?)?)
}

/// The average of statistics by area in tonnes for a hectare.
fn average_t_ha(statistics: &Value) -> Option<f64> {
    let unit = Unit::parse(statistics["unit"].as_str()?)?;
    let factor = unit.factor_to(Unit::known("t/ha"))?;
    Some(statistics["avg"].as_f64()? * factor)
}

/// As many decimals as usual, more for a number that would look like nothing.
fn decimals(value: f64, usual: usize) -> usize {
    if value > 0.0 && value < 0.1 {
        (1.0 - value.log10().floor()).clamp(usual as f64, 12.0) as usize
    } else {
        usual
    }
}

/// `5.04 ha, 18.2 t (3.61 t/ha)`; `properties` are those of a summary. Empty without an area.
pub(crate) fn line(properties: &Value) -> String {
    if properties["totalArea"].is_null() {
        return String::new();
    }
    let area = value(&properties["totalArea"], hectares).unwrap_or(0.0);
    let mut parts = Vec::new();
    // Without a width there is no area to speak of, and the way tells how much was done.
    if area > 0.0 {
        parts.push(format!("{area:.*} ha", decimals(area, 2)));
    } else if let Some(way) = value(&properties["totalDistance"], kilometres) {
        parts.push(format!("{way:.*} km driven", decimals(way, 2)));
    }
    if let Some(mass) = value(&properties["totalWetMass"], tonnes) {
        let mut text = format!("{mass:.*} t as harvested", decimals(mass, 1));
        if area > 0.0 {
            // That of the ground that has a yield, as the summary has it.
            let average = average_t_ha(&properties["wetMassPerArea"]);
            let by_area = average.unwrap_or(mass / area);
            text.push_str(&format!(" ({by_area:.*} t/ha)", decimals(by_area, 2)));
        }
        parts.push(text);
    }
    if let Some(factor) = properties["calibration"]["factor"].as_f64() {
        parts.push(format!("calibrated by {factor:.4}"));
    }
    for (key, word) in [
        ("seedRate", "sown"),
        ("appliedRate", "applied"),
        ("tillageDepthActual", "deep"),
    ] {
        let rate = &properties[key];
        if let (Some(average), Some(unit)) = (rate["avg"].as_f64(), rate["unit"].as_str()) {
            parts.push(format!("{average:.1} {unit} {word}"));
        }
    }
    parts.join(", ")
}

#[cfg(test)]
mod tests {
    //! Any unit system gives the same line.

    use super::line;
    use serde_json::json;

    #[test]
    fn units_do_not_change_the_line() {
        let totals = |area: f64, area_unit: &str, mass: f64, mass_unit: &str| {
            json!({
                "totalArea": {"value": area, "unit": area_unit},
                "totalWetMass": {"value": mass, "unit": mass_unit},
            })
        };
        let expected = "5.00 ha, 18.2 t as harvested (3.64 t/ha)";
        assert_eq!(line(&totals(50_000.0, "m2", 18_200.0, "kg")), expected);
        assert_eq!(line(&totals(12.355_269, "ac", 40_124.13, "lb")), expected);
        assert_eq!(line(&json!({})), "");
        let small = "0.68 ha, 0.0023 t as harvested (0.0033 t/ha)";
        assert_eq!(line(&totals(6_829.0, "m2", 2.277, "kg")), small);
        let no_width = json!({
            "totalArea": {"value": null, "unit": "m2"},
            "totalDistance": {"value": 10_081.7, "unit": "m"},
        });
        assert_eq!(line(&no_width), "10.08 km driven");
    }
}
