//! Figures for Prometheus: requests by route and status with durations, uploads, runs.

use crate::api::problem::Problem;
use crate::state::State;
use axum::extract::{self, MatchedPath, Request};
use axum::http::header;
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use metrics_exporter_prometheus::{Matcher, PrometheusBuilder, PrometheusHandle};
use std::sync::LazyLock;
use std::time::Instant;

const SECONDS: &str = "tramline_request_seconds";

/// One recorder for the process.
static RECORDER: LazyLock<Option<PrometheusHandle>> = LazyLock::new(|| {
    let buckets = [0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1.0, 3.0, 10.0, 60.0];
    PrometheusBuilder::new()
        .set_buckets_for_metric(Matcher::Full(SECONDS.to_owned()), &buckets)
        .and_then(PrometheusBuilder::install_recorder)
        .map_err(|cause| tracing::warn!(%cause, "no figures"))
        .ok()
});

/// Counts and times each request under its route; paths with ids never become labels.
pub(crate) async fn count(request: Request, next: Next) -> Response {
    LazyLock::force(&RECORDER);
    let route = request
        .extensions()
        .get::<MatchedPath>()
        .map_or_else(|| "other".to_owned(), |path| path.as_str().to_owned());
    let method = request.method().as_str().to_owned();
    let start = Instant::now();
    let response = next.run(request).await;
    let status = response.status().as_str().to_owned();
    let labels = [("route", route), ("method", method), ("status", status)];
    metrics::counter!("tramline_requests_total", &labels).increment(1);
    metrics::histogram!(SECONDS, &labels).record(start.elapsed().as_secs_f64());
    response
}

/// Figures in Prometheus' text form
#[utoipa::path(get, path = "/metrics", tag = "health", security(()),
    responses((status = 200, content_type = "text/plain", body = String), (status = 503, body = Problem)))]
pub(crate) async fn show(
    extract::State(state): extract::State<State>,
) -> Result<Response, Problem> {
    let (queued, running, dead) = state.db.run_counts().await?;
    for (name, value) in [("queued", queued), ("running", running), ("dead", dead)] {
        metrics::gauge!("tramline_runs", "state" => name).set(value as f64);
    }
    let text = RECORDER
        .as_ref()
        .map(PrometheusHandle::render)
        .unwrap_or_default();
    Ok(([(header::CONTENT_TYPE, "text/plain; version=0.0.4")], text).into_response())
}
