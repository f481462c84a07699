//! Durable work: jobs as types in one list, a pool of workers, each with one leased run, and one thread that
//! keeps the leases.

mod accounts;
mod convert;
mod deliver;
mod follow;
mod job;
mod keep;
mod lease;
mod list;
mod locate;
mod made;
mod merge;
mod space;
mod sweep;
mod trouble;
mod worker;

pub(crate) use convert::{Convert, Given};
pub(crate) use deliver::judge;
pub(crate) use job::Job;
pub(crate) use locate::Locate;
pub(crate) use merge::Merge;
pub use sweep::{Swept, sweep};
pub use worker::start;
