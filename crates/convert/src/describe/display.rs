//! The display's own totals beside ours, so that a user sees at once when a file lies.
//!
//! Rule: a total is compared where it is the only one of its quantity; several of one quantity are
//! those of device elements, which may hold each other.

use crate::analysis::Covered;
use crate::plausible::pairs::Contradiction;
use crate::points::left_out::LeftOut;
use crate::points::standardised::Standardised;
use serde_json::{Value, json};
use tramline_model::{
    Dimension, DisplayTotal, DropReason, Property, Severity, TotalQuantity, Unit,
};

/// A difference from this on is told, percent.
const TOLD: f64 = 2.0;
/// A difference from this on is a warning, percent.
const WARNED: f64 = 5.0;
/// The same for an amount whose ground differs by as much: before anything else.
const ALIKE: f64 = 1.0;
/// Points of a percent by which the difference of the way explains that of the area.
const LIKE: f64 = 3.0;

/// How a difference in percent is told, if it is.
pub(crate) fn severity(difference: f64) -> Option<Severity> {
    match difference.abs() {
        away if away >= WARNED => Some(Severity::Warning),
        away if away >= TOLD => Some(Severity::Note),
        _ => None,
    }
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
            let known = totals.statistic(Property::Area).count > 0;
            known.then_some(if unit == "ha" { m2 / 1e4 } else { m2 })
        }
        TotalQuantity::WetMass if harvest => sum(Property::WetMass),
        TotalQuantity::DryMass if harvest => sum(Property::DryMass),
        TotalQuantity::Count => amount(Property::SeedRate, Dimension::CountPerArea),
        TotalQuantity::AppliedVolume => amount(Property::AppliedRate, Dimension::VolumePerArea),
        TotalQuantity::AppliedMass => amount(Property::AppliedRate, Dimension::MassPerArea),
        TotalQuantity::Distance => {
            let factor = results.unit(Property::Distance)?.factor;
            let known = totals.statistic(Property::Distance).count > 0;
            known.then(|| totals.distance.value() * factor)
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
    all: &[DisplayTotal],
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
        same.then(|| "the display does not count ground that was covered twice".to_owned())
    });
    if let Some(cause) = twice {
        return cause;
    }
    if let Some(found) = far_from_target(total, results) {
        let power = power_of_ten(found.quotient);
        if let Some(power) = power.filter(|power| power_of_ten(quotient) == Some(*power)) {
            let (times, which) = if power < 0 {
                (
                    "a fraction",
                    format!("1/{}", 10_u64.pow(power.unsigned_abs())),
                )
            } else {
                ("a multiple", 10_u64.pow(power.unsigned_abs()).to_string())
            };
            return format!(
                "the logged rate is {times} of the target rate ({:.4}), and the total is {times} of the display's \
                 ({quotient:.4}): both are about {which}, so the rate is off by a power of ten",
                found.quotient
            );
        }
        return format!(
            "the logged rate is {:.3} times the target rate, so it cannot be the applied rate",
            found.quotient
        );
    }
    if let Some((one, other)) = factor_of_units(total, quotient) {
        return format!(
            "they differ by the factor from {one} to {other}: one of the units is wrong"
        );
    }
    if let Some(cause) = of_area(total, all, quotient, results, ALIKE) {
        return cause;
    }
    if let Some(cause) = of_left_out(total, ours, results) {
        return cause;
    }
    if let Some(cause) = of_way(total, all, quotient, results) {
        return cause;
    }
    if let Some(cause) = of_area(total, all, quotient, results, LIKE) {
        return cause;
    }
    if let Some(cause) = of_rate(total, all, ours, results) {
        return cause;
    }
    if let Some(cause) = of_changes(total, ours, results) {
        return cause;
    }
    if let Some(cause) = of_width(total, ours, results) {
        return cause;
    }
    let dropped: u64 = results.dropped.values().sum();
    let read = dropped + results.totals.points;
    let share = dropped as f64 / read.max(1) as f64;
    if quotient < 1.0
        && share >= (1.0 - quotient) / 2.0
        && let Some((reason, _)) = results.dropped.iter().max_by_key(|(_, count)| **count)
    {
        let held = held_by_left_out(total, results).1 / total.value * 100.0;
        if held > 100.0 {
            return format!("{dropped} of {read} points were dropped, most by `{reason}`");
        }
        return format!(
            "{dropped} of {read} points were dropped, most by `{reason}`; they hold {held:.1} % of the display's \
             total"
        );
    }
    if quotient < 1.0 {
        "the display counted work that is not in this file".to_owned()
    } else {
        "the display did not count all the work in this file, or somebody reset it in between"
            .to_owned()
    }
}

