//! Converting a machine file again.

use super::body::MachineFile;
use super::read::{known_file, shown};
use crate::api::caller::{BaseUrl, Caller};
use crate::api::path::FileId;
use crate::api::problem::Problem;
use crate::jobs::{Convert, Job, Merge};
use crate::state::State;
use crate::store::{FileRow, NewRun};
use axum::extract::{self, Path};

/// The run that makes a file anew, and changes no other.
pub(super) fn conversion(caller: &Caller, row: &FileRow) -> NewRun {
    let Some(upload) = &row.upload_id else {
        return Merge {}.queued(&caller.account, &row.user_id, &row.id);
    };
    let job = Convert {
        only: Some(vec![row.id.clone()]),
        ..Convert::default()
    };
    job.queued(&caller.account, &row.user_id, upload)
}

/// Converts the file again with the configuration as it is now
#[utoipa::path(post, path = "/services/operations/api/files/{id}/reprocess", operation_id = "reprocessFile",
    tag = "files", params(FileId),
    responses(
        (status = 200, description = "The file, which is `processing` until it is converted again.", body = MachineFile),
    ))]
pub(crate) async fn reprocess(
    extract::State(state): extract::State<State>,
    caller: Caller,
    BaseUrl(base): BaseUrl,
    Path(id): Path<String>,
) -> Result<axum::Json<MachineFile>, Problem> {
    let row = known_file(&state, &caller, &id).await?;
    let run = conversion(&caller, &row);
    state
        .db
        .reprocess_file(&caller.account, &row.id, &run)
        .await?;
    let row = known_file(&state, &caller, &id).await?;
    shown(&state, &caller, &base, row).await
}
