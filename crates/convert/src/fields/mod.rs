//! Fields: their boundaries, and the points of machine files by field.

mod boundary;
mod locator;
mod rings;
mod split;

pub use boundary::{Boundary, InvalidBoundary};
pub use locator::Locator;
pub use split::{FieldShare, FieldSplit, split_by_fields};
