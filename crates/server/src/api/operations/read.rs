//! One field operation and its outputs. No operation is made yet, so that every id is unknown.

use super::body::{
    MachineSessions, Operation, OperationFilteredGeojson, OperationFilteredGeoparquet,
    OperationImage, OperationImplements, OperationMachines, OperationOperators,
    OperationStandardGeojson, OperationStandardGeoparquet,
};
use crate::api::caller::Caller;
use crate::api::documents::summary::FileSummary;
use crate::api::files::MachineFile;
use crate::api::problem::Problem;
use crate::api::query::path_id;
use axum::extract::Path;

/// 404, or 400 for what is no id.
pub(super) fn unknown(id: &str) -> Problem {
    match path_id(id) {
        Ok(_) => Problem::not_found("operation").hint(
            "this version makes no field operations yet; the machine files are under `…/files`",
        ),
        Err(malformed) => malformed,
    }
}

/// One field operation
#[utoipa::path(get, path = "/services/operations/api/operations/{id}", operation_id = "getOperation", tag = "operations",
    params(("id" = String, Path, description = "The operation's id", format = "uuid")),
    responses((status = 200, body = Operation, description = "The operation: not yet, as there are no operations")))]
pub(crate) async fn read(_: Caller, Path(id): Path<String>) -> Problem {
    unknown(&id)
}

/// Statistics, totals and the worked area of an operation as a GeoJSON feature
#[utoipa::path(get, path = "/services/operations/api/operations/{id}/summary", operation_id = "getOperationSummary", tag = "operations",
    params(("id" = String, Path, description = "The operation's id", format = "uuid")),
    responses((status = 200, body = FileSummary, description = "A GeoJSON feature, as the summary of a machine file: not yet, as there are no operations")))]
pub(crate) async fn summary(_: Caller, Path(id): Path<String>) -> Problem {
    unknown(&id)
}

/// Where the standard points of an operation are downloaded
#[utoipa::path(get, path = "/services/operations/api/operations/{id}/standardGeojson", operation_id = "getOperationStandardGeojson", tag = "operations",
    params(("id" = String, Path, description = "The operation's id", format = "uuid")),
    responses((status = 200, body = OperationStandardGeojson, description = "The addresses: not yet, as there are no operations")))]
pub(crate) async fn standard_geojson(_: Caller, Path(id): Path<String>) -> Problem {
    unknown(&id)
}

/// Where the filtered points of an operation are downloaded
#[utoipa::path(get, path = "/services/operations/api/operations/{id}/filteredGeojson", operation_id = "getOperationFilteredGeojson", tag = "operations",
    params(("id" = String, Path, description = "The operation's id", format = "uuid")),
    responses((status = 200, body = OperationFilteredGeojson, description = "The addresses: not yet, as there are no operations")))]
pub(crate) async fn filtered_geojson(_: Caller, Path(id): Path<String>) -> Problem {
    unknown(&id)
}

/// Where the standard points of an operation are downloaded as GeoParquet
#[utoipa::path(get, path = "/services/operations/api/operations/{id}/standardGeoparquet", operation_id = "getOperationStandardGeoparquet", tag = "operations",
    params(("id" = String, Path, description = "The operation's id", format = "uuid")),
    responses((status = 200, body = OperationStandardGeoparquet, description = "The address: not yet, as there are no operations")))]
pub(crate) async fn standard_geoparquet(_: Caller, Path(id): Path<String>) -> Problem {
    unknown(&id)
}

/// Where the filtered points of an operation are downloaded as GeoParquet
#[utoipa::path(get, path = "/services/operations/api/operations/{id}/filteredGeoparquet", operation_id = "getOperationFilteredGeoparquet", tag = "operations",
    params(("id" = String, Path, description = "The operation's id", format = "uuid")),
    responses((status = 200, body = OperationFilteredGeoparquet, description = "The address: not yet, as there are no operations")))]
pub(crate) async fn filtered_geoparquet(_: Caller, Path(id): Path<String>) -> Problem {
    unknown(&id)
}

