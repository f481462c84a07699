//! `dropped.parquet`: begun with the first point that is dropped.

use crate::error::RunError;
use crate::writers::ArtifactWriter;
use arrow_array::RecordBatch;
use tramline_outputs::Sink;

/// The dropped points of a machine file.
pub(crate) struct DroppedPoints {
    name: String,
    writer: Option<ArtifactWriter>,
}

impl DroppedPoints {
    pub(crate) fn new(name: String) -> Self {
        Self { name, writer: None }
    }

    /// Writes points that have a reason and a step.
    pub(crate) fn write(
        &mut self,
        batch: &RecordBatch,
        sink: &mut dyn Sink,
    ) -> Result<(), RunError> {
        let writer = match self.writer.take() {
            Some(writer) => writer,
            None => ArtifactWriter::geoparquet(sink, self.name.clone(), batch.schema())?,
        };
        Ok(self.writer.insert(writer).write(batch)?)
    }

    /// The writer, if any point was dropped.
    pub(crate) fn take(&mut self) -> Option<ArtifactWriter> {
        self.writer.take()
    }
}
