//! What is said of the calibration: in the summary, in findings, and where it cannot be used.

use crate::calibration::Calibrate;
use crate::calibration::given::{time, without_mass};
use crate::findings::{self, note, number, warning};
use crate::points::standardised::Standardised;
use crate::refusal::Refusal;
use serde_json::{Value, json};
use tramline_model::{Finding, Place, Property, Unit};

/// Above this share the total is not what the scale said.
const TOLERANCE: f64 = 1e-6;

/// Kilograms of the standard points as they are.
fn total_kg(standardised: &Standardised<'_>) -> f64 {
    let factor = standardised.units.factor(Property::WetMass);
    let sum = standardised.totals.statistic(Property::WetMass).sum;
    sum.value() * factor.unwrap_or(f64::NAN)
}

/// Why the calibration of a machine file cannot be used.
pub(crate) fn refusal(standardised: &Standardised<'_>) -> Option<Refusal> {
    match standardised.calibration {
        Calibrate::Refused(refusal) => Some(refusal.clone()),
        Calibrate::By(_) if standardised.totals.statistic(Property::WetMass).count == 0 => {
            let error = without_mass();
            Some(error.into())
        }
        _ => None,
    }
}

/// The summary's `calibration`; `unit` is that of its masses.
pub(crate) fn summary(standardised: &Standardised<'_>, unit: &Unit) -> Option<Value> {
    let Calibrate::By(settled) = standardised.calibration else {
        return None;
    };
    let mass = |kg: f64| json!({ "value": unit.from_base(kg), "unit": unit.symbol });
    let monitor_kg = settled
        .monitor_kg
        .unwrap_or_else(|| total_kg(standardised) / settled.factor);
    let mut entry = json!({ "factor": settled.factor, "monitorMass": mass(monitor_kg) });
    if let Some(scale) = settled.scale {
        entry["scaleMass"] = scale.json();
    }
    if !settled.loads.is_empty() {
        entry["loads"] = settled
            .loads
            .iter()
            .map(|settled| {
                json!({
                    "startTime": time(settled.load.start_ms),
                    "endTime": time(settled.load.end_ms),
                    "factor": settled.factor,
                    "monitorMass": mass(settled.monitor_kg),
                    "scaleMass": settled.load.scale_mass.json(),
                    "points": settled.points,
                })
            })
            .collect();
        entry["pointsInNoLoad"] = json!(settled.points_outside);
    }
    Some(entry)
}

/// What is told of the calibration.
pub(crate) fn findings(standardised: &Standardised<'_>, place: &Place, list: &mut Vec<Finding>) {
    let Calibrate::By(settled) = standardised.calibration else {
        return;
    };
    let factor = settled.factor;
    let mut text =
        format!("harvest mass and everything derived from it was multiplied by {factor:.6}");
    let mut values = vec![("factor", json!(number(factor)))];
    if let (Some(scale), Some(monitor_kg)) = (settled.scale, settled.monitor_kg) {
        let (unit, monitor) = (scale.unit.symbol, scale.unit.from_base(monitor_kg));
        text.push_str(&format!(
            ": {:.3} {unit} by the scale, {monitor:.3} {unit} by the display",
            scale.value
        ));
        values.push(("scaleMass", json!(number(scale.value))));
        values.push(("displayMass", json!(number(monitor))));
        values.push(("unit", json!(unit)));
    }
    if !settled.loads.is_empty() {
        text.push_str(&format!(", in {} loads", settled.loads.len()));
        values.push(("loads", json!(settled.loads.len())));
    }
    let finding = note(&findings::CALIBRATED, place, text);
    list.push(
        values
            .into_iter()
            .fold(finding, |finding, (name, value)| finding.value(name, value)),
    );
    let points = settled.points_outside;
    if points > 0 {
        let text =
            format!("{points} points lie in no load: their mass is as the display logged it");
        let hint = "widen the loads if these points belong to one";
        let finding = warning(&findings::CALIBRATION_OUTSIDE, place, text);
        list.push(finding.value("points", points).hint(hint));
    }
    let total = total_kg(standardised);
    if let Some(expected) = settled.expected_kg
        && (total / expected - 1.0).abs() > TOLERANCE
    {
        let text = format!(
            "with calibrated values the cleanup rules keep different points: the total is {total:.1} kg and \
             not {expected:.1} kg"
        );
        let hint = "use rules that do not depend on mass, or give a factor";
        let finding = warning(&findings::CALIBRATION_MISSED, place, text)
            .value("totalKg", number(total))
            .value("expectedKg", number(expected));
        list.push(finding.hint(hint));
    }
}
