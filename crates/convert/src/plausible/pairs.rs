//! Quantities of one row that say the same twice: the way between two positions and the logged
//! distance, distance times width and the logged area, and so on. Their quotients are counted in
//! classes, so that a file of any length needs the same memory.
//!
//! Rule: a contradiction is told only if the quotient is that of two units, over many rows.

use crate::points::columns::Columns;
use crate::points::unit_table::UnitTable;
use crate::points::way::Way;
use tramline_model::{Property, Unit};

/// Fewer pairs prove nothing.
pub(crate) const LEAST_PAIRS: u64 = 200;
/// Width of a class of the logarithm of a quotient.
const CLASS: f64 = 0.005;
/// Quotients from `exp(-REACH)` to `exp(REACH)` are told apart.
const REACH: f64 = 16.0;
/// Positions are good to a few decimetres: shorter steps tell nothing of a unit.
const LEAST_STEP_M: f64 = 0.5;
/// A machine that does not do what was set is nearer to it than this.
const FAR: f64 = 20.0;
/// A quotient nearer to one than this is no other unit.
const NEAR_ONE: f64 = 0.2;

/// How one quantity is known a second time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Evidence {
    /// Distance, by the way between positions.
    WayOfDistance,
    /// Speed, by way and time between positions.
    WayOfSpeed,
    /// Area, by distance times width.
    ProductOfArea,
    /// Mass by area, by mass and area.
    MassOfYield,
    /// Volume by area, by volume and area.
    VolumeOfYield,
    /// Mass, by flow and time.
    FlowOfMass,
    /// Mass by area, by flow, time and area.
    FlowOfYield,
    /// Rate of seed, by the one that was set.
    TargetOfSeed,
    /// Rate of a product, by the one that was set.
    TargetOfRate,
}

impl Evidence {
    const ALL: [Self; 9] = [
        Self::WayOfDistance,
        Self::WayOfSpeed,
        Self::ProductOfArea,
        Self::MassOfYield,
        Self::VolumeOfYield,
        Self::FlowOfMass,
        Self::FlowOfYield,
        Self::TargetOfSeed,
        Self::TargetOfRate,
    ];

    /// The property that is known twice.
    pub(crate) fn property(self) -> Property {
        match self {
            Self::WayOfDistance => Property::Distance,
            Self::WayOfSpeed => Property::Speed,
            Self::ProductOfArea => Property::Area,
            Self::MassOfYield | Self::FlowOfYield => Property::WetMassPerArea,
            Self::VolumeOfYield => Property::WetVolumePerArea,
            Self::FlowOfMass => Property::WetMass,
            Self::TargetOfSeed => Property::SeedRate,
            Self::TargetOfRate => Property::AppliedRate,
        }
    }

    /// What it is compared with, in words.
    pub(crate) fn words(self) -> &'static str {
        match self {
            Self::WayOfDistance => "the distance between the positions",
            Self::WayOfSpeed => "the distance between the positions divided by the time it took",
            Self::ProductOfArea => "distance times width",
            Self::MassOfYield => "mass divided by area",
            Self::VolumeOfYield => "volume divided by area",
            Self::FlowOfMass => "flow times time",
            Self::FlowOfYield => "flow times time divided by area",
            Self::TargetOfSeed | Self::TargetOfRate => "the target rate",
        }
    }

    /// Share of pairs that must be near the middle one, and how near as a logarithm; and how near
    /// the middle one must be to the quotient of two units.
    fn strictness(self) -> (f64, f64, f64) {
        match self {
            Self::WayOfDistance | Self::WayOfSpeed => (0.6, 0.15, 0.02),
            Self::TargetOfSeed | Self::TargetOfRate => (0.8, 0.03, 0.01),
            _ => (0.8, 0.03, 0.01),
        }
    }

    /// Whether it is the rate that was set.
    pub(crate) fn is_target(self) -> bool {
        matches!(self, Self::TargetOfSeed | Self::TargetOfRate)
    }

    /// Whether the evidence rests on a property.
    fn rests_on(self, property: Property) -> bool {
        use Property as P;
        match self {
            Self::ProductOfArea => matches!(property, P::Distance | P::EquipmentWidth),
            Self::MassOfYield => matches!(property, P::Area | P::WetMass),
            Self::VolumeOfYield | Self::FlowOfYield => property == P::Area,
            _ => false,
        }
    }
}

