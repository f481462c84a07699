//! All routes, and what goes around every request.

use super::description::description;
use super::headers::REQUEST_ID;
use super::problem::{Problem, complete};
use super::service::Description;
use super::service::metrics;
use super::{
    access, accounts, batches, entity, farms, fields, files, headers, machines, operations, pace,
    peer, service, webhooks,
};
use crate::state::State;
use axum::extract::{DefaultBodyLimit, Request};
use axum::http::StatusCode;
use axum::middleware::{from_fn, from_fn_with_state};
use axum::{Extension, Router};
use tower_http::CompressionLevel;
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::compression::CompressionLayer;
use tower_http::compression::predicate::{DefaultPredicate, NotForContentType, Predicate};
use tower_http::request_id::{
    MakeRequestUuid, PropagateRequestIdLayer, RequestId, SetRequestIdLayer,
};
use tower_http::trace::TraceLayer;
use utoipa_axum::router::OpenApiRouter;

/// Bytes of any body but an upload's.
const BODY_BYTES: usize = 16 << 20;

pub(super) fn routes() -> OpenApiRouter<State> {
    OpenApiRouter::new()
        .merge(accounts::routes())
        .merge(batches::routes())
        .merge(files::routes())
        .merge(fields::routes())
        .merge(operations::routes())
        .merge(farms::routes())
        .merge(machines::routes())
        .merge(webhooks::routes())
        .merge(service::routes())
        // Folders lift it where they take uploads.
        .layer(DefaultBodyLimit::max(BODY_BYTES))
}

/// The whole HTTP service.
pub(crate) fn router(state: State) -> Router {
    let (router, _) = routes().split_for_parts();
    let compress = DefaultPredicate::new()
        .and(NotForContentType::const_new(
            "application/vnd.apache.parquet",
        ))
        .and(NotForContentType::const_new("application/vnd.pmtiles"))
        .and(NotForContentType::const_new("application/zip"))
        .and(NotForContentType::const_new("application/octet-stream"))
        .and(NotForContentType::const_new("text/event-stream"));
    let trace = TraceLayer::new_for_http().make_span_with(|request: &Request| {
        let id = request
            .extensions()
            .get::<RequestId>()
            .and_then(|id| id.header_value().to_str().ok());
        let method = metrics::method_name(request.method());
        // Path and query may hold names and stay out of the log.
        tracing::info_span!("request", method, route = access::route(request), id)
    });
    // Failures are lines of the access log; those of the service have a line of their own where they arise.
    let trace = trace.on_failure(());
    let text = description().to_json().unwrap_or_else(|_| "{}".to_owned());
    router
        .layer(Extension(Description(text.into())))
        .fallback(|| async { Problem::new(StatusCode::NOT_FOUND, "no such path") })
        .with_state(state.clone())
        .layer(from_fn_with_state(state.clone(), pace::pace))
        .layer(from_fn(complete))
        .layer(from_fn(metrics::count))
        .layer(CatchPanicLayer::custom(panicked))
        .layer(
            CompressionLayer::new()
                // A slow reader's compressor waits in memory: the fastest one takes the least.
                .quality(CompressionLevel::Fastest)
                .compress_when(compress),
        )
        .layer(from_fn(entity::encoded_tags))
        .layer(headers::cors())
        .layer(PropagateRequestIdLayer::new(REQUEST_ID))
        .layer(trace)
        .layer(from_fn(access::log))
        .layer(SetRequestIdLayer::new(REQUEST_ID, MakeRequestUuid))
        .layer(from_fn(headers::common))
        .layer(from_fn_with_state(state, peer::resolve))
}

fn panicked(_: Box<dyn std::any::Any + Send>) -> axum::response::Response {
    use axum::response::IntoResponse;
    tracing::error!("a handler stopped on a defect");
    Problem::new(StatusCode::INTERNAL_SERVER_ERROR, "internal error").into_response()
}
