//! The page of a machine file whose results lie in a folder.

use super::look::Look;
use super::{Histogram, PageImage, PageInput, main_rate, page};
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
    let mut painted = None;
    if let Some(rate) = main_rate(operation.unwrap_or(""), &units) {
        painted = Painted::read(folder, rate)?;
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
        images: painted.as_ref().map(Painted::image).as_slice(),
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

/// The image of a property, by `images.json`.
struct Painted {
    property: &'static str,
    png: Vec<u8>,
    entry: Value,
    stops: Vec<(f64, [u8; 3])>,
}

impl Painted {
    /// `None` where there is no image of the property.
    fn read(folder: &Path, property: &'static str) -> Result<Option<Self>, WriteError> {
        let list = document(folder, "images.json")?;
        let mut entries = list.as_array().into_iter().flatten();
        let Some(entry) = entries.find(|entry| Look(entry).get("property").text() == property)
        else {
            return Ok(None);
        };
        let path = folder.join(format!("images/{property}.png"));
        let png = match std::fs::read(&path) {
            Err(cause) if cause.kind() == std::io::ErrorKind::NotFound => return Ok(None),
            read => read.map_err(|cause| io(&path, &cause))?,
        };
        let legend = Look(entry).get("legend");
        let (min, max) = (legend.get("min").number(), legend.get("max").number());
        let range = min.zip(max);
        let stops = Look(entry)
            .get("ramp")
            .entries()
            .filter_map(|(stop, colour)| {
                // `35%`; what stands for no value is no percentage.
                let percent: f64 = stop.strip_suffix('%')?.parse().ok()?;
                let mut parts = colour.list().map(|part| part.count().min(255) as u8);
                let colour = [parts.next()?, parts.next()?, parts.next()?];
                let (min, max) = range?;
                Some((min + (max - min) * percent / 100.0, colour))
            });
        Ok(Some(Self {
            property,
            png,
            stops: stops.collect(),
            entry: entry.clone(),
        }))
    }

    fn image(&self) -> PageImage<'_> {
        let entry = Look(&self.entry);
        let legend = entry.get("legend");
        let edge = |name: &str| entry.get("extent").get(name).number();
        let bounds = ["xmin", "ymin", "xmax", "ymax"].map(edge);
        PageImage {
            property: self.property,
            png: &self.png,
            min: legend.get("min").number().unwrap_or(f64::NAN),
            max: legend.get("max").number().unwrap_or(f64::NAN),
            unit: legend.get("unit").text(),
            stops: &self.stops,
            bounds: match bounds {
                [Some(west), Some(south), Some(east), Some(north)] => {
                    Some([west, south, east, north])
                }
                _ => None,
            },
        }
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
