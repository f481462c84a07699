//! Points outside fields, and files without a field.

use super::body::artifact_url;
use super::read::known_file;
use crate::api::accounts::users::known_user;
use crate::api::caller::{BaseUrl, Caller};
use crate::api::problem::Problem;
use crate::api::query::{Id, Paging, Required, Sort, query};
use crate::state::State;
use crate::store::{FileFilter, FileRow, FileSort};
use axum::extract::{self, Path};
use axum::http::{HeaderMap, StatusCode};
use serde::Serialize;
use tramline_model::Artifact;
use utoipa::ToSchema;

const KIND: Artifact = Artifact::OutsideFieldGeojson;

/// The points of a file that lie in no field.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct OutsidePoints {
    /// Only in the list.
    #[serde(skip_serializing_if = "Option::is_none")]
    id: Option<String>,
    /// Fields that the file has points in.
    fields: Vec<String>,
    feature_count: u64,
    outside_field_geojson: String,
    download_outside_field_geojson: String,
}

impl OutsidePoints {
    fn new(row: FileRow, base: &str, listed: bool) -> Self {
        let url = artifact_url(base, &row.id, KIND);
        Self {
            id: listed.then_some(row.id),
            fields: row.fields,
            feature_count: row.outside_points.unwrap_or_default(),
            outside_field_geojson: url.clone(),
            download_outside_field_geojson: url,
        }
    }
}

/// The points of the file that lie in no field
#[utoipa::path(get, path = "/services/operations/api/files/{id}/outsideFieldGeojson", tag = "files",
    params(("id" = String, Path)), responses((status = 200, body = OutsidePoints)))]
pub(crate) async fn read(
    extract::State(state): extract::State<State>,
    caller: Caller,
    BaseUrl(base): BaseUrl,
    Path(id): Path<String>,
) -> Result<axum::Json<OutsidePoints>, Problem> {
    let row = known_file(&state, &caller, &id).await?;
    if row.has(KIND) {
        return Ok(axum::Json(OutsidePoints::new(row, &base, false)));
    }
    let detail = "the file has no such output: it needs `splitOperationsByField` and \
                  `enableOutsideFieldGeojson`, a field that holds some of its points, and points outside";
    Err(Problem::new(StatusCode::NOT_FOUND, detail))
}

query! {
    /// Whose files.
    OutsideQuery {
        user: Id = "leafUserId",
        sort: Sort<FileSort> = "sort",
        paging: Paging = "page" | "size",
    }
}

/// Files with points outside fields
#[utoipa::path(get, path = "/services/operations/api/files/outsideFieldGeojson", tag = "files",
    params(OutsideQuery), responses((status = 200, body = [OutsidePoints])))]
pub(crate) async fn list(
    extract::State(state): extract::State<State>,
    caller: Caller,
    BaseUrl(base): BaseUrl,
    query: OutsideQuery,
) -> Result<(HeaderMap, axum::Json<Vec<OutsidePoints>>), Problem> {
    let filter = FileFilter {
        user: query.user,
        artifact: Some(KIND),
        ..FileFilter::default()
    };
    let found = state
        .db
        .files(&caller.account, &filter, &query.sort, query.paging.page)
        .await?;
    let headers = query.paging.headers(&base, found.total);
    let list = found
        .items
        .into_iter()
        .map(|row| OutsidePoints::new(row, &base, true));
    Ok((headers, axum::Json(list.collect())))
}

/// Files of a user that no field holds.
#[derive(Serialize, ToSchema)]
pub(crate) struct Uncovered {
    files: Vec<String>,
}

query! {
    /// Whose files.
    UncoveredQuery {
        user: Required<Id> = "leafUserId",
    }
}

/// Processed files of a user without a field
#[utoipa::path(get, path = "/services/operations/api/files/uncoveredFiles", tag = "files",
    params(UncoveredQuery), responses((status = 200, body = Uncovered)))]
pub(crate) async fn uncovered(
    extract::State(state): extract::State<State>,
    caller: Caller,
    query: UncoveredQuery,
) -> Result<axum::Json<Uncovered>, Problem> {
    let user = known_user(&state, &caller, &query.user).await?;
    let files = state.db.uncovered_files(&caller.account, &user.id).await?;
    Ok(axum::Json(Uncovered { files }))
}