/// A quantity that contradicts another one by the factor of a unit.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Contradiction {
    pub(crate) evidence: Evidence,
    /// The logged quantity by the evidence.
    pub(crate) quotient: f64,
    pub(crate) pairs: u64,
    /// The unit in which the column was read.
    pub(crate) stated: &'static Unit,
    /// The unit in which both would agree; `None` where a rate is so far from what was set that no
    /// unit explains it.
    pub(crate) fits: Option<&'static Unit>,
}

/// Counts of quotients by classes.
#[derive(Clone, Debug, Default)]
struct Quotients {
    classes: Vec<u32>,
    count: u64,
}

impl Quotients {
    #[inline]
    fn add(&mut self, logged: f64, known: f64) {
        let logarithm = (logged / known).ln();
        if !(logarithm.abs() < REACH && logged > 0.0 && known > 0.0) {
            return;
        }
        if self.classes.is_empty() {
            self.classes = vec![0; (2.0 * REACH / CLASS) as usize + 1];
        }
        let class = ((logarithm + REACH) / CLASS) as usize;
        if let Some(slot) = self.classes.get_mut(class) {
            *slot = slot.saturating_add(1);
            self.count += 1;
        }
    }

    /// The middle logarithm, and the share of pairs within `near` of it.
    fn middle(&self, near: f64) -> Option<(f64, f64)> {
        let half = self.count / 2;
        let mut seen = 0;
        let class = self.classes.iter().position(|count| {
            seen += u64::from(*count);
            seen > half
        })?;
        let reach = (near / CLASS).ceil() as usize;
        let (first, last) = (class.saturating_sub(reach), class + reach);
        let around = self.classes.get(first..=last.min(self.classes.len() - 1))?;
        let inside: u64 = around.iter().map(|count| u64::from(*count)).sum();
        let logarithm = (class as f64 + 0.5) * CLASS - REACH;
        Some((logarithm, inside as f64 / self.count as f64))
    }
}

/// The quotients of a machine file, and how its ground rises.
#[derive(Clone, Debug, Default)]
pub(crate) struct Pairs {
    quotients: [Quotients; Evidence::ALL.len()],
    /// Metres up or down, and metres of way.
    rise: (f64, f64),
    last_elevation_m: Option<f64>,
}

impl Pairs {
    /// Adds rows before anything is derived.
    pub(crate) fn add(&mut self, columns: &Columns, keep: &[bool], way: &Way, units: &UnitTable) {
        for (place, evidence) in Evidence::ALL.into_iter().enumerate() {
            let Some(quotients) = self.quotients.get_mut(place) else {
                continue;
            };
            let base = |property: Property| Base::of(columns, units, property);
            let Some(logged) = base(evidence.property()) else {
                continue;
            };
            let (area, distance) = (base(Property::Area), base(Property::Distance));
            let (mass, volume) = (base(Property::WetMass), base(Property::WetVolume));
            let (flow, interval) = (base(Property::CropFlow), base(Property::SamplingInterval));
            let width = base(Property::EquipmentWidth);
            let (seed, rate) = (
                base(Property::SeedRateTarget),
                base(Property::AppliedRateTarget),
            );
            let seconds = |row: usize| {
                let step = value(&way.seconds, row);
                if (LEAST_STEP_M..=30.0).contains(&step) {
                    step
                } else {
                    f64::NAN
                }
            };
            let step = |row: usize| {
                let metres = value(&way.metres, row);
                if metres >= LEAST_STEP_M {
                    metres
                } else {
                    f64::NAN
                }
            };
            let ground = |row: usize| {
                let logged = at(area, row);
                if logged.is_nan() {
                    at(distance, row) * at(width, row)
                } else {
                    logged
                }
            };
            for (row, kept) in keep.iter().enumerate() {
                if !*kept {
                    continue;
                }
                let known = match evidence {
                    Evidence::WayOfDistance => step(row),
                    Evidence::WayOfSpeed => step(row) / seconds(row),
                    Evidence::ProductOfArea => at(distance, row) * at(width, row),
                    Evidence::MassOfYield => at(mass, row) / ground(row),
                    Evidence::VolumeOfYield => at(volume, row) / ground(row),
                    Evidence::FlowOfMass => at(flow, row) * at(interval, row),
                    Evidence::FlowOfYield => at(flow, row) * at(interval, row) / ground(row),
                    Evidence::TargetOfSeed => at(seed, row),
                    Evidence::TargetOfRate => at(rate, row),
                };
                let logged = logged.at(row);
                if logged > 0.0 && known > 0.0 {
                    quotients.add(logged, known);
                }
            }
        }
        self.add_rise(columns, keep, way, units);
    }

