//! Which unit a property has in an output.
//!
//! Rule: `DEFAULT` keeps the source's unit where the contract lists it for the property, `IMPERIAL`
//! and `METRIC` are fixed.

use crate::property::Kind;
use crate::{Dimension, Property, Unit};
use serde::{Deserialize, Serialize};

/// Family of units of an output.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum UnitSystem {
    /// The source's units, where the contract lists them.
    #[default]
    Default,
    /// US customary units: pounds, bushels, acres, feet.
    Imperial,
    /// Kilograms, litres, hectares, metres.
    Metric,
}

impl UnitSystem {
    /// Reads a name in any letter case.
    pub fn from_name(name: &str) -> Option<Self> {
        match name.to_ascii_lowercase().as_str() {
            "default" => Some(Self::Default),
            "imperial" => Some(Self::Imperial),
            "metric" => Some(Self::Metric),
            _ => None,
        }
    }

    /// Lower case, as in names of artifacts.
    pub fn name(self) -> &'static str {
        match self {
            Self::Default => "default",
            Self::Imperial => "imperial",
            Self::Metric => "metric",
        }
    }
}

/// Whether a unit belongs to the US customary family; `None` for units of both.
pub fn is_imperial(unit: &Unit) -> Option<bool> {
    match unit.dimension {
        Dimension::None
        | Dimension::Angle
        | Dimension::Time
        | Dimension::Ratio
        | Dimension::Count
        | Dimension::Temperature => None,
        _ => Some(matches!(
            unit.symbol,
            "in" | "ft"
                | "mi"
                | "ac"
                | "lb"
                | "ton"
                | "gal"
                | "qt"
                | "pt"
                | "floz"
                | "bu"
                | "mi/hr"
                | "ft/s"
                | "lbf"
                | "seeds/ac"
                | "ksds/ac"
                | "lb/ac"
                | "ton/ac"
                | "gal/ac"
                | "qt/ac"
                | "pt/ac"
                | "floz/ac"
                | "bu/ac"
                | "lb/s"
                | "lb/h"
                | "gal/h"
                | "gal/s"
                | "bu/h"
                | "ac/h"
        )),
    }
}

/// The output unit of a numeric property; `None` for text, integers and instants. `source` is the
/// unit in the file, if it has the property; `imperial` is the family of the file as a whole.
pub fn output_unit(
    property: Property,
    source: Option<&'static Unit>,
    system: UnitSystem,
    imperial: bool,
) -> Option<&'static Unit> {
    if property.kind() != Kind::Number {
        return None;
    }
    if let (UnitSystem::Default, Some(unit)) = (system, source)
        && listed(property).contains(&unit.symbol)
    {
        return Some(unit);
    }
    let imperial = match system {
        UnitSystem::Imperial => true,
        UnitSystem::Metric => false,
        UnitSystem::Default => source.and_then(is_imperial).unwrap_or(imperial),
    };
    let dimension = source.map_or(property.dimension(), |unit| unit.dimension);
    Some(Unit::known(fixed(property, dimension, system, imperial)))
}

/// Units that `DEFAULT` keeps (contract 3.2, 3.3).
fn listed(property: Property) -> &'static [&'static str] {
    use Property as P;
    match property {
        P::Distance | P::Elevation | P::EquipmentWidth | P::SeedSpacing | P::ImplementOffset => {
            &["ft", "m"]
        }
        P::Speed => &["mi/hr", "ft/s", "m/s"],
        P::FuelUsed => &["gal", "L"],
        P::FuelRate => &["gal/h", "L/h"],
        P::SeedRate | P::SeedRateTarget => &[
            "seeds/ac", "seeds/ha", "lb/ac", "t/ha", "kg/ha", "gal/ac", "L/ha",
        ],
        P::DownForce | P::DownForceMargin => &["lbf", "kgf"],
        P::AppliedRate | P::AppliedRateTarget => &[
            "gal/ac", "lb/ac", "m3/ha", "L/ha", "kg/ha", "t/ha", "floz/ac", "qt/ac", "mm3/m2",
            "seeds/ac", "seeds/ha",
        ],
        P::WetMass | P::DryMass => &["lb", "kg", "t"],
        P::WetMassPerArea | P::DryMassPerArea => &["lb/ac", "t/ha", "kg/ha"],
        P::WetVolume | P::DryVolume => &["bu", "L"],
        P::WetVolumePerArea | P::DryVolumePerArea => &["bu/ac", "m3/ha", "L/ha"],
        P::CropFlow => &["lb/s", "kg/s"],
        P::TillageDepthActual | P::TillageDepthTarget => &["in", "cm"],
        _ => &[],
    }
}

