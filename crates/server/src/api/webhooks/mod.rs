//! Webhooks: who is told of which events, and which calls failed.

mod failed_calls;
mod registered;

use crate::state::State;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

pub(super) fn routes() -> OpenApiRouter<State> {
    OpenApiRouter::new()
        .routes(routes!(registered::list, registered::create))
        .routes(routes!(failed_calls::list))
        .routes(routes!(registered::read, registered::remove))
}
