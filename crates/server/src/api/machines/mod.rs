//! Machines, implements and operators as the contract lists them. This version names them in files only and keeps
//! none: lists are empty, and every id is unknown.

mod body;
mod implement;
mod known;
mod machine;
mod operator;

use crate::state::State;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

pub(super) fn routes() -> OpenApiRouter<State> {
    OpenApiRouter::new()
        .routes(routes!(machine::list))
        .routes(routes!(machine::read))
        .routes(routes!(machine::files))
        .routes(routes!(implement::list))
        .routes(routes!(implement::read))
        .routes(routes!(operator::list))
        .routes(routes!(operator::read))
}
