//! The HTTP edge: a folder for each subject, whose `mod.rs` lists its routes, and what goes around them all.

mod access;
mod accounts;
mod batches;
mod body;
mod caller;
mod description;
mod documents;
mod entity;
mod farms;
mod fields;
mod files;
mod headers;
mod machines;
mod operations;
mod origin;
mod pace;
mod path;
pub(crate) mod peer;
mod problem;
mod query;
mod quota;
mod router;
mod service;
mod slashes;
mod webhooks;

pub use description::description;
pub(crate) use router::router;
pub(crate) use service::metrics::router as figures_router;
pub(crate) use slashes::tidied;
