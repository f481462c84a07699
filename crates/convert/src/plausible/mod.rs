//! Whether numbers can be true: single values that a property cannot be, quantities of a file that
//! contradict each other by the factor of a unit, and results of a whole file that cannot be.
//!
//! Rule: a value that cannot be is absent and counted; whatever else is found is told and changes
//! nothing. The limits are data: `crates/model/data/limits.csv`.

pub(crate) mod absent;
pub(crate) mod fitting;
pub(crate) mod judge;
pub(crate) mod pairs;
mod subject;
pub(crate) mod told;
