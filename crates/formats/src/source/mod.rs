//! The opened upload: a zip, a folder or a single file as one flat tree of entries, nested
//! archives unfolded. All archive guards (rules Z1 to Z14) are here; nothing is written to names
//! that the upload gives.

mod limits;
mod tree;

pub use limits::Limits;
pub use tree::{Entry, EntryId, SourceError, Tree};
