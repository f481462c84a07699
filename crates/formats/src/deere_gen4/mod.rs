//! John Deere Gen4 display logs (`.jdl`): `JD-Data/log/<name>/*.jdl`, or lifted out of it.
//!
//! The layout is worked out from the public sample logs and the maker's own exports of them; see
//! `docs/formats/deere_gen4.md`. `raw` is the file as it stands, `map` gives it meaning.

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
    name: "John Deere Gen4 display log",
    file_formats: &["GEN4", "JD4600", "JDL"],
    reads: "harvest, planting, application and tillage of 4600/4640 displays (.jdl): positions of \
            the implement, sections, rates, moisture and mass flow",
    coverage: &[covers(
        Provider::JohnDeere,
        "Gen4 displays 4600, 4640 (.jdl)",
        Proven,
        "the maker's export of the same harvest logs, row by row; 140 public logs as a second decoder reads them",
    )],
    claim: claim::claim,
    sides: crate::claim::alone,
    read: map::read,
};
