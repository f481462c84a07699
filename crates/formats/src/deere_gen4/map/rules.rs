//! Deere's representation numbers of Gen4 logs and the standard properties that they become.
//! Numbers and meaning: worked out on the public sample logs beside the maker's own export.

use super::super::raw::Channel;
use tramline_model::{OperationType, Property, Unit};

/// Raw value of a channel that has none.
pub(crate) const NO_VALUE: f64 = -2_147_483_648.0;

use Property as P;

/// Representation, property, letters of the operations: Harvested, Planted, Applied, Tillage.
/// Volume yields (39, 43) are whole bushels: they stay raw, and are worked out of mass and moisture.
const RULES: &[(i64, Property, &str)] = &[
    (510, P::CropFlow, "H"),
    (6, P::HarvestMoisture, "H"),
    (59, P::SeedRate, "P"),
    (55, P::SeedRate, "P"),
    (61, P::SeedRateTarget, "P"),
    (57, P::SeedRateTarget, "P"),
    (287, P::DownForce, "P"),
    (380, P::DownForceMargin, "P"),
    (49, P::AppliedRate, "A"),
    (45, P::AppliedRate, "A"),
    (51, P::AppliedRateTarget, "A"),
    (47, P::AppliedRateTarget, "A"),
    (53, P::TillageDepthTarget, "T"),
    (99, P::FuelRate, "HPAT"),
];

/// Names of the numbers for the raw form.
const LABELS: &[(i64, &str)] = &[
    (6, "moisture"),
    (39, "wet volume yield"),
    (43, "dry volume yield"),
    (45, "mass rate"),
    (47, "mass rate target"),
    (49, "volume rate"),
    (51, "volume rate target"),
    (53, "tillage depth"),
    (55, "seed mass rate"),
    (57, "seed mass rate target"),
    (59, "seed rate"),
    (61, "seed rate target"),
    (69, "counted volume"),
    (99, "fuel rate"),
    (287, "down force"),
    (380, "down force margin"),
    (510, "mass flow"),
    (511, "volume flow"),
    (551, "count"),
    (552, "counted mass"),
    (560, "ground speed"),
    (561, "ground speed"),
    (563, "pressure"),
    (565, "ground speed"),
    (600, "volume per hour"),
];

pub(crate) fn label(representation: i64) -> &'static str {
    LABELS
        .iter()
        .find(|(number, _)| *number == representation)
        .map_or("channel", |(_, label)| label)
}

/// The property of a channel in an operation, and its unit as the log names it.
pub(crate) fn property(
    channel: &Channel,
    operation: &OperationType,
) -> Option<(Property, &'static Unit)> {
    let letter = match operation {
        OperationType::Harvested => 'H',
        OperationType::Planted => 'P',
        OperationType::Applied => 'A',
        OperationType::Tillage => 'T',
        OperationType::Other(_) => return None,
    };
    let (_, property, _) = RULES.iter().find(|(number, _, letters)| {
        *number == channel.representation && letters.contains(letter)
    })?;
    let unit = Unit::parse(&channel.unit)?;
    (property.accepts(unit.dimension) && channel.scale.is_finite() && channel.scale != 0.0)
        .then_some((*property, unit))
}

/// The unit of a column: of the farm, so that channels in several units can stand in it.
pub(crate) fn column_unit(unit: &'static Unit) -> &'static Unit {
    use tramline_model::Dimension as D;
    Unit::known(match unit.dimension {
        D::CountPerArea => "seeds/ha",
        D::MassPerArea => "kg/ha",
        D::VolumePerArea => "L/ha",
        D::MassPerTime => "kg/s",
        D::VolumePerTime => "L/h",
        D::Ratio => "percentage",
        D::Length => "cm",
        D::Force => "N",
        _ => return unit,
    })
}

/// The kind of work by the log's number, and the word for it.
pub(crate) fn operation(kind: i64) -> (OperationType, &'static str) {
    match kind {
        1 => (OperationType::Applied, "application"),
        2 => (OperationType::Planted, "planting"),
        4 => (OperationType::Tillage, "tillage"),
        8 => (OperationType::Harvested, "harvest"),
        6 => (
            OperationType::Other("mowing".to_owned()),
            "type 6, probably mowing",
        ),
        _ => (OperationType::Other("unknown".to_owned()), "unknown"),
    }
}
