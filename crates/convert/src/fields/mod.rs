//! Fields: their boundaries, and the points of machine files by field.

mod boundary;
pub(crate) mod clip;
mod locate;
mod locator;
mod outside;
mod places;
mod rings;
mod split;

pub use crate::facts::{FieldShare, FieldSplit};
pub use boundary::{Boundary, InvalidBoundary};
pub use clip::{Clip, NamedField};
pub use locate::{FieldLocator, Locate, Located};
pub use locator::Locator;
pub use outside::{OUTSIDE_NAME, OutsidePoints};
pub use split::split_by_fields;
