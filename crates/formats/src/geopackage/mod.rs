//! GeoPackages: layers of points or as-applied polygons in a SQLite database, each layer one
//! machine file. Evidence: OGC 12-128r19.
//!
//! Rule: the database is hostile. It lies in memory, is only read, runs no code of its own (views,
//! triggers, generated columns, virtual tables, functions), and a budget of steps bounds each read.

mod claim;
mod database;
pub(crate) mod findings;
mod geometry;
mod read;
mod schema;

use crate::claim::Sureness::Proven;
use crate::claim::{Format, covers};
use tramline_model::Provider;

/// The format's entry in the registry.
pub static FORMAT: Format = Format {
    id: claim::ID,
    name: "GeoPackage",
    file_formats: &["GPKG"],
    reads: "layers of points or as-applied polygons, their columns by the column dictionary or a \
            column map, reprojected by their coordinate system",
    coverage: &[covers(
        Provider::Other,
        "layers of points or polygons with known columns",
        Proven,
        "GDAL's files of the same data",
    )],
    claim: claim::claim,
    sides: crate::claim::alone,
    read: read::read,
};
