//! The quantities of a table and the units that each can have, with what a unit costs when it is
//! not the one that the file says or that is assumed.

use super::super::mapping::{Mapping, UnitWord};
use super::sample::Sample;
use tramline_model::{Dimension, Property, Unit};

/// A system of units, as an export has one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum System {
    Us,
    Metric,
}

/// One unit that a quantity can have.
#[derive(Clone, Copy, Debug)]
pub(super) struct Candidate {
    pub(super) property: Property,
    pub(super) unit: &'static Unit,
    /// Logarithm of base units in one of this; volumes of a crop as their mass.
    pub(super) factor: f64,
    /// How far the factor may be off: the weight of a volume is not known without a crop.
    pub(super) slack: f64,
}

/// A column whose unit is in question.
#[derive(Clone, Debug)]
pub(super) struct Quantity {
    /// Of the source.
    pub(super) column: usize,
    pub(super) property: Property,
    /// The unit as it stands is the first.
    pub(super) candidates: Vec<Candidate>,
    /// Which candidate stands where the export is of that system, and nothing says more.
    pub(super) by_system: [usize; 2],
    /// The file or the caller says the unit.
    pub(super) stated: bool,
    /// The caller says it: nothing overrules that.
    pub(super) given: bool,
    /// A column that is no property of the points, but proves others.
    pub(super) beside: bool,
    /// The middle value.
    pub(super) median: f64,
}

/// Logarithm of kilograms in a litre of grain, and how far crops differ from it.
const DENSITY: f64 = -0.36;
const DENSITY_SLACK: f64 = 0.45;

/// More tonnes a hectare than any crop gives.
const HECTARE_TONNES: f64 = 350.0;

const LENGTHS: &[&str] = &["m", "ft", "in", "cm", "km"];
const WIDTHS: &[&str] = &["m", "ft", "in", "cm", "mm"];
const SPEEDS: &[&str] = &["km/hr", "mi/hr", "m/s", "ft/s"];
const AREAS: &[&str] = &["ha", "ac", "m2", "ft2"];
const MASSES: &[&str] = &["kg", "lb", "t", "ton", "g"];
const VOLUMES: &[&str] = &["bu", "L", "m3", "hL"];
const MASS_YIELDS: &[&str] = &["t/ha", "lb/ac", "kg/ha", "q/ha", "ton/ac", "g/m2", "sc/ha"];
const VOLUME_YIELDS: &[&str] = &["bu/ac", "m3/ha", "L/ha", "hL/ha"];
const FLOWS: &[&str] = &["lb/s", "kg/s", "t/h", "kg/h", "lb/h", "g/s", "lb/min"];
const SEEDS: &[&str] = &["seeds/ac", "ksds/ac", "seeds/ha", "ksds/ha", "seeds/m2"];
const RATES: &[&str] = &[
    "gal/ac", "L/ha", "lb/ac", "kg/ha", "t/ha", "ton/ac", "oz/ac", "floz/ac",
];

/// Whether the unit of a property can be proved.
pub(super) fn takes_part(property: Property) -> bool {
    !units(property).is_empty()
}

fn units(property: Property) -> &'static [&'static str] {
    use Property as P;
    match property {
        P::Distance => LENGTHS,
        P::EquipmentWidth => WIDTHS,
        P::Speed => SPEEDS,
        P::Area => AREAS,
        P::WetMass | P::DryMass => MASSES,
        P::WetVolume | P::DryVolume => VOLUMES,
        P::WetMassPerArea | P::DryMassPerArea => MASS_YIELDS,
        P::WetVolumePerArea | P::DryVolumePerArea => VOLUME_YIELDS,
        P::CropFlow => FLOWS,
        P::SeedRate | P::SeedRateTarget => SEEDS,
        P::AppliedRate | P::AppliedRateTarget => RATES,
        _ => &[],
    }
}

/// A yield by volume may be one by mass, unless the caller says its unit.
fn by_mass(property: Property) -> Option<Property> {
    match property {
        Property::WetVolumePerArea => Some(Property::WetMassPerArea),
        Property::DryVolumePerArea => Some(Property::DryMassPerArea),
        _ => None,
    }
}

/// What stands for a unit in an export of the other system.
pub(super) fn counterpart(symbol: &str, system: System) -> &'static str {
    const PAIRS: &[(&str, &str)] = &[
        ("ft", "m"),
        ("in", "cm"),
        ("mi/hr", "km/hr"),
        ("ac", "ha"),
        ("lb", "kg"),
        ("lb/ac", "t/ha"),
        ("lb/s", "kg/s"),
        ("seeds/ac", "seeds/ha"),
        ("ksds/ac", "ksds/ha"),
        ("gal/ac", "L/ha"),
    ];
    let pair = PAIRS.iter().find(|(us, metric)| match system {
        System::Us => *metric == symbol,
        System::Metric => *us == symbol,
    });
    pair.map_or(
        "",
        |(us, metric)| if system == System::Us { us } else { metric },
    )
}

/// The system that a unit belongs to.
pub(super) fn system_of(unit: &Unit) -> Option<System> {
    const US: &[&str] = &[
        "ft", "in", "yd", "mi", "mi/hr", "ft/s", "ac", "ft2", "lb", "ton", "lb/ac", "ton/ac",
        "lb/s", "lb/h", "bu", "bu/ac", "gal/ac",
    ];
    const METRIC: &[&str] = &[
        "m", "cm", "km/hr", "m/s", "ha", "m2", "kg", "t", "t/ha", "kg/ha", "q/ha", "kg/s", "t/h",
        "L/ha",
    ];
    if US.contains(&unit.symbol) {
        Some(System::Us)
    } else {
        METRIC.contains(&unit.symbol).then_some(System::Metric)
    }
}

