//! Who asks: the account of a bearer token, or a user with an API key.

use super::problem::Problem;
use crate::clock::{SECOND, now};
use crate::state::State;
use crate::store::ApiKey;
use crate::tokens::digest;
use axum::extract::FromRequestParts;
use axum::http::header;
use axum::http::request::Parts;

/// An authenticated account.
#[derive(Clone, Debug)]
pub(crate) struct Caller {
    pub(crate) account: String,
    pub(crate) username: String,
}

impl FromRequestParts<State> for Caller {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &State) -> Result<Self, Problem> {
        let token = bearer(parts).ok_or_else(Problem::unauthorized)?;
        let bearer = state.tokens.read(token).ok_or_else(Problem::unauthorized)?;
        let account = state
            .db
            .account(&bearer.account)
            .await?
            .filter(|account| {
                bearer.issued >= account.tokens_from && bearer.issued <= now() + 60 * SECOND
            })
            .ok_or_else(Problem::unauthorized)?;
        Ok(Self {
            account: account.id,
            username: account.username,
        })
    }
}

/// Who may upload: an account for any of its users, or a key for its one user.
#[derive(Clone, Debug)]
pub(crate) struct Uploader {
    pub(crate) caller: Caller,
    /// The only user that the key is for.
    pub(crate) user: Option<String>,
}

impl FromRequestParts<State> for Uploader {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &State) -> Result<Self, Problem> {
        let key = parts
            .headers
            .get("x-api-key")
            .and_then(|key| key.to_str().ok());
        let Some(key) = key.filter(|_| bearer(parts).is_none()) else {
            let caller = Caller::from_request_parts(parts, state).await?;
            return Ok(Self { caller, user: None });
        };
        let found = state
            .db
            .api_key_by_digest(&digest(key.trim().as_bytes()))
            .await?;
        let found = found
            .filter(ApiKey::is_valid)
            .ok_or_else(Problem::unauthorized)?;
        let account = state.db.account(&found.account_id).await?;
        let account = account.ok_or_else(Problem::unauthorized)?;
        Ok(Self {
            caller: Caller {
                account: account.id,
                username: account.username,
            },
            user: Some(found.user_id),
        })
    }
}

impl Uploader {
    /// Whether rows of that user may be seen.
    pub(crate) fn may_see(&self, user: &str) -> bool {
        self.user.as_ref().is_none_or(|own| own == user)
    }
}

fn bearer(parts: &Parts) -> Option<&str> {
    let value = parts.headers.get(header::AUTHORIZATION)?.to_str().ok()?;
    let (scheme, token) = value.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| token.trim())
}

/// Where the client reached us, for links: `http://host:port`.
#[derive(Clone, Debug)]
pub(crate) struct BaseUrl(pub(crate) String);

impl FromRequestParts<State> for BaseUrl {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &State) -> Result<Self, Problem> {
        if let Some(url) = &state.settings.public_url {
            return Ok(Self(url.clone()));
        }
        let text = |name: &str| {
            parts
                .headers
                .get(name)
                .and_then(|value| value.to_str().ok())
        };
        let host = text("host").unwrap_or("localhost");
        let plain = |c: char| c.is_ascii_alphanumeric() || ".-:[]_".contains(c);
        if !host.chars().all(plain) {
            return Err(Problem::bad_request("the `Host` header is not a host"));
        }
        let scheme = match text("x-forwarded-proto") {
            Some("https") => "https",
            _ => "http",
        };
        Ok(Self(format!("{scheme}://{host}")))
    }
}
