//! Names of the files of a data set.

/// Name of the document; its files lie beside it.
pub const DOCUMENT: &str = "adapt.json";
/// Name of the spatial records beside the document.
pub const RECORDS: &str = "records.parquet";
