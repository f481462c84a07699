//! Which totals of the standard a machine file has, and what each is the sum of.
//!
//! Rule: an amount is the sum of its column. What was planted or applied is the sum of rate times
//! area: seed, then what was applied; of two totals under one definition the first stands. Sums are
//! in the unit of the definition, which is the base unit of the dimension: kilograms, litres,
//! numbers of seeds.

use tramline_model::{Dimension, Property};

/// Totals that are the sum of a column, in the order they are listed: code of the definition and
/// property of the column.
pub const AMOUNT_TOTALS: [(&str, Property); 4] = [
    ("YieldTotalWetMass", Property::WetMass),
    ("YieldTotalDryMass", Property::DryMass),
    ("YieldTotalWetVolume", Property::WetVolume),
    ("YieldTotalDryVolume", Property::DryVolume),
];

/// Rates whose sum over the area is a total, the one that stands first.
pub const RATE_TOTALS: [Property; 2] = [Property::SeedRate, Property::AppliedRate];

/// Code of the definition that a rate of this dimension adds up to; `None` for what is no rate.
pub fn rate_total(dimension: Dimension) -> Option<&'static str> {
    match dimension {
        Dimension::CountPerArea => Some("AppliedTotalCount"),
        Dimension::MassPerArea => Some("AppliedTotalMass"),
        Dimension::VolumePerArea => Some("AppliedTotalVolume"),
        _ => None,
    }
}
