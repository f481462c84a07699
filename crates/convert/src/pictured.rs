//! Which properties of which operation have a picture, and which of them the work is about.

use tramline_model::{OperationType, Property};

/// What the work is about.
pub(crate) const MAIN: [Property; 4] = [
    Property::WetMassPerArea,
    Property::SeedRate,
    Property::AppliedRate,
    Property::TillageDepthActual,
];

/// Whether the work of a record is about this property.
pub(crate) fn is_main(property: Property) -> bool {
    MAIN.contains(&property)
}

/// Whether any operation has an image of a property.
pub(crate) fn is_pictured(property: Property) -> bool {
    [
        OperationType::Harvested,
        OperationType::Planted,
        OperationType::Applied,
        OperationType::Tillage,
    ]
    .iter()
    .any(|operation| properties(operation).contains(&property))
}

/// The properties that have an image, by operation (contract, image switches).
pub(crate) fn properties(operation: &OperationType) -> &'static [Property] {
    use Property as P;
    match operation {
        OperationType::Harvested => &[
            P::Area,
            P::Distance,
            P::Elevation,
            P::EquipmentWidth,
            P::HarvestMoisture,
            P::WetMass,
            P::WetMassPerArea,
            P::WetVolume,
            P::WetVolumePerArea,
            P::DryMass,
            P::DryMassPerArea,
            P::DryVolume,
            P::DryVolumePerArea,
            P::Speed,
            P::Heading,
            P::CropFlow,
            P::ProteinPercentage,
            P::FuelRate,
            P::FuelUsed,
        ],
        OperationType::Planted => &[
            P::Heading,
            P::Distance,
            P::Elevation,
            P::SeedRate,
            P::Area,
            P::EquipmentWidth,
            P::Speed,
            P::SeedRateTarget,
            P::SeedDepth,
            P::FuelRate,
            P::FuelUsed,
            P::DownForce,
            P::Singulation,
        ],
        OperationType::Applied => &[
            P::Heading,
            P::Distance,
            P::Elevation,
            P::AppliedRate,
            P::Area,
            P::EquipmentWidth,
            P::Speed,
            P::AppliedRateTarget,
            P::FuelRate,
            P::FuelUsed,
        ],
        OperationType::Tillage | OperationType::Other(_) => &[
            P::Area,
            P::Heading,
            P::Distance,
            P::Elevation,
            P::EquipmentWidth,
            P::TillageDepthTarget,
            P::Speed,
            P::TillageDepthActual,
            P::FuelRate,
            P::FuelUsed,
        ],
    }
}
