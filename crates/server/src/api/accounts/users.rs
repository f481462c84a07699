//! Users of an account: whose machine files they are.

use crate::api::body::{Input, Json};
use crate::api::caller::{BaseUrl, Caller};
use crate::api::path::UserId;
use crate::api::problem::Problem;
use crate::api::query::{Paging, Sort, Text, Words, path_id, query};
use crate::clock::iso;
use crate::state::State;
use crate::store::{NewUser, User, UserFilter, UserSort};
use axum::extract::{self, Path};
use axum::http::{HeaderMap, StatusCode};
use axum::response::IntoResponse;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

const PREFIX: &str = "/services/usermanagement/api";

/// A user of the account: a farm or a customer whose files they are. Members of which nothing is known are null.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = User)]
pub(crate) struct UserBody {
    /// Id of the user.
    #[schema(format = "uuid")]
    id: String,
    /// Name of the account that the user belongs to.
    api_owner_username: String,
    /// Name of the user.
    #[schema(required = true)]
    name: Option<String>,
    /// Address for mail; any text, as it was given.
    #[schema(required = true)]
    email: Option<String>,
    /// Number of the telephone.
    #[schema(required = true)]
    phone: Option<String>,
    /// Postal address of the user.
    #[schema(required = true)]
    address: Option<String>,
    /// The client's own id for it.
    #[schema(required = true)]
    external_id: Option<String>,
    /// When it was made.
    #[schema(format = DateTime)]
    created_time: String,
}

impl UserBody {
    fn new(user: User, owner: &str) -> Self {
        Self {
            id: user.id,
            api_owner_username: owner.to_owned(),
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
    /// Id of the user: only in `PUT /users`.
    #[schema(format = "uuid")]
    id: Option<String>,
    /// Name, of at most 1,000 bytes.
    #[schema(example = "Example Farm")]
    name: Option<String>,
    /// Address for mail; any text of at most 1,000 bytes is taken.
    #[schema(example = "farm@example.org")]
    email: Option<String>,
    /// Number of the telephone, of at most 1,000 bytes.
    phone: Option<String>,
    /// Postal address, of at most 1,000 bytes.
    address: Option<String>,
    /// The client's own id for it, of at most 1,000 bytes.
    external_id: Option<String>,
}

impl Input for UserInput {
    const OBJECT: &'static str = "user";
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

impl Words for UserSort {
    type Word = Self;

    fn words() -> Vec<(&'static str, Self)> {
        vec![
            ("id", Self::Id),
            ("name", Self::Name),
            ("email", Self::Email),
            ("phone", Self::Phone),
            ("address", Self::Address),
            ("externalId", Self::ExternalId),
            ("createdTime", Self::CreatedTime),
        ]
    }
}

query! {
    /// The filters of the list; all that are given must hold.
    UserQuery {
        /// Only users of exactly this name.
        name: Text = "name",
        /// Only users of exactly this address for mail, any text.
        email: Text = "email",
        /// Only users of exactly this id of the client's.
        external_id: Text = "externalId",
        sort: Sort<UserSort> = "sort",
        paging: Paging = "page" | "size",
    }
}

/// Users of the account
#[utoipa::path(get, path = "/services/usermanagement/api/users", operation_id = "listUsers", tag = "users",
    params(UserQuery),
    responses((status = 200, description = "A page of the users.", body = [UserBody])))]
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
        sort: query.sort,
    };
    let page = query.paging.page;
    let found = state.db.users(&caller.account, &filter, page).await?;
    let headers = query.paging.headers(&base, found.total);
    Ok((
        headers,
        axum::Json(
            found
                .items
                .into_iter()
                .map(|user| UserBody::new(user, &caller.username))
                .collect(),
        ),
    ))
}

/// A new user
#[utoipa::path(post, path = "/services/usermanagement/api/users", operation_id = "createUser",
    tag = "users", request_body(content = UserInput, description = "The user to be made."),
    responses((status = 201, description = "The new user.", body = UserBody)))]
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
        axum::Json(UserBody::new(user, &caller.username)),
    ))
}

/// One user of the account
#[utoipa::path(get, path = "/services/usermanagement/api/users/{id}", operation_id = "getUser",
    tag = "users", params(UserId),
    responses((status = 200, description = "The user with this id.", body = UserBody)))]
pub(crate) async fn read(
    extract::State(state): extract::State<State>,
    caller: Caller,
    Path(id): Path<String>,
) -> Result<axum::Json<UserBody>, Problem> {
    let user = known_user(&state, &caller, &path_id(&id)?).await?;
    Ok(axum::Json(UserBody::new(user, &caller.username)))
}

/// Changes the members that are given
#[utoipa::path(patch, path = "/services/usermanagement/api/users/{id}", operation_id = "changeUser",
    tag = "users", params(UserId),
    request_body(content = UserInput, description = "The members to be changed."),
    responses((status = 200, description = "The user, as it is now.", body = UserBody)))]
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
#[utoipa::path(put, path = "/services/usermanagement/api/users", operation_id = "replaceUser",
    tag = "users",
    request_body(content = UserInput, description = "The whole user, with the `id`; members that are absent are lost."),
    responses((status = 200, description = "The user, as it is now.", body = UserBody)))]
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
    Ok(axum::Json(UserBody::new(user, &caller.username)))
}

/// Removes the user with all of their files
#[utoipa::path(delete, path = "/services/usermanagement/api/users/{id}", operation_id = "deleteUser",
    tag = "users", params(UserId),
    responses((status = 204, description = "The user is gone with all of their files.")))]
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
