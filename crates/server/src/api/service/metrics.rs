//! Requests as figures, and the figures for Prometheus on a listener of their own.

use crate::api::headers;
use crate::api::problem::Problem;
use crate::figures::{self, REQUESTS, RESPONSES, SECONDS};
use crate::state::State;
use axum::Router;
use axum::extract::{self, MatchedPath, Request};
use axum::http::{Method, StatusCode, header};
use axum::middleware::{Next, from_fn};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use std::time::Instant;

/// Content type of Prometheus' text form.
const TEXT: &str = "text/plain; version=0.0.4; charset=utf-8";

/// The method as a word of a closed list: a client may send any.
pub(in crate::api) fn method_name(method: &Method) -> &'static str {
    match *method {
        Method::GET => "GET",
        Method::HEAD => "HEAD",
        Method::POST => "POST",
        Method::PUT => "PUT",
        Method::PATCH => "PATCH",
        Method::DELETE => "DELETE",
        Method::OPTIONS => "OPTIONS",
        _ => "other",
    }
}

fn class(status: StatusCode) -> &'static str {
    match status.as_u16() / 100 {
        1 => "1xx",
        2 => "2xx",
        3 => "3xx",
        4 => "4xx",
        _ => "5xx",
    }
}

/// Counts and times each request under its route; paths with ids never become labels.
pub(in crate::api) async fn count(request: Request, next: Next) -> Response {
    let route = request
        .extensions()
        .get::<MatchedPath>()
        .map_or_else(|| "other".to_owned(), |path| path.as_str().to_owned());
    let method = method_name(request.method()).to_owned();
    let start = Instant::now();
    let response = next.run(request).await;
    let status = response.status();
    metrics::counter!(RESPONSES, "class" => class(status)).increment(1);
    let status = status.as_str().to_owned();
    let labels = [("route", route), ("method", method), ("status", status)];
    metrics::counter!(REQUESTS, &labels).increment(1);
    metrics::histogram!(SECONDS, &labels).record(start.elapsed().as_secs_f64());
    response
}

/// All that the listener of figures answers.
pub(crate) fn router(state: State) -> Router {
    Router::new()
        .route("/metrics", get(show))
        .fallback(|| async { Problem::new(StatusCode::NOT_FOUND, "no such path") })
        .with_state(state)
        .layer(from_fn(headers::common))
}

async fn show(extract::State(state): extract::State<State>) -> impl IntoResponse {
    let kind = [(header::CONTENT_TYPE, TEXT)];
    (kind, figures::text(&state).await)
}
