//! `POST /api/authenticate`: a bearer token for name and password.

use super::grant::grant;
use crate::api::body::{Input, Json, flag};
use crate::api::origin::Origin;
use crate::api::problem::Problem;
use crate::figures;
use crate::logins::Attempt;
use crate::state::State;
use crate::tokens::Life;
use axum::extract;
use axum::http::{HeaderName, StatusCode, header};
use serde::{Deserialize, Serialize};
use std::net::IpAddr;
use utoipa::ToSchema;

/// Name and password; `rememberMe` as a boolean or as text.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Credentials {
    /// Name of the account.
    #[schema(example = "adviser")]
    username: String,
    /// Password of the account.
    #[schema(example = "correct horse", format = Password)]
    password: String,
    /// Whether the token holds for 30 days; for 24 hours otherwise.
    #[serde(default, deserialize_with = "flag")]
    remember_me: Option<bool>,
}

impl Input for Credentials {
    const OBJECT: &'static str = "credentials";
}

/// A bearer token.
#[derive(Serialize, ToSchema)]
pub(crate) struct Token {
    /// The bearer token: `Authorization: Bearer <id_token>`.
    id_token: String,
}

/// A token as it is given out: in the body, and in a header for clients that take it from there.
pub(crate) type Granted = ([(HeaderName, String); 1], axum::Json<Token>);

impl Token {
    pub(super) fn granted(id_token: String) -> Granted {
        let header = (header::AUTHORIZATION, format!("Bearer {id_token}"));
        ([header], axum::Json(Self { id_token }))
    }
}

/// A token for 24 hours, with `rememberMe` for 30 days
#[utoipa::path(post, path = "/api/authenticate", operation_id = "authenticate", tag = "authentication",
    security(()),
    request_body(content = Credentials, description = "Name and password of an account."),
    responses(
        (status = 200, description = "A token that holds.", body = Token),
        (status = 401, description = "Name or password is wrong.", body = Problem),
        (status = 429, description = "Too many failed logins from there, or too many logins at once.", body = Problem),
        (status = "4XX", description = "The request cannot be used.", body = Problem),
    ))]
pub(crate) async fn authenticate(
    extract::State(state): extract::State<State>,
    origin: Origin,
    Json(credentials): Json<Credentials>,
) -> Result<Granted, Problem> {
    let account = state.db.account_by_name(&credentials.username).await?;
    // An unknown name takes as long as a wrong password.
    let hash = account
        .as_ref()
        .map(|account| account.password_hash.clone());
    let attempt = Attempt::new(&credentials.username, origin.client);
    let hash = hash.unwrap_or_default();
    let matches = state
        .logins
        .try_password(&attempt, credentials.password, hash)
        .await?;
    let account = match account {
        Some(account) if matches => account,
        account => {
            failed(
                &state,
                account.as_ref().map(|account| account.id.as_str()),
                origin.client,
            )
            .await;
            return Err(Problem::new(StatusCode::UNAUTHORIZED, "Bad credentials"));
        }
    };
    if account.disabled.is_some() {
        return Err(Problem::disabled());
    }
    let remember = credentials.remember_me.unwrap_or_default();
    let life = if remember { Life::Month } else { Life::Day };
    let token = grant(&state, &account, life, &origin).await?;
    Ok(Token::granted(token))
}

/// Counts a wrong password and writes it down; that it cannot be written changes nothing for the client. A
/// name that nobody has costs a write as well, so that time does not tell which names there are.
pub(super) async fn failed(state: &State, account: Option<&str>, client: Option<IpAddr>) {
    figures::count(figures::LOGIN_FAILED);
    let written = match account {
        Some(account) => state.db.record_failed_login(account, client).await,
        None => state.db.beat().await,
    };
    if let Err(cause) = written {
        tracing::warn!(account, %cause, "a failed login was not written down");
    }
}
