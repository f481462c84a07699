//! ISOXML, the task data of ISO 11783-10: what tractors and implements log to the terminal.
//!
//! `raw` reads XML and binary logs in the standard's own words, `map` turns them into points.
//! Rule: values are taken by header index, scaled by ISO 11783-11, and never guessed.

pub(crate) mod claas;
mod claim;
pub(crate) mod findings;
pub(crate) mod job_folder;
pub mod map;
pub mod quirks;
pub mod raw;

use crate::claim::Sureness::{Proven, Reported, Sampled};
use crate::claim::{Format, covers};
use tramline_model::Provider;

/// The format's entry in the registry.
pub static FORMAT: Format = Format {
    id: claim::ID,
    name: "ISOXML (ISO 11783-10), versions 1 to 4",
    file_formats: &["ISO11783"],
    reads: "time logs of every task: rates, yields, moisture, depth, sections, work state, totals",
    coverage: &[
        covers(
            Provider::Cnhi,
            "Pro 1200, IntelliView 12 (ISOXML)",
            Sampled,
            "public sets of CNH terminals: task data, plans",
        ),
        covers(
            Provider::Trimble,
            "ISOXML of Trimble terminals",
            Proven,
            "a public combine log, every value as a second decoder reads it",
        ),
        covers(
            Provider::Stara,
            "ISOXML of Stara terminals",
            Reported,
            "no public file; the standard and the maker's name in it",
        ),
        covers(
            Provider::AgLeader,
            "ISOXML of Ag Leader terminals",
            Reported,
            "no public file; the standard and the maker's name in it",
        ),
        covers(
            Provider::RavenSlingshot,
            "ISOXML of Raven terminals, also in a .jdp",
            Reported,
            "no public file; the standard and the maker's name in it",
        ),
        covers(
            Provider::Leaf,
            "Fendt, AGCO, Krone, Topcon, Kverneland, CCI, Deutz-Fahr, MicroTrak, Claas, Müller, Amazone and any other",
            Proven,
            "142 public time logs, 647,917 records, every value as a second decoder reads it",
        ),
    ],
    claim: claim::claim,
    sides: claim::sides,
    read: map::read,
};
