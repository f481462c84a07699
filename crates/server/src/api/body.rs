//! Bodies of requests in JSON, with failures that say what is wrong.

use super::pace::{too_slow, was_too_slow};
use super::problem::Problem;
use crate::state::State;
use axum::RequestExt;
use axum::extract::{FromRequest, Request};
use axum::http::{StatusCode, header};
use bytes::BytesMut;
use futures::StreamExt;
use http_body_util::LengthLimitError;
use serde::de::DeserializeOwned;
use std::error::Error;
use std::time::Duration;
use tokio::sync::SemaphorePermit;

/// A body of at most so many bytes is held in memory without asking.
const SMALL_BYTES: usize = 256 << 10;
/// How long a larger one waits for its room.
const WAIT: Duration = Duration::from_secs(5);

/// Room for a large body, of which only a few are held in memory at once.
async fn room(state: &State) -> Result<SemaphorePermit<'_>, Problem> {
    let room = tokio::time::timeout(WAIT, state.large_bodies.acquire()).await;
    room.ok().and_then(Result::ok).ok_or_else(|| {
        let detail = "too many large bodies at once";
        Problem::new(StatusCode::TOO_MANY_REQUESTS, detail).after(5)
    })
}

fn unreadable(cause: &(dyn Error + 'static)) -> Problem {
    if was_too_slow(cause) {
        return too_slow();
    }
    let mut inner = Some(cause);
    while let Some(error) = inner {
        if error.is::<LengthLimitError>() {
            let detail = "the body is larger than this path takes";
            return Problem::new(StatusCode::PAYLOAD_TOO_LARGE, detail);
        }
        inner = error.source();
    }
    Problem::bad_request("the body cannot be read")
}

/// A JSON body. A missing content type is taken for JSON; another one is 415.
pub(crate) struct Json<T>(pub(crate) T);

impl<T: DeserializeOwned> FromRequest<State> for Json<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, state: &State) -> Result<Self, Problem> {
        let kind = request.headers().get(header::CONTENT_TYPE);
        let json = kind.is_none_or(|kind| {
            let text = kind.to_str().unwrap_or_default().to_ascii_lowercase();
            let essence = text.split(';').next().unwrap_or_default().trim().to_owned();
            essence == "application/json" || essence.ends_with("+json")
        });
        if !json {
            let detail = "the body must be `application/json`";
            return Err(Problem::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, detail));
        }
        let mut chunks = request.into_limited_body().into_data_stream();
        let mut bytes = BytesMut::new();
        let mut room_taken = None;
        while let Some(chunk) = chunks.next().await {
            bytes.extend_from_slice(&chunk.map_err(|cause| unreadable(&cause))?);
            // Only what has arrived takes room, so that nobody holds it with a body that never comes.
            if bytes.len() > SMALL_BYTES && room_taken.is_none() {
                room_taken = Some(room(state).await?);
            }
        }
        let value = serde_json::from_slice(&bytes)
            .map_err(|cause| Problem::bad_request(format!("the body cannot be used: {cause}")))?;
        Ok(Self(value))
    }
}
