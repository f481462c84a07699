//! Durable work: a pool of workers, each with one leased run, and one thread that keeps the leases.

mod addresses;
pub mod child;
mod convert;
mod death;
mod deliver;
mod files;
mod keep;
mod leases;
mod locate;
mod merge;
mod outcome;
mod publish;
mod sweep;
mod worker;

pub(crate) use addresses::judge;
pub(crate) use child::{BoundaryAnswer, Check, ReadBoundaries};
pub use convert::ConvertTask;
pub(crate) use files::Given;
pub(crate) use locate::LocateTask;
pub(crate) use outcome::{check, read_boundaries};
pub use sweep::{Swept, sweep};
pub use worker::start;
