//! Configurations of the owner and of users.

use super::body::Json;
use super::caller::Caller;
use super::parameters::path_id;
use super::problem::Problem;
use super::users::known_user;
use crate::configuration::{accept, complete};
use crate::db::Keys;
use crate::state::State;
use axum::extract::{self, Path};
use axum::http::StatusCode;
use serde_json::Value;

fn object(caller: &Caller, user: &str, keys: Keys) -> axum::Json<Value> {
    let mut object = Keys::new();
    object.insert(
        "apiOwnerUsername".to_owned(),
        caller.username.clone().into(),
    );
    object.insert("leafUserId".to_owned(), user.into());
    object.extend(keys);
    axum::Json(Value::Object(object))
}

fn taken(given: Value) -> Result<Keys, Problem> {
    let Value::Object(given) = given else {
        return Err(Problem::bad_request("the body is not a JSON object"));
    };
    accept(given).map_err(|(key, wrong)| Problem::field("configuration", &key, wrong))
}

/// The owner's configuration, complete
#[utoipa::path(get, path = "/services/config/api/configs", tag = "configurations",
    responses((status = 200, body = Object), (status = 401, body = Problem)))]
pub(crate) async fn read_owner(
    extract::State(state): extract::State<State>,
    caller: Caller,
) -> Result<axum::Json<Value>, Problem> {
    let stored = state
        .db
        .configuration(&caller.account, "")
        .await?
        .unwrap_or_default();
    Ok(object(&caller, "", complete(stored)))
}

/// Changes keys of the owner's configuration
#[utoipa::path(patch, path = "/services/config/api/configs", tag = "configurations", request_body = Object,
    responses((status = 200, body = Object), (status = 400, body = Problem), (status = 401, body = Problem),
        (status = 413, body = Problem), (status = 415, body = Problem)))]
pub(crate) async fn change_owner(
    extract::State(state): extract::State<State>,
    caller: Caller,
    Json(given): Json<Value>,
) -> Result<axum::Json<Value>, Problem> {
    let mut stored = state
        .db
        .configuration(&caller.account, "")
        .await?
        .unwrap_or_default();
    stored.extend(taken(given)?);
    state
        .db
        .set_configuration(&caller.account, "", &stored)
        .await?;
    Ok(object(&caller, "", complete(stored)))
}

/// The stored keys of a user, or 404.
async fn own(state: &State, caller: &Caller, id: &str) -> Result<(String, Option<Keys>), Problem> {
    let user = known_user(state, caller, &path_id(id)?).await?;
    let keys = state.db.configuration(&caller.account, &user.id).await?;
    Ok((user.id, keys))
}

fn none() -> Problem {
    Problem::new(
        StatusCode::NOT_FOUND,
        "the user has no configuration of their own: the owner's holds",
    )
}

/// What is set on the user; 404 when nothing is
#[utoipa::path(get, path = "/services/config/api/configs/{leafUserId}", tag = "configurations",
    params(("leafUserId" = String, Path)),
    responses((status = 200, body = Object), (status = 400, body = Problem), (status = 401, body = Problem),
        (status = 404, body = Problem)))]
pub(crate) async fn read(
    extract::State(state): extract::State<State>,
    caller: Caller,
    Path(id): Path<String>,
) -> Result<axum::Json<Value>, Problem> {
    let (user, keys) = own(&state, &caller, &id).await?;
    Ok(object(&caller, &user, keys.ok_or_else(none)?))
}

/// A configuration for the user
#[utoipa::path(post, path = "/services/config/api/configs/{leafUserId}", tag = "configurations",
    params(("leafUserId" = String, Path)), request_body = Object,
    responses((status = 201, body = Object), (status = 400, body = Problem), (status = 401, body = Problem),
        (status = 404, body = Problem), (status = 413, body = Problem), (status = 415, body = Problem)))]
pub(crate) async fn create(
    extract::State(state): extract::State<State>,
    caller: Caller,
    Path(id): Path<String>,
    Json(given): Json<Value>,
) -> Result<(StatusCode, axum::Json<Value>), Problem> {
    let (user, keys) = own(&state, &caller, &id).await?;
    if keys.is_some() {
        let detail = "the user has a configuration already";
        return Err(Problem::bad_request(detail)
            .key("configurationExists")
            .hint("change it with PATCH"));
    }
    let keys = taken(given)?;
    state
        .db
        .set_configuration(&caller.account, &user, &keys)
        .await?;
    Ok((StatusCode::CREATED, object(&caller, &user, keys)))
}

/// Changes keys of the user's configuration
#[utoipa::path(patch, path = "/services/config/api/configs/{leafUserId}", tag = "configurations",
    params(("leafUserId" = String, Path)), request_body = Object,
    responses((status = 200, body = Object), (status = 400, body = Problem), (status = 401, body = Problem),
        (status = 404, body = Problem), (status = 413, body = Problem), (status = 415, body = Problem)))]
pub(crate) async fn change(
    extract::State(state): extract::State<State>,
    caller: Caller,
    Path(id): Path<String>,
    Json(given): Json<Value>,
) -> Result<axum::Json<Value>, Problem> {
    let (user, keys) = own(&state, &caller, &id).await?;
    let mut keys = keys.ok_or_else(none)?;
    keys.extend(taken(given)?);
    state
        .db
        .set_configuration(&caller.account, &user, &keys)
        .await?;
    Ok(object(&caller, &user, keys))
}

/// Back to the owner's configuration
#[utoipa::path(delete, path = "/services/config/api/configs/{leafUserId}", tag = "configurations",
    params(("leafUserId" = String, Path)),
    responses((status = 204), (status = 400, body = Problem), (status = 401, body = Problem),
        (status = 404, body = Problem)))]
pub(crate) async fn remove(
    extract::State(state): extract::State<State>,
    caller: Caller,
    Path(id): Path<String>,
) -> Result<StatusCode, Problem> {
    let (user, _) = own(&state, &caller, &id).await?;
    if state
        .db
        .remove_configuration(&caller.account, &user)
        .await?
    {
        Ok(StatusCode::NO_CONTENT)
    } else {
        Err(none())
    }
}