/// Images of an operation
#[utoipa::path(get, path = "/services/operations/api/operations/{id}/images", operation_id = "listOperationImages", tag = "operations",
    params(("id" = String, Path, description = "The operation's id", format = "uuid")),
    responses((status = 200, body = [OperationImage], description = "An image of each property: not yet, as there are no operations")))]
pub(crate) async fn images(_: Caller, Path(id): Path<String>) -> Problem {
    unknown(&id)
}

/// Class maps of an operation
#[utoipa::path(get, path = "/services/operations/api/operations/{id}/imagesV2", operation_id = "listOperationClassMaps", tag = "operations",
    params(("id" = String, Path, description = "The operation's id", format = "uuid")),
    responses((status = 200, body = [OperationImage], description = "A map of each property: not yet, as there are no operations")))]
pub(crate) async fn class_maps(_: Caller, Path(id): Path<String>) -> Problem {
    unknown(&id)
}

/// Maps of an operation as GeoTIFF
#[utoipa::path(get, path = "/services/operations/api/operations/{id}/geotiffImages", operation_id = "listOperationGeotiffs", tag = "operations",
    params(("id" = String, Path, description = "The operation's id", format = "uuid")),
    responses((status = 200, body = [OperationImage], description = "A GeoTIFF of each property: not yet, as there are no operations")))]
pub(crate) async fn geotiffs(_: Caller, Path(id): Path<String>) -> Problem {
    unknown(&id)
}

/// The unit of each property of an operation
#[utoipa::path(get, path = "/services/operations/api/operations/{id}/units", operation_id = "getOperationUnits", tag = "operations",
    params(("id" = String, Path, description = "The operation's id", format = "uuid")),
    responses((status = 200, body = BTreeMap<String, String>, description = "Units by property: not yet, as there are no operations")))]
pub(crate) async fn units(_: Caller, Path(id): Path<String>) -> Problem {
    unknown(&id)
}

/// Machines of an operation
#[utoipa::path(get, path = "/services/operations/api/operations/{id}/machines", operation_id = "listOperationMachines", tag = "operations",
    params(("id" = String, Path, description = "The operation's id", format = "uuid")),
    responses((status = 200, body = OperationMachines, description = "Their ids: not yet, as there are no operations")))]
pub(crate) async fn machines(_: Caller, Path(id): Path<String>) -> Problem {
    unknown(&id)
}

/// Implements of an operation
#[utoipa::path(get, path = "/services/operations/api/operations/{id}/implements", operation_id = "listOperationImplements", tag = "operations",
    params(("id" = String, Path, description = "The operation's id", format = "uuid")),
    responses((status = 200, body = OperationImplements, description = "Their ids: not yet, as there are no operations")))]
pub(crate) async fn implements(_: Caller, Path(id): Path<String>) -> Problem {
    unknown(&id)
}

/// Operators of an operation
#[utoipa::path(get, path = "/services/operations/api/operations/{id}/operators", operation_id = "listOperationOperators", tag = "operations",
    params(("id" = String, Path, description = "The operation's id", format = "uuid")),
    responses((status = 200, body = OperationOperators, description = "Their ids: not yet, as there are no operations")))]
pub(crate) async fn operators(_: Caller, Path(id): Path<String>) -> Problem {
    unknown(&id)
}

/// What each machine of an operation did, and when
#[utoipa::path(get, path = "/services/operations/api/operations/{id}/sessions", operation_id = "listOperationSessions", tag = "operations",
    params(("id" = String, Path, description = "The operation's id", format = "uuid")),
    responses((status = 200, body = [MachineSessions], description = "Sessions by machine: not yet, as there are no operations")))]
pub(crate) async fn sessions(_: Caller, Path(id): Path<String>) -> Problem {
    unknown(&id)
}

/// Machine files of an operation
#[utoipa::path(get, path = "/services/operations/api/operations/{id}/files", operation_id = "listOperationFiles", tag = "operations",
    params(("id" = String, Path, description = "The operation's id", format = "uuid")),
    responses((status = 200, body = [MachineFile], description = "The machine files: not yet, as there are no operations")))]
pub(crate) async fn files(_: Caller, Path(id): Path<String>) -> Problem {
    unknown(&id)
}
