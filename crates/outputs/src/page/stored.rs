//! The page of a machine file whose results are stored, in a folder or elsewhere.

use super::document::Document;
use super::look::Look;
use super::{Histogram, PageImage, PageInput, document, html, main_rate};
use crate::WriteError;
use crate::disk;
use arrow_array::Float64Array;
use parquet::arrow::ProjectionMask;
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use parquet::errors::ParquetError;
use serde_json::Value;
use std::path::{Path, PathBuf};

/// Name of the page beside the other results.
pub const PAGE: &str = "report.html";

/// The stored results of a machine file, as far as the page needs them. What is not there is
/// `null`, and left out of the page.
pub struct StoredPage<'a> {
    /// The entry in `report.json`.
    pub file: &'a Value,
    /// `summary.json`.
    pub summary: &'a Value,
    /// `units.json`.
    pub units: &'a Value,
    /// `images.json`.
    pub images: &'a Value,
    /// Reads the image of an entry of that list; `None` where it is gone.
    pub png: &'a dyn Fn(&Value) -> std::io::Result<Option<Vec<u8>>>,
    /// The image of classes of the main rate with its entry, which goes before those.
    pub classes: Option<&'a ClassMap>,
    /// Filtered points, or standard ones, for the histogram.
    pub points: Option<&'a Path>,
    /// Version of Tramline.
    pub version: &'a str,
}

/// An image of classes: its entry has `legend.ranges` and `extent`.
pub struct ClassMap {
    /// Its entry, as in `images.json`.
    pub entry: Value,
    /// The whole PNG file.
    pub png: Vec<u8>,
    /// The same in few pixels; empty for none.
    pub small: Vec<u8>,
    /// Square metres of ground of each of the legend's ranges; empty where it is not known.
    pub areas_m2: Vec<f64>,
}

impl StoredPage<'_> {
    /// The whole HTML document.
    ///
    /// # Errors
    /// [`WriteError::Io`] when the image or the points cannot be read.
    pub fn html(&self) -> Result<String, WriteError> {
        Ok(html(&self.document()?))
    }

    /// The page, to be written in any form.
    ///
    /// # Errors
    /// [`WriteError::Io`] when the image or the points cannot be read.
    pub fn document(&self) -> Result<Document, WriteError> {
        let operation = Look(self.file).get("operationType").text();
        let mut histogram = None;
        let mut painted = None;
        if let Some(rate) = main_rate(operation, self.units) {
            painted = self.painted(rate)?;
            if let Some(points) = self.points {
                let values = values(points, rate)
                    .map_err(|cause| io(points, std::io::Error::other(cause)))?;
                histogram = Histogram::of(rate, values.into_iter());
            }
        }
        Ok(document(&PageInput {
            file: self.file,
            summary: self.summary,
            units: self.units,
            images: painted.as_ref().map(Painted::image).as_slice(),
            histogram,
            version: self.version,
        }))
    }

    /// The image of a property; `None` where there is none.
    fn painted(&self, property: &'static str) -> Result<Option<Painted<'_>>, WriteError> {
        if let Some(map) = self.classes {
            let mut painted = Painted::new(property, map.png.clone(), &map.entry);
            painted.areas_m2.clone_from(&map.areas_m2);
            return Ok(Some(painted));
        }
        let mut entries = self.images.as_array().into_iter().flatten();
        let Some(entry) = entries.find(|entry| Look(entry).get("property").text() == property)
        else {
            return Ok(None);
        };
        let png = (self.png)(entry).map_err(|cause| WriteError::Io {
            name: format!("image of {property}"),
            cause,
        })?;
        Ok(png.map(|png| Painted::new(property, png, entry)))
    }
}

/// Writes [`PAGE`] into the folder of a machine file: `file` is its entry in `report.json`, the
/// rest is read from the folder.
///
/// # Errors
/// [`WriteError::Io`] when a stored result cannot be read or the page not be written.
pub fn write(
    folder: &Path,
    file: &Value,
    classes: Option<&ClassMap>,
    version: &str,
) -> Result<(), WriteError> {
    write_document(folder, &read(folder, file, classes, version)?)
}

/// Writes a document as [`PAGE`] into a folder.
///
/// # Errors
/// [`WriteError::Io`] when the page cannot be written.
pub fn write_document(folder: &Path, document: &Document) -> Result<(), WriteError> {
    let path = folder.join(PAGE);
    disk::write(&path, html(document).as_bytes()).map_err(|cause| io(&path, cause))
}

