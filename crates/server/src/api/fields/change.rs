//! Fields made, changed and removed, each with the events and the work that follow from it.

use super::body::{Field, boundary_of};
use super::read::known_field;
use crate::api::accounts::users::known_user;
use crate::api::body::{Input, Json, whole};
use crate::api::caller::Caller;
use crate::api::documents::geojson::BoundaryGeometry;
use crate::api::path::{FieldId, LeafUserId};
use crate::api::problem::Problem;
use crate::api::query::{escape, path_id, uuid};
use crate::events::event;
use crate::jobs::Locate;
use crate::state::State;
use crate::store::{Action, Event, FieldRow, NewBoundary, NewField};
use axum::extract::{self, Path};
use axum::http::StatusCode;
use axum::response::IntoResponse;
use serde::Deserialize;
use serde_json::Value;
use tramline_convert::fields::Boundary;
use tramline_model::BoundaryStatus;
use utoipa::ToSchema;
use uuid::Uuid;

const OBJECT: &str = "field";
/// Bytes of an id or a name.
const TEXT: usize = 200;

/// A field to be made or changed. Other keys are ignored.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct FieldInput {
    /// Your own id for it: any text of at most 200 bytes without a slash. It never changes.
    #[schema(max_length = 200)]
    id: Option<String>,
    /// Its name, of at most 200 bytes.
    #[schema(max_length = 200)]
    name: Option<String>,
    /// Id of its farm: a number of yours; text of digits is taken as well.
    #[serde(default, deserialize_with = "whole")]
    farm_id: Option<i64>,
    /// Its boundary.
    #[schema(value_type = Option<BoundaryGeometry>)]
    geometry: Option<Value>,
}

impl Input for FieldInput {
    const OBJECT: &'static str = OBJECT;
}

impl FieldInput {
    fn checked(&self) -> Result<(), Problem> {
        for (name, value) in [("id", &self.id), ("name", &self.name)] {
            let bad = |text: &String| {
                text.is_empty() || text.len() > TEXT || text.contains(char::is_control)
            };
            if value.as_ref().is_some_and(bad) {
                let message =
                    format!("is empty, longer than {TEXT} bytes or holds control characters");
                return Err(Problem::field(OBJECT, name, message));
            }
        }
        if self.id.as_ref().is_some_and(|id| id.contains('/')) {
            return Err(Problem::field(OBJECT, "id", "holds a slash"));
        }
        if self.id.as_ref().is_some_and(|id| id == "." || id == "..") {
            return Err(Problem::field(
                OBJECT,
                "id",
                "means another place in an address",
            ));
        }
        Ok(())
    }

    fn boundary(&self) -> Result<(NewBoundary, Boundary), Problem> {
        let geometry = self
            .geometry
            .as_ref()
            .ok_or_else(|| Problem::field(OBJECT, "geometry", "is required"))?;
        new_boundary(geometry)
    }
}

/// A boundary to be stored, or the contract's refusal.
pub(crate) fn new_boundary(geometry: &Value) -> Result<(NewBoundary, Boundary), Problem> {
    let boundary = Boundary::from_geojson(geometry).map_err(|invalid| {
        Problem::bad_request(format!("{} ({})", invalid.text, invalid.word))
            .title(format!("Invalid geometry: {}", invalid.text))
            .key("invalidGeometry")
            .hint("mend the geometry, for example with a buffer of zero width, and send it again")
    })?;
    let stored = NewBoundary {
        id: Uuid::now_v7().to_string(),
        wkb: boundary.to_wkb(),
        area_ha: boundary.area_ha(),
        bounds: boundary.bounds(),
    };
    Ok((stored, boundary))
}

fn told(kind: &'static str, field: &str, user: &str) -> Event {
    let rest = [("source", "REST"), ("leafUserId", user)];
    event(kind, &Uuid::now_v7().to_string(), ("fieldId", field), &rest)
}

/// A new field; the user's machine files are looked at again
#[utoipa::path(post, path = "/services/fields/api/users/{leafUserId}/fields", operation_id = "createField",
    tag = "fields", params(LeafUserId),
    request_body(content = FieldInput, description = "The field to be made; `geometry` must be there."),
    responses((status = 201, description = "The new field.", body = Field)))]
pub(crate) async fn create(
    extract::State(state): extract::State<State>,
    caller: Caller,
    Path(user): Path<String>,
    Json(input): Json<FieldInput>,
) -> Result<impl IntoResponse, Problem> {
    let user = known_user(&state, &caller, &path_id(&user)?).await?.id;
    input.checked()?;
    let (boundary, _) = input.boundary()?;
    let id = input.id.unwrap_or_else(|| Uuid::now_v7().to_string());
    let field = store(
        &state,
        &caller,
        &user,
        id,
        input.name,
        input.farm_id,
        boundary,
    )
    .await?;
    let location = format!(
        "/services/fields/api/users/{user}/fields/{}",
        escape(field.id())
    );
    Ok((
        StatusCode::CREATED,
        [("location", location)],
        axum::Json(field),
    ))
}

