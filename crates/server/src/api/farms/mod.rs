//! Farms, and the growers that they belong to. This version keeps none: lists are empty, and every id is unknown.

mod farm;
mod grower;
mod id;

use crate::state::State;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

pub(super) fn routes() -> OpenApiRouter<State> {
    OpenApiRouter::new()
        .routes(routes!(farm::list))
        .routes(routes!(farm::list_of_user))
        .routes(routes!(farm::read))
        .routes(routes!(grower::list))
        .routes(routes!(grower::list_of_user))
        .routes(routes!(grower::read))
        .routes(routes!(grower::read_of_user))
}
