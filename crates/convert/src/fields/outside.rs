//! The artifact of the points in no field: takes the standard batches again, in their order.
//!
//! Rule: it is written only when some, and not all, of the points lie in no field.

use super::locate::Located;
use super::places::{Places, unreadable};
use crate::error::RunError;
use crate::options::Outputs;
use crate::writers::ArtifactWriter;
use arrow_array::{BooleanArray, RecordBatch};
use arrow_schema::SchemaRef;
use arrow_select::filter::filter_record_batch;
use tramline_model::Artifact;
use tramline_outputs::Sink;

/// Their columns' name in the folder of a machine file.
pub const OUTSIDE_NAME: &str = "outside-field.parquet";
const OUTSIDE_TEXT: &str = "outside-field.geojson";

/// Points in no field being written.
pub struct OutsidePoints<'a> {
    artifacts: Vec<(Artifact, ArtifactWriter)>,
    rows: std::slice::Iter<'a, bool>,
}

impl<'a> OutsidePoints<'a> {
    /// Begins the artifacts in a folder, in the forms asked for; `None` when there are none to be
    /// written. `schema` is that of the standard points in memory.
    ///
    /// # Errors
    ///
    /// The sink does not take them.
    pub fn begin(
        located: &'a Located,
        outputs: Outputs,
        schema: &SchemaRef,
        sink: &mut dyn Sink,
        dir: &str,
    ) -> Result<Option<Self>, RunError> {
        let split = &located.split;
        if split.outside == 0 || split.outside >= split.points {
            return Ok(None);
        }
        let mut artifacts = Vec::new();
        if outputs.parquet {
            let name = format!("{dir}/{OUTSIDE_NAME}");
            let writer = ArtifactWriter::geoparquet(sink, name, schema.clone())?;
            artifacts.push((Artifact::OutsideFieldGeoparquet, writer));
        }
        if outputs.geojson {
            let writer = ArtifactWriter::geojson(sink, format!("{dir}/{OUTSIDE_TEXT}"))?;
            artifacts.push((Artifact::OutsideFieldGeojson, writer));
        }
        Ok(Some(Self {
            artifacts,
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
        for (_, writer) in &mut self.artifacts {
            writer.write(&points)?;
        }
        Ok(())
    }

    /// Waits for the last byte; gives kinds and names.
    ///
    /// # Errors
    ///
    /// An artifact cannot be written.
    pub fn finish(self) -> Result<Vec<(Artifact, String)>, RunError> {
        let artifacts = self.artifacts.into_iter();
        let finished = artifacts.map(|(kind, writer)| Ok((kind, writer.finish()?)));
        finished.collect()
    }
}
