//! KML and KMZ whose placemarks carry data (`ExtendedData` with known value columns): points, or
//! as-applied polygons by their centroid. Most KML is a drawing (boundary, guidance) and no
//! machine data; it is listed with that reason.
//!
//! Evidence: OGC 12-007r2. Rule: the document is at most 256 MiB and is read twice from memory;
//! nothing that it links to is fetched.

mod claim;
pub(crate) mod findings;
mod placemark;
mod read;

use crate::claim::Sureness::Proven;
use crate::claim::{Format, covers};
use tramline_model::Provider;

/// The format's entry in the registry.
pub static FORMAT: Format = Format {
    id: claim::ID,
    name: "KML and KMZ with data",
    file_formats: &["KML"],
    reads: "placemarks with ExtendedData that the column dictionary knows; plain drawings are ignored",
    coverage: &[covers(
        Provider::Other,
        "placemarks with known values; drawings are refused",
        Proven,
        "GDAL's files of the same data",
    )],
    claim: claim::claim,
    sides: crate::claim::alone,
    read: read::read,
};
