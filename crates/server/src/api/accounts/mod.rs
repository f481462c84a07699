//! Accounts: who may ask, their password and tokens, what was done with them, their users, keys and configurations.

mod account;
mod audit;
mod authenticate;
mod configurations;
mod grant;
mod keys;
mod tokens;
pub(super) mod users;

use crate::state::State;
use axum::extract::DefaultBodyLimit;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

/// Bytes of a body that anybody may send.
const OPEN_BYTES: usize = 16 << 10;

pub(super) fn routes() -> OpenApiRouter<State> {
    let open = OpenApiRouter::new()
        .routes(routes!(authenticate::authenticate))
        .layer(DefaultBodyLimit::max(OPEN_BYTES));
    OpenApiRouter::new()
        .merge(open)
        .routes(routes!(account::read, account::remove))
        .routes(routes!(account::change_password))
        .routes(routes!(account::revoke_tokens))
        .routes(routes!(tokens::list))
        .routes(routes!(tokens::remove))
        .routes(routes!(audit::list))
        .routes(routes!(users::list, users::create, users::replace))
        .routes(routes!(users::read, users::change, users::remove))
        .routes(routes!(keys::list, keys::create))
        .routes(routes!(keys::remove))
        .routes(routes!(
            configurations::read_owner,
            configurations::change_owner
        ))
        .routes(routes!(
            configurations::read,
            configurations::create,
            configurations::change,
            configurations::remove
        ))
}
