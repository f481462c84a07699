//! Which fields a geometry meets, and what fields have in common.

use super::body::{Field, boundary_of};
use super::change::new_boundary;
use super::read::known_field;
use crate::api::accounts::users::known_user;
use crate::api::body::{Input, Json};
use crate::api::caller::Caller;
use crate::api::documents::geojson::{BoundaryGeometry, MultiPolygon};
use crate::api::path::LeafUserId;
use crate::api::problem::Problem;
use crate::api::query::path_id;
use crate::blocking::blocking;
use crate::error::StoreError;
use crate::state::State;
use crate::store::{Page, UserFilter};
use axum::extract::{self, Path};
use axum::http::StatusCode;
use serde::Deserialize;
use serde_json::{Value, json};
use tramline_convert::fields::Boundary;
use tramline_model::BoundaryStatus;
use utoipa::ToSchema;

/// Fields of one intersection.
const MOST: usize = 100;
/// Percent that an overlap is short of, since its corners are rounded: what lies wholly within has 100.
const ROUNDING: f64 = 1e-6;
/// Users that are looked up at once.
const USERS: u64 = 100;

/// A geometry, and how much of it must lie in a field.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct IntersectsInput {
    /// The geometry.
    #[schema(value_type = BoundaryGeometry)]
    geometry: Value,
    /// Percent of the field or of the geometry that must overlap, 0 to 100; 0.01 when absent.
    #[schema(minimum = 0, maximum = 100)]
    intersection_threshold: Option<f64>,
}

impl Input for IntersectsInput {
    const OBJECT: &'static str = "intersects";
}

/// Ids of fields, any text.
#[derive(Deserialize, ToSchema)]
pub(crate) struct FieldIds(Vec<String>);

impl Input for FieldIds {
    const OBJECT: &'static str = "fields";
}

/// A geometry, and how much of it or of a field must lie in the other.
#[derive(Clone)]
struct Wanted {
    shape: Boundary,
    /// Percent.
    least: f64,
}

impl IntersectsInput {
    fn wanted(&self) -> Result<Wanted, Problem> {
        let least = self.intersection_threshold.unwrap_or(0.01);
        if !(0.0..=100.0).contains(&least) {
            let message = "is not a number from 0 to 100";
            return Err(Problem::field(
                Self::OBJECT,
                "intersectionThreshold",
                message,
            ));
        }
        let (_, shape) = new_boundary(&self.geometry)?;
        Ok(Wanted { shape, least })
    }
}

/// The user's fields that the geometry meets.
async fn met(
    state: &State,
    caller: &Caller,
    user: &str,
    wanted: Wanted,
) -> Result<Vec<Field>, Problem> {
    let (boundaries, _) = state.db.active_boundaries(user).await?;
    let ids = blocking("work", move || {
        let mut ids = Vec::new();
        for row in boundaries {
            let shape = Boundary::from_wkb(&row.wkb)
                .ok_or_else(|| StoreError::corrupt("boundary", &row.field_id))?;
            let (of_field, of_geometry) = shape.overlap_percent(&wanted.shape);
            let most = of_field.max(of_geometry);
            if most > 0.0 && most + ROUNDING >= wanted.least {
                ids.push(row.field_id);
            }
        }
        Ok::<_, StoreError>(ids)
    })
    .await??;
    let mut fields = Vec::with_capacity(ids.len());
    for id in ids {
        if let Some(row) = state.db.field(&caller.account, user, &id).await? {
            fields.push(Field::new(row)?);
        }
    }
    Ok(fields)
}

/// Fields that a geometry meets, by at least the threshold of the field or of the geometry
#[utoipa::path(post, path = "/services/fields/api/users/{leafUserId}/fields/intersects",
    operation_id = "findIntersectingFields", tag = "fields", params(LeafUserId),
    request_body(content = IntersectsInput, description = "The geometry and how much must overlap."),
    responses((status = 200, description = "The fields that the geometry meets.", body = [Field])))]
pub(crate) async fn intersects(
    extract::State(state): extract::State<State>,
    caller: Caller,
    Path(user): Path<String>,
    Json(input): Json<IntersectsInput>,
) -> Result<axum::Json<Vec<Field>>, Problem> {
    let user = known_user(&state, &caller, &path_id(&user)?).await?.id;
    let fields = met(&state, &caller, &user, input.wanted()?).await?;
    Ok(axum::Json(fields))
}

/// Fields of all users that a geometry meets: the older path of `…/users/{leafUserId}/fields/intersects`
#[utoipa::path(post, path = "/services/fields/api/fields/query/intersects", operation_id = "queryIntersectingFields", tag = "fields",
    request_body(content = IntersectsInput, description = "The geometry and how much must overlap."),
    responses((status = 200, body = [Field], description = "The fields, user by user")))]
pub(crate) async fn query_intersects(
    extract::State(state): extract::State<State>,
    caller: Caller,
    Json(input): Json<IntersectsInput>,
) -> Result<axum::Json<Vec<Field>>, Problem> {
    let wanted = input.wanted()?;
    let mut fields = Vec::new();
    for page in 0.. {
        let page = Page { page, size: USERS };
        let users = state
            .db
            .users(&caller.account, &UserFilter::default(), page)
            .await?
            .items;
        for user in &users {
            fields.extend(met(&state, &caller, &user.id, wanted.clone()).await?);
        }
        if (users.len() as u64) < USERS {
            break;
        }
    }
    Ok(axum::Json(fields))
}

/// What fields have in common, as a GeoJSON MultiPolygon
#[utoipa::path(post, path = "/services/fields/api/users/{leafUserId}/fields/intersect",
    operation_id = "intersectFields", tag = "fields", params(LeafUserId),
    request_body(content = Vec<String>, description = "Ids of the fields, at most 100."),
    responses(
        (status = 200, description = "What the fields have in common; without polygons if there is nothing.", body = MultiPolygon),
    ))]
pub(crate) async fn intersect(
    extract::State(state): extract::State<State>,
    caller: Caller,
    Path(user): Path<String>,
    Json(FieldIds(ids)): Json<FieldIds>,
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
