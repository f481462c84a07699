//! The columns of one record batch, typed once, so that rows are written without a look at a type.

use super::text::{push_instant, push_integer, push_number, push_quoted};
use crate::{WriteError, is_json, unique_names};
use arrow_array::cast::AsArray;
use arrow_array::types::{
    Float32Type, Float64Type, Int8Type, Int16Type, Int32Type, Int64Type, TimestampMillisecondType,
    UInt8Type, UInt16Type, UInt32Type,
};
use arrow_array::{
    Array, ArrowPrimitiveType, BooleanArray, PrimitiveArray, RecordBatch, StringArray,
};
use arrow_schema::{DataType, Field, Schema, TimeUnit};

const START: &[u8] = br#"{"type":"Feature","geometry":"#;
const POINT: &[u8] = br#"{"type":"Point","coordinates":["#;

/// `,"name":` of each column of a schema, escaped; empty for the two columns of the position.
pub(super) struct Keys(Vec<Vec<u8>>);

impl Keys {
    pub(super) fn of(schema: &Schema) -> Self {
        let names = unique_names(schema.fields(), &[]);
        let key = |(field, name): (&std::sync::Arc<Field>, String)| {
            let mut key = Vec::new();
            if !is_position(field.name()) {
                key.push(b',');
                push_quoted(&mut key, &name);
                key.push(b':');
            }
            key
        };
        Self(schema.fields().iter().zip(names).map(key).collect())
    }
}

fn is_position(name: &str) -> bool {
    name == "longitude" || name == "latitude"
}

enum Values<'a> {
    Number(&'a PrimitiveArray<Float64Type>),
    Single(&'a PrimitiveArray<Float32Type>),
    Integer(&'a PrimitiveArray<Int64Type>),
    /// Narrower whole numbers.
    Small(PrimitiveArray<Int64Type>),
    Boolean(&'a BooleanArray),
    Instant(&'a PrimitiveArray<TimestampMillisecondType>),
    Text(&'a StringArray),
    Json(&'a StringArray),
    Dictionary {
        keys: &'a PrimitiveArray<Int32Type>,
        texts: &'a StringArray,
        json: bool,
    },
}

/// A batch ready to be written.
pub(super) struct Columns<'a> {
    longitude: Option<&'a PrimitiveArray<Float64Type>>,
    latitude: Option<&'a PrimitiveArray<Float64Type>>,
    properties: Vec<(&'a [u8], Values<'a>)>,
}

impl<'a> Columns<'a> {
    /// Types the columns. Columns that are null throughout are passed over.
    pub(super) fn of(batch: &'a RecordBatch, keys: &'a Keys) -> Result<Self, WriteError> {
        let mut columns = Self {
            longitude: None,
            latitude: None,
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
        buffer.extend_from_slice(br#","properties":{"#);
        let mut skip = 1; // the comma of the first key
        for (key, values) in &self.properties {
            if push_value(buffer, key.get(skip..).unwrap_or_default(), values, row) {
                skip = 0;
            }
        }
        buffer.extend_from_slice(b"}}");
    }
}

fn finite(degrees: Option<&PrimitiveArray<Float64Type>>, row: usize) -> Option<f64> {
    get(degrees?, row).filter(|value| value.is_finite())
}

#[inline]
fn get<T: ArrowPrimitiveType>(array: &PrimitiveArray<T>, row: usize) -> Option<T::Native> {
    array.is_valid(row).then(|| array.value(row))
}

fn get_text(array: &StringArray, row: usize) -> Option<&str> {
    array.is_valid(row).then(|| array.value(row))
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
        Values::Dictionary { keys, texts, json } => {
            let index = get(keys, row).and_then(|index| usize::try_from(index).ok());
            let text = index
                .filter(|index| *index < texts.len())
                .and_then(|index| get_text(texts, index));
            return push_text(buffer, key, text, *json);
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

fn values<'a>(field: &Field, array: &'a dyn Array) -> Result<Values<'a>, WriteError> {
    let unknown = || {
        WriteError::Shape(format!(
            "column `{}` of type {} in GeoJSON",
            field.name(),
            field.data_type()
        ))
    };
    let json = is_json(field);
    Ok(match array.data_type() {
        DataType::Float64 => Values::Number(array.as_primitive()),
        DataType::Float32 => Values::Single(array.as_primitive()),
        DataType::Int64 => Values::Integer(array.as_primitive()),
        DataType::Int32 => Values::Small(array.as_primitive::<Int32Type>().unary(i64::from)),
        DataType::Int16 => Values::Small(array.as_primitive::<Int16Type>().unary(i64::from)),
        DataType::Int8 => Values::Small(array.as_primitive::<Int8Type>().unary(i64::from)),
        DataType::UInt32 => Values::Small(array.as_primitive::<UInt32Type>().unary(i64::from)),
        DataType::UInt16 => Values::Small(array.as_primitive::<UInt16Type>().unary(i64::from)),
        DataType::UInt8 => Values::Small(array.as_primitive::<UInt8Type>().unary(i64::from)),
        DataType::Boolean => Values::Boolean(array.as_boolean()),
        DataType::Timestamp(TimeUnit::Millisecond, _) => Values::Instant(array.as_primitive()),
        DataType::Utf8 if json => Values::Json(array.as_string()),
        DataType::Utf8 => Values::Text(array.as_string()),
        DataType::Dictionary(_, _) => {
            let dictionary = array.as_dictionary_opt::<Int32Type>().ok_or_else(unknown)?;
            let texts = dictionary
                .values()
                .as_string_opt::<i32>()
                .ok_or_else(unknown)?;
            Values::Dictionary {
                keys: dictionary.keys(),
                texts,
                json,
            }
        }
        _ => return Err(unknown()),
    })
}