/// Stores a new field with its run and events.
pub(crate) async fn store(
    state: &State,
    caller: &Caller,
    user: &str,
    id: String,
    name: Option<String>,
    farm_id: Option<i64>,
    boundary: NewBoundary,
) -> Result<Field, Problem> {
    let run = Locate::after_change(&caller.account, user, boundary.bounds);
    let events = [
        told("fieldCreated", &id, user),
        boundary_event("fieldBoundaryCreated", &boundary.id, &id, user),
    ];
    let new = NewField {
        id,
        name,
        farm_id,
        boundary,
    };
    if !state
        .db
        .add_field(&caller.account, user, &new, &run, &events)
        .await?
    {
        let problem = Problem::field(
            OBJECT,
            "id",
            format!("there is a field `{}` already", new.id),
        );
        return Err(problem.key("fieldExists"));
    }
    Field::new(known_field(state, caller, user, &new.id).await?)
}

fn boundary_event(kind: &'static str, boundary: &str, field: &str, user: &str) -> Event {
    let rest = [("leafUserId", user), ("fieldId", field)];
    event(
        kind,
        &Uuid::now_v7().to_string(),
        ("boundaryId", boundary),
        &rest,
    )
}

/// Changes name, farm or boundary
#[utoipa::path(patch, path = "/services/fields/api/users/{leafUserId}/fields/{id}",
    operation_id = "changeField", tag = "fields", params(LeafUserId, FieldId),
    request_body(content = FieldInput, description = "The members to be changed."),
    responses((status = 200, description = "The field, as it is now.", body = Field)))]
pub(crate) async fn change(
    extract::State(state): extract::State<State>,
    caller: Caller,
    Path((user, id)): Path<(String, String)>,
    Json(input): Json<FieldInput>,
) -> Result<axum::Json<Field>, Problem> {
    let field = known_field(&state, &caller, &user, &id).await?;
    input.checked()?;
    if input.id.as_ref().is_some_and(|given| *given != field.id) {
        return Err(Problem::field(OBJECT, "id", "never changes"));
    }
    if input.geometry.is_some() {
        let (boundary, _) = input.boundary()?;
        replace(&state, &caller, &field, boundary).await?;
    }
    let name = input.name.as_deref();
    let changed = state.db.change_field(
        &caller.account,
        &field.user_id,
        &field.id,
        name,
        input.farm_id,
    );
    changed.await?;
    let field = known_field(&state, &caller, &user, &id).await?;
    Ok(axum::Json(Field::new(field)?))
}

/// A new active boundary: files within the old and the new one are looked at again.
pub(crate) async fn replace(
    state: &State,
    caller: &Caller,
    field: &FieldRow,
    boundary: NewBoundary,
) -> Result<(), Problem> {
    let mut bounds = boundary.bounds;
    for row in &field.boundaries {
        let old = boundary_of(row)?.bounds();
        bounds = [
            bounds[0].min(old[0]),
            bounds[1].min(old[1]),
            bounds[2].max(old[2]),
            bounds[3].max(old[3]),
        ];
    }
    let user = field.user_id.as_str();
    let run = Locate::after_change(&caller.account, user, bounds);
    let events = [
        boundary_event("fieldBoundaryUpdated", &boundary.id, &field.id, user),
        told("fieldUpdated", &field.id, user),
    ];
    let stored = state
        .db
        .set_boundary(&caller.account, user, &field.id, &boundary, &run, &events);
    stored.await?;
    Ok(())
}

/// Removes the field
#[utoipa::path(delete, path = "/services/fields/api/users/{leafUserId}/fields/{id}",
    operation_id = "deleteField", tag = "fields", params(LeafUserId, FieldId),
    responses((status = 204, description = "The field is gone.")))]
pub(crate) async fn remove(
    extract::State(state): extract::State<State>,
    caller: Caller,
    Path((user, id)): Path<(String, String)>,
) -> Result<StatusCode, Problem> {
    let field = known_field(&state, &caller, &user, &id).await?;
    let mut bounds: Option<[f64; 4]> = None;
    for row in field
        .boundaries
        .iter()
        .filter(|row| row.status == BoundaryStatus::Active)
    {
        bounds = Some(boundary_of(row)?.bounds());
    }
    let run = Locate::after_change(&caller.account, &field.user_id, bounds.unwrap_or_default());
    let gone = state
        .db
        .remove_field(&caller.account, &field.user_id, &field.id, &run)
        .await?;
    if gone {
        // A client may have chosen another word as its id: that could be a name.
        let id = uuid(&field.id);
        let action = Action::FieldRemoved;
        caller.record(&state, action, id.as_deref()).await;
        Ok(StatusCode::NO_CONTENT)
    } else {
        Err(Problem::not_found("field"))
    }
}