    fn add_rise(&mut self, columns: &Columns, keep: &[bool], way: &Way, units: &UnitTable) {
        let Some(elevation) = Base::of(columns, units, Property::Elevation) else {
            return;
        };
        for (row, kept) in keep.iter().enumerate() {
            let now = elevation.at(row);
            if !*kept || now.is_nan() {
                continue;
            }
            let metres = value(&way.metres, row);
            if let Some(last) = self.last_elevation_m
                && metres >= LEAST_STEP_M
            {
                self.rise.0 += (now - last).abs();
                self.rise.1 += metres;
            }
            self.last_elevation_m = Some(now);
        }
    }

    /// Mean rise by way, over a hundred metres or more.
    pub(crate) fn slope(&self) -> Option<f64> {
        let (up, way) = self.rise;
        (way > 100.0 && up.is_finite()).then(|| up / way)
    }

    /// What contradicts by the factor of a unit. Evidence that rests on a property which contradicts
    /// itself is not asked.
    pub(crate) fn contradictions(&self, units: &UnitTable) -> Vec<Contradiction> {
        let mut list: Vec<Contradiction> = Vec::new();
        for (evidence, quotients) in Evidence::ALL.into_iter().zip(&self.quotients) {
            let doubted = list
                .iter()
                .any(|known| evidence.rests_on(known.evidence.property()));
            if doubted || quotients.count < LEAST_PAIRS {
                continue;
            }
            let (share, near, exact) = evidence.strictness();
            let Some((logarithm, inside)) = quotients.middle(near) else {
                continue;
            };
            let quotient = logarithm.exp();
            let stated = units.source(evidence.property());
            let fits = stated.and_then(|stated| agreeing(stated, quotient, exact));
            let (Some(stated), away) = (stated, quotient.max(1.0 / quotient)) else {
                continue;
            };
            let unit = fits.is_some() && inside >= share && away > 1.0 / (1.0 - NEAR_ONE);
            if unit || (evidence.is_target() && away > FAR) {
                list.push(Contradiction {
                    evidence,
                    quotient,
                    pairs: quotients.count,
                    stated,
                    fits: fits.filter(|_| unit),
                });
            }
        }
        list
    }
}

/// The unit of exports in which a column would be smaller by the quotient, within `exact`.
fn agreeing(stated: &Unit, quotient: f64, exact: f64) -> Option<&'static Unit> {
    super::fitting::of_exports(stated.dimension)
        .filter(|unit| unit.offset == 0.0 && unit.symbol != stated.symbol)
        .map(|unit| (unit, (unit.factor * quotient / stated.factor - 1.0).abs()))
        .filter(|(_, miss)| *miss <= exact)
        .min_by(|a, b| a.1.total_cmp(&b.1))
        .map(|(unit, _)| unit)
}

/// A column in the base unit.
#[derive(Clone, Copy)]
struct Base<'a> {
    values: &'a [f64],
    factor: f64,
}

impl<'a> Base<'a> {
    fn of(columns: &'a Columns, units: &UnitTable, property: Property) -> Option<Self> {
        Some(Self {
            values: columns.number(property)?,
            factor: units.factor(property)?,
        })
    }

    #[inline]
    fn at(&self, row: usize) -> f64 {
        value(self.values, row) * self.factor
    }
}

#[inline]
fn at(column: Option<Base<'_>>, row: usize) -> f64 {
    column.map_or(f64::NAN, |column| column.at(row))
}

#[inline]
fn value(values: &[f64], row: usize) -> f64 {
    values.get(row).copied().unwrap_or(f64::NAN)
}

#[cfg(test)]
mod tests {
    //! A file whose units are known, and the same with one unit taken for another.

    use super::*;
    use tramline_model::UnitSystem;

