//! `POST /api/authenticate`: a bearer token for name and password.

use crate::api::body::Json;
use crate::api::problem::Problem;
use crate::state::State;
use crate::tokens::password_matches;
use axum::extract;
use serde::{Deserialize, Serialize};
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

#[derive(Serialize, ToSchema)]
pub(crate) struct Token {
    id_token: String,
}

/// A token for 24 hours, with `rememberMe` for 30 days
#[utoipa::path(post, path = "/api/authenticate", tag = "authentication", security(()), request_body = Credentials,
    responses((status = 200, body = Token), (status = 401, body = Problem), (status = "4XX", body = Problem)))]
pub(crate) async fn authenticate(
    extract::State(state): extract::State<State>,
    Json(credentials): Json<Credentials>,
) -> Result<axum::Json<Token>, Problem> {
    let account = state.db.account_by_name(&credentials.username).await?;
    let (id, hash) = match account {
        Some(account) => (Some(account.id), account.password_hash),
        None => (None, String::new()),
    };
    let password = credentials.password;
    let matches = tokio::task::spawn_blocking(move || password_matches(&password, &hash))
        .await
        .unwrap_or(false);
    let id = id
        .filter(|_| matches)
        .ok_or_else(|| Problem::new(axum::http::StatusCode::UNAUTHORIZED, "Bad credentials"))?;
    let remember = credentials
        .remember_me
        .is_some_and(|remember| remember.wanted());
    let id_token = state
        .tokens
        .issue(&id, remember)
        .ok_or_else(|| Problem::new(axum::http::StatusCode::INTERNAL_SERVER_ERROR, "no token"))?;
    Ok(axum::Json(Token { id_token }))
}
