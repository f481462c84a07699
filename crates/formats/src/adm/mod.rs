//! AgGateway ADM cards, the ADMPlugin's serialisation of the ADAPT framework: an `adm` folder with a
//! catalog and documents, in version 1 (catalog as compressed JSON) and version 2 (all protobuf).
//!
//! `raw` reads documents by one set of names with two sets of field numbers, `map` gives them
//! meaning; see `docs/formats/adm.md`.

mod claim;
pub(crate) mod findings;
mod map;
mod raw;

use crate::claim::Sureness::{Reported, Sampled};
use crate::claim::{Format, covers};
use tramline_model::Provider;

/// The format's entry in the registry.
pub static FORMAT: Format = Format {
    id: claim::ID,
    name: "AgGateway ADM data card",
    file_formats: &["ADAPTADM"],
    reads: "logged operations of the ADAPT framework's own files, versions 1 and 2: what any program \
            with ADAPT plugins can write",
    coverage: &[
        covers(
            Provider::Other,
            "ADM version 1 (catalog as JSON)",
            Sampled,
            "a public card with 22 harvest operations, as its catalog says",
        ),
        covers(
            Provider::Other,
            "ADM version 2 (all protobuf)",
            Reported,
            "the published field numbers; no public card with logs",
        ),
    ],
    claim: claim::claim,
    sides: claim::sides,
    read: map::read,
};
