//! How the files of a batch stand.

use super::read::known_batch;
use crate::api::caller::{BaseUrl, Uploader};
use crate::api::path::BatchId;
use crate::api::problem::Problem;
use crate::api::query::{IfAsked, Paging, Sort, query};
use crate::state::State;
use crate::store::FileSort;
use axum::extract::{self, Path};
use axum::http::HeaderMap;
use serde::Serialize;
use std::collections::BTreeMap;
use tramline_convert::Step;
use tramline_model::FileStatus;
use utoipa::ToSchema;

/// Machine files by their ids.
#[derive(Default, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = MachineFileIds)]
pub(crate) struct FileList {
    /// Ids of these files.
    #[schema(value_type = Vec<uuid::Uuid>)]
    leaf_files: Vec<String>,
}

/// Machine files that failed at one step.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct FailedFiles {
    /// Ids of these files.
    #[schema(value_type = Vec<uuid::Uuid>)]
    leaf_files: Vec<String>,
    /// Always `failed`.
    #[schema(value_type = FailedWord)]
    status: &'static str,
    /// The most frequent message.
    message: String,
    /// Extension: files by message, where there are several.
    #[serde(skip_serializing_if = "Option::is_none")]
    messages: Option<BTreeMap<String, Vec<String>>>,
}

/// The word of a failure.
#[derive(ToSchema)]
#[schema(rename_all = "lowercase")]
#[expect(dead_code, reason = "describes a body")]
pub(crate) enum FailedWord {
    Failed,
}

/// The files of a batch by how they stand; failed ones by the step at which they stopped.
#[derive(Serialize, ToSchema)]
pub(crate) struct BatchStatus {
    /// Files that are processed.
    converted: FileList,
    /// Files whose work is not done.
    processing: FileList,
    /// Files that failed, by the step at which they stopped.
    failed: BTreeMap<String, FailedFiles>,
}

query! {
    /// Which of the files, in which order.
    StatusQuery {
        /// What the files are sorted by; in the order in which they were made, if absent. Also the order of the ids in
        /// each group.
        sort: Sort<FileSort> = "sort",
        /// With either, the files of that page are grouped; without both, all files.
        paging: IfAsked<Paging> = "page" | "size",
    }
}

/// The files of a batch by how they stand
#[utoipa::path(get, path = "/services/operations/api/batch/{id}/status", operation_id = "getBatchStatus",
    tag = "batches", params(BatchId, StatusQuery),
    responses((status = 200, description = "The files by how they stand.", body = BatchStatus)))]
pub(crate) async fn status(
    extract::State(state): extract::State<State>,
    uploader: Uploader,
    BaseUrl(base): BaseUrl,
    Path(id): Path<String>,
    query: StatusQuery,
) -> Result<(HeaderMap, axum::Json<BatchStatus>), Problem> {
    let upload = known_batch(&state, &uploader, &id).await?;
    let groups = state
        .db
        .file_groups(
            &uploader.caller.account,
            &upload.id,
            &query.sort,
            query.paging.asked.then_some(query.paging.value.page),
        )
        .await?;
    let headers = match query.paging.asked {
        true => query.paging.value.headers(&base, groups.total),
        false => query.paging.value.headers_of_all(&base, groups.total),
    };
    let mut status = BatchStatus {
        converted: FileList::default(),
        processing: FileList::default(),
        failed: BTreeMap::new(),
    };
    let mut failed: BTreeMap<String, BTreeMap<String, Vec<String>>> = BTreeMap::new();
    for (id, state, step, message) in groups.files {
        match state {
            FileStatus::Processed => status.converted.leaf_files.push(id),
            FileStatus::Processing => status.processing.leaf_files.push(id),
            FileStatus::Failed => failed
                .entry(step.unwrap_or_else(|| Step::RawGeojson.name().to_owned()))
                .or_default()
                .entry(message.unwrap_or_default())
                .or_default()
                .push(id),
        }
    }
    for (step, messages) in failed {
        let most = messages.iter().max_by_key(|(_, files)| files.len());
        let group = FailedFiles {
            leaf_files: messages.values().flatten().cloned().collect(),
            status: FileStatus::Failed.name(),
            message: most.map(|(message, _)| message.clone()).unwrap_or_default(),
            messages: (messages.len() > 1).then_some(messages),
        };
        status.failed.insert(step, group);
    }
    Ok((headers, axum::Json(status)))
}
