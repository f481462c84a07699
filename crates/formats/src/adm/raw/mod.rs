//! The card's files: the catalog, documents and records, without meaning.

pub(crate) mod catalog;
pub(crate) mod documents;
pub(crate) mod numbers;
pub(crate) mod records;

pub(crate) use catalog::Catalog;
pub(crate) use documents::{LoggedData, Meter, Operation, Use};
pub(crate) use numbers::Numbers;
pub(crate) use records::{Cell, Record, Records};
