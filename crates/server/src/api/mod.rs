//! The HTTP edge: a folder for each subject, whose `mod.rs` lists its routes, and what goes around them all.

mod access;
mod accounts;
mod batches;
mod body;
mod caller;
mod entity;
mod fields;
mod files;
mod headers;
mod origin;
mod pace;
pub(crate) mod peer;
mod problem;
mod query;
mod quota;
mod router;
mod service;
mod webhooks;

pub use router::description;
pub(crate) use router::router;
pub(crate) use service::metrics::router as figures_router;
