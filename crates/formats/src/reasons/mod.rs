//! Why an entry of an upload is in no machine file, for people: entries that no format claims, and
//! parts of a claimed dataset that its reader made nothing of.
//!
//! Rule: it stands above the formats, as detection does, and asks them; no format asks it.

mod left_over;
mod unclaimed;

pub use left_over::reason_left_over;
pub use unclaimed::reason_unclaimed;
