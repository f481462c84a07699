//! Addresses of the GeoParquet files of a machine file, where the configuration shows them.

use super::body::artifact_url;
use super::read::known_file;
use crate::api::caller::{BaseUrl, Caller};
use crate::api::problem::Problem;
use crate::state::State;
use crate::store::FileRow;
use axum::extract::{self, Path};
use axum::http::StatusCode;
use serde::Serialize;
use tramline_model::Artifact;
use utoipa::ToSchema;

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
    params(("id" = String, Path)), responses((status = 200, body = StandardGeoparquet)))]
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
    params(("id" = String, Path)), responses((status = 200, body = PolygonGeoparquet)))]
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
