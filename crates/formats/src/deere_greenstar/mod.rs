//! John Deere GreenStar 2 and 3 logs: `RCD/<id>.fdl` with `<id>.fdd`, or the same in
//! `GS3_2630/<profile>/RCD/EIC/Documentation/<XX>/`.
//!
//! The layout is worked out from the public sample cards; see `docs/formats/deere_greenstar.md`.
//! `raw` is the files as they stand, `map` gives them meaning.

mod claim;
pub(crate) mod findings;
mod map;
mod raw;

use crate::claim::Sureness::Proven;
use crate::claim::{Format, covers};
use tramline_model::Provider;

/// The format's entry in the registry.
pub static FORMAT: Format = Format {
    id: claim::ID,
    name: "John Deere GreenStar 2 and 3 log",
    file_formats: &["GS3", "GS2", "GS2600", "GS2630"],
    reads: "harvest, seeding, application and tillage of 2600 and 2630 displays (.fdl with .fdd): \
            sections, rates, moisture and mass with their latency, tank mixes",
    coverage: &[
        covers(
            Provider::JohnDeere,
            "GreenStar 2 (2600: RCD, .fdl and .fdd)",
            Proven,
            "public cards, 54,374 rows as a second decoder reads them",
        ),
        covers(
            Provider::JohnDeere,
            "GreenStar 3 (2630: GS3_2630, .fdl and .fdd)",
            Proven,
            "public cards, 127,740 rows as a second decoder reads them",
        ),
    ],
    claim: claim::claim,
    sides: claim::sides,
    read: map::read,
};
