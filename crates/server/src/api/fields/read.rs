//! One field.

use super::body::Field;
use crate::api::accounts::users::known_user;
use crate::api::caller::Caller;
use crate::api::path::{FieldId, LeafUserId};
use crate::api::problem::Problem;
use crate::api::query::path_id;
use crate::state::State;
use crate::store::FieldRow;
use axum::extract::{self, Path};

/// The user's id and the field, or 404.
pub(crate) async fn known_field(
    state: &State,
    caller: &Caller,
    user: &str,
    id: &str,
) -> Result<FieldRow, Problem> {
    let user = known_user(state, caller, &path_id(user)?).await?;
    let field = state.db.field(&caller.account, &user.id, id).await?;
    field.ok_or_else(|| Problem::not_found("field"))
}

/// One field with its boundary
#[utoipa::path(get, path = "/services/fields/api/users/{leafUserId}/fields/{id}", operation_id = "getField",
    tag = "fields", params(LeafUserId, FieldId),
    responses((status = 200, description = "The field with this id.", body = Field)))]
pub(crate) async fn read(
    extract::State(state): extract::State<State>,
    caller: Caller,
    Path((user, id)): Path<(String, String)>,
) -> Result<axum::Json<Field>, Problem> {
    Ok(axum::Json(Field::new(
        known_field(&state, &caller, &user, &id).await?,
    )?))
}
