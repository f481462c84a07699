//! Durable work: a pool of workers, each with one leased run, and one thread that keeps the leases.

pub mod child;
mod convert;
mod events;
mod files;
mod leases;
mod locate;
mod merge;
mod outcome;
mod worker;

pub(crate) use child::Check;
pub use convert::ConvertTask;
pub(crate) use events::event;
pub(crate) use files::Given;
pub(crate) use locate::LocateTask;
pub(crate) use outcome::check;
pub use worker::start;
