//! Integration tests of the outputs, one binary.

mod batches;
mod export_units;
mod exports;
mod geojson;
mod geoparquet;
mod rendering;
