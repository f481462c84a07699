//! The values of a harvest.

use tramline_model::Property;

/// The eight values of mass and volume, in the order in which they stand in the contract.
pub(crate) const YIELD: [Property; 8] = [
    Property::WetMass,
    Property::DryMass,
    Property::WetMassPerArea,
    Property::DryMassPerArea,
    Property::WetVolume,
    Property::DryVolume,
    Property::WetVolumePerArea,
    Property::DryVolumePerArea,
];
