//! Batches: listing, following, trying again, removing.

use crate::api::caller::{BaseUrl, Caller, Uploader};
use crate::api::problem::Problem;
use crate::api::query::{Parameters, path_id};
use crate::clock::iso;
use crate::jobs::{Convert, Job};
use crate::state::State;
use crate::store::{Page, Upload, UploadFilter, UploadSort, UploadStatus};
use axum::extract::{self, Path};
use axum::http::{HeaderMap, StatusCode};
use serde::Serialize;
use std::collections::BTreeMap;
use tramline_convert::Step;
use tramline_model::FileStatus;
use utoipa::{IntoParams, ToSchema};

const SORTS: &[(&str, UploadSort)] = &[
    ("id", UploadSort::Id),
    ("fileName", UploadSort::FileName),
    ("size", UploadSort::Size),
    ("status", UploadSort::Status),
    ("provider", UploadSort::Provider),
    ("uploadTimestamp", UploadSort::UploadTimestamp),
];

/// A batch. `leafFiles` stands only where one is read.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Batch {
    id: String,
    leaf_user_id: String,
    provider: String,
    status: UploadStatus,
    #[serde(skip_serializing_if = "Option::is_none")]
    status_details: Option<String>,
    file_name: String,
    size: u64,
    upload_timestamp: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    leaf_files: Option<Vec<String>>,
    /// Extension: the first batch of the same bytes.
    #[serde(skip_serializing_if = "Option::is_none")]
    duplicate_of: Option<String>,
    /// Extension: entries that no machine file was made of, with the reason.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Vec<Object>>)]
    ignored_entries: Option<Box<serde_json::value::RawValue>>,
    /// Extension: what was noticed about the batch as a whole.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Vec<Object>>)]
    findings: Option<Box<serde_json::value::RawValue>>,
    /// Extension: SHA-256 of the bytes received.
    sha256: String,
}

fn document(text: String) -> Option<Box<serde_json::value::RawValue>> {
    serde_json::value::RawValue::from_string(text)
        .ok()
        .filter(|raw| raw.get() != "[]")
}

impl Batch {
    pub(super) fn new(upload: Upload, files: Option<Vec<String>>) -> Self {
        Self {
            id: upload.id,
            leaf_user_id: upload.user_id,
            provider: upload.provider,
            status: upload.status,
            status_details: upload.status_details,
            file_name: upload.file_name,
            size: upload.size,
            upload_timestamp: iso(upload.uploaded),
            leaf_files: files,
            duplicate_of: upload.duplicate_of,
            ignored_entries: document(upload.ignored),
            findings: document(upload.findings),
            sha256: upload.sha256,
        }
    }
}

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

/// One batch
#[utoipa::path(get, path = "/services/operations/api/batch/{id}", tag = "batches", params(("id" = String, Path)),
    responses((status = 200, body = Batch), (status = 400, body = Problem), (status = 401, body = Problem),
        (status = 404, body = Problem)))]
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
    Ok(axum::Json(Batch::new(upload, Some(files))))
}

#[derive(Default, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct FileList {
    leaf_files: Vec<String>,
}

#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct FailedFiles {
    leaf_files: Vec<String>,
    status: &'static str,
    /// The most frequent message.
    message: String,
    /// Extension: files by message, where there are several.
    #[serde(skip_serializing_if = "Option::is_none")]
    messages: Option<BTreeMap<String, Vec<String>>>,
}

/// The files of a batch by how they stand; failed ones by the step at which they stopped.
#[derive(Serialize, ToSchema)]
pub(crate) struct BatchStatus {
    converted: FileList,
    processing: FileList,
    failed: BTreeMap<String, FailedFiles>,
}

/// The files of a batch by how they stand
#[utoipa::path(get, path = "/services/operations/api/batch/{id}/status", tag = "batches",
    params(("id" = String, Path), ("page" = Option<u64>, Query), ("size" = Option<u64>, Query),
        ("sort" = Option<String>, Query)),
    responses((status = 200, body = BatchStatus), (status = 400, body = Problem), (status = 401, body = Problem),
        (status = 404, body = Problem)))]
pub(crate) async fn status(
    extract::State(state): extract::State<State>,
    uploader: Uploader,
    BaseUrl(base): BaseUrl,
    Path(id): Path<String>,
    query: Parameters,
) -> Result<(HeaderMap, axum::Json<BatchStatus>), Problem> {
    let upload = known_batch(&state, &uploader, &id).await?;
    let page = query.page();
    let groups = state
        .db
        .file_groups(&uploader.caller.account, &upload.id, page)
        .await?;
    let headers = query.headers(&base, page, groups.total);
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

/// Converts again what failed
#[utoipa::path(put, path = "/services/operations/api/batch/{id}/retry", tag = "batches", params(("id" = String, Path)),
    responses((status = 200, body = Batch), (status = 400, body = Problem), (status = 401, body = Problem),
        (status = 404, body = Problem)))]
pub(crate) async fn retry(
    extract::State(state): extract::State<State>,
    caller: Caller,
    Path(id): Path<String>,
) -> Result<axum::Json<Batch>, Problem> {
    let uploader = Uploader {
        caller: caller.clone(),
        user: None,
    };
    let mut upload = known_batch(&state, &uploader, &id).await?;
    let first = match &upload.duplicate_of {
        None => upload.clone(),
        Some(first) => known_batch(&state, &uploader, first).await?,
    };
    let all = Page {
        page: 0,
        size: u64::from(u32::MAX),
    };
    let groups = state
        .db
        .file_groups(&caller.account, &first.id, all)
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
        return Ok(axum::Json(Batch::new(upload, None)));
    }
    let job = Convert {
        only: (!whole).then_some(failed),
        kept: with(FileStatus::Processed).collect(),
        ..Convert::default()
    };
    let run = job.queued(&caller.account, &first.user_id, &first.id);
    state.db.retry_upload(&first, &run).await?;
    upload.status = UploadStatus::Received;
    upload.status_details = None;
    Ok(axum::Json(Batch::new(upload, None)))
}

/// Removes the batch with its files
#[utoipa::path(delete, path = "/services/operations/api/batch/{id}", tag = "batches", params(("id" = String, Path)),
    responses((status = 204), (status = 400, body = Problem), (status = 401, body = Problem),
        (status = 404, body = Problem)))]
pub(crate) async fn remove(
    extract::State(state): extract::State<State>,
    caller: Caller,
    Path(id): Path<String>,
) -> Result<StatusCode, Problem> {
    let keys = state
        .db
        .remove_upload(&caller.account, &path_id(&id)?)
        .await?;
    let keys = keys.ok_or_else(|| Problem::not_found("batch"))?;
    state.blobs.remove(&keys).await;
    Ok(StatusCode::NO_CONTENT)
}
