//! Harvest: mass from flow, volume by test weight, dry from wet. Base units inside (kilogram,
//! litre, square metre, second).
//!
//! Rule: `dry = wet × (100 − M) / (100 − M_std)`, never above wet (a setting); logged values are
//! never overwritten; without a crop there are no volumes and no dry values. A crop that is delivered
//! by mass, or that no table knows, has the volumes and dry values that were logged, and those that its
//! numbers give; nothing stands for them.

use super::crops;
use crate::points::batch::Points;
use crate::points::columns::Columns;
use crate::points::context::Context;
use crate::points::crop_rules::CropRules;
use crate::points::noticed::{Noticed, YieldCounts};
use crate::points::unit_table::UnitTable;
use std::collections::BTreeSet;
use tramline_model::Property;

const YIELD: [Property; 8] = Property::YIELD;

/// Fills the yields of a harvest.
pub(crate) fn fill(points: &mut Points, context: &Context, noticed: &mut Noticed) {
    if context.is_harvest() {
        derive(&mut points.columns, context, &points.way.seconds, noticed);
    }
}

/// Fills the yield columns; `seconds` is the time of each step.
pub(crate) fn derive(
    columns: &mut Columns,
    context: &Context,
    seconds: &[f64],
    noticed: &mut Noticed,
) {
    let yields = &mut noticed.counts.yields;
    if yields.flow_agrees.is_none() {
        yields.flow_agrees = flow_agrees(columns, &context.units, seconds);
    }
    let flow_first = context.logs_instants && yields.flow_agrees != Some(false);
    let crops = crops::Numbers::of(columns, context);
    noticed.counts.without_crop += crops.rows_without() as u64;
    fill_columns(
        columns,
        |row| crops.at(row),
        &context.units,
        seconds,
        (context.cap, flow_first),
        &mut noticed.counts.yields,
        &mut noticed.derived,
    );
}

/// Fills the yield columns. `crop(row)` gives what holds for the crop, `None` without one;
/// `seconds` the time of each step for files that log flow
/// without an interval; `flow_first`: flow and time are nearer to the mass than yield and area.
fn fill_columns(
    columns: &mut Columns,
    crop: impl Fn(usize) -> Option<CropRules>,
    units: &UnitTable,
    seconds: &[f64],
    (cap, flow_first): (bool, bool),
    counts: &mut YieldCounts,
    derived: &mut BTreeSet<Property>,
) {
    let factor = |property: Property| units.factor(property).unwrap_or(f64::NAN);
    let factors = YIELD.map(factor);
    let [area_factor, flow_factor, interval_factor] = [
        Property::Area,
        Property::CropFlow,
        Property::SamplingInterval,
    ]
    .map(factor);
    let mut yields = YIELD.map(|property| columns.take_number(property));
    let moisture = columns
        .number(Property::HarvestMoisture)
        .map(<[f64]>::to_vec);
    for row in 0..columns.rows {
        let crop = crop(row);
        let numbers = crop.map(|crop| crop.numbers);
        let density = numbers
            .and_then(|n| n.kilograms_per_litre())
            .unwrap_or(f64::NAN);
        let by_volume = crop.is_some_and(|crop| crop.by_volume);
        // What mass is divided by: nobody wants bushels of potatoes.
        let divisor = if by_volume { density } else { f64::NAN };
        let is_grain = crop.is_some_and(|crop| crop.is_grain);
        counts.of_grain += u64::from(is_grain);
        let area = positive(columns.at(Property::Area, row) * area_factor);
        let flow = columns.at(Property::CropFlow, row) * flow_factor;
        let interval = first(
            columns.at(Property::SamplingInterval, row) * interval_factor,
            || seconds.get(row).copied().unwrap_or(f64::NAN),
        );
        let moisture = moisture
            .as_ref()
            .and_then(|m| m.get(row))
            .copied()
            .unwrap_or(f64::NAN);
        let [
            wet,
            dry,
            wet_area,
            dry_area,
            wet_volume,
            dry_volume,
            wet_volume_area,
            dry_volume_area,
        ] = logged(&yields, factors, row);
        let standard = numbers.and_then(|n| n.standard_moisture);
        let shrink = match (standard, moisture.is_nan()) {
            (Some(standard), false) => (100.0 - moisture) / (100.0 - standard),
            _ => 1.0,
        };
        let dry_known = first(dry, || dry_area * area);
        let dry_known = first(dry_known, || dry_volume * density);
        let dry_known = first(dry_known, || dry_volume_area * area * density);
        // Over instants the flow adds up exactly; an area that was made of positions does not.
        let early = if flow_first { flow } else { f64::NAN };
        let mass = first(wet, || positive(early * interval));
        let mass = first(mass, || wet_area * area);
        let mass = first(mass, || flow * interval);
        let mass = first(mass, || wet_volume * density);
        let mass = first(mass, || wet_volume_area * area * density);
        let mass = first(mass, || dry_known / positive(shrink));
        let by_moisture = standard.is_some() && !moisture.is_nan();
        let wanted = dry_known.is_nan() && (is_grain || by_moisture) && !mass.is_nan();
        // Nobody knows what is dry of a mass whose moisture nobody measured.
        let unknown = wanted && standard.is_some() && moisture.is_nan();
        counts.without_moisture += u64::from(unknown);
        let dry_mass = if wanted && !unknown {
            counts.without_standard += u64::from(standard.is_none());
            if cap && shrink > 1.0 {
                counts.capped += 1;
            }
            mass * if cap { shrink.min(1.0) } else { shrink }
        } else {
            dry_known
        };
        if is_grain && density.is_nan() {
            counts.without_test_weight += 1;
        }
        let volume = first(wet_volume, || wet_volume_area * area);
        let volume = first(volume, || mass / divisor);
        let volume_dry = first(dry_volume, || dry_volume_area * area);
        let volume_dry = first(volume_dry, || dry_mass / divisor);
        let measure = if flow_first { wet_area } else { f64::NAN };
        let by_area = |amount: f64| per_area(amount, mass, measure, area);
        let found = [
            mass,
            dry_mass,
            first(wet_area, || mass / area),
            first(dry_area, || by_area(dry_mass)),
            volume,
            volume_dry,
            first(wet_volume_area, || by_area(volume)),
            first(dry_volume_area, || by_area(volume_dry)),
        ];
        for (((column, value), factor), property) in
            yields.iter_mut().zip(found).zip(factors).zip(YIELD)
        {
            if let Some(slot) = column.get_mut(row)
                && slot.is_nan()
                && value.is_finite()
            {
                *slot = value / factor;
                derived.insert(property);
            }
        }
    }
    for (property, column) in YIELD.into_iter().zip(yields) {
        columns.set_number(property, column);
    }
}

