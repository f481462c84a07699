//! The list of machine files, with the contract's filters.

use super::body::MachineFile;
use super::read::shows_parquet;
use crate::api::batches::uploads::provider_names;
use crate::api::caller::{BaseUrl, Caller};
use crate::api::problem::Problem;
use crate::api::query::Parameters;
use crate::state::State;
use crate::store::{FileFilter, FileSort};
use axum::extract;
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use std::collections::BTreeMap;
use tramline_model::{FileOrigin, FileStatus, OperationType};
use utoipa::IntoParams;

/// In the order in which a refusal lists them.
const STATES: [FileStatus; 3] = [
    FileStatus::Processed,
    FileStatus::Failed,
    FileStatus::Processing,
];
pub(super) const SORTS: &[(&str, FileSort)] = &[
    ("id", FileSort::Id),
    ("fileName", FileSort::FileName),
    ("createdTime", FileSort::CreatedTime),
    ("updatedTime", FileSort::UpdatedTime),
    ("origin", FileSort::Origin),
    ("leafUserId", FileSort::LeafUserId),
    ("sizeInBytes", FileSort::SizeInBytes),
    ("provider", FileSort::Provider),
    ("organizationId", FileSort::OrganizationId),
    ("fileFormat", FileSort::FileFormat),
];

/// The filters of the list; all that are given must hold.
#[derive(IntoParams)]
#[into_params(parameter_in = Query, rename_all = "camelCase")]
#[expect(dead_code, reason = "describes the query")]
pub(crate) struct FileQuery {
    leaf_user_id: Option<String>,
    provider: Option<String>,
    status: Option<String>,
    origin: Option<String>,
    organization_id: Option<String>,
    batch_id: Option<String>,
    file_id: Option<String>,
    file_format: Option<String>,
    created_time: Option<String>,
    updated_time: Option<String>,
    /// Also as `operationStartTime`.
    start_time: Option<String>,
    /// Also as `operationEndTime`.
    end_time: Option<String>,
    operation_start_time: Option<String>,
    operation_end_time: Option<String>,
    operation_type: Option<String>,
    /// Square metres.
    min_area: Option<f64>,
    provider_file_id: Option<String>,
    /// Only files with (or without) a standardGeojson.
    standard: Option<bool>,
    page: Option<u64>,
    size: Option<u64>,
    sort: Option<String>,
    /// Extension: `operations` wraps the list as older clients expect it.
    envelope: Option<String>,
}

fn filter(query: &Parameters) -> Result<FileFilter, Problem> {
    Ok(FileFilter {
        user: query.uuid("leafUserId")?,
        provider: query.one_of("provider", &provider_names())?,
        status: query.word("status", &STATES, |status| status.name())?,
        origin: query.word("origin", FileOrigin::ALL, |origin| origin.name())?,
        organization_id: query.owned("organizationId"),
        upload: query.uuid("batchId")?,
        file: query.uuid("fileId")?,
        file_format: query.text("fileFormat").map(str::to_ascii_uppercase),
        created_from: query.time(&["createdTime"])?,
        updated_from: query.time(&["updatedTime"])?,
        started_from: query.time(&["startTime", "operationStartTime"])?,
        ended_to: query.time(&["endTime", "operationEndTime"])?,
        operation_type: query.word(
            "operationType",
            &OperationType::FIELD_WORK,
            OperationType::name,
        )?,
        min_area_m2: query.number("minArea")?,
        provider_file_id: query.owned("providerFileId"),
        standard: query.boolean("standard")?,
        artifact: None,
    })
}

/// Machine files of the account
#[utoipa::path(get, path = "/services/operations/api/files", tag = "files", params(FileQuery),
    responses((status = 200, body = [MachineFile]), (status = 400, body = Problem), (status = 401, body = Problem)))]
pub(crate) async fn list(
    extract::State(state): extract::State<State>,
    caller: Caller,
    BaseUrl(base): BaseUrl,
    query: Parameters,
) -> Result<Response, Problem> {
    let filter = filter(&query)?;
    let sort = query.sort(SORTS)?;
    let page = query.page();
    let envelope = query.one_of("envelope", &["operations"])?.is_some();
    let found = state
        .db
        .files(&caller.account, &filter, &sort, page)
        .await?;
    let headers = query.headers(&base, page, found.total);
    let mut parquet: BTreeMap<String, bool> = BTreeMap::new();
    let mut files = Vec::with_capacity(found.items.len());
    for row in found.items {
        let shown = match parquet.get(&row.user_id) {
            Some(shown) => *shown,
            None => {
                let shown = shows_parquet(&state, &caller.account, &row.user_id).await?;
                parquet.insert(row.user_id.clone(), shown);
                shown
            }
        };
        files.push(MachineFile::new(row, &caller.username, &base, shown));
    }
    if envelope || state.settings.files_envelope {
        let body = Envelope {
            message: "SUCCESS",
            operations: files,
        };
        return Ok((headers, axum::Json(body)).into_response());
    }
    Ok((headers, axum::Json(files)).into_response())
}

#[derive(Serialize)]
struct Envelope {
    message: &'static str,
    operations: Vec<MachineFile>,
}
