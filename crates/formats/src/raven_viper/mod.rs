//! Native jobs of Raven Viper 4: a `.jdp` (a zip) with a `.jdf` of binary records.
//!
//! Evidence: one public description that its author checked on some hundred jobs of one farm, and
//! no sample; so every machine file says so, and a log whose way does not fit its speed is refused.
//! Rule: values hold for the fixes that follow; the clock has no known origin, so there is no date.

mod claim;
pub(crate) mod findings;
mod map;
mod raw;

use crate::claim::Sureness::Reported;
use crate::claim::{Format, covers};
use tramline_model::Provider;

/// The format's entry in the registry.
pub static FORMAT: Format = Format {
    id: claim::ID,
    name: "Raven Viper 4 job (.jdf in a .jdp)",
    file_formats: &["JDP"],
    reads: "positions, speed, distance, heading, sections on or off, and liquid rates with their \
            targets, without dates and widths; the layout is known from a description only",
    coverage: &[covers(
        Provider::RavenSlingshot,
        "Viper 4 job (.jdf in a .jdp)",
        Reported,
        "one description of the layout, checked by its author on real jobs; no file was seen",
    )],
    claim: claim::claim,
    sides: claim::sides,
    read: map::read,
};
