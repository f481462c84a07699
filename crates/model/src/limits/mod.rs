//! What a quantity cannot be, and what a whole file's result cannot be. The numbers are data
//! (`data/limits.csv`), and each line names its source (`data/limit-sources.csv`); so are the numbers
//! that stand for "no value" (`data/sentinels.csv`).
//!
//! Rule: the limits are generous. A single value outside of `possible` is no value; a file whose mean
//! is outside of `low` to `high` was read in a wrong unit or is damaged.

mod interval;
mod quantity;
mod sentinel;
mod table;

pub use interval::Interval;
pub use quantity::Quantity;
pub use sentinel::{Sentinel, sentinels};
pub use table::{Limit, limit_sources, limits};
