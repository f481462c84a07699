//! Documents of a machine file, sent as the conversion wrote them.

use super::missing::missing;
use super::read::known_file;
use crate::api::caller::Caller;
use crate::api::documents::steps::FileSteps;
use crate::api::documents::summary::FileSummary;
use crate::api::path::FileId;
use crate::api::problem::Problem;
use crate::api::query::path_id;
use crate::state::State;
use crate::store::FileDocument;
use axum::extract::{self, Path};
use axum::http::header;
use axum::response::{IntoResponse, Response};
use tramline_model::{Artifact, FileStatus};

pub(super) fn json(text: String) -> Response {
    ([(header::CONTENT_TYPE, "application/json")], text).into_response()
}

/// Statistics, totals and the worked area as a GeoJSON feature
#[utoipa::path(get, path = "/services/operations/api/files/{id}/summary", operation_id = "getFileSummary",
    tag = "files", params(FileId),
    responses((status = 200, description = "The summary of the file.", body = FileSummary)))]
pub(crate) async fn summary(
    extract::State(state): extract::State<State>,
    caller: Caller,
    Path(id): Path<String>,
) -> Result<Response, Problem> {
    if let (_, Some(summary)) = document(&state, &caller, &id, FileDocument::Summary).await? {
        return Ok(json(summary));
    }
    let file = known_file(&state, &caller, &id).await?;
    Err(missing(&state, &caller, &file, Artifact::Summary).await)
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
#[utoipa::path(get, path = "/services/operations/api/files/{id}/units", operation_id = "getFileUnits",
    tag = "files", params(FileId),
    responses(
        (status = 200, description = "Unit by property; empty until the file is standardised.", body = BTreeMap<String, String>),
    ))]
pub(crate) async fn units(
    extract::State(state): extract::State<State>,
    caller: Caller,
    Path(id): Path<String>,
) -> Result<Response, Problem> {
    let (_, units) = document(&state, &caller, &id, FileDocument::Units).await?;
    Ok(json(units.unwrap_or_default()))
}

/// How each step ended
#[utoipa::path(get, path = "/services/operations/api/files/{id}/status", operation_id = "getFileStatus",
    tag = "files", params(FileId),
    responses((status = 200, description = "The steps that the file has come to.", body = FileSteps)))]
pub(crate) async fn status(
    extract::State(state): extract::State<State>,
    caller: Caller,
    Path(id): Path<String>,
) -> Result<Response, Problem> {
    let (_, steps) = document(&state, &caller, &id, FileDocument::Steps).await?;
    Ok(json(steps.unwrap_or_default()))
}
