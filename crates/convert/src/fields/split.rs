//! The points of a stored `standard.parquet` by field: for files whose conversion is over.

use super::boundary::Boundary;
use super::locate::FieldLocator;
use super::outside::OutsidePoints;
use super::places::unreadable;
use crate::error::RunError;
use crate::facts::FieldSplit;
use arrow_array::RecordBatch;
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use std::path::Path;
use tramline_outputs::Sink;

/// Splits the points of a `standard.parquet`. Fields with less than `least_percent` of the points
/// are left out. With `outside`, points in no field are written to that artifact, when there are
/// some and not all.
///
/// # Errors
///
/// The points cannot be read, or the sink does not take the artifact.
pub fn split_by_fields(
    parquet: &Path,
    boundaries: &[Boundary],
    least_percent: f64,
    outside: Option<(&mut dyn Sink, &str)>,
) -> Result<FieldSplit, RunError> {
    let mut locator = FieldLocator::new(boundaries, least_percent);
    each_batch(parquet, |batch| locator.add(batch))?;
    let located = locator.finish();
    if let Some((sink, name)) = outside
        && let Some(mut points) = OutsidePoints::begin(&located, sink, name)?
    {
        each_batch(parquet, |batch| points.add(batch))?;
        points.finish()?;
    }
    Ok(located.split)
}

fn each_batch(
    parquet: &Path,
    mut each: impl FnMut(&RecordBatch) -> Result<(), RunError>,
) -> Result<(), RunError> {
    let file = std::fs::File::open(parquet).map_err(unreadable)?;
    let reader = ParquetRecordBatchReaderBuilder::try_new(file)
        .and_then(ParquetRecordBatchReaderBuilder::build)
        .map_err(unreadable)?;
    for batch in reader {
        each(&batch.map_err(unreadable)?)?;
    }
    Ok(())
}