fn fixed(
    property: Property,
    dimension: Dimension,
    system: UnitSystem,
    imperial: bool,
) -> &'static str {
    use Property as P;
    let either = |us: &'static str, si: &'static str| if imperial { us } else { si };
    match property {
        P::Area => match system {
            UnitSystem::Default => "m2",
            UnitSystem::Imperial => "ac",
            UnitSystem::Metric => "ha",
        },
        P::XOffset | P::YOffset => "m",
        P::Speed => either("ft/s", "m/s"),
        P::SeedDepth if system == UnitSystem::Default => "cm",
        P::SeedDepth | P::TillageDepthActual | P::TillageDepthTarget => either("in", "cm"),
        P::DownForce | P::DownForceMargin => either("lbf", "kgf"),
        P::FuelUsed => either("gal", "L"),
        P::FuelRate => either("gal/h", "L/h"),
        P::WetMass | P::DryMass => either(
            "lb",
            if system == UnitSystem::Metric {
                "t"
            } else {
                "kg"
            },
        ),
        P::WetMassPerArea | P::DryMassPerArea => either("lb/ac", "t/ha"),
        P::WetVolume | P::DryVolume => either(
            "bu",
            if system == UnitSystem::Metric {
                "m3"
            } else {
                "L"
            },
        ),
        P::WetVolumePerArea | P::DryVolumePerArea => either("bu/ac", "m3/ha"),
        P::CropFlow => either("lb/s", "kg/s"),
        P::HarvestMoisture | P::ProteinPercentage => "percentage",
        P::SamplingInterval => "s",
        _ => match dimension {
            Dimension::Angle => "arcdeg",
            Dimension::Length => either("ft", "m"),
            Dimension::Ratio => "prcnt",
            Dimension::CountPerArea => either("seeds/ac", "seeds/ha"),
            Dimension::MassPerArea => either("lb/ac", "kg/ha"),
            Dimension::VolumePerArea => either("gal/ac", "L/ha"),
            _ => "m",
        },
    }
}

