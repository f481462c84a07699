//! The account itself: what it takes up, its password, its end.

use super::authenticate::{Granted, Token};
use super::grant;
use crate::api::body::{Input, Json};
use crate::api::caller::Caller;
use crate::api::origin::Origin;
use crate::api::problem::Problem;
use crate::api::quota::Limits;
use crate::clock::iso;
use crate::logins::Attempt;
use crate::passwords::judge;
use crate::state::State;
use crate::store::{Account, Overview};
use crate::tokens::{Life, new_token};
use axum::extract;
use axum::http::StatusCode;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// What an account takes up.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = AccountUse)]
pub(crate) struct UseBody {
    /// Bytes of uploads and of what was made of them, as stored.
    bytes: u64,
    /// Number of machine files.
    files: u64,
    /// Uploads of this day (UTC), also those that were deleted.
    uploads_today: u64,
}

/// What an account may take up; what is absent has no limit.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = AccountLimits)]
pub(crate) struct LimitsBody {
    /// Bytes that may be stored.
    #[serde(skip_serializing_if = "Option::is_none")]
    bytes: Option<u64>,
    /// Machine files that there may be.
    #[serde(skip_serializing_if = "Option::is_none")]
    files: Option<u64>,
    /// Uploads that there may be on one day (UTC).
    #[serde(skip_serializing_if = "Option::is_none")]
    uploads_per_day: Option<u64>,
    /// Bytes that one upload may have.
    upload_bytes: u64,
}

/// The account that the token belongs to.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = Account)]
pub(crate) struct AccountBody {
    /// Id of the account.
    #[schema(format = "uuid")]
    id: String,
    /// The name that logs in.
    username: String,
    /// When it was made.
    #[schema(format = DateTime)]
    created_time: String,
    /// When somebody logged in last.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(format = DateTime)]
    last_login_time: Option<String>,
    /// Number of its users.
    users: u64,
    /// What it takes up.
    #[serde(rename = "use")]
    usage: UseBody,
    /// What it may take up.
    limits: LimitsBody,
}

/// The change of a password.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct NewPassword {
    /// The password that holds.
    #[schema(format = Password)]
    current_password: String,
    /// At least 12 characters and at most 1,024 bytes.
    #[schema(example = "seed drill under rain")]
    new_password: String,
}

/// The password, once more.
#[derive(Deserialize, ToSchema)]
#[schema(as = PasswordConfirmation)]
pub(crate) struct Confirmation {
    /// The password of the account.
    #[schema(format = Password)]
    password: String,
}

impl Input for NewPassword {
    const OBJECT: &'static str = "account";
}

impl Input for Confirmation {
    const OBJECT: &'static str = "account";
}

/// The account, what it takes up and what it may
#[utoipa::path(get, path = "/api/account", operation_id = "getAccount", tag = "account",
    responses((status = 200, description = "The account, its use and its limits.", body = AccountBody)))]
pub(crate) async fn read(
    extract::State(state): extract::State<State>,
    caller: Caller,
) -> Result<axum::Json<AccountBody>, Problem> {
    let found = state.db.overview(Some(&caller.account)).await?;
    let found = found.into_iter().next();
    let Overview {
        account,
        users,
        quota,
        usage,
    } = found.ok_or_else(Problem::unauthorized)?;
    let limits = Limits::new(quota, &state.settings);
    Ok(axum::Json(AccountBody {
        id: account.id,
        username: account.username,
        created_time: iso(account.created),
        last_login_time: account.last_login.map(iso),
        users,
        usage: UseBody {
            bytes: usage.bytes,
            files: usage.files,
            uploads_today: usage.uploads_today,
        },
        limits: LimitsBody {
            bytes: limits.bytes,
            files: limits.files,
            uploads_per_day: limits.uploads_per_day,
            upload_bytes: state.settings.upload_bytes,
        },
    }))
}

/// The account of the caller, whose password this is; or 403, for the token itself is good.
async fn confirmed(
    state: &State,
    caller: &Caller,
    field: &str,
    password: String,
) -> Result<Account, Problem> {
    let account = state.db.account(&caller.account).await?;
    let account = account.ok_or_else(Problem::unauthorized)?;
    let attempt = Attempt::new(&account.username, caller.by.client);
    let hash = account.password_hash.clone();
    if state.logins.try_password(&attempt, password, hash).await? {
        return Ok(account);
    }
    super::authenticate::failed(state, Some(&caller.account), caller.by.client).await;
    let detail = format!("`{field}` is not the password of the account");
    let problem = Problem::new(StatusCode::FORBIDDEN, detail).key("wrongPassword");
    Err(problem)
}

/// Changes the password: all tokens end, and the answer has a new one for 24 hours
#[utoipa::path(put, path = "/api/account/password", operation_id = "changePassword", tag = "account",
    request_body(content = NewPassword, description = "The password that holds and the new one."),
    responses(
        (status = 200, description = "The password is changed; the token is the only one that holds.", body = Token),
    ))]
pub(crate) async fn change_password(
    extract::State(state): extract::State<State>,
    caller: Caller,
    origin: Origin,
    Json(sent): Json<NewPassword>,
) -> Result<Granted, Problem> {
    let account = confirmed(&state, &caller, "currentPassword", sent.current_password).await?;
    judge(&sent.new_password, &account.username).map_err(|weak| {
        Problem::field("account", "newPassword", weak.to_string()).key("weakPassword")
    })?;
    let hash = state.logins.hash(sent.new_password).await?;
    let token = new_token(Life::Day, origin.client);
    let before = Some(account.password_hash.as_str());
    let changed = state
        .db
        .change_password(&account.id, before, &hash, Some(&token), &caller.by)
        .await?;
    let changed = changed.ok_or_else(|| {
        Problem::new(
            StatusCode::CONFLICT,
            "the password was changed by somebody else meanwhile",
        )
        .hint("log in with the password that holds now")
    })?;
    grant::text(&state, &changed, &token).map(Token::granted)
}

/// Ends every token of the account, also the one of this request
#[utoipa::path(post, path = "/api/account/revoke-tokens", operation_id = "revokeTokens", tag = "account",
    responses((status = 204, description = "No token of the account holds any more.")))]
pub(crate) async fn revoke_tokens(
    extract::State(state): extract::State<State>,
    caller: Caller,
) -> Result<StatusCode, Problem> {
    state.db.revoke_tokens(&caller.account, &caller.by).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Removes the account with its users, uploads, files and webhooks, for good
#[utoipa::path(delete, path = "/api/account", operation_id = "deleteAccount", tag = "account",
    request_body(content = Confirmation, description = "The password, once more."),
    responses((status = 204, description = "The account is gone; its files follow.")))]
pub(crate) async fn remove(
    extract::State(state): extract::State<State>,
    caller: Caller,
    Json(sent): Json<Confirmation>,
) -> Result<StatusCode, Problem> {
    let account = confirmed(&state, &caller, "password", sent.password).await?;
    state.db.begin_removal(&account.id).await?;
    tracing::warn!(account = account.id, "an account is removed by its owner");
    state.removals.notify_one();
    Ok(StatusCode::NO_CONTENT)
}
