//! Where a request comes from: what the log of an account says beside who asked.

use super::peer::Peer;
use crate::state::State;
use crate::store::{Actor, By};
use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use std::convert::Infallible;
use std::net::IpAddr;
use tower_http::request_id::RequestId;

/// Characters of a request's id that are kept: a client may have chosen it.
const ID_CHARACTERS: usize = 100;

/// Client and id of a request.
#[derive(Clone, Debug)]
pub(crate) struct Origin {
    /// Where it is known.
    pub(crate) client: Option<IpAddr>,
    request: Option<String>,
}

impl Origin {
    pub(crate) fn of(parts: &Parts) -> Self {
        let id = parts.extensions.get::<RequestId>();
        let id = id.and_then(|id| id.header_value().to_str().ok());
        let plain = |c: char| c.is_ascii_alphanumeric() || "-._".contains(c);
        let usable = |id: &&str| id.len() <= ID_CHARACTERS && id.chars().all(plain);
        Self {
            client: parts.extensions.get::<Peer>().map(|peer| peer.0),
            request: id.filter(usable).map(str::to_owned),
        }
    }

    /// Somebody who acts from there.
    pub(crate) fn by(&self, actor: Actor) -> By {
        By {
            actor,
            client: self.client,
            request: self.request.clone(),
        }
    }
}

impl FromRequestParts<State> for Origin {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &State) -> Result<Self, Infallible> {
        Ok(Self::of(parts))
    }
}
