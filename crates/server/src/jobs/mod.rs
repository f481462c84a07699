//! Durable work: a pool of workers, each with one leased run, and one thread that keeps the leases.

mod addresses;
pub mod child;
mod convert;
mod deliver;
mod events;
mod files;
mod leases;
mod locate;
mod merge;
mod outcome;
mod worker;

pub(crate) use addresses::judge;
pub(crate) use child::Check;
pub use convert::ConvertTask;
pub(crate) use events::{event, python_json};
pub(crate) use files::Given;
pub(crate) use locate::LocateTask;
pub(crate) use outcome::check;
pub use worker::start;
