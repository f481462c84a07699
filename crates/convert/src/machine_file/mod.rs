//! The life of one machine file: begun, filled batch by batch, finished or failed.
//!
//! Rule: whatever happens inside one machine file stays there; only trouble with the output leaves.

pub(crate) mod adapt;
pub(crate) mod artifacts;
mod begin;
pub(crate) mod dropped;
mod finish;
mod outside;
mod raw;
mod reported;
pub(crate) mod spool;
mod take;

pub(crate) use begin::MachineFile;
pub(crate) use reported::unreadable;
