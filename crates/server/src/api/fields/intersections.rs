//! Which fields a geometry meets, and what fields have in common.

use super::body::{Field, boundary_of};
use super::change::new_boundary;
use super::read::known_field;
use crate::api::accounts::users::known_user;
use crate::api::body::Json;
use crate::api::caller::Caller;
use crate::api::problem::Problem;
use crate::api::query::path_id;
use crate::blocking::blocking;
use crate::error::StoreError;
use crate::state::State;
use axum::extract::{self, Path};
use axum::http::StatusCode;
use serde::Deserialize;
use serde_json::{Value, json};
use tramline_convert::fields::Boundary;
use tramline_model::BoundaryStatus;
use utoipa::ToSchema;

/// Fields of one intersection.
const MOST: usize = 100;

#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct IntersectsInput {
    #[schema(value_type = Object)]
    geometry: Value,
    /// Percent of the field or of the geometry; 0.01 when absent.
    intersection_threshold: Option<f64>,
}

/// Fields that a geometry meets, by at least the threshold of the field or of the geometry
#[utoipa::path(post, path = "/services/fields/api/users/{leafUserId}/fields/intersects", tag = "fields",
    params(("leafUserId" = String, Path)), request_body = IntersectsInput,
    responses((status = 200, body = [Field])))]
pub(crate) async fn intersects(
    extract::State(state): extract::State<State>,
    caller: Caller,
    Path(user): Path<String>,
    Json(input): Json<IntersectsInput>,
) -> Result<axum::Json<Vec<Field>>, Problem> {
    let user = known_user(&state, &caller, &path_id(&user)?).await?.id;
    let threshold = input.intersection_threshold.unwrap_or(0.01);
    if !(0.0..=100.0).contains(&threshold) {
        let message = "is not a number from 0 to 100";
        return Err(Problem::field(
            "intersects",
            "intersectionThreshold",
            message,
        ));
    }
    let (_, wanted) = new_boundary(&input.geometry)?;
    let (boundaries, _) = state.db.active_boundaries(&user).await?;
    let ids = blocking("work", move || {
        let mut ids = Vec::new();
        for row in boundaries {
            let shape = Boundary::from_wkb(&row.wkb)
                .ok_or_else(|| StoreError::corrupt("boundary", &row.field_id))?;
            let (of_field, of_geometry) = shape.overlap_percent(&wanted);
            let most = of_field.max(of_geometry);
            if most > 0.0 && most >= threshold {
                ids.push(row.field_id);
            }
        }
        Ok::<_, StoreError>(ids)
    })
    .await??;
    let mut fields = Vec::with_capacity(ids.len());
    for id in ids {
        if let Some(row) = state.db.field(&caller.account, &user, &id).await? {
            fields.push(Field::new(row)?);
        }
    }
    Ok(axum::Json(fields))
}

/// What fields have in common, as a GeoJSON MultiPolygon
#[utoipa::path(post, path = "/services/fields/api/users/{leafUserId}/fields/intersect", tag = "fields",
    params(("leafUserId" = String, Path)), request_body = Vec<String>,
    responses((status = 200, body = Object)))]
pub(crate) async fn intersect(
    extract::State(state): extract::State<State>,
    caller: Caller,
    Path(user): Path<String>,
    Json(ids): Json<Vec<String>>,
) -> Result<(StatusCode, axum::Json<Value>), Problem> {
    let user = known_user(&state, &caller, &path_id(&user)?).await?.id;
    if ids.is_empty() || ids.len() > MOST {
        return Err(Problem::bad_request(format!(
            "the body is not 1 to {MOST} ids of fields"
        )));
    }
    let mut common: Option<Boundary> = None;
    for (place, id) in ids.iter().enumerate() {
        let field = known_field(&state, &caller, &user, id).await?;
        let row = field
            .boundaries
            .iter()
            .find(|row| row.status == BoundaryStatus::Active);
        let shape = boundary_of(row.ok_or_else(|| Problem::not_found("boundary"))?)?;
        common = match common {
            None if place == 0 => Some(shape),
            None => None,
            Some(before) => before.intersection(&shape),
        };
    }
    let empty = || json!({"type": "MultiPolygon", "coordinates": []});
    let geometry = common.map_or_else(empty, |shape| shape.to_geojson());
    Ok((StatusCode::OK, axum::Json(geometry)))
}