/// Of a quantity of the display's, what left-out rows hold, in its unit.
fn held(total: &DisplayTotal, left: &LeftOut) -> f64 {
    let sum = match total.quantity {
        Some(TotalQuantity::Area) => left.area_m2,
        Some(TotalQuantity::Distance) => left.distance_m,
        Some(TotalQuantity::WetMass) => left.wet_mass_kg,
        Some(TotalQuantity::DryMass) => left.dry_mass_kg,
        Some(TotalQuantity::Count) => left.seeds,
        Some(TotalQuantity::AppliedMass | TotalQuantity::AppliedVolume) => left.applied,
        None => return 0.0,
    };
    sum.value() / if total.unit == "ha" { 1e4 } else { 1.0 }
}

/// Rows that were left out, and what all of them hold.
fn held_by_left_out(total: &DisplayTotal, results: &Standardised<'_>) -> (u64, f64) {
    let left = results.left_out.by_reason.values();
    left.fold((0, 0.0), |(rows, sum), left| {
        (rows + left.rows, sum + held(total, left))
    })
}

/// The width that the display counted with, by the way of the points, as the cause of another area.
fn of_width(total: &DisplayTotal, ours: f64, results: &Standardised<'_>) -> Option<String> {
    let unit = results.unit(Property::Distance)?;
    let way_m = results.totals.distance.value() * unit.factor;
    let m2 = if total.unit == "ha" { 1e4 } else { 1.0 };
    let is_area = total.quantity == Some(TotalQuantity::Area) && way_m > 0.0;
    is_area.then(|| {
        format!(
            "over the {way_m:.0} m that the points worked, the display's area is {:.2} m wide and the area of \
             the points {:.2} m",
            total.value * m2 / way_m,
            ours * m2 / way_m
        )
    })
}

/// The amount that rows hold which were left out.
fn of_left_out(total: &DisplayTotal, ours: f64, results: &Standardised<'_>) -> Option<String> {
    total.quantity?;
    let amount = |left: &LeftOut| held(total, left);
    let share = |amount: f64| amount / total.value * 100.0;
    let difference = share(ours) - 100.0;
    let left = &results.left_out.by_reason;
    let all = held_by_left_out(total, results);
    // All of them, or those of one reason. No display counts the ground and the way of rest.
    let rest = DropReason::Cleanup(Property::RecordingStatus);
    let by_way = matches!(
        total.quantity,
        Some(TotalQuantity::Area | TotalQuantity::Distance)
    );
    let all = if by_way { (0, 0.0) } else { all };
    let each = left
        .iter()
        .filter(|(reason, _)| !by_way || **reason != rest);
    let each =
        each.map(|(reason, left)| (format!("dropped by `{reason}`"), (left.rows, amount(left))));
    let (which, (rows, held)) = std::iter::once(("that were dropped".to_owned(), all))
        .chain(each)
        .min_by(|a, b| {
            let away = |held: f64| (difference + share(held)).abs();
            away(a.1.1).total_cmp(&away(b.1.1))
        })?;
    let with = difference + share(held);
    if difference >= 0.0 || with.abs() > difference.abs() / 2.0 {
        return None;
    }
    Some(format!(
        "the display also counted {rows} points {which}: they hold {held:.1} {}, {:.1} % of its total, and with \
         them the difference is {with:+.1} %",
        total.unit,
        share(held),
    ))
}