impl Quantity {
    /// The columns of a table that take part, with the units that they can have.
    pub(super) fn all(mapping: &Mapping, sample: &Sample) -> Vec<Self> {
        let density = sample.crop.and_then(|c| c.compat.kilograms_per_litre());
        let density = density.map_or((DENSITY, DENSITY_SLACK), |d| (d.ln(), 0.02));
        let mut list = Vec::new();
        for column in 0..mapping.columns.len() {
            let known = mapping.columns.get(column).and_then(Option::as_ref);
            let lost = mapping.lost.get(column).and_then(Option::as_ref);
            // Of the columns that are beside a better one, seeds alone prove something.
            let first = list.iter().all(|q: &Self| !q.beside);
            let counts = lost.filter(|m| m.property == Property::SeedRate && first);
            let Some(meaning) = known.or(counts).filter(|m| takes_part(m.property)) else {
                continue;
            };
            let Some(values) = sample.columns.get(column).and_then(Option::as_ref) else {
                continue;
            };
            let Some(unit) = meaning.unit else { continue };
            let Some(median) = median_of(values) else {
                continue;
            };
            if known.is_none() {
                list.push(Self::of_counts(column, median));
                continue;
            }
            let open = meaning.word == UnitWord::Nobody;
            let mut candidates = vec![candidate(meaning.property, unit, density)];
            let mut more = |property: Property| {
                for symbol in units(property) {
                    let other = Unit::known(symbol);
                    let rate = matches!(
                        meaning.property,
                        Property::AppliedRate | Property::AppliedRateTarget
                    );
                    if other != unit
                        && (meaning.assumed || !rate || other.dimension == unit.dimension)
                    {
                        candidates.push(candidate(property, other, density));
                    }
                }
            };
            more(meaning.property);
            if let Some(mass) =
                by_mass(meaning.property).filter(|_| meaning.word != UnitWord::Caller)
            {
                more(mass);
            }
            let stands = |system| {
                // A bare yield of a metric export is a mass.
                let product = matches!(
                    meaning.property,
                    Property::AppliedRate | Property::AppliedRateTarget
                );
                let other = match (unit.symbol, system) {
                    ("lb/ac", System::Metric) if product => "kg/ha",
                    // Nobody harvests hundreds of tonnes: these are kilograms.
                    ("bu/ac" | "lb/ac" | "t/ha", System::Metric) if median > HECTARE_TONNES => {
                        "kg/ha"
                    }
                    ("bu/ac", System::Metric) => "t/ha",
                    (symbol, _) => counterpart(symbol, system),
                };
                candidates
                    .iter()
                    .position(|c| c.unit.symbol == other)
                    .unwrap_or(0)
            };
            let by_system = if open {
                [stands(System::Us), stands(System::Metric)]
            } else {
                [0, 0]
            };
            list.push(Self {
                column,
                property: meaning.property,
                by_system,
                stated: !open,
                given: meaning.word == UnitWord::Caller,
                beside: false,
                median,
                candidates,
            });
        }
        list
    }

    /// Seeds of a row, as they are or in thousands.
    fn of_counts(column: usize, median: f64) -> Self {
        let unit = Unit::known("seeds");
        let candidates = [0.0, 1_000.0_f64.ln()].map(|factor| Candidate {
            property: Property::SeedRate,
            unit,
            factor,
            slack: 0.0,
        });
        Self {
            column,
            property: Property::SeedRate,
            candidates: candidates.to_vec(),
            by_system: [0, 0],
            stated: false,
            given: false,
            beside: true,
            median,
        }
    }
}

fn candidate(property: Property, unit: &'static Unit, density: (f64, f64)) -> Candidate {
    let volume = matches!(
        property,
        Property::WetVolume
            | Property::DryVolume
            | Property::WetVolumePerArea
            | Property::DryVolumePerArea
    ) && matches!(unit.dimension, Dimension::Volume | Dimension::VolumePerArea);
    let (shift, slack) = if volume { density } else { (0.0, 0.0) };
    Candidate {
        property,
        unit,
        factor: unit.factor.ln() + shift,
        slack,
    }
}

/// The middle of the values above zero.
fn median_of(values: &[f64]) -> Option<f64> {
    let mut list: Vec<f64> = values
        .iter()
        .copied()
        .filter(|v| *v > 0.0 && v.is_finite())
        .collect();
    list.sort_unstable_by(f64::total_cmp);
    list.get(list.len() / 2).copied()
}

/// What a quantity is between on a farm, in base units of its property (crops as mass): only
/// tells apart readings that every proof fits.
pub(super) fn usual(property: Property) -> (f64, f64) {
    use Property as P;
    match property {
        P::Distance => (0.05, 60.0),
        P::EquipmentWidth => (0.3, 61.0),
        P::Speed => (0.2, 14.0),
        P::Area => (0.02, 4_000.0),
        P::WetMass | P::DryMass | P::WetVolume | P::DryVolume => (0.02, 5_000.0),
        P::WetMassPerArea | P::DryMassPerArea | P::WetVolumePerArea | P::DryVolumePerArea => {
            (0.03, 20.0)
        }
        P::CropFlow => (0.05, 120.0),
        P::SeedRate | P::SeedRateTarget => (0.5, 1_500.0),
        _ => (0.0, f64::INFINITY),
    }
}
