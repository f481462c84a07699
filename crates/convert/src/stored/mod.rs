//! What is made of machine files that are stored: merges, maps and exports.

pub mod exports;
pub mod maps;
pub(crate) mod merge;
pub(crate) mod outputs;
