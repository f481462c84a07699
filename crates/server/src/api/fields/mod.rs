//! Fields of users, and their boundaries.

mod body;
mod boundaries;
mod boundary_files;
mod change;
mod intersections;
mod list;
mod read;
mod work;

pub(crate) use body::AreaUnit;
pub(crate) use read::known_field;

use crate::state::State;
use axum::extract::DefaultBodyLimit;
use axum::routing::get;
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
        .routes(routes!(intersections::query_intersects))
        .routes(routes!(work::list))
        .routes(routes!(work::read))
        // As older clients ask for them.
        .route(
            "/services/fields/api/users/{leafUserId}/fields/{id}/operations",
            get(work::list),
        )
        .route(
            "/services/fields/api/users/{leafUserId}/fields/{id}/operations/{fileId}",
            get(work::read),
        )
        .merge(upload)
}
