//! Who asks: the account of a bearer token, or a user with an API key.

use super::access::asked_by;
use super::origin::Origin;
use super::peer::ThroughProxy;
use super::problem::Problem;
use crate::clock::{Micros, SECOND, now};
use crate::state::State;
use crate::store::{Account, Action, Actor, ApiKey, By};
use crate::tokens::{Bearer, digest};
use axum::extract::FromRequestParts;
use axum::http::header;
use axum::http::request::Parts;

/// How often the use of a key is written down.
const USED_EVERY: Micros = 60 * SECOND;

/// An authenticated account.
#[derive(Clone, Debug)]
pub(crate) struct Caller {
    pub(crate) account: String,
    pub(crate) username: String,
    /// With which token or key, and from where: for the log of the account.
    pub(crate) by: By,
}

impl Caller {
    /// The account is looked up for each request: what an operator does with it holds at once.
    fn of(account: Account, by: By) -> Result<Self, Problem> {
        if account.disabled.is_some() {
            return Err(Problem::disabled());
        }
        Ok(Self {
            account: account.id,
            username: account.username,
            by,
        })
    }

    /// Writes down what was done, just after it was.
    pub(crate) async fn record(&self, state: &State, action: Action, subject: Option<&str>) {
        let (account, by) = (self.account.as_str(), &self.by);
        if let Err(cause) = state.db.record(account, by, action, subject).await {
            let action = action.name();
            tracing::error!(account, action, subject, %cause, "what was done was not written down");
        }
    }
}

impl FromRequestParts<State> for Caller {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &State) -> Result<Self, Problem> {
        let token = bearer(parts).ok_or_else(Problem::unauthorized)?;
        let bearer = state.tokens.read(token).ok_or_else(Problem::unauthorized)?;
        let account = holder(state, &bearer).await?;
        asked_by(parts, &account.id);
        Self::of(account, Origin::of(parts).by(Actor::Owner(bearer.token)))
    }
}

/// The account of a token that holds.
async fn holder(state: &State, bearer: &Bearer) -> Result<Account, Problem> {
    let found = state.db.holder(&bearer.account, bearer.token.as_deref());
    found
        .await?
        .filter(|account| bearer.epoch == account.epoch && bearer.issued <= now() + 60 * SECOND)
        .ok_or_else(Problem::unauthorized)
}

/// A key that holds, and its account.
async fn key_holder(state: &State, digest: &str) -> Result<(ApiKey, Account), Problem> {
    let found = state.db.api_key_by_digest(digest).await?;
    let found = found
        .filter(ApiKey::is_valid)
        .ok_or_else(Problem::unauthorized)?;
    let account = state.db.account(&found.account_id).await?;
    Ok((found, account.ok_or_else(Problem::unauthorized)?))
}

/// What an uploader showed.
#[derive(Clone, Debug)]
enum Shown {
    /// Nothing beyond what its request showed.
    Account,
    Token(Bearer),
    /// By its digest.
    Key(String),
}

/// Who may upload: an account for any of its users, or a key for its one user.
#[derive(Clone, Debug)]
pub(crate) struct Uploader {
    pub(crate) caller: Caller,
    /// The only user that the key is for.
    pub(crate) user: Option<String>,
    shown: Shown,
}

impl FromRequestParts<State> for Uploader {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &State) -> Result<Self, Problem> {
        let key = parts
            .headers
            .get("x-api-key")
            .and_then(|key| key.to_str().ok());
        let Some(key) = key.filter(|_| bearer(parts).is_none()) else {
            let token = bearer(parts).and_then(|token| state.tokens.read(token));
            let shown = Shown::Token(token.ok_or_else(Problem::unauthorized)?);
            let caller = Caller::from_request_parts(parts, state).await?;
            return Ok(Self {
                caller,
                user: None,
                shown,
            });
        };
        let digest = digest(key.trim().as_bytes());
        let (found, account) = key_holder(state, &digest).await?;
        asked_by(parts, &account.id);
        let by = Origin::of(parts).by(Actor::Key(found.id.clone()));
        let caller = Caller::of(account, by)?;
        used(state, &found);
        Ok(Self {
            caller,
            user: Some(found.user_id),
            shown: Shown::Key(digest),
        })
    }
}

/// Notes that a key was used, beside the request: who reads does not wait for a write.
fn used(state: &State, key: &ApiKey) {
    if key.last_used.is_some_and(|last| now() < last + USED_EVERY) {
        return;
    }
    let (state, id) = (state.clone(), key.id.clone());
    tokio::spawn(async move {
        if let Err(cause) = state.db.api_key_used(&id).await {
            tracing::warn!(key = id, %cause, "the use of an API key was not written down");
        }
    });
}

impl Uploader {
    /// An account that looks at its own.
    pub(crate) fn of_account(caller: Caller) -> Self {
        Self {
            caller,
            user: None,
            shown: Shown::Account,
        }
    }

    /// Whether they still may: an upload can take long, and a token can be revoked meanwhile.
    pub(crate) async fn still_may(&self, state: &State) -> Result<(), Problem> {
        let account = match &self.shown {
            Shown::Account => return Ok(()),
            Shown::Token(bearer) => holder(state, bearer).await?,
            Shown::Key(digest) => key_holder(state, digest).await?.1,
        };
        Caller::of(account, self.caller.by.clone()).map(drop)
    }

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
        let proxied = parts.extensions.get::<ThroughProxy>().is_some();
        let scheme = match text("x-forwarded-proto") {
            Some("https") if proxied => "https",
            _ => "http",
        };
        Ok(Self(format!("{scheme}://{host}")))
    }
}
