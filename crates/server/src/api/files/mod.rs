//! Machine files: what conversions made, and what can be made of it.

mod addresses;
mod artifacts;
mod body;
mod calibrations;
mod documents;
mod export_files;
mod exports;
mod images;
mod list;
mod maps;
mod merge;
mod missing;
mod outside;
mod parquet;
mod read;
mod reports;
mod reprocess;
mod stored;
mod tiles;
pub(crate) mod words;

pub(crate) use addresses::words as artifact_words;
pub(crate) use body::MachineFile;

use crate::state::State;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

pub(super) fn routes() -> OpenApiRouter<State> {
    OpenApiRouter::new()
        .routes(routes!(list::list))
        .routes(routes!(read::read, read::remove))
        .routes(routes!(documents::summary))
        .routes(routes!(documents::units))
        .routes(routes!(documents::status))
        .routes(routes!(parquet::standard_geoparquet))
        .routes(routes!(parquet::polygon_geoparquet))
        .routes(routes!(reprocess::reprocess))
        .routes(routes!(merge::merge))
        .routes(routes!(outside::list))
        .routes(routes!(outside::uncovered))
        .routes(routes!(outside::read))
        .routes(routes!(images::images))
        .routes(routes!(images::image))
        .routes(routes!(maps::images))
        .routes(routes!(maps::image))
        .routes(routes!(maps::geotiffs))
        .routes(routes!(maps::geotiff))
        .routes(routes!(
            calibrations::calibrate,
            calibrations::read,
            calibrations::remove
        ))
        .routes(routes!(artifacts::download))
        .routes(routes!(exports::download))
        .routes(routes!(reports::read))
        .routes(routes!(tiles::read))
}
