//! Raven FMIS exports of Slingshot: `jobdata.xml`, `advanced.xml` and a `Product_N.tab` for each
//! product, in a folder `<job>_fmis` or inside a `.jdp` or `.jdp.zip`.
//!
//! Evidence: one report of the layout and no sample, so every machine file says so in a finding,
//! and the XML is read by the names of its elements, wherever they stand. Values are numbered as
//! in ISO 11783-11. Rule: a product's table is one machine file; nothing is moved or filled in.

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
    name: "Raven FMIS export (jobdata.xml and Product_N.tab)",
    file_formats: &["FMIS"],
    reads: "rates, work state and widths of each product, by section where sections log their own; \
            the layout is known from a report only",
    coverage: &[covers(
        Provider::RavenSlingshot,
        "FMIS export of Slingshot (jobdata.xml, Product_N.tab)",
        Reported,
        "one project's description; no file was seen",
    )],
    claim: claim::claim,
    sides: claim::sides,
    read: map::read,
};
