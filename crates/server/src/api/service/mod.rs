//! The service itself: its health and figures, what it reads, and its own description.

mod formats;
mod health;
pub(crate) mod metrics;
mod reference;

pub(super) use reference::Description;

use crate::state::State;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

pub(super) fn routes() -> OpenApiRouter<State> {
    OpenApiRouter::new()
        .routes(routes!(formats::list))
        .routes(routes!(health::live))
        .routes(routes!(health::ready))
        .routes(routes!(reference::openapi))
        .routes(routes!(reference::page))
}
