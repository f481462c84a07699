//! The page of a machine file whose results lie in a folder.

use super::{Histogram, PageInput, main_rate, page};
use crate::WriteError;
use arrow_array::Float64Array;
use parquet::arrow::ProjectionMask;
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use parquet::errors::ParquetError;
use serde_json::Value;
use std::path::Path;

/// Name of the page beside the other results.
pub const PAGE: &str = "report.html";

/// Writes [`PAGE`] into the folder of a machine file: `file` is its entry in `report.json`, the
/// rest is read from the folder. What is not there is left out of the page.
pub fn write(folder: &Path, file: &Value, version: &str) -> Result<(), WriteError> {
    let summary = document(folder, "summary.json")?;
    let units = document(folder, "units.json")?;
    let operation = file.get("operationType").and_then(Value::as_str);
    let mut histogram = None;
    if let Some(rate) = main_rate(operation.unwrap_or(""), &units) {
        let names = ["filtered.parquet", "standard.parquet"];
        if let Some(points) = names
            .map(|name| folder.join(name))
            .iter()
            .find(|p| p.is_file())
        {
            let values = values(points, rate).map_err(|cause| io(points, &cause))?;
            histogram = Histogram::of(rate, values.into_iter());
        }
    }
    let html = page(&PageInput {
        file,
        summary: &summary,
        units: &units,
        images: &[],
        histogram,
        version,
    });
    let path = folder.join(PAGE);
    std::fs::write(&path, html).map_err(|cause| io(&path, &cause))
}

fn io(path: &Path, cause: &dyn std::fmt::Display) -> WriteError {
    WriteError::Io {
        name: path.display().to_string(),
        cause: cause.to_string(),
    }
}

/// A document that is not there is `null`: files that failed have no summary.
fn document(folder: &Path, name: &str) -> Result<Value, WriteError> {
    let path = folder.join(name);
    match std::fs::read(&path) {
        Ok(bytes) => serde_json::from_slice(&bytes).map_err(|cause| io(&path, &cause)),
        Err(cause) if cause.kind() == std::io::ErrorKind::NotFound => Ok(Value::Null),
        Err(cause) => Err(io(&path, &cause)),
    }
}

/// One column of numbers; empty where there is none of the name.
fn values(path: &Path, column: &str) -> Result<Vec<f64>, ParquetError> {
    let builder = ParquetRecordBatchReaderBuilder::try_new(std::fs::File::open(path)?)?;
    let Some(index) = builder
        .schema()
        .fields()
        .iter()
        .position(|f| f.name() == column)
    else {
        return Ok(Vec::new());
    };
    let mask = ProjectionMask::roots(builder.parquet_schema(), [index]);
    let mut values = Vec::new();
    for batch in builder.with_projection(mask).build()? {
        let batch = batch?;
        let array = batch.columns().first();
        if let Some(array) = array.and_then(|a| a.as_any().downcast_ref::<Float64Array>()) {
            values.extend(array.iter().flatten());
        }
    }
    Ok(values)
}
