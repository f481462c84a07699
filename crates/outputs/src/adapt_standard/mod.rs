//! AgGateway ADAPT Standard 2.0: `adapt.json` with catalog and one work record, and its operation's
//! points as GeoParquet 1.0.0.
//!
//! Rule: points stream through [`RecordsWriter`]; [`document`] is made once they are written, of
//! what the file says of itself. Each record is a point: the standard wants the covered polygon, and
//! we have none yet, so width and area are columns instead.

mod catalog;
mod document;
mod records;

pub use document::{Facts, document};
pub use records::{GEOMETRY, RecordsWriter, TIMESTAMP, Variable, variables};

/// Name of the document; its files lie beside it.
pub const DOCUMENT: &str = "adapt.json";
/// Name of the spatial records beside the document.
pub const RECORDS: &str = "records.parquet";
