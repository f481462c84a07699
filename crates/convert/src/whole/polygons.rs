//! The standard points as footprints: the same columns, with the ground below each record. Where the
//! source has polygons, they are that ground.

use super::consumer::{Consumer, Out, Rows, Subject};
use crate::analysis::Analysis;
use crate::error::RunError;
use crate::writers::ArtifactWriter;
use arrow_array::{ArrayRef, BinaryArray, FixedSizeListArray, Float64Array, RecordBatch};
use arrow_buffer::NullBuffer;
use arrow_schema::{ArrowError, DataType, Schema, SchemaRef};
use std::sync::Arc;
use tramline_model::{Artifact, records};
use tramline_outputs::Sink;
use tramline_outputs::geoparquet::{footprint_field, wkb_of};

struct Polygons<'a> {
    analysis: &'a Analysis,
    schema: SchemaRef,
    parquet: ArtifactWriter,
    /// The records of the ADAPT Standard anew: those of the first pass are points.
    adapt: Option<ArtifactWriter>,
}

/// Begins where the configuration asks for polygons, and where the source has polygons: maps are
/// painted of them, as its points are only their middles.
pub(crate) fn begin<'a>(
    subject: &Subject<'a>,
    sink: &mut dyn Sink,
) -> Result<Option<Box<dyn Consumer + 'a>>, RunError> {
    let analysis = subject.analysis;
    if !subject.options.configuration.makes_polygons() && !analysis.has_polygons() {
        return Ok(None);
    }
    let schema = schema(subject.standard.schema(), analysis.has_polygons());
    let name = subject.identity.name("polygon.parquet");
    let parquet = ArtifactWriter::geoparquet(sink, name, schema.clone())?;
    let adapt = subject
        .adapt_records
        .map(|name| ArtifactWriter::adapt_records(sink, name.to_owned(), schema.clone()))
        .transpose()?;
    Ok(Some(Box::new(Polygons {
        analysis,
        schema,
        parquet,
        adapt,
    })))
}

impl Consumer for Polygons<'_> {
    fn batch(
        &mut self,
        batch: &RecordBatch,
        rows: &Rows<'_>,
        _: &mut Out<'_>,
    ) -> Result<(), RunError> {
        let with = with_footprints(batch, &self.schema, self.analysis, rows.places.start)?;
        let with = rows.standard(&with)?;
        for writer in [Some(&mut self.parquet), self.adapt.as_mut()]
            .into_iter()
            .flatten()
        {
            writer.write(&with)?;
        }
        Ok(())
    }

    fn finish(self: Box<Self>, out: &mut Out<'_>) -> Result<(), RunError> {
        out.artifacts
            .keep(Artifact::PolygonGeoparquet, Some(self.parquet))?;
        out.artifacts
            .keep(Artifact::AdaptStandardRecords, self.adapt)
    }
}

/// The standard schema and the footprints, or the source's `polygons`.
fn schema(standard: &SchemaRef, polygons: bool) -> SchemaRef {
    let mut fields: Vec<_> = standard.fields().iter().cloned().collect();
    let ground = if polygons {
        records::outline_field()
    } else {
        footprint_field()
    };
    fields.push(Arc::new(ground));
    Arc::new(Schema::new(fields))
}

/// A batch of the spool with its footprints; `first` is the place of its first row.
fn with_footprints(
    batch: &RecordBatch,
    schema: &SchemaRef,
    analysis: &Analysis,
    first: usize,
) -> Result<RecordBatch, ArrowError> {
    let rows = batch.num_rows();
    if records::outline_index(schema).is_some() {
        let outline = |row: usize| match analysis.polygon(row) {
            Some(wkb) => Some(wkb.to_vec()),
            None => analysis.footprint(row).map(|corners| wkb_of(&corners)),
        };
        let outlines: BinaryArray = (first..first + rows).map(outline).collect();
        let mut columns: Vec<ArrayRef> = batch.columns().to_vec();
        columns.push(Arc::new(outlines));
        return RecordBatch::try_new(Arc::clone(schema), columns);
    }
    let mut degrees = Vec::with_capacity(rows * 8);
    let mut valid = Vec::with_capacity(rows);
    for row in first..first + rows {
        let corners = analysis.footprint(row);
        valid.push(corners.is_some());
        for (longitude, latitude) in corners.unwrap_or_default() {
            degrees.extend([longitude, latitude]);
        }
    }
    let field = footprint_field();
    let DataType::FixedSizeList(item, length) = field.data_type() else {
        return Err(ArrowError::SchemaError("footprints are lists".to_owned()));
    };
    let lists = FixedSizeListArray::try_new(
        Arc::clone(item),
        *length,
        Arc::new(Float64Array::from(degrees)),
        Some(NullBuffer::from(valid)),
    )?;
    let mut columns: Vec<ArrayRef> = batch.columns().to_vec();
    columns.push(Arc::new(lists));
    RecordBatch::try_new(Arc::clone(schema), columns)
}
