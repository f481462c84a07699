//! The display's own totals beside ours, so that a user sees at once when a file lies.
//!
//! Rule: a total is compared where it is the only one of its quantity; several of one quantity are
//! those of device elements, which may hold each other.

use crate::analysis::Covered;
use crate::plausible::pairs::Contradiction;
use crate::points::standardised::Standardised;
use serde_json::{Value, json};
use tramline_model::{Dimension, DisplayTotal, Property, TotalQuantity, Unit};

/// A difference from this on is told, percent.
const TOLD: f64 = 5.0;

/// Whether a difference in percent is told.
pub(crate) fn is_told(difference: f64) -> bool {
    difference.abs() >= TOLD
}

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

/// The likely cause of a difference that is told, in words.
pub(crate) fn cause(
    total: &DisplayTotal,
    ours: f64,
    results: &Standardised<'_>,
    covered: Option<&Covered>,
) -> String {
    let quotient = ours / total.value;
    let twice = covered.and_then(|covered| {
        let united = covered.united_m2? / if total.unit == "ha" { 1e4 } else { 1.0 };
        let same = total.quantity == Some(TotalQuantity::Area)
            && (united / total.value - 1.0).abs() < 0.03
            && quotient > 1.0;
        same.then(|| "the display leaves out ground that was covered twice".to_owned())
    });
    if let Some(cause) = twice {
        return cause;
    }
    if let Some(found) = far_from_target(total, results) {
        return format!(
            "the logged rate is {:.3} of what was set: it cannot be what was applied",
            found.quotient
        );
    }
    if let Some((one, other)) = factor_of_units(total, quotient) {
        return format!("the one by the other is {one} by {other}: a unit was mistaken");
    }
    let dropped: u64 = results.dropped.values().sum();
    let read = dropped + results.totals.points;
    let share = dropped as f64 / read.max(1) as f64;
    if quotient < 1.0
        && share >= (1.0 - quotient) / 2.0
        && let Some((reason, _)) = results.dropped.iter().max_by_key(|(_, count)| **count)
    {
        return format!("{dropped} of {read} points are left out, most by `{reason}`");
    }
    if quotient < 1.0 {
        "the display counted work that is not in this file".to_owned()
    } else {
        "the display did not count all work of this file, or was reset in between".to_owned()
    }
}

/// A rate that is far from what was set, for a total that is made of it.
fn far_from_target(total: &DisplayTotal, results: &Standardised<'_>) -> Option<Contradiction> {
    use TotalQuantity::{AppliedMass, AppliedVolume, Count};
    let of_rate = matches!(total.quantity, Some(AppliedMass | AppliedVolume | Count));
    let found = results.pairs.contradictions(results.units);
    let mut found = found.into_iter();
    found.find(|found| of_rate && found.evidence.is_target() && found.fits.is_none())
}

/// The units whose quotient this is, of those that the display's total could be in.
fn factor_of_units(total: &DisplayTotal, quotient: f64) -> Option<(&'static str, &'static str)> {
    let pairs: &[(&'static str, &'static str)] = match total.quantity? {
        TotalQuantity::Area => &[("ha", "ac"), ("ha", "m2"), ("m", "ft")],
        TotalQuantity::WetMass | TotalQuantity::DryMass | TotalQuantity::AppliedMass => {
            &[("kg", "lb"), ("t", "kg"), ("m", "ft"), ("ha", "ac")]
        }
        TotalQuantity::AppliedVolume => &[("gal", "L"), ("m3", "L"), ("m", "ft"), ("ha", "ac")],
        TotalQuantity::Distance => &[("m", "ft"), ("mi", "km"), ("km", "m")],
        TotalQuantity::Count => &[("ha", "ac"), ("m", "ft")],
    };
    pairs.iter().copied().find_map(|(large, small)| {
        let factor = Unit::from_symbol(large)?.factor_to(Unit::from_symbol(small)?)?;
        let near = |other: f64| (quotient / other - 1.0).abs() < 0.01;
        if near(factor) {
            Some((large, small))
        } else {
            near(1.0 / factor).then_some((small, large))
        }
    })
}

/// The entry of the summary.
pub(crate) fn beside_ours(
    total: &DisplayTotal,
    all: &[DisplayTotal],
    results: &Standardised<'_>,
    covered: Option<&Covered>,
) -> Value {
    let mut entry = json!({ "name": total.name, "value": total.value, "unit": total.unit });
    if let Some((difference, ours)) = difference(total, all, results) {
        entry["ours"] = json!(ours);
        entry["differencePercentage"] = json!(difference);
        if is_told(difference) {
            entry["cause"] = json!(cause(total, ours, results, covered));
        }
    }
    entry
}
