//! `POST /api/authenticate`: a bearer token for name and password.

use super::grant::grant;
use crate::api::body::Json;
use crate::api::origin::Origin;
use crate::api::problem::Problem;
use crate::figures;
use crate::logins::Attempt;
use crate::state::State;
use crate::tokens::Life;
use axum::extract;
use axum::http::StatusCode;
use serde::{Deserialize, Serialize};
use std::net::IpAddr;
use utoipa::ToSchema;

/// Name and password; `rememberMe` as a boolean or as text.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Credentials {
    #[schema(example = "adviser")]
    username: String,
    #[schema(example = "correct horse")]
    password: String,
    #[serde(default)]
    #[schema(value_type = Option<bool>)]
    remember_me: Option<Remember>,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Remember {
    Flag(bool),
    Text(String),
}

impl Remember {
    fn wanted(&self) -> bool {
        match self {
            Self::Flag(flag) => *flag,
            Self::Text(text) => text.eq_ignore_ascii_case("true"),
        }
    }
}

/// A bearer token.
#[derive(Serialize, ToSchema)]
pub(crate) struct Token {
    id_token: String,
}

impl Token {
    pub(super) fn body(id_token: String) -> axum::Json<Self> {
        axum::Json(Self { id_token })
    }
}

/// A token for 24 hours, with `rememberMe` for 30 days
#[utoipa::path(post, path = "/api/authenticate", tag = "authentication", security(()), request_body = Credentials,
    responses((status = 200, body = Token), (status = 401, body = Problem), (status = 429, body = Problem),
        (status = "4XX", body = Problem)))]
pub(crate) async fn authenticate(
    extract::State(state): extract::State<State>,
    origin: Origin,
    Json(credentials): Json<Credentials>,
) -> Result<axum::Json<Token>, Problem> {
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
    let remember = credentials
        .remember_me
        .is_some_and(|remember| remember.wanted());
    let life = if remember { Life::Month } else { Life::Day };
    let token = grant(&state, &account, life, &origin).await?;
    Ok(Token::body(token))
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
