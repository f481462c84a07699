//! One machine file: read, removed.

use super::body::MachineFile;
use crate::api::caller::{BaseUrl, Caller};
use crate::api::path::FileId;
use crate::api::problem::Problem;
use crate::api::query::path_id;
use crate::state::State;
use crate::store::{Action, FileRow};
use axum::extract::{self, Path};
use axum::http::StatusCode;

/// The file, or 404.
pub(crate) async fn known_file(
    state: &State,
    caller: &Caller,
    id: &str,
) -> Result<FileRow, Problem> {
    let file = state.db.file(&caller.account, &path_id(id)?).await?;
    file.ok_or_else(|| Problem::not_found("file"))
}

/// The file as it is sent.
pub(super) async fn shown(
    state: &State,
    caller: &Caller,
    base: &str,
    row: FileRow,
) -> Result<axum::Json<MachineFile>, Problem> {
    let parquet = shows_parquet(state, &caller.account, &row.user_id).await?;
    let file = MachineFile::new(row, &caller.username, base, parquet);
    Ok(axum::Json(file))
}

/// Whether the user's configuration shows GeoParquet.
pub(crate) async fn shows_parquet(
    state: &State,
    account: &str,
    user: &str,
) -> Result<bool, Problem> {
    let configuration = crate::configuration::for_user(state, account, user).await?;
    Ok(configuration.enable_geoparquet_output)
}

/// One machine file
#[utoipa::path(get, path = "/services/operations/api/files/{id}", operation_id = "getFile", tag = "files",
    params(FileId), responses((status = 200, description = "The file with this id.", body = MachineFile)))]
pub(crate) async fn read(
    extract::State(state): extract::State<State>,
    caller: Caller,
    BaseUrl(base): BaseUrl,
    Path(id): Path<String>,
) -> Result<axum::Json<MachineFile>, Problem> {
    let row = known_file(&state, &caller, &id).await?;
    shown(&state, &caller, &base, row).await
}

/// Removes the file with its artifacts
#[utoipa::path(delete, path = "/services/operations/api/files/{id}", operation_id = "deleteFile",
    tag = "files", params(FileId),
    responses((status = 204, description = "The file is gone with its artifacts.")))]
pub(crate) async fn remove(
    extract::State(state): extract::State<State>,
    caller: Caller,
    Path(id): Path<String>,
) -> Result<StatusCode, Problem> {
    let id = path_id(&id)?;
    let keys = state.db.remove_file(&caller.account, &id).await?;
    let keys = keys.ok_or_else(|| Problem::not_found("file"))?;
    state.blobs.remove(&keys).await;
    caller.record(&state, Action::FileRemoved, Some(&id)).await;
    Ok(StatusCode::NO_CONTENT)
}
