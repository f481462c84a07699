//! The description of the API and the page that shows it; no other server is asked.

use crate::api::documents::bytes::Document;
use axum::Extension;
use axum::http::header;
use axum::response::{Html, IntoResponse};
use std::sync::Arc;

/// The description as JSON, made once of all routes.
#[derive(Clone)]
pub(in crate::api) struct Description(pub(in crate::api) Arc<str>);

/// The OpenAPI 3.1 description
#[utoipa::path(get, path = "/openapi.json", operation_id = "getOpenApi", tag = "reference", security(()),
    responses((status = 200, description = "The description that this is.", body = Document)))]
pub(crate) async fn openapi(
    Extension(Description(text)): Extension<Description>,
) -> impl IntoResponse {
    let kind = [(header::CONTENT_TYPE, "application/json")];
    (kind, text.to_string())
}

/// The reference page
#[utoipa::path(get, path = "/docs", operation_id = "getReference", tag = "reference", security(()),
    responses((status = 200, description = "The page with all operations.", content_type = "text/html", body = String)))]
pub(crate) async fn page() -> impl IntoResponse {
    let policy = "default-src 'none'; script-src 'unsafe-inline'; style-src 'unsafe-inline'; connect-src 'self'; \
                  base-uri 'none'; form-action 'none'; frame-ancestors 'none'";
    (
        [(header::CONTENT_SECURITY_POLICY, policy)],
        Html(include_str!("../../web/reference.html")),
    )
}
