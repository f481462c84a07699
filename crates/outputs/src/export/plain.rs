//! GeoJSON and GeoParquet by the writers of the standard output, with the choice of columns and box.

use super::files::Files;
use super::source::Source;
use crate::WriteError;
use crate::geojson::GeoJsonWriter;
use crate::geoparquet::{BBOX, StoredWriter};
use crate::wkb::Shape;
use serde_json::{Map, Value};

pub(super) fn geojson(
    source: &Source,
    layer: &str,
    files: &mut Files<'_>,
) -> Result<(), WriteError> {
    let out = files.create(".geojson")?;
    let members = Map::from_iter([("name".to_owned(), Value::from(layer))]);
    let mut writer = GeoJsonWriter::new(out, &members)?;
    let fields = source.schema().fields();
    let kept: Vec<usize> = (0..fields.len())
        .filter(|place| fields.get(*place).is_some_and(|field| field.name() != BBOX))
        .collect();
    let mut shape = Shape::default();
    source.each(|rows| {
        for row in 0..rows.len() {
            rows.shape(row, &mut shape)?;
        }
        let batch = rows.batch.project(&kept);
        writer.write(&batch.map_err(|cause| WriteError::Shape(cause.to_string()))?)
    })?;
    writer.finish().map(drop)
}

pub(super) fn geoparquet(source: &Source, files: &mut Files<'_>) -> Result<(), WriteError> {
    let out = files.create(".parquet")?;
    let mut writer = StoredWriter::new(out, source.schema())?;
    let mut shape = Shape::default();
    source.each(|rows| {
        for row in 0..rows.len() {
            if let Some(kind) = rows.shape(row, &mut shape)? {
                writer.saw(kind.name(), shape.bounds());
            }
        }
        writer.write(rows.batch)
    })?;
    writer.finish().map(drop)
}
