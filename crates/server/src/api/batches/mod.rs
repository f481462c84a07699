//! Batches: what clients upload, and how far its conversion is.

mod body;
mod list;
mod progress;
mod read;
pub(super) mod receive;
mod retry;
pub(super) mod room;
mod status;
pub(super) mod uploads;

use crate::state::State;
use axum::extract::DefaultBodyLimit;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

pub(super) fn routes() -> OpenApiRouter<State> {
    let upload = OpenApiRouter::new()
        .routes(routes!(uploads::create, list::list))
        .layer(DefaultBodyLimit::disable());
    OpenApiRouter::new()
        .routes(routes!(read::read, read::remove))
        .routes(routes!(status::status))
        .routes(routes!(retry::retry))
        .routes(routes!(progress::follow))
        .merge(upload)
}