/// The unit of a column that is no property, such as a source's own: one for each kind of quantity,
/// so that files of one run agree. `DEFAULT` keeps the source's.
pub fn unit_of_kind(source: &'static Unit, system: UnitSystem) -> &'static Unit {
    let imperial = match system {
        UnitSystem::Default => return source,
        UnitSystem::Imperial => true,
        UnitSystem::Metric => false,
    };
    let either = |us: &'static str, si: &'static str| Unit::known(if imperial { us } else { si });
    match source.dimension {
        Dimension::None | Dimension::Angle | Dimension::Count => source,
        Dimension::Length => either("ft", "m"),
        Dimension::Area => either("ac", "ha"),
        Dimension::Mass => either("lb", "kg"),
        Dimension::Volume => either("gal", "L"),
        Dimension::Time => Unit::known("s"),
        Dimension::Speed => either("ft/s", "m/s"),
        Dimension::Force => either("lbf", "kgf"),
        Dimension::Ratio => Unit::known("prcnt"),
        Dimension::CountPerArea => either("seeds/ac", "seeds/ha"),
        Dimension::MassPerArea => either("lb/ac", "kg/ha"),
        Dimension::VolumePerArea => either("gal/ac", "L/ha"),
        Dimension::MassPerTime => either("lb/s", "kg/s"),
        Dimension::VolumePerTime => either("gal/h", "L/h"),
        Dimension::AreaPerTime => either("ac/h", "ha/h"),
        Dimension::Temperature => {
            Unit::from_symbol(if imperial { "F" } else { "C" }).unwrap_or(source)
        }
    }
}

/// The unit of a rate's total (`gal` of `gal/ac`).
pub fn total_unit(rate: &Unit) -> &'static Unit {
    let numerator = rate.symbol.split('/').next().unwrap_or_default();
    Unit::from_symbol(numerator).unwrap_or_else(|| {
        Unit::known(match rate.dimension {
            Dimension::CountPerArea => "seeds",
            Dimension::VolumePerArea => "L",
            _ => "kg",
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn symbol(property: Property, source: &'static str, system: UnitSystem) -> &'static str {
        output_unit(property, Some(Unit::known(source)), system, false)
            .expect("numeric")
            .symbol
    }

    #[test]
    fn default_keeps_what_the_contract_lists() {
        use UnitSystem::{Default, Imperial, Metric};
        assert_eq!(symbol(Property::Distance, "in", Default), "ft");
        assert_eq!(symbol(Property::Distance, "mm", Default), "m");
        assert_eq!(symbol(Property::Speed, "mi/hr", Default), "mi/hr");
        assert_eq!(symbol(Property::Speed, "km/hr", Default), "m/s");
        assert_eq!(symbol(Property::SeedRate, "ksds/ac", Default), "seeds/ac");
        assert_eq!(symbol(Property::SeedRate, "seeds/m2", Default), "seeds/ha");
        assert_eq!(symbol(Property::AppliedRate, "mg/m2", Default), "kg/ha");
        assert_eq!(symbol(Property::AppliedRate, "gal/ac", Metric), "L/ha");
        assert_eq!(symbol(Property::AppliedRate, "kg/ha", Imperial), "lb/ac");
        assert_eq!(symbol(Property::TillageDepthActual, "mm", Default), "cm");
        assert_eq!(symbol(Property::Area, "ac", Default), "m2");
        assert_eq!(symbol(Property::WetMass, "lb", Metric), "t");
        assert_eq!(symbol(Property::WetVolumePerArea, "bu/ac", Metric), "m3/ha");
    }

    #[test]
    fn a_kind_of_quantity_has_one_unit_in_a_system() {
        use std::collections::{BTreeMap, BTreeSet};
        for system in [UnitSystem::Metric, UnitSystem::Imperial] {
            let mut kinds: BTreeMap<String, BTreeSet<&str>> = BTreeMap::new();
            for unit in Unit::all() {
                let to = unit_of_kind(unit, system);
                assert_eq!(to.dimension, unit.dimension, "{}", unit.symbol);
                assert_eq!(unit_of_kind(unit, UnitSystem::Default).symbol, unit.symbol);
                let kind = format!("{:?}", unit.dimension);
                if !["None", "Angle", "Count"].contains(&kind.as_str()) {
                    kinds.entry(kind).or_default().insert(to.symbol);
                }
            }
            assert!(kinds.values().all(|units| units.len() == 1), "{kinds:?}");
        }
    }

    #[test]
    fn every_numeric_property_has_a_unit_of_its_dimension() {
        for &property in Property::ALL.iter().filter(|p| p.kind() == Kind::Number) {
            for system in [
                UnitSystem::Default,
                UnitSystem::Imperial,
                UnitSystem::Metric,
            ] {
                for imperial in [false, true] {
                    let unit = output_unit(property, None, system, imperial).expect("numeric");
                    assert!(
                        property.accepts(unit.dimension),
                        "{property:?} {}",
                        unit.symbol
                    );
                }
            }
        }
    }
}
