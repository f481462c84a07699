//! Points outside the fields that the caller gave, in the forms of the points: begun with the first.

use super::artifacts::Artifacts;
use crate::error::RunError;
use crate::fields::OUTSIDE_NAME;
use crate::identity::Identity;
use crate::options::Outputs;
use crate::writers::ArtifactWriter;
use arrow_array::cast::AsArray;
use arrow_array::types::Int32Type;
use arrow_array::{BooleanArray, RecordBatch};
use arrow_schema::SchemaRef;
use arrow_select::filter::filter_record_batch;
use tramline_model::{Artifact, DropReason};
use tramline_outputs::Sink;

/// The artifacts of one machine file.
#[derive(Default)]
pub(super) struct OutsideFields {
    parquet: Option<ArtifactWriter>,
    geojson: Option<ArtifactWriter>,
}

impl OutsideFields {
    /// Takes those of the dropped rows that lie outside; `schema` is that of the standard points.
    pub(super) fn write(
        &mut self,
        dropped: &RecordBatch,
        schema: &SchemaRef,
        (identity, outputs): (&Identity, Outputs),
        sink: &mut dyn Sink,
    ) -> Result<(), RunError> {
        let Some(points) = outside(dropped, schema)? else {
            return Ok(());
        };
        if outputs.parquet && self.parquet.is_none() {
            let name = identity.name(OUTSIDE_NAME);
            self.parquet = Some(ArtifactWriter::geoparquet(sink, name, schema.clone())?);
        }
        if outputs.geojson && self.geojson.is_none() {
            let name = identity.name("outside-field.geojson");
            self.geojson = Some(ArtifactWriter::geojson(sink, name)?);
        }
        for writer in [&mut self.parquet, &mut self.geojson].into_iter().flatten() {
            writer.write(&points)?;
        }
        Ok(())
    }

    /// Waits for what was begun, and keeps it.
    pub(super) fn keep(self, artifacts: &mut Artifacts) -> Result<(), RunError> {
        artifacts.keep(Artifact::OutsideFieldGeoparquet, self.parquet)?;
        artifacts.keep(Artifact::OutsideFieldGeojson, self.geojson)
    }

    /// What was begun, to be taken back.
    pub(super) fn begun(self) -> impl Iterator<Item = ArtifactWriter> {
        [self.parquet, self.geojson].into_iter().flatten()
    }
}

/// The dropped rows whose reason is the boundary, in the columns of the standard points.
fn outside(dropped: &RecordBatch, schema: &SchemaRef) -> Result<Option<RecordBatch>, RunError> {
    let reasons = dropped
        .column_by_name("reason")
        .and_then(|array| array.as_dictionary_opt::<Int32Type>());
    let Some((reasons, texts)) =
        reasons.and_then(|reasons| Some((reasons, reasons.values().as_string_opt::<i32>()?)))
    else {
        return Ok(None);
    };
    let wanted = DropReason::FieldOutside.to_string();
    let is_outside: Vec<bool> = texts.iter().map(|text| text == Some(&wanted)).collect();
    let mask: BooleanArray = reasons
        .keys()
        .iter()
        .map(|key| {
            let key = key.and_then(|key| usize::try_from(key).ok());
            Some(key.and_then(|key| is_outside.get(key)) == Some(&true))
        })
        .collect();
    if mask.true_count() == 0 {
        return Ok(None);
    }
    let columns = dropped.columns().iter().take(schema.fields().len());
    let standard = RecordBatch::try_new(schema.clone(), columns.cloned().collect())?;
    Ok(Some(filter_record_batch(&standard, &mask)?))
}
