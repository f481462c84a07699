//! One field.

use super::body::Field;
use crate::api::accounts::users::known_user;
use crate::api::caller::Caller;
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

/// One field
#[utoipa::path(get, path = "/services/fields/api/users/{leafUserId}/fields/{id}", tag = "fields",
    params(("leafUserId" = String, Path), ("id" = String, Path)),
    responses((status = 200, body = Field)))]
pub(crate) async fn read(
    extract::State(state): extract::State<State>,
    caller: Caller,
    Path((user, id)): Path<(String, String)>,
) -> Result<axum::Json<Field>, Problem> {
    Ok(axum::Json(Field::new(
        known_field(&state, &caller, &user, &id).await?,
    )?))
}
