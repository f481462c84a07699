//! Accounts: who may ask, their users, keys and configurations.

mod authenticate;
mod configurations;
mod keys;
pub(super) mod users;

use crate::state::State;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

pub(super) fn routes() -> OpenApiRouter<State> {
    OpenApiRouter::new()
        .routes(routes!(authenticate::authenticate))
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
