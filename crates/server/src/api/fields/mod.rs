//! Fields of users, and their boundaries.

mod body;
mod boundaries;
mod boundary_files;
mod change;
mod intersections;
mod list;
mod read;

use crate::state::State;
use axum::extract::DefaultBodyLimit;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

pub(super) fn routes() -> OpenApiRouter<State> {
    let upload = OpenApiRouter::new()
        .routes(routes!(boundary_files::create))
        .layer(DefaultBodyLimit::disable());
    OpenApiRouter::new()
        .routes(routes!(list::list))
        .routes(routes!(change::create))
        .routes(routes!(read::read, change::change, change::remove))
        .routes(routes!(boundaries::list))
        .routes(routes!(boundaries::read))
        .routes(routes!(boundaries::active, boundaries::put))
        .routes(routes!(intersections::intersects))
        .routes(routes!(intersections::intersect))
        .merge(upload)
}
