//! Bodies of bytes: their common headers and their entity tags.
//!
//! Rule: other bytes have another tag, so that a compressed body has one of its own.

use super::problem::Problem;
use axum::body::Body;
use axum::extract::Request;
use axum::http::response::Builder;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::middleware::Next;
use axum::response::Response;

/// An answer that only this client may keep, and asks for again.
pub(crate) fn private() -> Builder {
    Response::builder().header(header::CACHE_CONTROL, "private, no-cache")
}

/// The same with an entity tag.
pub(crate) fn tagged(tag: &str) -> Builder {
    private().header(header::ETAG, tag)
}

/// What a client is told that has what has this entity tag.
pub(crate) fn unchanged(tag: &str) -> Result<Response, Problem> {
    body(tagged(tag).status(StatusCode::NOT_MODIFIED), Body::empty())
}

pub(crate) fn body(response: Builder, body: impl Into<Body>) -> Result<Response, Problem> {
    response.body(body.into()).map_err(Problem::internal)
}

/// Whether the client has what has this entity tag.
pub(crate) fn held(headers: &HeaderMap, tag: &str) -> bool {
    let given = headers.get(header::IF_NONE_MATCH);
    given
        .and_then(|value| value.to_str().ok())
        .is_some_and(|list| {
            list.split(',').any(|one| {
                let one = one.trim().trim_start_matches("W/");
                one == "*" || one == tag || ENCODINGS.iter().any(|name| one == encoded(tag, name))
            })
        })
}

/// How bodies may be compressed.
const ENCODINGS: [&str; 2] = ["gzip", "zstd"];

/// The entity tag of a compressed body: other bytes have another tag.
fn encoded(tag: &str, encoding: &str) -> String {
    format!("{}-{encoding}\"", tag.trim_end_matches('"'))
}

/// Gives compressed bodies the tag of their bytes, and tells a client that holds one of these its own.
pub(crate) async fn encoded_tags(request: Request, next: Next) -> Response {
    let held = request.headers().get(header::IF_NONE_MATCH).cloned();
    let mut response = next.run(request).await;
    let text = |value: &HeaderValue| value.to_str().ok().map(str::to_owned);
    let Some(tag) = response.headers().get(header::ETAG).and_then(text) else {
        return response;
    };
    let coding = response.headers().get(header::CONTENT_ENCODING);
    let coding = match coding.and_then(text) {
        None if response.status() == StatusCode::NOT_MODIFIED => {
            let held = held.as_ref().and_then(text).unwrap_or_default();
            let known = ENCODINGS.iter();
            let mut known = known.filter(|name| held.contains(&encoded(&tag, name)));
            known.next().map(|name| (*name).to_owned())
        }
        coding => coding,
    };
    if let Some(coding) = coding
        && let Ok(value) = HeaderValue::from_str(&encoded(&tag, &coding))
    {
        response.headers_mut().insert(header::ETAG, value);
    }
    response
}

/// RFC 6266, with the name in both forms.
pub(crate) fn disposition(name: &str) -> String {
    let plain: String = name
        .chars()
        .map(|c| {
            if c.is_ascii_graphic() && !"\"\\".contains(c) || c == ' ' {
                c
            } else {
                '_'
            }
        })
        .collect();
    let mut encoded = String::new();
    for byte in name.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._".contains(&byte) {
            encoded.push(char::from(byte));
        } else {
            encoded.push_str(&format!("%{byte:02X}"));
        }
    }
    format!("attachment; filename=\"{plain}\"; filename*=UTF-8''{encoded}")
}
