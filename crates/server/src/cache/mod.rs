//! What is made of stored points when it is asked for, and kept for the next request.
//!
//! Rules: nothing here is needed to serve a request, it can be made again; each cache is keyed by the hash of
//! the points and bounded.

mod kept;
mod renderings;

pub(crate) use kept::Kept;
pub(crate) use renderings::{Bounds, Reader, Renderings, tag};
