//! Names of the AgGateway ADAPT Standard 2.0 for our properties, for the reader and the writer of
//! it alike: data type definitions with their fixed units, and operation types.
//!
//! A definition of the standard has one unit, so a column needs none of its own. What the standard
//! has no definition for travels under a custom one, `Tramline…`, which `adapt.json` declares.

use crate::{Dimension, OperationType, Property, Unit};

/// The `fileFormat` code of a data set.
pub const FILE_FORMAT: &str = "ADAPT";
/// Version of the root schema that is written.
pub const ROOT_SCHEMA_VERSION: &str = "2.0.2";
/// Field of a work record whose source names none: the schema wants one.
pub const NO_FIELD: &str = "field-not-named";

/// One data type definition.
#[derive(Debug)]
pub struct Definition {
    /// `definitionCode`, and the name of the column.
    pub code: &'static str,
    /// What it means; rates mean [`Property::SeedRate`] where seed is sown ([`as_seed`]).
    pub property: Property,
    /// Our symbol of the fixed unit; empty for numbers without one.
    symbol: &'static str,
    /// The standard's symbol of the fixed unit.
    pub adapt_unit: &'static str,
    /// Whether the standard has it.
    pub standard: bool,
}

impl Definition {
    /// The fixed unit; `None` for numbers without one.
    pub fn unit(&self) -> Option<&'static Unit> {
        Unit::from_symbol(self.symbol)
    }
}

const fn standard(
    code: &'static str,
    property: Property,
    symbol: &'static str,
    adapt_unit: &'static str,
) -> Definition {
    Definition {
        code,
        property,
        symbol,
        adapt_unit,
        standard: true,
    }
}

const fn custom(
    code: &'static str,
    property: Property,
    symbol: &'static str,
    adapt_unit: &'static str,
) -> Definition {
    Definition {
        code,
        property,
        symbol,
        adapt_unit,
        standard: false,
    }
}

use Property as P;

/// Every definition that has a property, in the order of precedence.
pub static DEFINITIONS: &[Definition] = &[
    standard(
        "AppliedCountPerAreaActual",
        P::AppliedRate,
        "seeds/ha",
        "count1ha-1",
    ),
    standard(
        "AppliedMassPerAreaActual",
        P::AppliedRate,
        "kg/ha",
        "kg1ha-1",
    ),
    standard(
        "AppliedVolumePerAreaActual",
        P::AppliedRate,
        "L/ha",
        "l1ha-1",
    ),
    standard(
        "AppliedCountPerAreaTarget",
        P::AppliedRateTarget,
        "seeds/ha",
        "count1ha-1",
    ),
    standard(
        "AppliedMassPerAreaTarget",
        P::AppliedRateTarget,
        "kg/ha",
        "kg1ha-1",
    ),
    standard(
        "AppliedVolumePerAreaTarget",
        P::AppliedRateTarget,
        "L/ha",
        "l1ha-1",
    ),
    standard("YieldWetMassPerArea", P::WetMassPerArea, "kg/ha", "kg1ha-1"),
    standard("YieldDryMassPerArea", P::DryMassPerArea, "kg/ha", "kg1ha-1"),
    standard(
        "YieldWetVolumePerArea",
        P::WetVolumePerArea,
        "L/ha",
        "l1ha-1",
    ),
    standard(
        "YieldDryVolumePerArea",
        P::DryVolumePerArea,
        "L/ha",
        "l1ha-1",
    ),
    standard("YieldTotalWetMass", P::WetMass, "kg", "kg"),
    standard("YieldTotalDryMass", P::DryMass, "kg", "kg"),
    standard("YieldTotalWetVolume", P::WetVolume, "L", "l"),
    standard("YieldTotalDryVolume", P::DryVolume, "L", "l"),
    standard("YieldWetMassPerTime", P::CropFlow, "kg/s", "kg1sec-1"),
    standard("CommodityMoisture", P::HarvestMoisture, "prcnt", "prcnt"),
    standard("Elevation", P::Elevation, "m", "m"),
    standard("Heading", P::Heading, "arcdeg", "arcdeg"),
    standard("Speed", P::Speed, "m/s", "m1sec-1"),
    standard("Width", P::EquipmentWidth, "m", "m"),
    standard("DistanceTraveled", P::Distance, "m", "m"),
    standard("SeedingDepthActual", P::SeedDepth, "m", "m"),
    standard("SeedSpacingActual", P::SeedSpacing, "m", "m"),
    standard(
        "SeedSpacingVariation",
        P::SpacingVariation,
        "prcnt",
        "prcnt",
    ),
    standard("SeedSingulation", P::Singulation, "prcnt", "prcnt"),
    standard("SeedSkips", P::Skips, "prcnt", "prcnt"),
    standard("SeedDoubles", P::Doubles, "prcnt", "prcnt"),
    standard("RideQuality", P::RideQuality, "prcnt", "prcnt"),
    standard("GroundContact", P::GroundContact, "prcnt", "prcnt"),
    standard("DownforceAppliedActual", P::DownForce, "N", "N"),
    standard("DownforceMargin", P::DownForceMargin, "N", "N"),
    standard("TillageDepthActual", P::TillageDepthActual, "m", "m"),
    standard("TillageDepthTarget", P::TillageDepthTarget, "m", "m"),
    custom("TramlineArea", P::Area, "m2", "m2"),
    custom("TramlineSamplingInterval", P::SamplingInterval, "s", "sec"),
    custom("TramlineXOffset", P::XOffset, "m", "m"),
    custom("TramlineYOffset", P::YOffset, "m", "m"),
    custom("TramlineImplementOffset", P::ImplementOffset, "m", "m"),
    custom("TramlineFuelUsed", P::FuelUsed, "L", "l"),
    custom("TramlineFuelRate", P::FuelRate, "L/h", "l1hr-1"),
    custom(
        "TramlineProteinPercentage",
        P::ProteinPercentage,
        "prcnt",
        "prcnt",
    ),
    custom("TramlineSectionId", P::SectionId, "", "count"),
    custom("TramlineProductIndex", P::ProductIndex, "", "count"),
];

