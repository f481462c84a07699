//! The columns of one record batch, typed once, so that rows are written without a look at a type.

use super::text::{push_instant, push_integer, push_number, push_quoted};
use crate::geoparquet::{BBOX, GEOMETRY};
use crate::values::{Values, get, get_text, values};
use crate::wkb::{Kind, Shape};
use crate::{WriteError, unique_names};
use arrow_array::cast::AsArray;
use arrow_array::types::Float64Type;
use arrow_array::{Array, BinaryArray, PrimitiveArray, RecordBatch};
use arrow_schema::{DataType, Field, Schema};

const START: &[u8] = br#"{"type":"Feature","geometry":"#;
const POINT: &[u8] = br#"{"type":"Point","coordinates":["#;

/// `,"name":` of each column of a schema, escaped; empty for the columns of the position. Names are
/// those of the stored columns, so that a rendering of these has the same keys.
pub(super) struct Keys(Vec<Vec<u8>>);

impl Keys {
    pub(super) fn of(schema: &Schema) -> Self {
        let names = unique_names(schema.fields(), &[GEOMETRY, BBOX]);
        let key = |(field, name): (&std::sync::Arc<Field>, String)| {
            let mut key = Vec::new();
            if !is_position(field.name()) && !is_geometry(field) {
                key.push(b',');
                push_quoted(&mut key, &name);
                key.push(b':');
            }
            key
        };
        Self(schema.fields().iter().zip(names).map(key).collect())
    }
}

/// A stored geometry column.
fn is_geometry(field: &Field) -> bool {
    field.name() == GEOMETRY && field.data_type() == &DataType::Binary
}

fn is_position(name: &str) -> bool {
    name == "longitude" || name == "latitude"
}

/// A batch ready to be written.
pub(super) struct Columns<'a> {
    longitude: Option<&'a PrimitiveArray<Float64Type>>,
    latitude: Option<&'a PrimitiveArray<Float64Type>>,
    /// Well-known binary; it stands before degrees.
    geometry: Option<&'a BinaryArray>,
    properties: Vec<(&'a [u8], Values<'a>)>,
}

impl<'a> Columns<'a> {
    /// Types the columns. Columns that are null throughout are passed over.
    pub(super) fn of(batch: &'a RecordBatch, keys: &'a Keys) -> Result<Self, WriteError> {
        let mut columns = Self {
            longitude: None,
            latitude: None,
            geometry: None,
            properties: Vec::new(),
        };
        let schema = batch.schema_ref();
        for ((field, array), key) in schema.fields().iter().zip(batch.columns()).zip(&keys.0) {
            if is_position(field.name()) {
                let degrees = array.as_primitive_opt::<Float64Type>().ok_or_else(|| {
                    WriteError::Shape(format!(
                        "column `{}` of type {}: degrees are Float64",
                        field.name(),
                        field.data_type()
                    ))
                })?;
                let place = if field.name() == "longitude" {
                    &mut columns.longitude
                } else {
                    &mut columns.latitude
                };
                place.get_or_insert(degrees);
            } else if is_geometry(field) {
                columns.geometry = array.as_binary_opt();
            } else if array.null_count() < array.len() && field.data_type() != &DataType::Null {
                columns
                    .properties
                    .push((key, values(field, array.as_ref())?));
            }
        }
        Ok(columns)
    }

