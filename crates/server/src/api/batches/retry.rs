//! Trying again what failed of a batch.

use super::body::Batch;
use super::read::known_batch;
use crate::api::caller::{Caller, Uploader};
use crate::api::path::BatchId;
use crate::api::problem::Problem;
use crate::jobs::{Convert, Job};
use crate::state::State;
use crate::store::UploadStatus;
use axum::extract::{self, Path};
use tramline_model::FileStatus;

/// Converts again what failed
#[utoipa::path(put, path = "/services/operations/api/batch/{id}/retry", operation_id = "retryBatch",
    tag = "batches", params(BatchId),
    responses(
        (status = 200, description = "The batch, which is `RECEIVED` until its files are done.", body = Batch),
    ))]
pub(crate) async fn retry(
    extract::State(state): extract::State<State>,
    caller: Caller,
    Path(id): Path<String>,
) -> Result<axum::Json<Batch>, Problem> {
    let uploader = Uploader::of_account(caller.clone());
    let mut upload = known_batch(&state, &uploader, &id).await?;
    let first = match &upload.duplicate_of {
        None => upload.clone(),
        Some(first) => known_batch(&state, &uploader, first).await?,
    };
    let groups = state
        .db
        .file_groups(&caller.account, &first.id, &[], None)
        .await?;
    let known = groups.total;
    let with = |wanted: FileStatus| {
        let files = groups.files.iter();
        files
            .filter(move |(_, status, ..)| *status == wanted)
            .map(|(id, ..)| id.clone())
    };
    let failed: Vec<String> = with(FileStatus::Failed).collect();
    // A conversion that was given up may not have come to all of the files.
    let whole = known == 0 || first.given_up;
    if !whole && failed.is_empty() {
        // Nothing to do: the batch ends as it is.
        upload.status = UploadStatus::Received;
        return Ok(axum::Json(Batch::new(&state, upload, None)));
    }
    let job = Convert {
        only: (!whole).then_some(failed),
        kept: with(FileStatus::Processed).collect(),
        ..Convert::default()
    };
    let run = job.queued(&caller.account, &first.user_id, &first.id);
    state.db.retry_upload(&first, &run, &caller.by).await?;
    upload.status = UploadStatus::Received;
    upload.status_details = None;
    Ok(axum::Json(Batch::new(&state, upload, None)))
}
