//! Headers of every answer: what browsers may do with it, who may read it, and the number of its request.
//!
//! Rule: an answer of an account's data is kept by nobody, unless its handler says that its client may keep it and
//! must ask again. A handler that says nothing gets the strictest of everything.

use axum::extract::Request;
use axum::http::{HeaderName, HeaderValue, Method, header};
use axum::middleware::Next;
use axum::response::Response;
use std::time::Duration;
use tower_http::cors::{Any, CorsLayer};

pub(super) const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");
/// Letters of a client's own number at most.
const ID_LETTERS: usize = 64;

/// What is set where a handler has set nothing. Pages for people have policies of their own, with just what each
/// needs.
const DEFAULTS: [(HeaderName, HeaderValue); 5] = [
    (
        header::X_CONTENT_TYPE_OPTIONS,
        HeaderValue::from_static("nosniff"),
    ),
    (header::CACHE_CONTROL, HeaderValue::from_static("no-store")),
    (
        header::REFERRER_POLICY,
        HeaderValue::from_static("no-referrer"),
    ),
    (header::X_FRAME_OPTIONS, HeaderValue::from_static("DENY")),
    (
        header::CONTENT_SECURITY_POLICY,
        HeaderValue::from_static(
            "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
        ),
    ),
];

/// Goes around everything else, so that refusals have these headers, too.
pub(super) async fn common(mut request: Request, next: Next) -> Response {
    // What a client calls its request is in the log and in the answer: it is a number or nothing.
    let fits = request.headers().get(REQUEST_ID).is_none_or(|id| {
        let plain = |byte: &u8| byte.is_ascii_alphanumeric() || b"-_.".contains(byte);
        let bytes = id.as_bytes();
        !bytes.is_empty() && bytes.len() <= ID_LETTERS && bytes.iter().all(plain)
    });
    if !fits {
        request.headers_mut().remove(REQUEST_ID);
    }
    let mut response = next.run(request).await;
    let headers = response.headers_mut();
    for (name, value) in DEFAULTS {
        headers.entry(name).or_insert(value);
    }
    response
}

/// Pages of any origin may ask, with a token that they have: cookies mean nothing here.
pub(super) fn cors() -> CorsLayer {
    let own = HeaderName::from_static;
    CorsLayer::new()
        .allow_origin(Any)
        .allow_methods([
            Method::GET,
            Method::HEAD,
            Method::POST,
            Method::PUT,
            Method::PATCH,
            Method::DELETE,
        ])
        .allow_headers([
            header::AUTHORIZATION,
            header::ACCEPT,
            header::CACHE_CONTROL,
            header::CONTENT_TYPE,
            header::IF_MATCH,
            header::IF_MODIFIED_SINCE,
            header::IF_NONE_MATCH,
            header::IF_RANGE,
            header::RANGE,
            own("idempotency-key"),
            own("last-event-id"),
            own("x-api-key"),
            REQUEST_ID,
        ])
        .expose_headers([
            header::ACCEPT_RANGES,
            header::ALLOW,
            header::AUTHORIZATION,
            header::CONTENT_DISPOSITION,
            header::CONTENT_ENCODING,
            header::CONTENT_LENGTH,
            header::CONTENT_RANGE,
            header::ETAG,
            header::LINK,
            header::LOCATION,
            header::RETRY_AFTER,
            header::WWW_AUTHENTICATE,
            REQUEST_ID,
            own("x-total-count"),
        ])
        // What browsers keep at most is less.
        .max_age(Duration::from_secs(7_200))
}
