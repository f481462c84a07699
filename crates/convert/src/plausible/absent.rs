//! Values that a property cannot be: moisture of 0 %, protein of 6553.5 %, a width below zero, and
//! the numbers by which makers say that there is no value.
//!
//! Rule: such a number is absent only where the property cannot be it. What is absent is counted, and
//! shown as it was logged.

use crate::points::unit_table::UnitTable;
use tramline_model::limits::{Interval, Limit, Quantity, Sentinel};
use tramline_model::{Property, Unit};

/// Different values of a property that a finding shows.
const SHOWN: usize = 3;

/// What the values of one property can be, in the unit of the output.
struct Rule {
    possible: Interval,
    /// From the least to the greatest mean of any crop and kind of work.
    plausible: Interval,
    from: &'static Unit,
    to: &'static Unit,
}

/// Why a value is no value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Why {
    /// It stands for "no value", or is the end of what a share can be.
    Sentinel,
    /// It is a number, and not one that the property can be.
    Impossible,
}

/// The rules of the properties of a machine file.
pub(crate) struct AbsentRules(Vec<Option<Rule>>);

impl AbsentRules {
    /// For columns in these units.
    pub(crate) fn new(units: &UnitTable) -> Self {
        Self(Property::ALL.iter().map(|p| rule(*p, units)).collect())
    }

    /// Takes what cannot be out of `values`. Calls `removed(row, value)` for each; the counts are
    /// those of the rows of `keep`.
    pub(crate) fn apply(
        &self,
        property: Property,
        values: &mut [f64],
        keep: &[bool],
        counted: &mut Counted,
        mut removed: impl FnMut(usize, f64),
    ) {
        let Some(Some(rule)) = self.0.get(property as usize) else {
            return;
        };
        for (row, (value, kept)) in values.iter_mut().zip(keep).enumerate() {
            if value.is_nan() {
                continue;
            }
            counted.known += u64::from(*kept);
            if let Some(why) = rule.refuses(*value) {
                if *kept {
                    counted.add(why, rule.logged(*value), *value);
                }
                removed(row, *value);
                *value = f64::NAN;
            }
        }
    }
}

fn rule(property: Property, units: &UnitTable) -> Option<Rule> {
    let quantity = Quantity::of(property)?;
    let to = units.get(property)?;
    let from = units.source(property)?;
    let mut possible: Option<Interval> = None;
    let mut plausible: Option<Interval> = None;
    for limit in Limit::all(quantity, to.dimension) {
        let base = limit.possible.map(|value| limit.unit.to_base(value));
        possible = Some(hull(possible, base));
        plausible = Some(hull(plausible, limit.plausible()));
    }
    Some(Rule {
        possible: possible?.map(|value| to.from_base(value)),
        plausible: plausible?.map(|value| to.from_base(value)),
        from,
        to,
    })
}

/// The interval around both.
fn hull(known: Option<Interval>, other: Interval) -> Interval {
    let Some(known) = known else { return other };
    Interval {
        low: known.low.min(other.low),
        with_low: known.with_low && other.with_low,
        high: known.high.max(other.high),
        with_high: known.with_high && other.with_high,
    }
}

impl Rule {
    #[inline]
    fn refuses(&self, value: f64) -> Option<Why> {
        let possible = self.possible.holds(value);
        if possible && (self.plausible.holds(value) || value == 0.0) {
            return None;
        }
        let ends = value == self.possible.low || value == self.possible.high;
        if ends && !possible {
            return Some(Why::Sentinel);
        }
        let sentinel = [self.logged(value), value].map(Sentinel::find);
        if sentinel.iter().any(Option::is_some) {
            return Some(Why::Sentinel);
        }
        (!possible).then_some(Why::Impossible)
    }

    /// As the source has it.
    fn logged(&self, value: f64) -> f64 {
        match self.to.factor_to(self.from) {
            Some(1.0) => value,
            _ => self.from.from_base(self.to.to_base(value)),
        }
    }
}

/// The values of one property that were no values.
#[derive(Clone, Debug, Default)]
pub(crate) struct Counted {
    /// Values that the property had.
    pub(crate) known: u64,
    /// Those that stand for "no value".
    pub(crate) sentinels: u64,
    /// Those that are numbers which the property cannot be.
    pub(crate) impossible: u64,
    /// Sum of the latter, in the unit of the output.
    sum: f64,
    /// Some of the values, as logged.
    shown: Vec<f64>,
}

impl Counted {
    fn add(&mut self, why: Why, logged: f64, value: f64) {
        match why {
            Why::Sentinel => self.sentinels += 1,
            Why::Impossible => {
                self.impossible += 1;
                self.sum += value;
            }
        }
        let logged = (logged * 1e6).round() / 1e6;
        // Zero has no sign.
        let logged = if logged.is_finite() {
            logged + 0.0
        } else {
            value
        };
        if self.shown.len() < SHOWN && !self.shown.contains(&logged) {
            self.shown.push(logged);
        }
    }

