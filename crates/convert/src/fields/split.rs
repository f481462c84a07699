//! The points of a stored `standard.parquet` by field: for files whose conversion is over.

use super::locate::Locate;
use super::outside::OutsidePoints;
use super::places::{Places, unreadable};
use crate::error::RunError;
use crate::facts::FieldSplit;
use crate::options::Outputs;
use arrow_array::RecordBatch;
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use std::fs::File;
use tramline_outputs::Sink;

/// Splits the points of a `standard.parquet`. If that is asked for, points in no field are written into
/// a folder of the sink, as columns, when there are some and not all.
///
/// # Errors
///
/// The points cannot be read, or the sink does not take the artifact.
pub fn split_by_fields(
    parquet: &File,
    locate: &Locate,
    sink: &mut dyn Sink,
    dir: &str,
) -> Result<FieldSplit, RunError> {
    let mut locator = locate.begin();
    let mut schema = None;
    each_batch(parquet, |batch| {
        if schema.is_none() {
            let empty = batch.slice(0, 0);
            schema = Some(Places::of(&empty)?.in_memory(&empty)?.schema());
        }
        locator.add(batch)
    })?;
    let located = locator.finish();
    if let Some(schema) = schema.filter(|_| locate.outside)
        && let Some(mut points) =
            OutsidePoints::begin(&located, Outputs::COLUMNS, &schema, sink, dir)?
    {
        each_batch(parquet, |batch| points.add(batch))?;
        points.finish()?;
    }
    Ok(located.split)
}

fn each_batch(
    parquet: &File,
    mut each: impl FnMut(&RecordBatch) -> Result<(), RunError>,
) -> Result<(), RunError> {
    let file = parquet.try_clone().map_err(unreadable)?;
    let reader = ParquetRecordBatchReaderBuilder::try_new(file)
        .and_then(ParquetRecordBatchReaderBuilder::build)
        .map_err(unreadable)?;
    for batch in reader {
        each(&batch.map_err(unreadable)?)?;
    }
    Ok(())
}
