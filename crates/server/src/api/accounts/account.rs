//! The account itself: what it takes up, its password, its end.

use super::authenticate::Token;
use super::grant;
use crate::api::body::Json;
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
pub(crate) struct UseBody {
    /// Of uploads and of what was made of them, as stored.
    bytes: u64,
    /// Machine files.
    files: u64,
    /// Uploads of this day (UTC), also those that were deleted.
    uploads_today: u64,
}

/// What an account may take up; what is absent has no limit.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct LimitsBody {
    #[serde(skip_serializing_if = "Option::is_none")]
    bytes: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    files: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    uploads_per_day: Option<u64>,
    /// Of one upload.
    upload_bytes: u64,
}

#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct AccountBody {
    id: String,
    username: String,
    created_time: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    last_login_time: Option<String>,
    users: u64,
    #[serde(rename = "use")]
    usage: UseBody,
    limits: LimitsBody,
}

#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct NewPassword {
    current_password: String,
    /// At least 12 characters and at most 1,024 bytes.
    #[schema(example = "seed drill under rain")]
    new_password: String,
}

#[derive(Deserialize, ToSchema)]
pub(crate) struct Confirmation {
    password: String,
}

/// The account, what it takes up and what it may
#[utoipa::path(get, path = "/api/account", tag = "account", responses((status = 200, body = AccountBody)))]
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
#[utoipa::path(put, path = "/api/account/password", tag = "account", request_body = NewPassword,
    responses((status = 200, body = Token)))]
pub(crate) async fn change_password(
    extract::State(state): extract::State<State>,
    caller: Caller,
    origin: Origin,
    Json(sent): Json<NewPassword>,
) -> Result<axum::Json<Token>, Problem> {
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
    grant::text(&state, &changed, &token).map(Token::body)
}

/// Ends every token of the account, also the one of this request
#[utoipa::path(post, path = "/api/account/revoke-tokens", tag = "account", responses((status = 204)))]
pub(crate) async fn revoke_tokens(
    extract::State(state): extract::State<State>,
    caller: Caller,
) -> Result<StatusCode, Problem> {
    state.db.revoke_tokens(&caller.account, &caller.by).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Removes the account with its users, uploads, files and webhooks, for good
#[utoipa::path(delete, path = "/api/account", tag = "account", request_body = Confirmation,
    responses((status = 204)))]
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