/// Times by which the mass by flow and that by yield may differ before the flow is not believed.
const FLOW_AWAY: f64 = 3.0;

/// Whether flow by time is about yield by area, over the rows that have both.
fn flow_agrees(columns: &Columns, units: &UnitTable, seconds: &[f64]) -> Option<bool> {
    let [area, flow, rate] = [Property::Area, Property::CropFlow, Property::WetMassPerArea]
        .map(|property| (property, units.factor(property).unwrap_or(f64::NAN)));
    let at = |(property, factor): (Property, f64), row: usize| columns.at(property, row) * factor;
    let (mut by_flow, mut by_yield) = (0.0, 0.0);
    for (row, seconds) in seconds.iter().enumerate().take(columns.rows) {
        let (flowed, yielded) = (at(flow, row) * seconds, at(rate, row) * at(area, row));
        if flowed > 0.0 && yielded > 0.0 {
            by_flow += flowed;
            by_yield += yielded;
        }
    }
    let quotient: f64 = by_flow / by_yield;
    (!quotient.is_nan()).then(|| (1.0 / FLOW_AWAY..=FLOW_AWAY).contains(&quotient))
}

/// An amount by area: what was logged by area stays the measure of the other values by area.
fn per_area(amount: f64, mass: f64, wet_area: f64, area: f64) -> f64 {
    let by_yield = wet_area * amount / positive(mass);
    first(by_yield, || amount / area)
}

/// What was logged in a row, in base units.
#[inline]
fn logged(yields: &[Vec<f64>; 8], factors: [f64; 8], row: usize) -> [f64; 8] {
    let mut logged = [f64::NAN; 8];
    for ((value, column), factor) in logged.iter_mut().zip(yields).zip(factors) {
        *value = column.get(row).copied().unwrap_or(f64::NAN) * factor;
    }
    logged
}

#[inline]
fn first(value: f64, other: impl FnOnce() -> f64) -> f64 {
    if value.is_nan() { other() } else { value }
}

/// An area to divide by, an amount to go by.
fn positive(value: f64) -> f64 {
    if value > 0.0 { value } else { f64::NAN }
}

#[cfg(test)]
mod tests {
    use super::*;
    use tramline_model::{Crop, Unit, UnitSystem};

    fn units() -> UnitTable {
        let mut units = UnitTable::new(UnitSystem::Default, true);
        for property in YIELD {
            let unit = match property {
                Property::WetMass | Property::DryMass => "lb",
                Property::WetMassPerArea | Property::DryMassPerArea => "lb/ac",
                Property::WetVolume | Property::DryVolume => "bu",
                _ => "bu/ac",
            };
            units.take(property, Unit::known(unit));
        }
        for (property, unit) in [
            (Property::Area, "m2"),
            (Property::CropFlow, "lb/s"),
            (Property::SamplingInterval, "s"),
        ] {
            assert!(units.take(property, Unit::known(unit)).is_some());
        }
        units
    }

