//! Deere's representations (`vr…`) and the standard properties that they become.

use super::super::raw::{MeterColumn, Role};
use tramline_model::{Dimension, OperationType, Property, Unit};

/// The property of a meter's column in an operation, with the unit of the log.
pub(crate) fn property(
    column: &MeterColumn,
    operation: &OperationType,
) -> Option<(Property, &'static Unit)> {
    use Property as P;
    let name = column.representation.as_str();
    let rate = |measured, target| match column.role {
        Role::Measured => Some(measured),
        Role::Target => Some(target),
        Role::Control => None,
    };
    let property = match (name, operation) {
        ("vrHarvestMoisture", OperationType::Harvested) => P::HarvestMoisture,
        ("vrYieldWetMass", OperationType::Harvested) => P::WetMass,
        ("vrSeedDepthTarget", OperationType::Planted) => P::SeedDepth,
        ("vrDownForceMargin", OperationType::Planted) => P::DownForceMargin,
        ("vrTillageDepthTarget", OperationType::Tillage) => P::TillageDepthTarget,
        ("vrTillageDepthMeasured", OperationType::Tillage) => P::TillageDepthActual,
        ("vrVehicleSpeed", _) => P::Speed,
        ("vrFuelRatePerHour", _) => P::FuelRate,
        (_, OperationType::Planted) if name.starts_with("vrSeedRate") => {
            rate(P::SeedRate, P::SeedRateTarget)?
        }
        (_, OperationType::Applied) if name.starts_with("vrAppRate") => {
            rate(P::AppliedRate, P::AppliedRateTarget)?
        }
        _ => return None,
    };
    let unit = Unit::parse(&column.unit)?;
    property.accepts(unit.dimension).then_some((property, unit))
}

/// The unit of a column, so that blocks in several units can stand in it.
pub(crate) fn column_unit(property: Property, unit: &'static Unit) -> &'static Unit {
    Unit::known(match (property, unit.dimension) {
        (_, Dimension::CountPerArea) => "seeds/ha",
        (_, Dimension::MassPerArea) => "kg/ha",
        (_, Dimension::VolumePerArea) => "L/ha",
        (_, Dimension::VolumePerTime) => "L/h",
        (_, Dimension::Mass) => "kg",
        (_, Dimension::Ratio) => "percentage",
        (_, Dimension::Speed) => "m/s",
        (_, Dimension::Force) => "N",
        (_, Dimension::Length) => "cm",
        _ => return unit,
    })
}

/// The kind of work of a block.
pub(crate) fn operation(class: &str) -> OperationType {
    match class {
        "dtiHarvest" => OperationType::Harvested,
        "dtiSeeding" => OperationType::Planted,
        "dtiApplication" => OperationType::Applied,
        "dtiTillage" => OperationType::Tillage,
        class => {
            let word = class.strip_prefix("dti").unwrap_or(class).to_lowercase();
            let letters: String = word.chars().filter(char::is_ascii_alphabetic).collect();
            let known = !letters.is_empty() && letters.len() == word.len();
            OperationType::Other(if known { letters } else { "unknown".to_owned() })
        }
    }
}
