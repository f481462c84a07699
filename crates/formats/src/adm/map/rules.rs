//! Representation codes of ADM cards and the standard properties that they become: the framework's
//! `vr…` names, or numbers of the ISO 11783-11 dictionary.

use tramline_model::{OperationType, Property, Unit};

/// The property of a code in an operation.
pub(crate) fn property(code: &str, operation: &OperationType) -> Option<Property> {
    use Property as P;
    let (harvested, planted) = (
        *operation == OperationType::Harvested,
        *operation == OperationType::Planted,
    );
    let applied = *operation == OperationType::Applied;
    let target = code.ends_with("Target") || code.ends_with("SetPoint");
    Some(match code {
        "vrHarvestMoisture" | "99" if harvested => P::HarvestMoisture,
        "vrYieldWetMass" if harvested => P::WetMass,
        "vrYieldMass" | "84" if harvested => P::WetMassPerArea,
        "vrYieldWetMassPerArea" if harvested => P::WetMassPerArea,
        "vrYieldVolume" | "83" if harvested => P::WetVolumePerArea,
        "vrYieldWetMassFlow" | "87" if harvested => P::CropFlow,
        "vrProteinContent" | "406" if harvested => P::ProteinPercentage,
        "vrSeedDepthTarget" | "vrSeedDepthActual" | "56" | "57" if planted => P::SeedDepth,
        "vrDownForceMargin" if planted => P::DownForceMargin,
        "vrDownForceApplied" | "427" if planted => P::DownForce,
        "vrTillageDepthTarget" | "51" if *operation == OperationType::Tillage => {
            P::TillageDepthTarget
        }
        "vrTillageDepthActual" | "52" if *operation == OperationType::Tillage => {
            P::TillageDepthActual
        }
        "11" | "6" if planted => P::SeedRateTarget,
        "12" | "7" if planted => P::SeedRate,
        "1" | "6" if applied => P::AppliedRateTarget,
        "2" | "7" if applied => P::AppliedRate,
        _ if planted && code.starts_with("vrSeedRate") => match (target, control(code)) {
            (_, true) => return None,
            (true, _) => P::SeedRateTarget,
            (false, _) => P::SeedRate,
        },
        _ if applied && code.starts_with("vrAppRate") => match (target, control(code)) {
            (_, true) => return None,
            (true, _) => P::AppliedRateTarget,
            (false, _) => P::AppliedRate,
        },
        "vrDistanceTraveled" => P::Distance,
        "vrHeading" => P::Heading,
        "vrElevation" => P::Elevation,
        "vrVehicleSpeed" | "397" => P::Speed,
        "vrDeltaTime" => P::SamplingInterval,
        "vrFuelRatePerHour" | "149" => P::FuelRate,
        _ => return None,
    })
}

fn control(code: &str) -> bool {
    code.ends_with("Control")
}

/// The unit that a property's column has, by the unit of the first value met.
pub(crate) fn column_unit(property: Property, unit: &'static Unit) -> Option<&'static Unit> {
    use tramline_model::Dimension as D;
    if !property.accepts(unit.dimension) {
        return None;
    }
    Some(Unit::known(match unit.dimension {
        D::CountPerArea => "seeds/ha",
        D::MassPerArea if property == Property::WetMassPerArea => "t/ha",
        D::MassPerArea => "kg/ha",
        D::VolumePerArea => "L/ha",
        D::MassPerTime => "kg/s",
        D::VolumePerTime => "L/h",
        D::Mass => "kg",
        D::Ratio => "percentage",
        D::Speed => "m/s",
        D::Force => "N",
        D::Time => "s",
        D::Angle => "arcdeg",
        D::Length => match property {
            Property::Distance | Property::Elevation => "m",
            _ => "cm",
        },
        _ => return Some(unit),
    }))
}

/// Rates that a section may have of its own.
pub(crate) fn is_rate(property: Property) -> bool {
    matches!(
        property,
        Property::SeedRate
            | Property::SeedRateTarget
            | Property::AppliedRate
            | Property::AppliedRateTarget
    )
}

/// The framework's `OperationTypeEnum`: kind of work and its word.
pub(crate) fn operation(kind: i64) -> (OperationType, &'static str) {
    let other = |name: &str| OperationType::Other(name.to_owned());
    match kind {
        1 => (OperationType::Applied, "fertilizing"),
        2 => (OperationType::Planted, "sowing and planting"),
        3 => (OperationType::Applied, "crop protection"),
        4 => (OperationType::Tillage, "tillage"),
        5 => (other("baling"), "baling"),
        6 => (other("mowing"), "mowing"),
        7 => (other("wrapping"), "wrapping"),
        8 => (OperationType::Harvested, "harvesting"),
        9 => (OperationType::Harvested, "forage harvesting"),
        10 => (other("transport"), "transport"),
        11 => (other("swathing"), "swathing"),
        12 => (OperationType::Applied, "irrigation"),
        13 => (other("datacollection"), "data collection"),
        _ => (other("unknown"), "unknown"),
    }
}
