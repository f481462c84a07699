//! One pass over an upload: from claims to machine files.

pub(crate) mod bridge;
pub(crate) mod collector;
mod one_pass;
pub(crate) mod slug;

pub(crate) use one_pass::{
    Passed, bytes_of, file_format, left_over, listed, one_pass, read_claim, unrecognised,
};
