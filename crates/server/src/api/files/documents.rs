//! Documents of a machine file, sent as the conversion wrote them.

use crate::api::caller::Caller;
use crate::api::problem::Problem;
use crate::api::query::path_id;
use crate::state::State;
use crate::store::FileDocument;
use axum::extract::{self, Path};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use tramline_model::FileStatus;

pub(super) fn json(text: String) -> Response {
    ([(header::CONTENT_TYPE, "application/json")], text).into_response()
}

/// Statistics, totals and the worked area as a GeoJSON feature
#[utoipa::path(get, path = "/services/operations/api/files/{id}/summary", tag = "files", params(("id" = String, Path)),
    responses((status = 200, body = Object)))]
pub(crate) async fn summary(
    extract::State(state): extract::State<State>,
    caller: Caller,
    Path(id): Path<String>,
) -> Result<Response, Problem> {
    let (status, summary) = document(&state, &caller, &id, FileDocument::Summary).await?;
    let missing = || {
        let detail = format!("the file is {status} and has no summary");
        Problem::new(StatusCode::NOT_FOUND, detail)
    };
    summary.map(json).ok_or_else(missing)
}

/// The file's status and one of its documents, or 404.
async fn document(
    state: &State,
    caller: &Caller,
    id: &str,
    document: FileDocument,
) -> Result<(FileStatus, Option<String>), Problem> {
    let found = state
        .db
        .file_document(&caller.account, &path_id(id)?, document)
        .await?;
    found.ok_or_else(|| Problem::not_found("file"))
}

/// The unit of each property of this file
#[utoipa::path(get, path = "/services/operations/api/files/{id}/units", tag = "files", params(("id" = String, Path)),
    responses((status = 200, body = BTreeMap<String, String>)))]
pub(crate) async fn units(
    extract::State(state): extract::State<State>,
    caller: Caller,
    Path(id): Path<String>,
) -> Result<Response, Problem> {
    let (_, units) = document(&state, &caller, &id, FileDocument::Units).await?;
    Ok(json(units.unwrap_or_default()))
}

/// How each step ended
#[utoipa::path(get, path = "/services/operations/api/files/{id}/status", tag = "files", params(("id" = String, Path)),
    responses((status = 200, body = Object)))]
pub(crate) async fn status(
    extract::State(state): extract::State<State>,
    caller: Caller,
    Path(id): Path<String>,
) -> Result<Response, Problem> {
    let (_, steps) = document(&state, &caller, &id, FileDocument::Steps).await?;
    Ok(json(steps.unwrap_or_default()))
}
