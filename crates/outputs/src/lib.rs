//! From the model to files: one folder for each output. Writers take record batches as they come
//! and hold no more than one.

pub mod geojson;
pub mod geoparquet;
mod sink;

pub use sink::{FolderSink, MemorySink, Sink, WriteError};
