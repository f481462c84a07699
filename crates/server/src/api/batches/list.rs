//! The list of batches.

use super::body::Batch;
use crate::api::caller::{BaseUrl, Uploader};
use crate::api::problem::Problem;
use crate::api::query::{Id, Paging, Parameters, Sort, Time, Word, Words, listed, query};
use crate::state::State;
use crate::store::{UploadFilter, UploadSort, UploadStatus};
use axum::extract;
use axum::http::HeaderMap;

impl Words for UploadStatus {
    type Word = Self;

    fn words() -> Vec<(&'static str, Self)> {
        listed(&Self::ALL, Self::name)
    }
}

impl Words for UploadSort {
    type Word = Self;

    fn words() -> Vec<(&'static str, Self)> {
        vec![
            ("id", Self::Id),
            ("fileName", Self::FileName),
            ("size", Self::Size),
            ("status", Self::Status),
            ("provider", Self::Provider),
            ("uploadTimestamp", Self::UploadTimestamp),
        ]
    }
}

query! {
    /// The filters of the list; all that are given must hold.
    BatchQuery {
        /// Only batches of this user; with an API key its user counts.
        user: Id = "leafUserId",
        /// Only batches that stand so.
        status: Word<UploadStatus> = "status",
        /// Uploaded at this time or later, ISO 8601 (without an offset: UTC).
        uploaded_from: Time = "uploadStartTime",
        /// Uploaded at this time or earlier, ISO 8601 (without an offset: UTC).
        uploaded_to: Time = "uploadEndTime",
        /// All files done at this time or later, ISO 8601 (without an offset: UTC).
        processed_from: Time = "processStartTime",
        /// All files done at this time or earlier, ISO 8601 (without an offset: UTC).
        processed_to: Time = "processEndTime",
        sort: Sort<UploadSort> = "sort",
        paging: Paging = "page" | "size",
    }
}

/// Batches of the account
#[utoipa::path(get, path = "/services/operations/api/batch", operation_id = "listBatches", tag = "batches",
    params(BatchQuery),
    responses((status = 200, description = "A page of the batches.", body = [Batch])))]
pub(crate) async fn list(
    extract::State(state): extract::State<State>,
    uploader: Uploader,
    BaseUrl(base): BaseUrl,
    mut query: Parameters,
) -> Result<(HeaderMap, axum::Json<Vec<Batch>>), Problem> {
    if uploader.user.is_some() {
        query.overrule("leafUserId");
    }
    let query = BatchQuery::read(&query)?;
    let filter = UploadFilter {
        user: uploader.user.clone().or(query.user),
        status: query.status,
        uploaded_from: query.uploaded_from,
        uploaded_to: query.uploaded_to,
        processed_from: query.processed_from,
        processed_to: query.processed_to,
    };
    let account = &uploader.caller.account;
    let page = query.paging.page;
    let found = state
        .db
        .uploads(account, &filter, &query.sort, page)
        .await?;
    let headers = query.paging.headers(&base, found.total);
    let ids: Vec<String> = found.items.iter().map(|upload| upload.id.clone()).collect();
    let mut files = state.db.file_ids_of_uploads(account, &ids).await?;
    let batches = found
        .items
        .into_iter()
        .map(|upload| {
            let files = files.remove(&upload.id).unwrap_or_default();
            Batch::new(&state, upload, Some(files))
        })
        .collect();
    Ok((headers, axum::Json(batches)))
}
