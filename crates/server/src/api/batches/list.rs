//! The list of batches.

use super::body::Batch;
use crate::api::caller::{BaseUrl, Uploader};
use crate::api::problem::Problem;
use crate::api::query::Parameters;
use crate::state::State;
use crate::store::{UploadFilter, UploadSort, UploadStatus};
use axum::extract;
use axum::http::HeaderMap;
use utoipa::IntoParams;

const SORTS: &[(&str, UploadSort)] = &[
    ("id", UploadSort::Id),
    ("fileName", UploadSort::FileName),
    ("size", UploadSort::Size),
    ("status", UploadSort::Status),
    ("provider", UploadSort::Provider),
    ("uploadTimestamp", UploadSort::UploadTimestamp),
];

#[derive(IntoParams)]
#[into_params(parameter_in = Query, rename_all = "camelCase")]
#[expect(dead_code, reason = "describes the query")]
pub(crate) struct BatchQuery {
    leaf_user_id: Option<String>,
    status: Option<String>,
    upload_start_time: Option<String>,
    upload_end_time: Option<String>,
    process_start_time: Option<String>,
    process_end_time: Option<String>,
    page: Option<u64>,
    size: Option<u64>,
    sort: Option<String>,
}

/// Batches of the account
#[utoipa::path(get, path = "/services/operations/api/batch", tag = "batches", params(BatchQuery),
    responses((status = 200, body = [Batch]), (status = 400, body = Problem), (status = 401, body = Problem)))]
pub(crate) async fn list(
    extract::State(state): extract::State<State>,
    uploader: Uploader,
    BaseUrl(base): BaseUrl,
    query: Parameters,
) -> Result<(HeaderMap, axum::Json<Vec<Batch>>), Problem> {
    let names: Vec<&str> = UploadStatus::ALL
        .iter()
        .map(|status| status.name())
        .collect();
    let filter = UploadFilter {
        user: match &uploader.user {
            None => query.uuid("leafUserId")?,
            Some(own) => Some(own.clone()),
        },
        status: query
            .one_of("status", &names)?
            .and_then(|name| UploadStatus::from_name(&name)),
        uploaded_from: query.time(&["uploadStartTime"])?,
        uploaded_to: query.time(&["uploadEndTime"])?,
        processed_from: query.time(&["processStartTime"])?,
        processed_to: query.time(&["processEndTime"])?,
    };
    let sort = query.sort(SORTS)?;
    let page = query.page();
    let found = state
        .db
        .uploads(&uploader.caller.account, &filter, &sort, page)
        .await?;
    let headers = query.headers(&base, page, found.total);
    let ids: Vec<String> = found.items.iter().map(|upload| upload.id.clone()).collect();
    let mut files = state
        .db
        .file_ids_of_uploads(&uploader.caller.account, &ids)
        .await?;
    let batches = found
        .items
        .into_iter()
        .map(|upload| {
            let files = files.remove(&upload.id).unwrap_or_default();
            Batch::new(upload, Some(files))
        })
        .collect();
    Ok((headers, axum::Json(batches)))
}
