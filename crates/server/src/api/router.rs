//! All routes, and the OpenAPI description that is made of them.

use super::headers::REQUEST_ID;
use super::problem::{Problem, complete};
use super::service::Description;
use super::service::metrics;
use super::{
    access, accounts, batches, entity, fields, files, headers, pace, peer, service, webhooks,
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
use utoipa::ToSchema;
use utoipa::openapi::content::ContentBuilder;
use utoipa::openapi::path::Operation;
use utoipa::openapi::response::ResponseBuilder;
use utoipa::openapi::security::{
    ApiKey, ApiKeyValue, HttpAuthScheme, HttpBuilder, SecurityRequirement, SecurityScheme,
};
use utoipa::openapi::{OpenApi, Ref, RefOr};
use utoipa_axum::router::OpenApiRouter;

/// Bytes of any body but an upload's.
const BODY_BYTES: usize = 16 << 20;

fn routes() -> OpenApiRouter<State> {
    OpenApiRouter::new()
        .merge(accounts::routes())
        .merge(batches::routes())
        .merge(files::routes())
        .merge(fields::routes())
        .merge(webhooks::routes())
        .merge(service::routes())
        // Folders lift it where they take uploads.
        .layer(DefaultBodyLimit::max(BODY_BYTES))
}

/// The OpenAPI 3.1 document.
pub fn description() -> OpenApi {
    let (_, mut api) = routes().split_for_parts();
    "Tramline".clone_into(&mut api.info.title);
    let text = "From a farm machine's files to standard points. Lists are paged by `page` and `size` (20, at most 100) \
                and say `X-Total-Count` and `Link`; times are ISO 8601 UTC; failures are problem details.";
    api.info.description = Some(text.to_owned());
    let bearer = SecurityScheme::Http(HttpBuilder::new().scheme(HttpAuthScheme::Bearer).build());
    let key = SecurityScheme::ApiKey(ApiKey::Header(ApiKeyValue::new("X-Api-Key")));
    let components = api.components.get_or_insert_default();
    components.add_security_scheme("bearer", bearer);
    components.add_security_scheme("apiKey", key);
    name_operations(&mut api);
    api.security = Some(vec![SecurityRequirement::new(
        "bearer",
        Vec::<String>::new(),
    )]);
    api
}

/// Operation ids of method and path: the names of functions repeat.
fn name_operations(api: &mut OpenApi) {
    for (path, item) in &mut api.paths.paths {
        let words: Vec<&str> = path
            .trim_start_matches("/services/")
            .split(|c: char| !c.is_ascii_alphanumeric())
            .filter(|word| !word.is_empty() && *word != "api")
            .collect();
        let path = words.join("_");
        for (method, operation) in [
            ("get", &mut item.get),
            ("post", &mut item.post),
            ("put", &mut item.put),
            ("patch", &mut item.patch),
            ("delete", &mut item.delete),
        ] {
            if let Some(operation) = operation {
                operation.operation_id = Some(format!("{method}_{path}"));
                describe_refusals(operation);
                describe_problems(operation);
            }
        }
    }
}

/// Refusals that any operation of an account may answer: no caller, or a request that cannot be used. Handlers
/// name only what is special to them.
fn describe_refusals(operation: &mut Operation) {
    if operation.security.is_some() {
        return;
    }
    for (status, text) in [
        ("401", "Nobody who may ask"),
        ("4XX", "The request cannot be used"),
    ] {
        let content = ContentBuilder::new().schema(Some(Ref::from_schema_name(Problem::name())));
        let response = ResponseBuilder::new()
            .description(text)
            .content("application/json", content.build())
            .build();
        let responses = &mut operation.responses.responses;
        responses.insert(status.to_owned(), response.into());
    }
}

/// Failures have a content type of their own.
fn describe_problems(operation: &mut Operation) {
    for (status, response) in &mut operation.responses.responses {
        if let RefOr::T(response) = response
            && status.starts_with(['4', '5'])
            && let Some(content) = response.content.shift_remove("application/json")
        {
            response
                .content
                .insert("application/problem+json".to_owned(), content);
        }
    }
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

#[cfg(test)]
mod tests {
    //! The description against the contract's list of endpoints. Routes and description are made of
    //! one list, so that what is described is routed.

    use super::description;
    use std::collections::BTreeSet;

    const OPERATIONS: &str = "/services/operations/api";

    /// The endpoints of the contract.
    const CONTRACT: &[(&str, &str)] = &[
        ("get", "/files"),
        ("get", "/files/{id}"),
        ("get", "/files/{id}/summary"),
        ("get", "/files/{id}/standardGeoparquet"),
        ("get", "/files/{id}/polygonGeoparquet"),
        ("get", "/files/{id}/units"),
        ("get", "/files/{id}/status"),
        ("get", "/files/{id}/outsideFieldGeojson"),
        ("get", "/files/{id}/images"),
        ("get", "/files/outsideFieldGeojson"),
        ("get", "/files/uncoveredFiles"),
        ("post", "/files/merge"),
        ("post", "/batch"),
        ("get", "/batch"),
        ("get", "/batch/{id}"),
        ("put", "/batch/{id}/retry"),
        ("get", "/batch/{id}/status"),
    ];

    #[test]
    fn every_endpoint_of_the_contract_is_described() {
        let api = serde_json::to_value(description()).unwrap_or_default();
        assert_eq!(api["openapi"], "3.1.0");
        for (method, path) in CONTRACT {
            let operation = &api["paths"][format!("{OPERATIONS}{path}")][method];
            assert!(operation.is_object(), "{method} {path}");
        }
    }

    /// What is answered without a caller.
    const OPEN: &[&str] = &[
        "get /api/formats",
        "get /docs",
        "get /health/live",
        "get /health/ready",
        "get /openapi.json",
        "post /api/authenticate",
    ];
    /// Refusals that a handler may name: they mean something of their own there.
    const SPECIAL: &[&str] = &["403", "408", "409", "413", "416", "422", "429"];

    #[test]
    fn every_operation_has_an_id_of_its_own_a_summary_and_its_refusals() {
        let api = serde_json::to_value(description()).unwrap_or_default();
        let mut ids = BTreeSet::new();
        let mut opened = BTreeSet::new();
        for (path, methods) in api["paths"].as_object().into_iter().flatten() {
            for (method, operation) in methods.as_object().into_iter().flatten() {
                let what = format!("{method} {path}");
                let id = operation["operationId"].as_str().unwrap_or_default();
                assert!(ids.insert(id.to_owned()) && !id.is_empty(), "{what}: {id}");
                assert!(operation["summary"].is_string(), "{what}");
                let responses = operation["responses"].as_object();
                let all: BTreeSet<&str> = responses
                    .into_iter()
                    .flat_map(|all| all.keys())
                    .map(String::as_str)
                    .collect();
                if operation["security"] == serde_json::json!([{}]) {
                    opened.insert(what);
                    continue;
                }
                assert!(operation["security"].is_null(), "{what}");
                assert!(
                    all.contains("401") && all.contains("4XX"),
                    "{what}: {all:?}"
                );
                let refusals = all.iter().filter(|status| status.starts_with('4'));
                for status in refusals.filter(|status| !["401", "4XX"].contains(status)) {
                    assert!(
                        SPECIAL.contains(status),
                        "{what}: `4XX` says {status} already"
                    );
                }
            }
        }
        assert!(ids.len() > 50, "{}", ids.len());
        assert!(opened.iter().eq(OPEN), "{opened:?}");
    }

    #[test]
    fn openapi_is_as_it_was_reviewed() {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/openapi.json");
        let mut made = description()
            .to_pretty_json()
            .expect("the description as JSON");
        made.push('\n');
        if std::env::var_os("BLESS").is_some() {
            std::fs::write(path, &made).expect("writing openapi.json");
        }
        let reviewed = std::fs::read_to_string(path).unwrap_or_default();
        let line = made
            .lines()
            .zip(reviewed.lines())
            .position(|(made, reviewed)| made != reviewed);
        assert!(
            made == reviewed,
            "crates/server/openapi.json is not what the handlers say from line {} on: \
             `BLESS=1 cargo test -p tramline-server --lib openapi` rewrites it, and its difference is for review",
            line.unwrap_or_else(|| made.lines().count().min(reviewed.lines().count())) + 1,
        );
    }
}
