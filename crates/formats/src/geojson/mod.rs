//! GeoJSON with points (Farmobile, QGIS and sf exports, our own standard files) or as-applied
//! polygons, whose centroid stands for the point.
//!
//! Rule: two passes over the stream, none holds the file: the first learns the property names and
//! kinds from the first features, the second pushes record batches. Boundaries are not machine
//! data.

mod claim;
mod feature;
pub(crate) mod findings;
mod read;

use crate::claim::Sureness::{Proven, Reported};
use crate::claim::{Format, covers};
use tramline_model::Provider;

/// The format's entry in the registry.
pub static FORMAT: Format = Format {
    id: claim::ID,
    name: "GeoJSON",
    file_formats: &["GEOJSON"],
    reads: "features with points (Farmobile and others) or as-applied polygons, their properties \
            by the column dictionary or a column map",
    coverage: &[
        covers(
            Provider::Farmobile,
            "Farmobile GeoJSON",
            Reported,
            "no public file; units are assumed, and said so",
        ),
        covers(
            Provider::Other,
            "points or as-applied polygons with known properties",
            Proven,
            "our own and GDAL's files of the same data",
        ),
    ],
    claim: claim::claim,
    sides: crate::claim::alone,
    read: read::read,
};
