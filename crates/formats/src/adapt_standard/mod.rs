//! AgGateway ADAPT Standard 2.0: `adapt.json` and the GeoParquet files that it names.
//!
//! Work records are read, one machine file for each operation; plans, recommendations and work
//! orders say what was meant to be done and give none. Rule: the document and the files are judged
//! before anything is allocated after what they state (`document`, `guard`), and records go batch
//! by batch from the file to the receiver.

mod claim;
mod describe;
mod document;
pub(crate) mod findings;
mod geometry;
mod guard;
mod layout;
mod read;
mod records;
mod thrift;

use crate::claim::Sureness::Reported;
use crate::claim::{Format, covers};
use tramline_model::Provider;
use tramline_model::adapt_standard::FILE_FORMAT;

/// The format's entry in the registry.
pub static FORMAT: Format = Format {
    id: claim::ID,
    name: "AgGateway ADAPT Standard 2.0",
    file_formats: &[FILE_FORMAT],
    reads: "work records of adapt.json with their GeoParquet records (points, or coverage polygons by \
            their centroid), variables by definition code",
    coverage: &[covers(
        Provider::Other,
        "ADAPT Standard 2.0 data sets (adapt.json)",
        Reported,
        "the published schema, our own files read back; public samples hold work orders only",
    )],
    claim: claim::claim,
    sides: claim::sides,
    read: read::read,
};
