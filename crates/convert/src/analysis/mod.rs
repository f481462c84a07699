//! What the records of a machine file say together: the ground that they covered, the lag of the
//! sensor, and which of them are not to be drawn.
//!
//! Rule: records are taken in blocks of a million, so that memory does not follow the file. Each
//! block is looked at alone; only files beyond a million records have more than one.

mod block;
mod gather;
mod ground;
mod judgement;
mod looking;
mod machines;
pub(crate) mod outlines;
mod parameters;
pub(crate) mod places;
mod report;

pub(crate) use block::BLOCK;
pub(crate) use ground::STEP_M;
pub(crate) use judgement::Cleaning;
pub(crate) use looking::{Analysis, Covered};
pub(crate) use parameters::KEYS as PARAMETERS;
pub(crate) use report::{cleaning_document, coverage_document};