    fn one(values: &[(Property, f64)], crop: Option<&str>, cap: bool) -> (Columns, YieldCounts) {
        let mut columns = Columns::new(1);
        for (property, value) in values {
            columns.set_number(*property, vec![*value]);
        }
        let crop = crop.map(|name| match Crop::find(name) {
            Some(crop) => CropRules::of(crop, crop.compat, false),
            None => CropRules::default(),
        });
        let mut counts = YieldCounts::default();
        let mut derived = BTreeSet::new();
        fill_columns(
            &mut columns,
            |_| crop,
            &units(),
            &[],
            (cap, false),
            &mut counts,
            &mut derived,
        );
        (columns, counts)
    }

    #[test]
    fn corn_from_flow_by_the_published_formulas() {
        let acre = 4_046.856_422_4;
        let (columns, _) = one(
            &[
                (Property::CropFlow, 28.0),
                (Property::SamplingInterval, 2.0),
                (Property::Area, acre / 100.0),
                (Property::HarvestMoisture, 20.46),
            ],
            Some("corn"),
            true,
        );
        let near = |p, expected: f64| {
            let value = columns.at(p, 0);
            assert!(
                (value / expected - 1.0).abs() < 1e-12,
                "{p:?} {value} {expected}"
            );
        };
        near(Property::WetMass, 56.0);
        near(Property::WetVolume, 1.0);
        near(Property::WetMassPerArea, 5_600.0);
        near(Property::WetVolumePerArea, 100.0);
        near(Property::DryMass, 56.0 * 79.54 / 85.0);
        near(Property::DryVolumePerArea, 100.0 * 79.54 / 85.0);
    }

    #[test]
    fn dry_is_held_at_wet_unless_the_setting_says_otherwise() {
        let values = [(Property::WetMass, 60.0), (Property::HarvestMoisture, 10.0)];
        let (columns, noticed) = one(&values, Some("soybeans"), true);
        assert_eq!(columns.at(Property::DryMass, 0), 60.0);
        assert_eq!(noticed.capped, 1);
        let (columns, _) = one(&values, Some("soybeans"), false);
        assert!((columns.at(Property::DryMass, 0) - 60.0 * 90.0 / 87.0).abs() < 1e-12);
    }

    #[test]
    fn without_a_crop_there_is_no_volume_and_no_dry_value() {
        let (columns, _) = one(
            &[(Property::WetMass, 60.0), (Property::Area, 10.0)],
            None,
            true,
        );
        assert!(columns.at(Property::WetMassPerArea, 0) > 0.0);
        for property in [
            Property::DryMass,
            Property::WetVolume,
            Property::DryVolumePerArea,
        ] {
            assert!(columns.at(property, 0).is_nan(), "{property:?}");
        }
    }

    #[test]
    fn what_is_delivered_by_mass_has_no_bushels_and_no_dry_values_of_its_own() {
        // Crop, moisture; whether there are dry values and volumes.
        for (name, moisture, dry, volume) in [
            ("potatoes", f64::NAN, false, false),
            ("POTATOES_FOR_RETAIL", f64::NAN, false, false),
            ("cotton", f64::NAN, false, false),
            ("onions", f64::NAN, false, false),
            ("silage", 65.0, false, false),
            ("sugar cane", 12.0, true, false),
            ("moon dust", 12.0, false, false),
            ("corn", f64::NAN, false, true),
        ] {
            let (columns, _) = one(
                &[
                    (Property::WetMassPerArea, 45_000.0),
                    (Property::Area, 10.0),
                    (Property::HarvestMoisture, moisture),
                ],
                Some(name),
                true,
            );
            assert!(columns.at(Property::WetMass, 0) > 0.0, "{name}");
            let has = |property| !columns.at(property, 0).is_nan();
            for property in [Property::DryMass, Property::DryMassPerArea] {
                assert_eq!(has(property), dry, "{name} {property:?}");
            }
            for property in [Property::WetVolume, Property::WetVolumePerArea] {
                assert_eq!(has(property), volume, "{name} {property:?}");
            }
        }
    }

    #[test]
    fn a_volume_that_was_logged_stays_and_gives_the_mass() {
        let acre = 4_046.856_422_4;
        let values = [(Property::WetVolumePerArea, 100.0), (Property::Area, acre)];
        let (columns, _) = one(&values, Some("potatoes"), true);
        assert_eq!(columns.at(Property::WetVolumePerArea, 0), 100.0);
        assert!((columns.at(Property::WetMass, 0) - 6_000.0).abs() < 1e-9);
    }

    #[test]
    fn wet_comes_back_from_a_dry_map() {
        let (columns, _) = one(
            &[
                (Property::DryVolumePerArea, 100.0),
                (Property::Area, 4_046.856_422_4),
                (Property::HarvestMoisture, 20.0),
            ],
            Some("corn"),
            true,
        );
        assert!((columns.at(Property::WetMass, 0) - 5_600.0 * 85.0 / 80.0).abs() < 1e-9);
        assert!((columns.at(Property::DryMass, 0) - 5_600.0).abs() < 1e-9);
    }
}
