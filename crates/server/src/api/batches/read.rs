//! One batch: read, removed.

use super::body::Batch;
use crate::api::caller::{Caller, Uploader};
use crate::api::path::BatchId;
use crate::api::problem::Problem;
use crate::api::query::path_id;
use crate::state::State;
use crate::store::{Action, Upload};
use axum::extract::{self, Path};
use axum::http::StatusCode;

/// The batch, or 404.
pub(crate) async fn known_batch(
    state: &State,
    uploader: &Uploader,
    id: &str,
) -> Result<Upload, Problem> {
    let upload = state
        .db
        .upload(&uploader.caller.account, &path_id(id)?)
        .await?;
    upload
        .filter(|upload| uploader.may_see(&upload.user_id))
        .ok_or_else(|| Problem::not_found("batch"))
}

/// One batch with its files
#[utoipa::path(get, path = "/services/operations/api/batch/{id}", operation_id = "getBatch",
    tag = "batches", params(BatchId),
    responses((status = 200, description = "The batch with this id.", body = Batch)))]
pub(crate) async fn read(
    extract::State(state): extract::State<State>,
    uploader: Uploader,
    Path(id): Path<String>,
) -> Result<axum::Json<Batch>, Problem> {
    let upload = known_batch(&state, &uploader, &id).await?;
    let files = state
        .db
        .file_ids_of_upload(&uploader.caller.account, &upload.id)
        .await?;
    Ok(axum::Json(Batch::new(&state, upload, Some(files))))
}

/// Removes the batch with its files
#[utoipa::path(delete, path = "/services/operations/api/batch/{id}", operation_id = "deleteBatch",
    tag = "batches", params(BatchId),
    responses((status = 204, description = "The batch is gone with its files.")))]
pub(crate) async fn remove(
    extract::State(state): extract::State<State>,
    caller: Caller,
    Path(id): Path<String>,
) -> Result<StatusCode, Problem> {
    let id = path_id(&id)?;
    let keys = state.db.remove_upload(&caller.account, &id).await?;
    let keys = keys.ok_or_else(|| Problem::not_found("batch"))?;
    state.blobs.remove(&keys).await;
    caller.record(&state, Action::BatchRemoved, Some(&id)).await;
    Ok(StatusCode::NO_CONTENT)
}
