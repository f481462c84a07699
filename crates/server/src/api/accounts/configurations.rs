//! Configurations of the owner and of their users.

use super::users::known_user;
use crate::api::body::{Input, Json};
use crate::api::caller::Caller;
use crate::api::documents::configuration::Configuration;
use crate::api::path::LeafUserId;
use crate::api::problem::Problem;
use crate::api::query::path_id;
use crate::configuration::{checked, effective};
use crate::state::State;
use crate::store::{Before, Change, Keys};
use axum::extract::{self, Path};
use axum::http::StatusCode;
use axum::response::IntoResponse;
use serde_json::Value;
use tramline_model::settings::Setting;

const PREFIX: &str = "/services/config/api/configs";

impl Input for Keys {
    const OBJECT: &'static str = "configuration";
}

fn body(caller: &Caller, user: &str, keys: Keys) -> axum::Json<Value> {
    let mut body = Keys::new();
    body.insert("apiOwnerUsername".into(), caller.username.clone().into());
    body.insert("leafUserId".into(), user.into());
    body.extend(keys);
    axum::Json(Value::Object(body))
}

fn missing() -> Problem {
    Problem::new(
        StatusCode::NOT_FOUND,
        "the user has no configuration of their own",
    )
    .hint("the owner's holds; POST makes one for the user")
}

async fn set(
    state: &State,
    caller: &Caller,
    user: Option<&str>,
    before: Before,
    sent: Keys,
) -> Result<Keys, Problem> {
    let keys =
        checked(sent).map_err(|fault| Problem::field("configuration", &fault.key, fault.why))?;
    let account = &caller.account;
    let stored = state.db.configuration(account, user).await?;
    let stored = stored.unwrap_or_default();
    for name in keys.keys() {
        // Once: the next time it is there already.
        if Setting::find(name).is_none() && !stored.contains_key(name) {
            tracing::warn!(
                account,
                user,
                key = name,
                "a configuration key that nothing knows is stored"
            );
        }
    }
    let change = state
        .db
        .change_configuration(account, user, before, &keys, &caller.by)
        .await?;
    match change {
        Change::Done(keys) => Ok(keys),
        Change::Missing => Err(missing()),
        Change::Exists => {
            let detail = "the user has a configuration of their own already";
            Err(Problem::bad_request(detail)
                .key("configurationExists")
                .hint("PATCH changes it"))
        }
        Change::TooLarge => Err(Problem::bad_request(
            "the configuration would be larger than 64 kB",
        )),
    }
}

/// The owner's configuration: the complete set of keys
#[utoipa::path(get, path = "/services/config/api/configs", operation_id = "getConfiguration",
    tag = "configurations",
    responses((status = 200, description = "The complete set of keys.", body = Configuration)))]
pub(crate) async fn read_owner(
    extract::State(state): extract::State<State>,
    caller: Caller,
) -> Result<axum::Json<Value>, Problem> {
    let keys = effective(&state, &caller.account, None).await?;
    Ok(body(&caller, "", keys))
}

/// Sets keys of the owner's configuration; users without their own value follow
#[utoipa::path(patch, path = "/services/config/api/configs", operation_id = "changeConfiguration",
    tag = "configurations",
    request_body(content = Configuration, description = "The keys to be set; the others stay as they are."),
    responses((status = 200, description = "The complete set of keys, as it is now.", body = Configuration)))]
pub(crate) async fn change_owner(
    extract::State(state): extract::State<State>,
    caller: Caller,
    Json(sent): Json<Keys>,
) -> Result<axum::Json<Value>, Problem> {
    set(&state, &caller, None, Before::Either, sent).await?;
    let keys = effective(&state, &caller.account, None).await?;
    Ok(body(&caller, "", keys))
}

/// The keys that a user has of their own
#[utoipa::path(get, path = "/services/config/api/configs/{leafUserId}",
    operation_id = "getUserConfiguration", tag = "configurations", params(LeafUserId),
    responses((status = 200, description = "The keys that the user has.", body = Configuration)))]
pub(crate) async fn read(
    extract::State(state): extract::State<State>,
    caller: Caller,
    Path(id): Path<String>,
) -> Result<axum::Json<Value>, Problem> {
    let user = known_user(&state, &caller, &path_id(&id)?).await?;
    let keys = state
        .db
        .configuration(&caller.account, Some(&user.id))
        .await?;
    Ok(body(&caller, &user.id, keys.ok_or_else(missing)?))
}

/// Gives a user keys of their own
#[utoipa::path(post, path = "/services/config/api/configs/{leafUserId}",
    operation_id = "createUserConfiguration", tag = "configurations", params(LeafUserId),
    request_body(content = Configuration, description = "The keys that the user is to have of their own."),
    responses((status = 201, description = "The keys that the user has now.", body = Configuration)))]
pub(crate) async fn create(
    extract::State(state): extract::State<State>,
    caller: Caller,
    Path(id): Path<String>,
    Json(sent): Json<Keys>,
) -> Result<impl IntoResponse, Problem> {
    let user = known_user(&state, &caller, &path_id(&id)?).await?;
    let keys = set(&state, &caller, Some(&user.id), Before::Nothing, sent).await?;
    let location = format!("{PREFIX}/{}", user.id);
    Ok((
        StatusCode::CREATED,
        [("location", location)],
        body(&caller, &user.id, keys),
    ))
}

/// Sets keys of a user's own configuration
#[utoipa::path(patch, path = "/services/config/api/configs/{leafUserId}",
    operation_id = "changeUserConfiguration", tag = "configurations", params(LeafUserId),
    request_body(content = Configuration, description = "The keys to be set; the others stay as they are."),
    responses((status = 200, description = "The keys that the user has now.", body = Configuration)))]
pub(crate) async fn change(
    extract::State(state): extract::State<State>,
    caller: Caller,
    Path(id): Path<String>,
    Json(sent): Json<Keys>,
) -> Result<axum::Json<Value>, Problem> {
    let user = known_user(&state, &caller, &path_id(&id)?).await?;
    let keys = set(&state, &caller, Some(&user.id), Before::Something, sent).await?;
    Ok(body(&caller, &user.id, keys))
}

/// Removes a user's own keys: they inherit everything again
#[utoipa::path(delete, path = "/services/config/api/configs/{leafUserId}",
    operation_id = "deleteUserConfiguration", tag = "configurations", params(LeafUserId),
    responses((status = 204, description = "The user inherits everything again.")))]
pub(crate) async fn remove(
    extract::State(state): extract::State<State>,
    caller: Caller,
    Path(id): Path<String>,
) -> Result<StatusCode, Problem> {
    let user = known_user(&state, &caller, &path_id(&id)?).await?;
    if state
        .db
        .remove_configuration(&caller.account, &user.id, &caller.by)
        .await?
    {
        Ok(StatusCode::NO_CONTENT)
    } else {
        Err(missing())
    }
}
