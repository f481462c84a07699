//! From bytes to the model: the source tree of an upload, detection, and one folder for each
//! format. Synchronous, without network, clock or environment; only `source` touches files.
//!
//! Rule: every byte is hostile. A reader never panics, never allocates from a length field
//! without bound, and delivers the good part of a damaged file with findings for the rest.

#![warn(missing_docs)]

pub mod boundaries;
pub mod claim;
pub mod descriptors;
pub mod detect;
pub mod findings;
pub mod reasons;
pub mod registry;
pub mod source;

mod shared;

pub mod adapt_standard;
pub mod adm;
pub mod deere_gen4;
pub mod deere_greenstar;
pub mod flatgeobuf;
pub mod geojson;
pub mod geopackage;
pub mod isoxml;
pub mod kml;
pub mod markers;
pub mod raven_fmis;
pub mod raven_viper;
pub mod shapefile;
pub mod text;

pub use claim::{Claim, Confidence, Coverage, Format, ReadOptions, Sureness, Verdict};
pub use detect::{Detection, Unclaimed, detect};
pub use shared::columns;
pub use source::{Entry, EntryId, Limits, SourceError, Tree};
