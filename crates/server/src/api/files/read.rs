//! Machine files: listing with the contract's filters, one file, its documents.

use super::body::{MachineFile, artifact_url};
use crate::api::batches::uploads::provider_names;
use crate::api::caller::{BaseUrl, Caller};
use crate::api::problem::Problem;
use crate::api::query::{Parameters, path_id};
use crate::jobs::{Convert, Job, Merge};
use crate::state::State;
use crate::store::{FileDocument, FileFilter, FileRow, FileSort, NewRun};
use axum::extract::{self, Path};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use std::collections::BTreeMap;
use tramline_model::{Artifact, FileOrigin, FileStatus, OperationType};
use utoipa::{IntoParams, ToSchema};

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

/// Whether the user's configuration shows GeoParquet.
pub(crate) async fn shows_parquet(
    state: &State,
    account: &str,
    user: &str,
) -> Result<bool, Problem> {
    let configuration = crate::configuration::for_user(state, account, user).await?;
    Ok(configuration.enable_geoparquet_output)
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

/// The file, or 404.
pub(crate) async fn known_file(
    state: &State,
    caller: &Caller,
    id: &str,
) -> Result<FileRow, Problem> {
    let file = state.db.file(&caller.account, &path_id(id)?).await?;
    file.ok_or_else(|| Problem::not_found("file"))
}

/// One machine file
#[utoipa::path(get, path = "/services/operations/api/files/{id}", tag = "files", params(("id" = String, Path)),
    responses((status = 200, body = MachineFile), (status = 400, body = Problem), (status = 401, body = Problem),
        (status = 404, body = Problem)))]
pub(crate) async fn read(
    extract::State(state): extract::State<State>,
    caller: Caller,
    BaseUrl(base): BaseUrl,
    Path(id): Path<String>,
) -> Result<axum::Json<MachineFile>, Problem> {
    let row = known_file(&state, &caller, &id).await?;
    let parquet = shows_parquet(&state, &caller.account, &row.user_id).await?;
    Ok(axum::Json(MachineFile::new(
        row,
        &caller.username,
        &base,
        parquet,
    )))
}

pub(super) fn json(text: String) -> Response {
    ([(header::CONTENT_TYPE, "application/json")], text).into_response()
}

/// Statistics, totals and the worked area as a GeoJSON feature
#[utoipa::path(get, path = "/services/operations/api/files/{id}/summary", tag = "files", params(("id" = String, Path)),
    responses((status = 200, body = Object), (status = 400, body = Problem), (status = 401, body = Problem),
        (status = 404, body = Problem)))]
pub(crate) async fn summary(
    extract::State(state): extract::State<State>,
    caller: Caller,
    Path(id): Path<String>,
) -> Result<Response, Problem> {
    let (status, summary) = document(&state, &caller, &id, FileDocument::Summary).await?;
    let missing = || {
        let detail = format!("the file is {status} and has no summary");
        Problem::new(StatusCode::NOT_FOUND, detail)
    };
    summary.map(json).ok_or_else(missing)
}

/// The file's status and one of its documents, or 404.
async fn document(
    state: &State,
    caller: &Caller,
    id: &str,
    document: FileDocument,
) -> Result<(FileStatus, Option<String>), Problem> {
    let found = state
        .db
        .file_document(&caller.account, &path_id(id)?, document)
        .await?;
    found.ok_or_else(|| Problem::not_found("file"))
}

/// The unit of each property of this file
#[utoipa::path(get, path = "/services/operations/api/files/{id}/units", tag = "files", params(("id" = String, Path)),
    responses((status = 200, body = BTreeMap<String, String>), (status = 400, body = Problem),
        (status = 401, body = Problem), (status = 404, body = Problem)))]
pub(crate) async fn units(
    extract::State(state): extract::State<State>,
    caller: Caller,
    Path(id): Path<String>,
) -> Result<Response, Problem> {
    let (_, units) = document(&state, &caller, &id, FileDocument::Units).await?;
    Ok(json(units.unwrap_or_default()))
}

/// How each step ended
#[utoipa::path(get, path = "/services/operations/api/files/{id}/status", tag = "files", params(("id" = String, Path)),
    responses((status = 200, body = Object), (status = 400, body = Problem), (status = 401, body = Problem),
        (status = 404, body = Problem)))]