    /// All values that were no values.
    pub(crate) fn absent(&self) -> u64 {
        self.sentinels + self.impossible
    }

    /// Some of them, as logged.
    pub(crate) fn shown(&self) -> &[f64] {
        &self.shown
    }

    /// The mean of the numbers that the property cannot be, if they are so many that the column was
    /// read in a wrong unit and no sensor failed.
    pub(crate) fn wrong_mean(&self) -> Option<f64> {
        let many = self.impossible >= 10 && self.impossible * 10 > self.known;
        let mean = self.sum / self.impossible as f64;
        (many && mean.is_finite()).then_some(mean)
    }
}

#[cfg(test)]
mod tests {
    //! What each property cannot be, in the units of files.

    use super::*;
    use tramline_model::UnitSystem;

    fn left(property: Property, unit: &'static str, value: f64) -> (f64, Counted) {
        let mut units = UnitTable::new(UnitSystem::Default, true);
        let unit = Unit::known(unit);
        let to = units.take(property, unit).expect("a number");
        let mut values = [to.from_base(unit.to_base(value))];
        let mut counted = Counted::default();
        let rules = AbsentRules::new(&units);
        rules.apply(property, &mut values, &[true], &mut counted, |_, _| {});
        (values[0], counted)
    }

    #[test]
    fn what_cannot_be_is_absent_and_what_can_be_stays() {
        use Property as P;
        for (property, unit, absent, stays) in [
            (
                P::HarvestMoisture,
                "prcnt",
                &[0.0, 100.0, -0.5, 100.5, 655.35, 6553.5, f64::MAX][..],
                &[0.1, 14.5, 99.9][..],
            ),
            (P::HarvestMoisture, "ratio", &[0.0, 1.0, 65.535], &[0.145]),
            (
                P::HarvestMoisture,
                "ppm",
                &[0.0, 4_294_967_295.0],
                &[145_000.0],
            ),
            (
                P::ProteinPercentage,
                "prcnt",
                &[0.0, 6553.5, 76.0],
                &[12.0, 48.0],
            ),
            (
                P::EquipmentWidth,
                "ft",
                &[-1.0, 65535.0, 6553.5, 655.35],
                &[0.0, 40.0, 120.0],
            ),
            (
                P::Speed,
                "mi/hr",
                &[-2.0, 655.35, 65535.0],
                &[0.0, 5.0, 25.5],
            ),
            (
                P::SeedRate,
                "ksds/ac",
                &[-1.0, 4_294_967.295],
                &[0.0, 34.0, 34_000.0],
            ),
            (
                P::AppliedRate,
                "L/ha",
                &[-0.1, 2_147_483_647.0],
                &[0.0, 255.0, 6553.5, 65535.0],
            ),
            (P::AppliedRate, "mm3/m2", &[4_294_967_295.0], &[25_500.0]),
            (P::TillageDepthActual, "in", &[-3.0, 65535.0], &[0.0, 6.0]),
            (
                P::Elevation,
                "m",
                &[-9999.0, 65535.0, 9999.0],
                &[-3.0, 0.0, 800.0],
            ),
            (
                P::WetMassPerArea,
                "lb/ac",
                &[-9999.0, 2_147_483_647.0],
                &[0.0, -0.3, 9999.0],
            ),
            (
                P::Heading,
                "arcdeg",
                &[65535.0, 6553.5],
                &[0.0, -0.004, 360.0],
            ),
        ] {
            for value in absent {
                let (rest, counted) = left(property, unit, *value);
                assert!(rest.is_nan(), "{property:?} {value} {unit}");
                assert_eq!((counted.known, counted.absent()), (1, 1));
            }
            for value in stays {
                let (rest, counted) = left(property, unit, *value);
                assert!(!rest.is_nan(), "{property:?} {value} {unit}");
                assert_eq!((counted.known, counted.absent()), (1, 0));
            }
        }
    }

    #[test]
    fn a_column_of_impossible_numbers_is_not_a_failed_sensor() {
        let mut units = UnitTable::new(UnitSystem::Default, true);
        units.take(Property::HarvestMoisture, Unit::known("prcnt"));
        let rules = AbsentRules::new(&units);
        let mean = |values: &[f64]| {
            let (mut values, mut counted) = (values.to_vec(), Counted::default());
            let keep = vec![true; values.len()];
            let property = Property::HarvestMoisture;
            rules.apply(property, &mut values, &keep, &mut counted, |_, _| {});
            counted.wrong_mean()
        };
        assert_eq!(mean(&[145.0; 20]), Some(145.0));
        assert_eq!(mean(&[0.0; 20]), None, "no sensor");
        assert_eq!(mean(&[6553.5; 20]), None, "no sensor");
        let mut some = vec![14.0; 200];
        some.extend([120.0; 12]);
        assert_eq!(mean(&some), None, "a few slips");
    }
}
