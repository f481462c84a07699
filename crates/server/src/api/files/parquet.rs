//! Addresses of the GeoParquet files of a machine file, where the configuration shows them.

use super::addresses::artifact_url;
use super::missing::not_shown;
use super::read::known_file;
use crate::api::caller::{BaseUrl, Caller};
use crate::api::path::FileId;
use crate::api::problem::Problem;
use crate::state::State;
use crate::store::FileRow;
use axum::extract::{self, Path};
use serde::Serialize;
use tramline_model::Artifact;
use utoipa::ToSchema;

/// Address of the standard points as GeoParquet.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct StandardGeoparquet {
    /// The address; it needs the same token.
    #[schema(format = "uri")]
    download_standard_geoparquet: String,
}

/// Address of the polygons as GeoParquet.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct PolygonGeoparquet {
    /// The address; it needs the same token.
    #[schema(format = "uri")]
    download_polygon_geoparquet: String,
}

/// The file, if it has the columns and the configuration shows them.
async fn parquet(
    state: &State,
    caller: &Caller,
    id: &str,
    kind: Artifact,
) -> Result<FileRow, Problem> {
    let row = known_file(state, caller, id).await?;
    let configuration =
        crate::configuration::for_user(state, &caller.account, &row.user_id).await?;
    let on = configuration.enable_geoparquet_output
        || (kind == Artifact::PolygonGeoparquet && configuration.enable_polygon_output);
    if on && row.has(kind) {
        return Ok(row);
    }
    Err(not_shown(state, caller, &row, kind).await)
}

/// The standard points as GeoParquet
#[utoipa::path(get, path = "/services/operations/api/files/{id}/standardGeoparquet",
    operation_id = "getStandardGeoparquet", tag = "files", params(FileId),
    responses((status = 200, description = "Where the GeoParquet is.", body = StandardGeoparquet)))]
pub(crate) async fn standard_geoparquet(
    extract::State(state): extract::State<State>,
    caller: Caller,
    BaseUrl(base): BaseUrl,
    Path(id): Path<String>,
) -> Result<axum::Json<StandardGeoparquet>, Problem> {
    let kind = Artifact::StandardGeoparquet;
    let row = parquet(&state, &caller, &id, kind).await?;
    let download_standard_geoparquet = artifact_url(&base, &row, kind);
    Ok(axum::Json(StandardGeoparquet {
        download_standard_geoparquet,
    }))
}

/// The swath polygons as GeoParquet
#[utoipa::path(get, path = "/services/operations/api/files/{id}/polygonGeoparquet",
    operation_id = "getPolygonGeoparquet", tag = "files", params(FileId),
    responses((status = 200, description = "Where the GeoParquet is.", body = PolygonGeoparquet)))]
pub(crate) async fn polygon_geoparquet(
    extract::State(state): extract::State<State>,
    caller: Caller,
    BaseUrl(base): BaseUrl,
    Path(id): Path<String>,
) -> Result<axum::Json<PolygonGeoparquet>, Problem> {
    let kind = Artifact::PolygonGeoparquet;
    let row = parquet(&state, &caller, &id, kind).await?;
    let download_polygon_geoparquet = artifact_url(&base, &row, kind);
    Ok(axum::Json(PolygonGeoparquet {
        download_polygon_geoparquet,
    }))
}
