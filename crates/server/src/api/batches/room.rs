//! Whether there is room for an upload, before its body is taken in and while it arrives.

use crate::api::problem::Problem;
use crate::disk::Shortage;
use crate::state::State;
use axum::http::{HeaderMap, header};

/// The bytes that a request says its body has.
pub(crate) fn announced(headers: &HeaderMap) -> Option<u64> {
    headers
        .get(header::CONTENT_LENGTH)?
        .to_str()
        .ok()?
        .parse()
        .ok()
}

/// Refuses a body for which there is no room.
pub(crate) async fn before(state: &State, announced: Option<u64>) -> Result<(), Problem> {
    let short = state.disk.short_for(announced.unwrap_or(0)).await;
    short.map_or(Ok(()), |short| Err(refused(&short)))
}

/// Refuses the rest of a body of which so much has arrived.
pub(super) async fn meanwhile(state: &State, arrived: u64) -> Result<(), Problem> {
    let short = state.disk.short_meanwhile(arrived).await;
    short.map_or(Ok(()), |short| Err(refused(&short)))
}

fn refused(short: &Shortage) -> Problem {
    Problem::full(format!("there is no room for the upload: {short}"))
}
