//! What is made of stored points when it is asked for, and kept for the next request.
//!
//! Rules: nothing here is needed to serve a request, it can be made again; each cache is keyed by the hash of
//! the points and bounded.

mod kept;
mod renderings;

use crate::error::StoreError;

pub(crate) use kept::Kept;
pub(crate) use renderings::{Bounds, Reader, Renderings, tag};

/// Why a thing was not made, by what the caller can do.
#[derive(Debug)]
pub(crate) enum NotMade<E> {
    /// Too much is made or read at once: ask again later.
    Busy,
    /// These points do not give what was asked for: ask for something else.
    Refused(E),
    /// Trouble below, or a fault of this program.
    Failed(StoreError),
}

impl<E> From<StoreError> for NotMade<E> {
    fn from(cause: StoreError) -> Self {
        Self::Failed(cause)
    }
}
