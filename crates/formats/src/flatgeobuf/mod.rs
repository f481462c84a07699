//! FlatGeobuf: a header, an optional index, then features one behind the other, each a flat buffer.
//! Evidence: the specification and schemas of version 3 (BSD-2-Clause).
//!
//! Rule: offsets and lengths of the file are never trusted: `raw` checks each against the bytes
//! that are there, and nothing is allocated from a length. The public crate asserts and allocates
//! by what the file says, so it only writes the fixtures.

mod claim;
pub(crate) mod findings;
mod order;
mod raw;
mod read;

use crate::claim::Sureness::Proven;
use crate::claim::{Format, covers};
use tramline_model::Provider;

/// The format's entry in the registry.
pub static FORMAT: Format = Format {
    id: claim::ID,
    name: "FlatGeobuf",
    file_formats: &["FGB"],
    reads: "points or as-applied polygons, their columns by the column dictionary or a column map, \
            reprojected by their coordinate system",
    coverage: &[covers(
        Provider::Other,
        "points or polygons with known columns",
        Proven,
        "GDAL's files of the same data",
    )],
    claim: claim::claim,
    sides: crate::claim::alone,
    read: read::read,
};
