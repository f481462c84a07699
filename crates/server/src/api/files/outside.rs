//! Points outside fields, and files without a field.

use super::addresses::artifact_url;
use super::missing::missing;
use super::read::known_file;
use crate::api::accounts::users::known_user;
use crate::api::caller::{BaseUrl, Caller};
use crate::api::path::FileId;
use crate::api::problem::Problem;
use crate::api::query::{Id, Paging, Required, Sort, query};
use crate::configuration::{fields_for_user, users_who_show_outside};
use crate::error::Stored;
use crate::state::State;
use crate::store::{FileFilter, FileRow, FileSort};
use axum::extract::{self, Path};
use axum::http::HeaderMap;
use serde::Serialize;
use tramline_model::Artifact;
use utoipa::ToSchema;

const KIND: Artifact = Artifact::OutsideFieldGeojson;

/// The points of a file that lie in no field.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = OutsideFieldPoints)]
pub(crate) struct OutsidePoints {
    /// Id of the file; only in the list.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(format = "uuid")]
    id: Option<String>,
    /// Ids, any text, of the fields that the file has points in.
    fields: Vec<String>,
    /// Number of points that lie in no field.
    feature_count: u64,
    /// Address of these points as GeoJSON.
    #[schema(format = "uri")]
    outside_field_geojson: String,
    /// The same address.
    #[schema(format = "uri")]
    download_outside_field_geojson: String,
}

impl OutsidePoints {
    fn new(row: FileRow, base: &str, listed: bool) -> Self {
        let url = artifact_url(base, &row, KIND);
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
#[utoipa::path(get, path = "/services/operations/api/files/{id}/outsideFieldGeojson",
    operation_id = "getOutsidePoints", tag = "files", params(FileId),
    responses((status = 200, description = "Where the points are.", body = OutsidePoints)))]
pub(crate) async fn read(
    extract::State(state): extract::State<State>,
    caller: Caller,
    BaseUrl(base): BaseUrl,
    Path(id): Path<String>,
) -> Result<axum::Json<OutsidePoints>, Problem> {
    let row = known_file(&state, &caller, &id).await?;
    if row.has(KIND) && shows_outside(&state, &caller.account, &row.user_id).await? {
        return Ok(axum::Json(OutsidePoints::new(row, &base, false)));
    }
    Err(missing(&state, &caller, &row, KIND).await)
}

/// Whether the configuration of a user shows points outside fields: both keys are needed. What is stored comes
/// back when they are true again.
pub(super) async fn shows_outside(state: &State, account: &str, user: &str) -> Stored<bool> {
    let fields = fields_for_user(state, account, user).await?;
    Ok(fields.shows_outside())
}

query! {
    /// Whose files.
    OutsideQuery {
        /// Only files of this user.
        user: Id = "leafUserId",
        sort: Sort<FileSort> = "sort",
        paging: Paging = "page" | "size",
    }
}

/// Files with points outside fields
#[utoipa::path(get, path = "/services/operations/api/files/outsideFieldGeojson",
    operation_id = "listOutsidePoints", tag = "files", params(OutsideQuery),
    responses(
        (status = 200, description = "A page of the files that have such points.", body = [OutsidePoints]),
    ))]
pub(crate) async fn list(
    extract::State(state): extract::State<State>,
    caller: Caller,
    BaseUrl(base): BaseUrl,
    query: OutsideQuery,
) -> Result<(HeaderMap, axum::Json<Vec<OutsidePoints>>), Problem> {
    let filter = FileFilter {
        user: query.user,
        users: Some(users_who_show_outside(&state, &caller.account).await?),
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
#[schema(as = UncoveredFiles)]
pub(crate) struct Uncovered {
    /// Ids of the files.
    #[schema(value_type = Vec<uuid::Uuid>)]
    files: Vec<String>,
}

query! {
    /// Whose files.
    UncoveredQuery {
        /// Id of the user whose files they are.
        user: Required<Id> = "leafUserId",
    }
}

/// Processed files of a user without a field
#[utoipa::path(get, path = "/services/operations/api/files/uncoveredFiles",
    operation_id = "listUncoveredFiles", tag = "files", params(UncoveredQuery),
    responses((status = 200, description = "All of them, without pages.", body = Uncovered)))]
pub(crate) async fn uncovered(
    extract::State(state): extract::State<State>,
    caller: Caller,
    query: UncoveredQuery,
) -> Result<axum::Json<Uncovered>, Problem> {
    let user = known_user(&state, &caller, &query.user).await?;
    let files = state.db.uncovered_files(&caller.account, &user.id).await?;
    Ok(axum::Json(Uncovered { files }))
}
