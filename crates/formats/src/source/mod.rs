//! The opened upload: a zip, a folder or a single file as one flat tree of entries, nested
//! archives unfolded. All archive guards (rules Z1 to Z14) are here; nothing is written to names
//! that the upload gives. The zip container is checked and read by the same code, so that no
//! second parser can see another archive.

mod beside;
mod bytes;
mod container;
mod end_record;
mod error;
pub(crate) mod findings;
mod hash;
mod identity;
mod limits;
mod member;
mod names;
mod open;
mod taken;
mod tree;

pub(crate) use end_record::foreign;
pub use error::SourceError;
pub use identity::Identity;
pub use limits::Limits;
pub(crate) use tree::system_file;
pub use tree::{Entry, EntryId, Tree};
