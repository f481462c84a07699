//! Field operations, which this version does not make: lists are empty, and every id is unknown.
//!
//! Rule: paths, parameters, refusals and shapes are those of the contract, so that a client that asks for operations
//! gets on, and notices the day when there are some.

mod body;
mod change;
mod list;
mod read;

use crate::state::State;
use axum::routing::post;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

pub(super) fn routes() -> OpenApiRouter<State> {
    OpenApiRouter::new()
        .routes(routes!(list::list))
        .routes(routes!(change::reprocess_fields))
        .routes(routes!(change::crop))
        // As some clients spell it.
        .route(
            "/services/operations/api/operations/CropOperationByField",
            post(change::crop),
        )
        .routes(routes!(change::reprocess))
        .routes(routes!(read::read))
        .routes(routes!(read::summary))
        .routes(routes!(read::standard_geojson))
        .routes(routes!(read::filtered_geojson))
        .routes(routes!(read::standard_geoparquet))
        .routes(routes!(read::filtered_geoparquet))
        .routes(routes!(read::images))
        .routes(routes!(read::class_maps))
        .routes(routes!(read::geotiffs))
        .routes(routes!(read::units))
        .routes(routes!(read::machines))
        .routes(routes!(read::implements))
        .routes(routes!(read::operators))
        .routes(routes!(read::sessions))
        .routes(routes!(read::files))
}
