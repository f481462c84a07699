//! Integration tests of the outputs, one binary.

mod batches;
mod exports;
mod geojson;
mod geoparquet;
