//! Boundaries of a field.

use super::body::BoundaryBody;
use super::change::{new_boundary, replace};
use super::read::known_field;
use crate::api::body::Json;
use crate::api::caller::Caller;
use crate::api::problem::Problem;
use crate::api::query::path_id;
use crate::state::State;
use axum::extract::{self, Path};
use serde::Deserialize;
use serde_json::Value;
use tramline_model::BoundaryStatus;
use utoipa::ToSchema;

/// All boundaries of the field, the newest first
#[utoipa::path(get, path = "/services/fields/api/users/{leafUserId}/fields/{id}/boundaries", tag = "fields",
    params(("leafUserId" = String, Path), ("id" = String, Path)),
    responses((status = 200, body = [BoundaryBody])))]
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

/// One boundary
#[utoipa::path(get, path = "/services/fields/api/users/{leafUserId}/fields/{id}/boundaries/{boundaryId}",
    tag = "fields", params(("leafUserId" = String, Path), ("id" = String, Path), ("boundaryId" = String, Path)),
    responses((status = 200, body = BoundaryBody)))]
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
#[utoipa::path(get, path = "/services/fields/api/users/{leafUserId}/fields/{id}/boundary", tag = "fields",
    params(("leafUserId" = String, Path), ("id" = String, Path)),
    responses((status = 200, body = BoundaryBody)))]
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

#[derive(Deserialize, ToSchema)]
pub(crate) struct BoundaryInput {
    /// A GeoJSON MultiPolygon (or Polygon), WGS 84 degrees.
    #[schema(value_type = Object)]
    geometry: Value,
}

/// A new active boundary; the old one stays as inactive
#[utoipa::path(put, path = "/services/fields/api/users/{leafUserId}/fields/{id}/boundary", tag = "fields",
    params(("leafUserId" = String, Path), ("id" = String, Path)), request_body = BoundaryInput,
    responses((status = 200, body = BoundaryBody)))]
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
