//! The export in its own words: XML as a tree of names, the job that it tells of, rows of a table.

pub(super) mod job;
pub(super) mod tab;
mod xml;
