//! The description of the API and the page that shows it; no other server is asked.

use crate::api::router::description;
use axum::http::header;
use axum::response::{Html, IntoResponse};
use std::sync::LazyLock;

static DESCRIPTION: LazyLock<String> =
    LazyLock::new(|| description().to_json().unwrap_or_else(|_| "{}".to_owned()));

/// The OpenAPI 3.1 description
#[utoipa::path(get, path = "/openapi.json", tag = "reference", security(()),
    responses((status = 200, body = Object)))]
pub(crate) async fn openapi() -> impl IntoResponse {
    (
        [(header::CONTENT_TYPE, "application/json")],
        DESCRIPTION.as_str(),
    )
}

/// The reference page
#[utoipa::path(get, path = "/docs", tag = "reference", security(()),
    responses((status = 200, content_type = "text/html", body = String)))]
pub(crate) async fn page() -> impl IntoResponse {
    let policy = "default-src 'none'; script-src 'unsafe-inline'; style-src 'unsafe-inline'; connect-src 'self'; \
                  base-uri 'none'; form-action 'none'; frame-ancestors 'none'";
    (
        [(header::CONTENT_SECURITY_POLICY, policy)],
        Html(include_str!("../../web/reference.html")),
    )
}