/// The page of the machine file in a folder as a document: `file` is its entry in `report.json`.
///
/// # Errors
/// [`WriteError::Io`] when a stored result cannot be read.
pub fn read(
    folder: &Path,
    file: &Value,
    classes: Option<&ClassMap>,
    version: &str,
) -> Result<Document, WriteError> {
    let names = ["filtered.parquet", "standard.parquet"];
    let points = names.map(|name| folder.join(name));
    let png = |entry: &Value| {
        let property = Look(entry).get("property").text();
        match std::fs::read(folder.join(format!("images/{property}.png"))) {
            Err(cause) if cause.kind() == std::io::ErrorKind::NotFound => Ok(None),
            read => read.map(Some),
        }
    };
    StoredPage {
        file,
        summary: &json(folder, "summary.json")?,
        units: &json(folder, "units.json")?,
        images: &json(folder, "images.json")?,
        png: &png,
        classes,
        points: points
            .iter()
            .find(|path| path.is_file())
            .map(PathBuf::as_path),
        version,
    }
    .document()
}

fn io(path: &Path, cause: std::io::Error) -> WriteError {
    WriteError::Io {
        name: path.display().to_string(),
        cause,
    }
}

/// The image of a property, by its entry in the list.
pub(super) struct Painted<'a> {
    property: &'static str,
    png: Vec<u8>,
    entry: Look<'a>,
    stops: Vec<(f64, [u8; 3])>,
    ranges: Vec<(f64, f64, [u8; 3])>,
    pub(super) areas_m2: Vec<f64>,
}

impl<'a> Painted<'a> {
    pub(super) fn new(property: &'static str, png: Vec<u8>, entry: &'a Value) -> Self {
        let entry = Look(entry);
        let legend = entry.get("legend");
        let (min, max) = (legend.get("min").number(), legend.get("max").number());
        let range = min.zip(max);
        let stops = entry.get("ramp").entries().filter_map(|(stop, colour)| {
            // `35%`; what stands for no value is no percentage.
            let percent: f64 = stop.strip_suffix('%')?.parse().ok()?;
            let mut parts = colour.list().map(|part| part.count().min(255) as u8);
            let colour = [parts.next()?, parts.next()?, parts.next()?];
            let (min, max) = range?;
            Some((min + (max - min) * percent / 100.0, colour))
        });
        let ranges = legend.get("ranges").list().filter_map(|range| {
            let colour = colour(range.get("colorCode").text())?;
            Some((
                range.get("min").number()?,
                range.get("max").number()?,
                colour,
            ))
        });
        Self {
            property,
            png,
            stops: stops.collect(),
            ranges: ranges.collect(),
            areas_m2: Vec::new(),
            entry,
        }
    }

    pub(super) fn image(&self) -> PageImage<'_> {
        let legend = self.entry.get("legend");
        let edge = |name: &str| self.entry.get("extent").get(name).number();
        let bounds = ["xmin", "ymin", "xmax", "ymax"].map(edge);
        PageImage {
            property: self.property,
            png: &self.png,
            min: legend.get("min").number().unwrap_or(f64::NAN),
            max: legend.get("max").number().unwrap_or(f64::NAN),
            unit: legend.get("unit").text(),
            stops: &self.stops,
            ranges: &self.ranges,
            areas_m2: &self.areas_m2,
            bounds: match bounds {
                [Some(west), Some(south), Some(east), Some(north)] => {
                    Some([west, south, east, north])
                }
                _ => None,
            },
        }
    }
}

/// Red, green and blue of `#RRGGBB`.
fn colour(code: &str) -> Option<[u8; 3]> {
    let number = u32::from_str_radix(code.strip_prefix('#')?, 16).ok()?;
    let [_, red, green, blue] = number.to_be_bytes();
    Some([red, green, blue])
}

/// A document that is not there is `null`: files that failed have no summary.
fn json(folder: &Path, name: &str) -> Result<Value, WriteError> {
    let path = folder.join(name);
    match std::fs::read(&path) {
        Ok(bytes) => serde_json::from_slice(&bytes).map_err(|cause| io(&path, cause.into())),
        Err(cause) if cause.kind() == std::io::ErrorKind::NotFound => Ok(Value::Null),
        Err(cause) => Err(io(&path, cause)),
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
