//! Users of an account: whose machine files they are.

use crate::api::body::Json;
use crate::api::caller::{BaseUrl, Caller};
use crate::api::problem::Problem;
use crate::api::query::{Paging, Text, path_id, query};
use crate::clock::iso;
use crate::state::State;
use crate::store::{NewUser, User, UserFilter};
use axum::extract::{self, Path};
use axum::http::{HeaderMap, StatusCode};
use axum::response::IntoResponse;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

const PREFIX: &str = "/services/usermanagement/api";

#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct UserBody {
    id: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    email: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    phone: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    address: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    external_id: Option<String>,
    created_time: String,
}

impl From<User> for UserBody {
    fn from(user: User) -> Self {
        Self {
            id: user.id,
            name: user.name,
            email: user.email,
            phone: user.phone,
            address: user.address,
            external_id: user.external_id,
            created_time: iso(user.created),
        }
    }
}

/// What can be said of a user. Other keys are ignored.
#[derive(Default, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct UserInput {
    /// Only for `PUT /users`.
    id: Option<String>,
    #[schema(example = "Example Farm")]
    name: Option<String>,
    #[schema(example = "farm@example.org")]
    email: Option<String>,
    phone: Option<String>,
    address: Option<String>,
    external_id: Option<String>,
}

impl UserInput {
    fn checked(self) -> Result<NewUser, Problem> {
        for (name, value) in [
            ("name", &self.name),
            ("email", &self.email),
            ("phone", &self.phone),
            ("address", &self.address),
            ("externalId", &self.external_id),
        ] {
            if value
                .as_ref()
                .is_some_and(|value| value.len() > 1_000 || value.contains('\0'))
            {
                return Err(Problem::field(
                    "user",
                    name,
                    "is longer than 1,000 bytes or holds NUL",
                ));
            }
        }
        Ok(NewUser {
            name: self.name,
            email: self.email,
            phone: self.phone,
            address: self.address,
            external_id: self.external_id,
        })
    }
}

/// The user, or 404.
pub(crate) async fn known_user(state: &State, caller: &Caller, id: &str) -> Result<User, Problem> {
    let user = state.db.user(&caller.account, id).await?;
    user.ok_or_else(|| Problem::not_found("user"))
}

query! {
    /// The filters of the list; all that are given must hold.
    UserQuery {
        name: Text = "name",
        email: Text = "email",
        external_id: Text = "externalId",
        paging: Paging = "page" | "size",
    }
}

/// Users of the account
#[utoipa::path(get, path = "/services/usermanagement/api/users", tag = "users", params(UserQuery),
    responses((status = 200, body = [UserBody])))]
pub(crate) async fn list(
    extract::State(state): extract::State<State>,
    caller: Caller,
    BaseUrl(base): BaseUrl,
    query: UserQuery,
) -> Result<(HeaderMap, axum::Json<Vec<UserBody>>), Problem> {
    let filter = UserFilter {
        name: query.name,
        email: query.email,
        external_id: query.external_id,
    };
    let page = query.paging.page;
    let found = state.db.users(&caller.account, &filter, page).await?;
    let headers = query.paging.headers(&base, found.total);
    Ok((
        headers,
        axum::Json(found.items.into_iter().map(UserBody::from).collect()),
    ))
}

/// A new user
#[utoipa::path(post, path = "/services/usermanagement/api/users", tag = "users", request_body = UserInput,
    responses((status = 201, body = UserBody)))]
pub(crate) async fn create(
    extract::State(state): extract::State<State>,
    caller: Caller,
    Json(input): Json<UserInput>,
) -> Result<impl IntoResponse, Problem> {
    let user = state
        .db
        .add_user(&caller.account, &input.checked()?, &caller.by)
        .await?;
    let location = format!("{PREFIX}/users/{}", user.id);
    Ok((
        StatusCode::CREATED,
        [("location", location)],
        axum::Json(UserBody::from(user)),
    ))
}

/// One user
#[utoipa::path(get, path = "/services/usermanagement/api/users/{id}", tag = "users", params(("id" = String, Path)),
    responses((status = 200, body = UserBody)))]
pub(crate) async fn read(
    extract::State(state): extract::State<State>,
    caller: Caller,
    Path(id): Path<String>,
) -> Result<axum::Json<UserBody>, Problem> {
    let user = known_user(&state, &caller, &path_id(&id)?).await?;
    Ok(axum::Json(user.into()))
}

/// Changes the members that are given
#[utoipa::path(patch, path = "/services/usermanagement/api/users/{id}", tag = "users",
    params(("id" = String, Path)), request_body = UserInput,
    responses((status = 200, body = UserBody)))]
pub(crate) async fn change(
    extract::State(state): extract::State<State>,
    caller: Caller,
    Path(id): Path<String>,
    Json(input): Json<UserInput>,
) -> Result<axum::Json<UserBody>, Problem> {
    let user = known_user(&state, &caller, &path_id(&id)?).await?;
    let input = input.checked()?;
    let merged = NewUser {
        name: input.name.or(user.name),
        email: input.email.or(user.email),
        phone: input.phone.or(user.phone),
        address: input.address.or(user.address),
        external_id: input.external_id.or(user.external_id),
    };
    write(&state, &caller, &user.id, &merged).await
}

/// Writes the whole user; the id stands in the body
#[utoipa::path(put, path = "/services/usermanagement/api/users", tag = "users", request_body = UserInput,
    responses((status = 200, body = UserBody)))]
pub(crate) async fn replace(
    extract::State(state): extract::State<State>,
    caller: Caller,
    Json(input): Json<UserInput>,
) -> Result<axum::Json<UserBody>, Problem> {
    let id = input
        .id
        .clone()
        .ok_or_else(|| Problem::field("user", "id", "is required"))?;
    let id = path_id(&id)?;
    write(&state, &caller, &id, &input.checked()?).await
}

async fn write(
    state: &State,
    caller: &Caller,
    id: &str,
    user: &NewUser,
) -> Result<axum::Json<UserBody>, Problem> {
    let user = state
        .db
        .change_user(&caller.account, id, user, &caller.by)
        .await?;
    let user = user.ok_or_else(|| Problem::not_found("user"))?;
    Ok(axum::Json(user.into()))
}

/// Removes the user with all of their files
#[utoipa::path(delete, path = "/services/usermanagement/api/users/{id}", tag = "users",
    params(("id" = String, Path)), responses((status = 204)))]
pub(crate) async fn remove(
    extract::State(state): extract::State<State>,
    caller: Caller,
    Path(id): Path<String>,
) -> Result<StatusCode, Problem> {
    if state
        .db
        .remove_user(&caller.account, &path_id(&id)?, &caller.by)
        .await?
    {
        Ok(StatusCode::NO_CONTENT)
    } else {
        Err(Problem::not_found("user"))
    }
}
