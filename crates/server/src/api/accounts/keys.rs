//! API keys: for a page or a machine that uploads for one user and may see nothing else.

use super::users::known_user;
use crate::api::body::{Input, Json};
use crate::api::caller::Caller;
use crate::api::path::KeyId;
use crate::api::problem::Problem;
use crate::api::query::{Id, path_id, query, uuid};
use crate::clock::{SECOND, iso, now};
use crate::error::StoreError;
use crate::state::State;
use crate::store::ApiKey;
use crate::tokens::digest;
use axum::extract::{self, Path};
use axum::http::StatusCode;
use serde::{Deserialize, Serialize};
use tramline_converter::hexadecimal;
use utoipa::ToSchema;
use uuid::Uuid;

const LEAST_SECONDS: i64 = 900;
const YEAR: i64 = 365 * 86_400;
const TEN_YEARS: i64 = 10 * YEAR;

/// A key to be made.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = ApiKeyInput)]
pub(crate) struct KeyInput {
    /// Id of the user that it uploads for.
    #[schema(format = "uuid")]
    leaf_user_id: String,
    /// Seconds that it holds, from 900 to ten years; a year when absent.
    #[schema(minimum = 900, maximum = 315360000)]
    expires_in: Option<i64>,
    /// What it is for, of at most 500 bytes.
    #[schema(max_length = 500)]
    description: Option<String>,
}

impl Input for KeyInput {
    const OBJECT: &'static str = "apiKey";
}

/// A new key.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = CreatedApiKey)]
pub(crate) struct NewKey {
    /// Id of the key.
    #[schema(format = "uuid")]
    id: String,
    /// The key itself, for `X-Api-Key`: shown this once.
    key: String,
    /// When it stops to hold.
    #[schema(format = DateTime)]
    expires_at: String,
    /// Whether it holds.
    valid: bool,
}

/// An API key, without the key itself.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = ApiKey)]
pub(crate) struct KeyBody {
    /// Id of the key.
    #[schema(format = "uuid")]
    id: String,
    /// Its first characters.
    key: String,
    /// Id of the user that it uploads for.
    #[schema(format = "uuid")]
    leaf_user_id: String,
    /// When it stops (or stopped) to hold.
    #[schema(format = DateTime)]
    expires_at: String,
    /// What it is for.
    #[schema(required = true)]
    description: Option<String>,
    /// Whether it holds.
    valid: bool,
    /// When it was revoked.
    #[schema(required = true, format = DateTime)]
    revoked_at: Option<String>,
    /// When it was used last, to the minute.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(format = DateTime)]
    last_used_at: Option<String>,
}

impl ApiKey {
    pub(crate) fn is_valid(&self) -> bool {
        self.revoked.is_none() && self.expires > now()
    }
}

query! {
    /// Whose keys.
    KeyQuery {
        /// Only keys of this user.
        user: Id = "leafUserId",
    }
}

/// API keys of the account, of one user if asked
#[utoipa::path(get, path = "/services/usermanagement/api/api-keys", operation_id = "listApiKeys",
    tag = "users", params(KeyQuery),
    responses(
        (status = 200, description = "All keys, also those that are revoked or have expired.", body = [KeyBody]),
    ))]
pub(crate) async fn list(
    extract::State(state): extract::State<State>,
    caller: Caller,
    query: KeyQuery,
) -> Result<axum::Json<Vec<KeyBody>>, Problem> {
    let user = query.user.as_deref();
    let keys = state.db.api_keys(&caller.account, user).await?;
    let list = keys.into_iter().map(|key| KeyBody {
        valid: key.is_valid(),
        id: key.id,
        key: key.masked,
        leaf_user_id: key.user_id,
        expires_at: iso(key.expires),
        description: key.description,
        revoked_at: key.revoked.map(iso),
        last_used_at: key.last_used.map(iso),
    });
    Ok(axum::Json(list.collect()))
}

/// A new key for a user
#[utoipa::path(post, path = "/services/usermanagement/api/api-keys", operation_id = "createApiKey",
    tag = "users",
    request_body(content = KeyInput, description = "Whom the key is for, and for how long."),
    responses((status = 201, description = "The key, shown this once.", body = NewKey)))]
pub(crate) async fn create(
    extract::State(state): extract::State<State>,
    caller: Caller,
    Json(input): Json<KeyInput>,
) -> Result<(StatusCode, axum::Json<NewKey>), Problem> {
    let bad = |field, message: &str| Problem::field("apiKey", field, message);
    let user = uuid(&input.leaf_user_id).ok_or_else(|| bad("leafUserId", "is not a UUID"))?;
    let seconds = input.expires_in.unwrap_or(YEAR);
    if !(LEAST_SECONDS..=TEN_YEARS).contains(&seconds) {
        return Err(bad("expiresIn", "is not from 900 seconds to ten years"));
    }
    if input
        .description
        .as_ref()
        .is_some_and(|text| text.len() > 500 || text.contains('\0'))
    {
        return Err(bad("description", "is longer than 500 bytes or holds NUL"));
    }
    let user = known_user(&state, &caller, &user).await?;
    let mut random = [0; 32];
    getrandom::fill(&mut random).map_err(|cause| StoreError::defect("random bytes", cause))?;
    let key = format!("tl_{}", hexadecimal(&random));
    let by = caller.by;
    let stored = ApiKey {
        id: Uuid::now_v7().to_string(),
        account_id: caller.account,
        user_id: user.id,
        masked: format!("{}…", key.get(..9).unwrap_or_default()),
        description: input.description,
        expires: now().saturating_add(seconds * SECOND),
        revoked: None,
        last_used: None,
    };
    state
        .db
        .add_api_key(&stored, &digest(key.as_bytes()), &by)
        .await?;
    let body = NewKey {
        id: stored.id,
        key,
        expires_at: iso(stored.expires),
        valid: true,
    };
    Ok((StatusCode::CREATED, axum::Json(body)))
}

/// Ends a key at once
#[utoipa::path(delete, path = "/services/usermanagement/api/api-keys/{id}", operation_id = "revokeApiKey",
    tag = "users", params(KeyId),
    responses((status = 204, description = "The key does not hold any more.")))]
pub(crate) async fn remove(
    extract::State(state): extract::State<State>,
    caller: Caller,
    Path(id): Path<String>,
) -> Result<StatusCode, Problem> {
    if state
        .db
        .revoke_api_key(&caller.account, &path_id(&id)?, &caller.by)
        .await?
    {
        Ok(StatusCode::NO_CONTENT)
    } else {
        Err(Problem::not_found("API key"))
    }
}
