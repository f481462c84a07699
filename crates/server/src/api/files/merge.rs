//! `POST /files/merge`: several processed files become one.

use crate::api::body::{Input, Json};
use crate::api::caller::Caller;
use crate::api::problem::Problem;
use crate::api::query::uuid;
use crate::api::quota::{More, admit};
use crate::jobs::{Job, Merge};
use crate::state::State;
use crate::store::{FileRow, NewFile};
use axum::extract;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;
use tramline_model::{FileStatus, OperationType};
use utoipa::ToSchema;
use uuid::Uuid;

/// Files of one merge.
const MOST: usize = 1_000;

/// Two or more files of one user, of one operation type, all processed.
#[derive(Deserialize, ToSchema)]
pub(crate) struct MergeInput {
    /// Ids of the files, at most 1,000.
    #[schema(value_type = Vec<uuid::Uuid>, min_items = 2, max_items = 1000)]
    ids: Vec<String>,
}

impl Input for MergeInput {
    const OBJECT: &'static str = "merge";
}

/// The new file; it is `processing` until its work is done.
#[derive(Serialize, ToSchema)]
pub(crate) struct Merging {
    /// Id of the new file.
    #[schema(format = "uuid")]
    id: String,
    /// Always `SENT_TO_MERGE` in this answer.
    #[schema(example = "SENT_TO_MERGE")]
    status: &'static str,
}

/// Merges files into a new one
#[utoipa::path(post, path = "/services/operations/api/files/merge", operation_id = "mergeFiles",
    tag = "files", request_body(content = MergeInput, description = "The files that become one."),
    responses(
        (status = 200, description = "The merge is under way.", body = Merging),
        (status = 403, description = "The account may have no more machine files, or it is disabled.", body = Problem),
    ))]
pub(crate) async fn merge(
    extract::State(state): extract::State<State>,
    caller: Caller,
    Json(input): Json<MergeInput>,
) -> Result<axum::Json<Merging>, Problem> {
    if input.ids.len() > MOST {
        return Err(Problem::field(
            "merge",
            "ids",
            format!("has more than {MOST} files"),
        ));
    }
    let ids = input
        .ids
        .iter()
        .map(|id| {
            uuid(id).ok_or_else(|| Problem::field("merge", "ids", format!("`{id}` is not a UUID")))
        })
        .collect::<Result<BTreeSet<String>, Problem>>()?;
    if ids.len() < 2 {
        return Err(Problem::field(
            "merge",
            "ids",
            "needs at least two different files",
        ));
    }
    let mut files = Vec::with_capacity(ids.len());
    for id in &ids {
        let file = state.db.file(&caller.account, id).await?.ok_or_else(|| {
            Problem::field("merge", "ids", format!("there is no file {id}")).key("fileNotFound")
        })?;
        if file.status != FileStatus::Processed {
            let message = format!("file {id} is {}, not processed", file.status);
            return Err(Problem::field("merge", "ids", message).key("fileNotProcessed"));
        }
        files.push(file);
    }
    let Some(first) = files.first() else {
        return Err(Problem::field("merge", "ids", "is empty"));
    };
    if let Some(other) = files.iter().find(|file| file.user_id != first.user_id) {
        let message = format!(
            "file {} belongs to another user than {}",
            other.id, first.id
        );
        return Err(Problem::field("merge", "ids", message).key("differentUsers"));
    }
    if let Some(other) = files
        .iter()
        .find(|file| file.operation_type != first.operation_type)
    {
        let kind = |file: &FileRow| {
            let kind = file.operation_type.as_ref().map(OperationType::name);
            kind.unwrap_or_default().to_owned()
        };
        let message = format!(
            "file {} is {}, file {} is {}",
            first.id,
            kind(first),
            other.id,
            kind(other)
        );
        return Err(Problem::field("merge", "ids", message).key("differentOperationTypes"));
    }
    admit(&state, &caller.account, More::File).await?;
    let id = Uuid::now_v7().to_string();
    let file = NewFile::merged(&id, first.operation_type.clone());
    let run = Merge {}.queued(&caller.account, &first.user_id, &id);
    let sources: Vec<String> = ids.into_iter().collect();
    state
        .db
        .add_merged_file(&caller.account, &file, &sources, &run)
        .await?;
    Ok(axum::Json(Merging {
        id,
        status: "SENT_TO_MERGE",
    }))
}
