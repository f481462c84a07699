//! The job's own records: framing and fields.

mod frames;
mod records;

pub(super) use frames::{Broken, Frames, begins};
pub(super) use records::{Record, Sections};
