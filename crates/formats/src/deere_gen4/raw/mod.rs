//! The `.jdl` file as it stands: frames, the metadata with its equipment tree, and the columns of
//! a data frame. No units and no meaning.

pub(crate) mod columns;
pub(crate) mod frames;
pub(crate) mod metadata;

pub(crate) use columns::{Data, Sample};
pub(crate) use frames::{Frames, Kind};
pub(crate) use metadata::{Channel, Element, Group, Metadata, Operation};
