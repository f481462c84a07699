//! The standard points as footprints: the same columns, with the ground below each record. Where the
//! source has polygons, they are that ground.

use super::analysis::Analysis;
use arrow_array::{ArrayRef, BinaryArray, FixedSizeListArray, Float64Array, RecordBatch};
use arrow_buffer::NullBuffer;
use arrow_schema::{ArrowError, DataType, Schema, SchemaRef};
use std::sync::Arc;
use tramline_model::records;
use tramline_outputs::geoparquet::{footprint_field, wkb_of};

/// The standard schema and the footprints, or the source's `polygons`.
pub(crate) fn schema(standard: &SchemaRef, polygons: bool) -> SchemaRef {
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
pub(crate) fn with_footprints(
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