/// Finds a definition by its code.
pub fn by_code(code: &str) -> Option<&'static Definition> {
    DEFINITIONS.iter().find(|d| d.code == code)
}

/// The definition that a column of this property and kind of quantity is written under.
pub fn for_column(property: Property, dimension: Dimension) -> Option<&'static Definition> {
    let wanted = match property {
        Property::SeedRate => Property::AppliedRate,
        Property::SeedRateTarget => Property::AppliedRateTarget,
        other => other,
    };
    DEFINITIONS.iter().find(|d| {
        let fits = d.unit().map_or(Dimension::None, |unit| unit.dimension);
        d.property == wanted && fits == dimension
    })
}

/// A rate as seed rate.
pub fn as_seed(property: Property) -> Property {
    match property {
        Property::AppliedRate => Property::SeedRate,
        Property::AppliedRateTarget => Property::SeedRateTarget,
        other => other,
    }
}

/// `operationTypeCode` of a kind of field work.
pub fn operation_code(operation: &OperationType) -> &'static str {
    match operation {
        OperationType::Applied => "APPLICATION_GENERAL",
        OperationType::Planted => "APPLICATION_SOWING_AND_PLANTING",
        OperationType::Harvested => "HARVEST",
        OperationType::Tillage => "FIELD_PREPARATION_TILLAGE",
        OperationType::Other(name) if name == "unknown" => "UNKNOWN",
        OperationType::Other(_) => "VEHICLE_DATA_COLLECTION_GENERAL",
    }
}

/// The kind of field work that an `operationTypeCode` means.
pub fn operation_type(code: &str) -> OperationType {
    if code.contains("SOWING_AND_PLANTING") || code.contains("TRANSPLANTING") {
        OperationType::Planted
    } else if code == "HARVEST" {
        // Before and after the harvest nothing is taken from the field.
        OperationType::Harvested
    } else if code.starts_with("APPLICATION") {
        OperationType::Applied
    } else if code.starts_with("FIELD_PREPARATION") {
        OperationType::Tillage
    } else if code.starts_with("VEHICLE_DATA") {
        OperationType::Other("datacollection".to_owned())
    } else {
        OperationType::Other("unknown".to_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn units_are_known_and_fit_their_property() {
        for definition in DEFINITIONS {
            match definition.unit() {
                Some(unit) => assert!(
                    definition.property.accepts(unit.dimension),
                    "{}",
                    definition.code
                ),
                None => assert!(definition.symbol.is_empty(), "{}", definition.code),
            }
        }
    }

    #[test]
    fn operation_types_go_there_and_back() {
        for word in ["applied", "planted", "harvested", "tillage", "unknown"] {
            let operation = OperationType::from_name(word);
            assert_eq!(operation_type(operation_code(&operation)), operation);
        }
        let planted = operation_type("APPLICATION_SOWING_AND_PLANTING_SEEDS");
        assert_eq!(planted, OperationType::Planted);
        let before = operation_type("HARVEST_PRE_HARVEST");
        assert_eq!(before.name(), "unknown");
    }
}
