//! One pass over an upload: from claims to machine files.

pub(crate) mod bridge;
pub(crate) mod collector;
mod one_pass;
mod slug;

pub(crate) use one_pass::{Passed, one_pass};