/// The records at which work began or ended, as the cause of another area.
fn of_changes(total: &DisplayTotal, ours: f64, results: &Standardised<'_>) -> Option<String> {
    let left = &results.left_out;
    let held = left.changes_m2.value() / if total.unit == "ha" { 1e4 } else { 1.0 };
    let explains =
        total.quantity == Some(TotalQuantity::Area) && (ours - total.value).abs() <= held;
    explains.then(|| {
        format!(
            "the log shows the {} changes between work and rest only to the nearest record: those records hold \
             {held:.0} {}, {:.1} % of the display's total, and the display counted them more finely",
            left.changes,
            total.unit,
            held / total.value * 100.0
        )
    })
}

/// The way as the cause of another area.
fn of_way(
    total: &DisplayTotal,
    all: &[DisplayTotal],
    quotient: f64,
    results: &Standardised<'_>,
) -> Option<String> {
    let mut ways = all
        .iter()
        .filter(|t| t.quantity == Some(TotalQuantity::Distance));
    let way = ways.next().filter(|_| ways.next().is_none())?;
    let (away, ours) = difference(way, all, results)?;
    let derived = results.derived.contains(&Property::Distance);
    let same = total.quantity == Some(TotalQuantity::Distance);
    let of_area = (quotient - 1.0) * 100.0;
    let like = total.quantity == Some(TotalQuantity::Area)
        && (of_area - away).abs() <= LIKE
        && away.signum() == of_area.signum()
        && away.abs() >= of_area.abs() / 3.0;
    (derived && (same || like)).then(|| {
        format!(
            "the distance between the positions is {ours:.0} m, and the display's own sensor counted {:.0} m \
             ({away:+.1} %)",
            way.value
        )
    })
}

/// The ground as the cause of another amount.
fn of_area(
    total: &DisplayTotal,
    all: &[DisplayTotal],
    quotient: f64,
    results: &Standardised<'_>,
    near: f64,
) -> Option<String> {
    use TotalQuantity::{Area, Distance};
    if matches!(total.quantity?, Area | Distance) {
        return None;
    }
    let area = all.iter().find(|t| t.quantity == Some(Area))?;
    let (away, ours) = difference(area, all, results)?;
    let like = ((quotient - 1.0) * 100.0 - away).abs() <= near && severity(away).is_some();
    like.then(|| {
        format!(
            "the worked area differs by as much: {ours:.0} {} in the points, {:.0} {} on the display ({away:+.1} %)",
            area.unit, area.value, area.unit
        )
    })
}

/// The rate as the cause of another amount, where the ground agrees.
fn of_rate(
    total: &DisplayTotal,
    all: &[DisplayTotal],
    ours: f64,
    results: &Standardised<'_>,
) -> Option<String> {
    use TotalQuantity::{Area, Distance};
    if matches!(total.quantity?, Area | Distance) {
        return None;
    }
    let area = all.iter().find(|t| t.quantity == Some(Area))?;
    let (away, our_area) = difference(area, all, results)?;
    let to_ha = if area.unit == "ha" { 1.0 } else { 1e-4 };
    severity(away).is_none().then(|| {
        format!(
            "the worked area agrees ({away:+.1} %), so the rates differ: {:.1} {unit}/ha by the display's totals, \
             {:.1} {unit}/ha in the points",
            total.value / (area.value * to_ha),
            ours / (our_area * to_ha),
            unit = total.unit
        )
    })
}

/// The power of ten, other than 1, that a quotient is within a fifth of.
fn power_of_ten(quotient: f64) -> Option<i32> {
    let power = quotient.log10().round();
    let near = (quotient / 10_f64.powf(power)).ln().abs() <= 1.25_f64.ln();
    (near && power != 0.0 && power.abs() <= 6.0).then_some(power as i32)
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
        if severity(difference).is_some() {
            entry["cause"] = json!(cause(total, all, ours, results, covered));
        }
    }
    entry
}