    /// Rows of 2 m by 9 m with 0.016 kg/s, as the columns say it in these units.
    fn pairs(rows: usize, given: &[(Property, &'static str, f64)]) -> (Pairs, UnitTable) {
        let mut units = UnitTable::new(UnitSystem::Metric, false);
        let mut columns = Columns::new(rows);
        for (property, unit, number) in given {
            let unit = Unit::known(unit);
            let to = units.take(*property, unit).expect("a number");
            let value = to.from_base(unit.to_base(*number));
            // Sensors are never alike.
            let values = (0..rows).map(|row| value * (1.0 + 0.01 * ((row % 7) as f64 - 3.0) / 3.0));
            columns.set_number(*property, values.collect());
        }
        let way = Way {
            metres: vec![2.0; rows],
            seconds: vec![1.0; rows],
            ..Way::default()
        };
        let mut pairs = Pairs::default();
        pairs.add(&columns, &vec![true; rows], &way, &units);
        (pairs, units)
    }

    fn found(
        rows: usize,
        given: &[(Property, &'static str, f64)],
    ) -> Vec<(Evidence, &'static str)> {
        let (pairs, units) = pairs(rows, given);
        let list = pairs.contradictions(&units);
        list.iter()
            .map(|c| (c.evidence, c.fits.map_or("", |unit| unit.symbol)))
            .collect()
    }

    #[test]
    fn a_unit_that_is_taken_for_another_is_told_with_the_one_that_fits() {
        use Evidence as E;
        use Property as P;
        let feet = 2.0 / 0.3048;
        for (given, expected) in [
            (&[(P::Distance, "ft", 2.0)][..], (E::WayOfDistance, "m")),
            (&[(P::Distance, "m", feet)], (E::WayOfDistance, "ft")),
            (&[(P::Distance, "m", 200.0)], (E::WayOfDistance, "cm")),
            (&[(P::Speed, "mi/hr", 7.2)], (E::WayOfSpeed, "km/hr")),
            (&[(P::Speed, "m/s", 7.2)], (E::WayOfSpeed, "km/hr")),
            (
                &[
                    (P::Distance, "m", 2.0),
                    (P::EquipmentWidth, "m", 9.0),
                    (P::Area, "ac", 0.0018),
                ],
                (E::ProductOfArea, "ha"),
            ),
            (
                &[
                    (P::Area, "m2", 18.0),
                    (P::WetMass, "kg", 18.0),
                    (P::WetMassPerArea, "lb/ac", 10.0),
                ],
                (E::MassOfYield, "t/ha"),
            ),
            (
                &[
                    (P::Area, "m2", 18.0),
                    (P::CropFlow, "kg/s", 18.0),
                    (P::SamplingInterval, "s", 1.0),
                    (P::WetMass, "lb", 18.0),
                ],
                (E::FlowOfMass, "kg"),
            ),
            (
                &[
                    (P::SeedRate, "ksds/ac", 34_890.0),
                    (P::SeedRateTarget, "seeds/ac", 34_890.0),
                ],
                (E::TargetOfSeed, "seeds/ac"),
            ),
            (
                &[
                    (P::AppliedRate, "mm3/m2", 343.7),
                    (P::AppliedRateTarget, "L/ha", 374.0),
                ],
                (E::TargetOfRate, ""),
            ),
        ] {
            assert_eq!(found(300, given), [expected], "{given:?}");
            assert_eq!(found(100, given), [], "too few");
        }
    }

    #[test]
    fn what_agrees_or_differs_by_no_unit_is_not_told() {
        use Property as P;
        for given in [
            &[(P::Distance, "m", 2.0), (P::Speed, "km/hr", 7.2)][..],
            &[(P::Distance, "m", 3.0)],
            &[
                (P::AppliedRate, "L/ha", 80.0),
                (P::AppliedRateTarget, "L/ha", 160.0),
            ],
            &[
                (P::Distance, "ft", 2.0 / 0.3048),
                (P::EquipmentWidth, "ft", 30.0),
                (P::Area, "ac", 2.0 * 9.144 / 4046.86),
            ],
        ] {
            assert_eq!(found(1_000, given), [], "{given:?}");
        }
    }

    #[test]
    fn numbers_of_any_size_are_borne() {
        for number in [f64::MAX, 1e308, 5e-324, 0.0, -1.0, f64::INFINITY, f64::NAN] {
            assert_eq!(found(300, &[(Property::Distance, "m", number)]), []);
        }
    }
}
