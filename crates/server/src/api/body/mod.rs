//! Bodies of requests in JSON, with failures that say which member is wrong, and how.

mod lenient;
mod node;

pub(crate) use lenient::{flag, whole};

use super::pace::{too_slow, was_too_slow};
use super::problem::Problem;
use crate::blocking::blocking;
use crate::state::State;
use axum::RequestExt;
use axum::extract::{FromRequest, Request};
use axum::http::{StatusCode, header};
use bytes::BytesMut;
use futures::StreamExt;
use http_body_util::LengthLimitError;
use node::{Fault, Node};
use serde::de::DeserializeOwned;
use serde_json::Value;
use std::error::Error;
use std::time::Duration;
use tokio::sync::SemaphorePermit;

/// A body of at most so many bytes is held in memory without asking.
const SMALL_BYTES: usize = 256 << 10;
/// Lists and objects of a body, and members and elements: a tree of them takes many times the room of its text. A
/// boundary of 100,000 positions has as many lists, and twice as many numbers.
const CONTAINERS: usize = 150_000;
const VALUES: usize = 500_000;
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

/// What a request may send.
pub(crate) trait Input: DeserializeOwned + Send + 'static {
    /// What refusals call it in `objectName`.
    const OBJECT: &'static str;
}

/// What a client is told of a body that cannot be read.
fn refusal(object: &str, place: &str, fault: &Fault) -> Problem {
    let inside = Some(place).filter(|place| *place != ".");
    let member = match (inside, fault) {
        (Some(parent), Fault::Missing(name)) => format!("{parent}.{name}"),
        (None, Fault::Missing(name)) => (*name).to_owned(),
        (Some(place), _) => place.to_owned(),
        (None, _) => return Problem::bad_request(format!("the body {fault}")),
    };
    Problem::field(object, &member, fault.to_string())
}

/// Whether a tree of the text stays within bounds.
fn is_bounded(text: &[u8]) -> bool {
    let (mut containers, mut values) = (0, 0);
    let (mut inside, mut escaped) = (false, false);
    for byte in text {
        match byte {
            _ if escaped => escaped = false,
            b'\\' if inside => escaped = true,
            b'"' => inside = !inside,
            b'[' | b'{' if !inside => containers += 1,
            b',' if !inside => values += 1,
            _ => {}
        }
    }
    containers <= CONTAINERS && values <= VALUES
}

fn read<T: Input>(bytes: &[u8]) -> Result<T, Problem> {
    if !is_bounded(bytes) {
        let detail =
            format!("the body has more than {CONTAINERS} lists and objects, or {VALUES} values");
        return Err(Problem::new(StatusCode::PAYLOAD_TOO_LARGE, detail)
            .hint("send less at once; a boundary has at most 100,000 positions"));
    }
    if bytes.trim_ascii().is_empty() {
        return Err(Problem::bad_request("the body is empty: it must be JSON"));
    }
    let value: Value = serde_json::from_slice(bytes)
        .map_err(|cause| Problem::bad_request(format!("the body is not JSON: {cause}")))?;
    serde_path_to_error::deserialize(Node(value))
        .map_err(|error| refusal(T::OBJECT, &error.path().to_string(), error.inner()))
}

/// A JSON body. A missing content type is taken for JSON; another one is 415.
pub(crate) struct Json<T>(pub(crate) T);

impl<T: Input> FromRequest<State> for Json<T> {
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
        // A large one would keep the thread from other requests.
        let value = if bytes.len() > SMALL_BYTES {
            blocking("body", move || read(&bytes)).await?
        } else {
            read(&bytes)
        };
        value.map(Self)
    }
}

#[cfg(test)]
mod tests;
