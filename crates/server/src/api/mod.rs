//! The HTTP edge: a folder for each subject, whose `mod.rs` lists its routes, and what goes around them all.

mod accounts;
mod batches;
mod body;
mod caller;
mod entity;
mod fields;
mod files;
mod problem;
mod query;
mod router;
mod service;
mod webhooks;

pub use router::description;
pub(crate) use router::router;
