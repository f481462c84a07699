//! Integration tests of the outputs, one binary.

mod batches;
mod geojson;
mod geoparquet;
