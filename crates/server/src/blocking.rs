//! Work that may block, on threads that may.

use crate::error::{StoreError, Stored};

/// Does the work apart from requests; `what` names it should it stop on a defect.
pub(crate) async fn blocking<T: Send + 'static>(
    what: &'static str,
    work: impl FnOnce() -> T + Send + 'static,
) -> Stored<T> {
    let done = tokio::task::spawn_blocking(work).await;
    done.map_err(|cause| StoreError::defect(what, cause))
}
