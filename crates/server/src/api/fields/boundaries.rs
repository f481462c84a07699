//! Boundaries of a field.

use super::body::BoundaryBody;
use super::change::{new_boundary, replace};
use super::read::known_field;
use crate::api::body::{Input, Json};
use crate::api::caller::Caller;
use crate::api::documents::geojson::BoundaryGeometry;
use crate::api::path::{BoundaryId, FieldId, LeafUserId};
use crate::api::problem::Problem;
use crate::api::query::path_id;
use crate::state::State;
use axum::extract::{self, Path};
use serde::Deserialize;
use serde_json::Value;
use tramline_model::BoundaryStatus;
use utoipa::ToSchema;

/// All boundaries of the field, the newest first
#[utoipa::path(get, path = "/services/fields/api/users/{leafUserId}/fields/{id}/boundaries",
    operation_id = "listBoundaries", tag = "fields", params(LeafUserId, FieldId),
    responses((status = 200, description = "All boundaries, the newest first.", body = [BoundaryBody])))]
pub(crate) async fn list(
    extract::State(state): extract::State<State>,
    caller: Caller,
    Path((user, id)): Path<(String, String)>,
) -> Result<axum::Json<Vec<BoundaryBody>>, Problem> {
    let field = known_field(&state, &caller, &user, &id).await?;
    let list = field
        .boundaries
        .iter()
        .map(BoundaryBody::new)
        .collect::<Result<_, _>>()?;
    Ok(axum::Json(list))
}

/// One boundary of the field
#[utoipa::path(get, path = "/services/fields/api/users/{leafUserId}/fields/{id}/boundaries/{boundaryId}",
    operation_id = "getBoundary", tag = "fields", params(LeafUserId, FieldId, BoundaryId),
    responses((status = 200, description = "The boundary with this id.", body = BoundaryBody)))]
pub(crate) async fn read(
    extract::State(state): extract::State<State>,
    caller: Caller,
    Path((user, id, boundary)): Path<(String, String, String)>,
) -> Result<axum::Json<BoundaryBody>, Problem> {
    let wanted = path_id(&boundary)?;
    let field = known_field(&state, &caller, &user, &id).await?;
    let found = field.boundaries.iter().find(|row| row.id == wanted);
    let row = found.ok_or_else(|| Problem::not_found("boundary"))?;
    Ok(axum::Json(BoundaryBody::new(row)?))
}

/// The active boundary
#[utoipa::path(get, path = "/services/fields/api/users/{leafUserId}/fields/{id}/boundary",
    operation_id = "getActiveBoundary", tag = "fields", params(LeafUserId, FieldId),
    responses((status = 200, description = "The boundary that holds.", body = BoundaryBody)))]
pub(crate) async fn active(
    extract::State(state): extract::State<State>,
    caller: Caller,
    Path((user, id)): Path<(String, String)>,
) -> Result<axum::Json<BoundaryBody>, Problem> {
    let field = known_field(&state, &caller, &user, &id).await?;
    let found = field
        .boundaries
        .iter()
        .find(|row| row.status == BoundaryStatus::Active);
    let row = found.ok_or_else(|| Problem::not_found("boundary"))?;
    Ok(axum::Json(BoundaryBody::new(row)?))
}

/// A boundary to be set.
#[derive(Deserialize, ToSchema)]
pub(crate) struct BoundaryInput {
    /// The boundary.
    #[schema(value_type = BoundaryGeometry)]
    geometry: Value,
}

impl Input for BoundaryInput {
    const OBJECT: &'static str = "boundary";
}

/// A new active boundary; the old one stays as inactive
#[utoipa::path(put, path = "/services/fields/api/users/{leafUserId}/fields/{id}/boundary",
    operation_id = "replaceBoundary", tag = "fields", params(LeafUserId, FieldId),
    request_body(content = BoundaryInput, description = "The new boundary."),
    responses((status = 200, description = "The new boundary.", body = BoundaryBody)))]
pub(crate) async fn put(
    extract::State(state): extract::State<State>,
    caller: Caller,
    Path((user, id)): Path<(String, String)>,
    Json(input): Json<BoundaryInput>,
) -> Result<axum::Json<BoundaryBody>, Problem> {
    let field = known_field(&state, &caller, &user, &id).await?;
    let (boundary, _) = new_boundary(&input.geometry)?;
    replace(&state, &caller, &field, boundary).await?;
    active(extract::State(state), caller, Path((user, id))).await
}
