//! The table of data dictionary identifiers (DDI, ISO 11783-11): for each the property, a unit of
//! the farm and the exact factor from the raw integer.

use Hold::{Limited, Log};
use tramline_model::Property;

/// How long a value stands without being logged again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Hold {
    /// On-change values: until the next one.
    Log,
    /// Rates, flows and yields: while working, and not longer than the limit.
    Limited,
}

/// One row of the table.
pub(crate) struct Rule {
    pub(crate) ddi: u16,
    pub(crate) property: Property,
    pub(crate) unit: &'static str,
    /// From the raw integer to the unit.
    pub(crate) factor: f64,
    pub(crate) hold: Hold,
    /// Letters of the operations it belongs to: Harvested, Planted, Applied, Tillage.
    pub(crate) operations: &'static str,
}

const fn rule(
    ddi: u16,
    property: Property,
    unit: &'static str,
    factor: f64,
    hold: Hold,
    operations: &'static str,
) -> Rule {
    Rule {
        ddi,
        property,
        unit,
        factor,
        hold,
        operations,
    }
}

use Property as P;

/// Identifiers and their properties, the best of a property first.
pub(crate) static RULES: &[Rule] = &[
    rule(84, P::WetMassPerArea, "t/ha", 1e-5, Limited, "H"),
    rule(83, P::WetVolumePerArea, "L/ha", 10.0, Limited, "H"),
    rule(181, P::DryMassPerArea, "t/ha", 1e-5, Limited, "H"),
    rule(87, P::CropFlow, "kg/s", 1e-6, Limited, "H"),
    rule(99, P::HarvestMoisture, "percentage", 1e-4, Log, "H"),
    rule(406, P::ProteinPercentage, "percentage", 1e-4, Log, "H"),
    rule(12, P::SeedRate, "seeds/ha", 10.0, Limited, "P"),
    rule(7, P::SeedRate, "kg/ha", 0.01, Limited, "P"),
    rule(11, P::SeedRateTarget, "seeds/ha", 10.0, Log, "P"),
    rule(6, P::SeedRateTarget, "kg/ha", 0.01, Log, "P"),
    rule(57, P::SeedDepth, "cm", 0.1, Log, "P"),
    rule(56, P::SeedDepth, "cm", 0.1, Log, "P"),
    rule(415, P::Singulation, "prcnt", 1e-4, Log, "P"),
    rule(417, P::Skips, "prcnt", 1e-4, Log, "P"),
    rule(419, P::Doubles, "prcnt", 1e-4, Log, "P"),
    rule(427, P::DownForce, "kgf", 1.0 / 9.806_65, Log, "P"),
    rule(2, P::AppliedRate, "L/ha", 1e-4, Limited, "A"),
    rule(589, P::AppliedRate, "L/ha", 1.0, Limited, "A"),
    rule(7, P::AppliedRate, "kg/ha", 0.01, Limited, "A"),
    rule(1, P::AppliedRateTarget, "L/ha", 1e-4, Log, "A"),
    rule(588, P::AppliedRateTarget, "L/ha", 1.0, Log, "A"),
    rule(6, P::AppliedRateTarget, "kg/ha", 0.01, Log, "A"),
    rule(52, P::TillageDepthActual, "cm", 0.1, Log, "T"),
    rule(51, P::TillageDepthTarget, "cm", 0.1, Log, "T"),
    rule(397, P::Speed, "m/s", 0.001, Limited, "HPAT"),
    rule(149, P::FuelRate, "L/h", 0.0036, Limited, "HPAT"),
];