pub(crate) async fn status(
    extract::State(state): extract::State<State>,
    caller: Caller,
    Path(id): Path<String>,
) -> Result<Response, Problem> {
    let (_, steps) = document(&state, &caller, &id, FileDocument::Steps).await?;
    Ok(json(steps.unwrap_or_default()))
}

/// Address of a GeoParquet file.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct StandardGeoparquet {
    download_standard_geoparquet: String,
}

#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct PolygonGeoparquet {
    download_polygon_geoparquet: String,
}

async fn parquet(
    state: &State,
    caller: &Caller,
    id: &str,
    (kind, switch): (Artifact, &str),
) -> Result<FileRow, Problem> {
    let row = known_file(state, caller, id).await?;
    let configuration =
        crate::configuration::for_user(state, &caller.account, &row.user_id).await?;
    let on = configuration.enable_geoparquet_output
        || (kind == Artifact::PolygonGeoparquet && configuration.enable_polygon_output);
    let detail = if !on {
        format!("the configuration `{switch}` is off for this user")
    } else if row.has(kind) {
        return Ok(row);
    } else {
        format!("the file is {} and has no {kind}", row.status)
    };
    Err(Problem::new(StatusCode::NOT_FOUND, detail))
}

/// The standard points as GeoParquet
#[utoipa::path(get, path = "/services/operations/api/files/{id}/standardGeoparquet", tag = "files",
    params(("id" = String, Path)),
    responses((status = 200, body = StandardGeoparquet), (status = 400, body = Problem), (status = 401, body = Problem),
        (status = 404, body = Problem)))]
pub(crate) async fn standard_geoparquet(
    extract::State(state): extract::State<State>,
    caller: Caller,
    BaseUrl(base): BaseUrl,
    Path(id): Path<String>,
) -> Result<axum::Json<StandardGeoparquet>, Problem> {
    let kind = Artifact::StandardGeoparquet;
    let row = parquet(&state, &caller, &id, (kind, "enableGeoparquetOutput")).await?;
    let download_standard_geoparquet = artifact_url(&base, &row.id, kind);
    Ok(axum::Json(StandardGeoparquet {
        download_standard_geoparquet,
    }))
}

/// The swath polygons as GeoParquet
#[utoipa::path(get, path = "/services/operations/api/files/{id}/polygonGeoparquet", tag = "files",
    params(("id" = String, Path)),
    responses((status = 200, body = PolygonGeoparquet), (status = 400, body = Problem), (status = 401, body = Problem),
        (status = 404, body = Problem)))]
pub(crate) async fn polygon_geoparquet(
    extract::State(state): extract::State<State>,
    caller: Caller,
    BaseUrl(base): BaseUrl,
    Path(id): Path<String>,
) -> Result<axum::Json<PolygonGeoparquet>, Problem> {
    let kind = Artifact::PolygonGeoparquet;
    let row = parquet(&state, &caller, &id, (kind, "enablePolygonOutput")).await?;
    let download_polygon_geoparquet = artifact_url(&base, &row.id, kind);
    Ok(axum::Json(PolygonGeoparquet {
        download_polygon_geoparquet,
    }))
}

/// Removes the file with its artifacts
#[utoipa::path(delete, path = "/services/operations/api/files/{id}", tag = "files", params(("id" = String, Path)),
    responses((status = 204), (status = 400, body = Problem), (status = 401, body = Problem),
        (status = 404, body = Problem)))]
pub(crate) async fn remove(
    extract::State(state): extract::State<State>,
    caller: Caller,
    Path(id): Path<String>,
) -> Result<StatusCode, Problem> {
    let keys = state
        .db
        .remove_file(&caller.account, &path_id(&id)?)
        .await?;
    let keys = keys.ok_or_else(|| Problem::not_found("file"))?;
    state.blobs.remove(&keys).await;
    Ok(StatusCode::NO_CONTENT)
}

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
#[utoipa::path(post, path = "/services/operations/api/files/{id}/reprocess", tag = "files",
    params(("id" = String, Path)),
    responses((status = 200, body = MachineFile), (status = 400, body = Problem), (status = 401, body = Problem),
        (status = 404, body = Problem)))]
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
    let parquet = shows_parquet(&state, &caller.account, &row.user_id).await?;
    Ok(axum::Json(MachineFile::new(
        row,
        &caller.username,
        &base,
        parquet,
    )))
}
