//! The HTTP edge: every route of the contract, and what goes around them all.

mod artifacts;
mod authenticate;
mod batches;
mod body;
mod boundaries;
mod boundary_files;
mod calibrations;
mod caller;
mod configurations;
mod export_files;
mod exports;
mod field_body;
mod fields;
mod file_body;
mod files;
mod formats;
mod health;
mod images;
mod keys;
mod merge;
mod metrics;
mod outside;
mod parameters;
mod problem;
mod progress;
mod receive;
mod reference;
mod reports;
mod router;
mod tiles;
mod uploads;
mod users;
mod webhooks;

pub use router::description;
pub(crate) use router::router;
pub(crate) use tiles::TileSources;