    /// Appends the feature of a row. `comma` tells whether one stands before it.
    pub(super) fn push_row(&self, buffer: &mut Vec<u8>, row: usize, comma: bool) {
        buffer.extend_from_slice(if comma { b",\n" } else { b"\n" });
        buffer.extend_from_slice(START);
        if let Some(geometry) = self.geometry {
            push_geometry(buffer, geometry, row);
        } else {
            self.push_point(buffer, row);
        }
        buffer.extend_from_slice(br#","properties":{"#);
        let mut skip = 1; // the comma of the first key
        for (key, values) in &self.properties {
            if push_value(buffer, key.get(skip..).unwrap_or_default(), values, row) {
                skip = 0;
            }
        }
        buffer.extend_from_slice(b"}}");
    }

    fn push_point(&self, buffer: &mut Vec<u8>, row: usize) {
        match (finite(self.longitude, row), finite(self.latitude, row)) {
            (Some(longitude), Some(latitude)) => {
                buffer.extend_from_slice(POINT);
                push_number(buffer, longitude);
                buffer.push(b',');
                push_number(buffer, latitude);
                buffer.extend_from_slice(b"]}");
            }
            _ => buffer.extend_from_slice(b"null"),
        }
    }
}

/// Appends a geometry; null where it is absent or none that is known.
fn push_geometry(buffer: &mut Vec<u8>, geometry: &BinaryArray, row: usize) {
    let mut shape = Shape::default();
    let kind = geometry
        .is_valid(row)
        .then(|| shape.read(geometry.value(row)))
        .flatten();
    let Some(kind) = kind else {
        buffer.extend_from_slice(b"null");
        return;
    };
    buffer.extend_from_slice(match kind {
        Kind::Point => POINT,
        Kind::Polygon => br#"{"type":"Polygon","coordinates":["#,
        Kind::MultiPolygon => br#"{"type":"MultiPolygon","coordinates":[["#,
    });
    if kind == Kind::Point {
        push_corner(buffer, shape.corners.first().copied().unwrap_or_default());
    }
    for (index, polygon) in shape.polygons().enumerate() {
        if index > 0 {
            buffer.extend_from_slice(b"],[");
        }
        for (index, ring) in polygon.enumerate() {
            buffer.extend_from_slice(if index > 0 { b",[".as_slice() } else { b"[" });
            for (index, corner) in ring.iter().enumerate() {
                buffer.extend_from_slice(if index > 0 { b",[".as_slice() } else { b"[" });
                push_corner(buffer, *corner);
                buffer.push(b']');
            }
            buffer.push(b']');
        }
    }
    buffer.extend_from_slice(if kind == Kind::MultiPolygon {
        b"]]}".as_slice()
    } else {
        b"]}"
    });
}

fn push_corner(buffer: &mut Vec<u8>, [x, y]: [f64; 2]) {
    push_number(buffer, x);
    buffer.push(b',');
    push_number(buffer, y);
}

fn finite(degrees: Option<&PrimitiveArray<Float64Type>>, row: usize) -> Option<f64> {
    get(degrees?, row).filter(|value| value.is_finite())
}

/// Appends key and value, or nothing when the value is absent.
#[inline]
fn push_value(buffer: &mut Vec<u8>, key: &[u8], values: &Values<'_>, row: usize) -> bool {
    match values {
        Values::Number(array) => match get(array, row) {
            Some(value) if value.is_finite() => {
                buffer.extend_from_slice(key);
                push_number(buffer, value);
            }
            _ => return false,
        },
        Values::Single(array) => match get(array, row) {
            Some(value) if value.is_finite() => {
                buffer.extend_from_slice(key);
                buffer.extend_from_slice(zmij::Buffer::new().format_finite(value).as_bytes());
            }
            _ => return false,
        },
        Values::Integer(array) => return push_whole(buffer, key, get(array, row)),
        Values::Small(array) => return push_whole(buffer, key, get(array, row)),
        Values::Boolean(array) => {
            if array.is_null(row) {
                return false;
            }
            buffer.extend_from_slice(key);
            buffer.extend_from_slice(if array.value(row) { b"true" } else { b"false" });
        }
        Values::Instant(array) => {
            let Some(value) = get(array, row) else {
                return false;
            };
            buffer.extend_from_slice(key);
            buffer.push(b'"');
            push_instant(buffer, value);
            buffer.push(b'"');
        }
        Values::Text(array) => return push_text(buffer, key, get_text(array, row), false),
        Values::Json(array) => return push_text(buffer, key, get_text(array, row), true),
        Values::Dictionary { json, .. } => {
            return push_text(buffer, key, values.dictionary_text(row), *json);
        }
    }
    true
}

fn push_whole(buffer: &mut Vec<u8>, key: &[u8], value: Option<i64>) -> bool {
    if let Some(value) = value {
        buffer.extend_from_slice(key);
        push_integer(buffer, value);
    }
    value.is_some()
}

/// Appends text, or the JSON that it holds; empty JSON is absent.
fn push_text(buffer: &mut Vec<u8>, key: &[u8], text: Option<&str>, json: bool) -> bool {
    let Some(text) = text.filter(|text| !json || !text.is_empty()) else {
        return false;
    };
    buffer.extend_from_slice(key);
    if json {
        buffer.extend_from_slice(text.as_bytes());
    } else {
        push_quoted(buffer, text);
    }
    true
}
