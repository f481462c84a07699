//! The display's own totals beside ours, so that a user sees at once when a file lies.
//!
//! Rule: a total is compared where it is the only one of its quantity; several of one quantity are
//! those of device elements, which may hold each other.

use crate::points::standardised::Standardised;
use serde_json::{Value, json};
use tramline_model::{Dimension, DisplayTotal, Property, TotalQuantity};

/// A larger difference is told, percent.
pub(crate) const TOLD: f64 = 5.0;

/// Our total in the unit of the display's; `None` where we have none.
fn ours(quantity: TotalQuantity, unit: &str, results: &Standardised<'_>) -> Option<f64> {
    let totals = &results.totals;
    let sum = |property: Property| {
        let statistic = totals.statistic(property);
        let factor = results.unit(property)?.factor;
        (statistic.count > 0).then(|| statistic.sum.value() * factor)
    };
    let harvest = results.is_harvest();
    // Rates are in base units of their dimension for a square metre.
    let amount = |property: Property, dimension: Dimension| {
        let place = crate::points::totals::RATES
            .iter()
            .position(|p| *p == property)?;
        let unit = results.unit(property)?;
        let rate = totals.rates.get(place)?;
        (unit.dimension == dimension && rate.points.count > 0)
            .then(|| rate.by_area.value() * unit.factor)
    };
    match quantity {
        TotalQuantity::Area => {
            let m2 = totals.area_m2.value();
            Some(if unit == "ha" { m2 / 1e4 } else { m2 })
        }
        TotalQuantity::WetMass if harvest => sum(Property::WetMass),
        TotalQuantity::DryMass if harvest => sum(Property::DryMass),
        TotalQuantity::Count => amount(Property::SeedRate, Dimension::CountPerArea),
        TotalQuantity::AppliedVolume => amount(Property::AppliedRate, Dimension::VolumePerArea),
        TotalQuantity::AppliedMass => amount(Property::AppliedRate, Dimension::MassPerArea),
        TotalQuantity::Distance => {
            let factor = results.unit(Property::Distance)?.factor;
            Some(totals.distance.value() * factor)
        }
        TotalQuantity::WetMass | TotalQuantity::DryMass => None,
    }
}

/// Difference of ours from the display's in percent, and ours.
pub(crate) fn difference(
    total: &DisplayTotal,
    all: &[DisplayTotal],
    results: &Standardised<'_>,
) -> Option<(f64, f64)> {
    let quantity = total.quantity?;
    let alone = all.iter().filter(|t| t.quantity == Some(quantity)).count() == 1;
    let ours = ours(quantity, &total.unit, results).filter(|_| alone)?;
    (total.value > 0.0).then(|| ((ours / total.value - 1.0) * 100.0, ours))
}

/// The entry of the summary.
pub(crate) fn beside_ours(
    total: &DisplayTotal,
    all: &[DisplayTotal],
    results: &Standardised<'_>,
) -> Value {
    let mut entry = json!({ "name": total.name, "value": total.value, "unit": total.unit });
    if let Some((difference, ours)) = difference(total, all, results) {
        entry["ours"] = json!(ours);
        entry["differencePercentage"] = json!(difference);
    }
    entry
}
