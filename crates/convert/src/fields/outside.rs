//! The artifact of the points in no field: takes the standard batches again, in their order.
//!
//! Rule: it is written only when some, and not all, of the points lie in no field.

use super::locate::Located;
use super::places::{Places, unreadable};
use crate::error::RunError;
use crate::writers::ArtifactWriter;
use arrow_array::{BooleanArray, RecordBatch};
use arrow_select::filter::filter_record_batch;
use tramline_outputs::Sink;

/// Its name in the folder of a machine file.
pub const OUTSIDE_NAME: &str = "outside-field.geojson";

/// Points in no field being written.
pub struct OutsidePoints<'a> {
    artifact: ArtifactWriter,
    rows: std::slice::Iter<'a, bool>,
}

impl<'a> OutsidePoints<'a> {
    /// Begins the artifact of that name; `None` when there is none to be written.
    ///
    /// # Errors
    ///
    /// The sink does not take it.
    pub fn begin(
        located: &'a Located,
        sink: &mut dyn Sink,
        name: &str,
    ) -> Result<Option<Self>, RunError> {
        let split = &located.split;
        if split.outside == 0 || split.outside >= split.points {
            return Ok(None);
        }
        Ok(Some(Self {
            artifact: ArtifactWriter::geojson(sink, name.to_owned())?,
            rows: located.outside_rows.iter(),
        }))
    }

    /// Takes the next of the batches that were located, however they are cut now.
    ///
    /// # Errors
    ///
    /// The batch has no positions, or the writer ended early.
    pub fn add(&mut self, batch: &RecordBatch) -> Result<(), RunError> {
        let points = Places::of(batch)?.in_memory(batch)?;
        let rows = self.rows.by_ref().take(batch.num_rows());
        let outside: BooleanArray = rows.map(|outside| Some(*outside)).collect();
        let points = filter_record_batch(&points, &outside).map_err(unreadable)?;
        Ok(self.artifact.write(&points)?)
    }

    /// Waits for the last byte; gives the name.
    ///
    /// # Errors
    ///
    /// The artifact cannot be written.
    pub fn finish(self) -> Result<String, RunError> {
        Ok(self.artifact.finish()?)
    }
}
