//! Points from record batches, and points or footprints from a stored `standard.parquet` or
//! `polygon.parquet`.
//!
//! Rule: the only file here that knows Arrow. A column is numbers or text; instants are numbers
//! of milliseconds, yes and no are 1 and 0. Other types, and text that is JSON, are left out.

use crate::error::TileError;
use crate::footprints::Footprints;
use crate::points::{Column, NO_TEXT, Source, Values};
use arrow_array::cast::AsArray;
use arrow_array::types::{
    Float32Type, Float64Type, Int32Type, Int64Type, TimestampMillisecondType,
};
use arrow_array::{Array, ArrayRef, Float64Array, RecordBatch};
use arrow_schema::{DataType, Field, Schema, TimeUnit};
use parquet::arrow::ProjectionMask;
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use parquet::file::metadata::KeyValue;
use serde_json::Value;
use std::collections::HashMap;
use std::path::Path;
use tramline_model::records;

const BATCH_ROWS: usize = 16_384;
const GEOMETRY: &str = "geometry";
/// Columns of the place, which are no attributes.
const PLACE: &[&str] = &[GEOMETRY, "bbox", "longitude", "latitude"];
/// Mark of a text column that holds JSON.
const JSON: &str = "tramline.json";

/// Columns that points carry.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub enum Pick {
    /// All that are numbers or text.
    #[default]
    All,
    /// These, in this order.
    Named(Vec<String>),
}

fn unreadable(cause: impl std::fmt::Display) -> TileError {
    TileError::Unreadable(cause.to_string())
}

/// Bytes of a point while it is loaded, without its columns: place, key and row.
const POINT_BYTES: usize = 32;
/// Those of a footprint of four corners, with the room that it grows into.
const FOOTPRINT_BYTES: usize = 128;

/// The points of a `standard.parquet`, or the footprints of a `polygon.parquet`; only the columns
/// asked for are read. Refused if they would take more memory than `most_bytes`.
///
/// # Errors
/// [`TileError::Unreadable`], [`TileError::Memory`], and those of [`Loader::add`].
pub fn read_parquet(path: &Path, pick: &Pick, most_bytes: usize) -> Result<Source, TileError> {
    let file = std::fs::File::open(path).map_err(unreadable)?;
    let builder = ParquetRecordBatchReaderBuilder::try_new(file).map_err(unreadable)?;
    let metadata = builder.metadata().file_metadata();
    let swaths = has_polygons(metadata.key_value_metadata());
    let mut loader = if swaths {
        Loader::swaths(builder.schema(), pick)?
    } else {
        Loader::new(builder.schema(), pick)?
    };
    let rows = usize::try_from(metadata.num_rows()).unwrap_or(0);
    let own = if swaths { FOOTPRINT_BYTES } else { POINT_BYTES };
    let columns = rows.saturating_mul(8 * loader.columns.len());
    let bytes = rows.saturating_mul(own).saturating_add(columns);
    if bytes > most_bytes {
        return Err(TileError::Memory { bytes, most_bytes });
    }
    loader.most_bytes = most_bytes - columns;
    let attributes = loader.columns.iter().map(|column| column.name.as_str());
    let places: &[&str] = if swaths {
        &[GEOMETRY]
    } else {
        &["bbox.xmin", "bbox.ymin", "longitude", "latitude"]
    };
    let attributes = attributes.chain(places.iter().copied());
    let mask = ProjectionMask::columns(builder.parquet_schema(), attributes);
    let reader = builder
        .with_projection(mask)
        .with_batch_size(BATCH_ROWS)
        .build()
        .map_err(unreadable)?;
    for batch in reader {
        loader.add(&batch.map_err(unreadable)?)?;
    }
    loader.finish()
}

/// Whether the metadata of a GeoParquet file say that it has polygons.
fn has_polygons(entries: Option<&Vec<KeyValue>>) -> bool {
    let geo = entries.and_then(|entries| entries.iter().find(|entry| entry.key == "geo"));
    let geo = geo.and_then(|geo| serde_json::from_str::<Value>(geo.value.as_deref()?).ok());
    let kinds = geo.and_then(|geo| {
        let kinds = geo.pointer("/columns/geometry/geometry_types")?;
        kinds.as_array().cloned()
    });
    let polygons = |kind: &Value| matches!(kind.as_str(), Some("Polygon" | "MultiPolygon"));
    kinds.is_some_and(|kinds| kinds.iter().any(polygons))
}

/// Takes record batches of one schema.
pub struct Loader {
    /// Instead of the places.
    footprints: Option<Footprints>,
    /// Bytes of the footprints at most.
    most_bytes: usize,
    longitudes: Vec<f64>,
    latitudes: Vec<f64>,
    columns: Vec<Column>,
    /// By column: the key of each text.
    known: Vec<HashMap<String, u32>>,
}

impl Loader {
    /// For batches of this schema whose places are points.
    ///
    /// # Errors
    /// [`TileError::NoColumn`] for a column that was picked and is not there.
    pub fn new(schema: &Schema, pick: &Pick) -> Result<Self, TileError> {
        let wanted: Vec<&Field> = match pick {
            Pick::All => {
                let fields = schema.fields().iter().map(AsRef::as_ref);
                fields.filter(|field| is_attribute(field)).collect()
            }
            Pick::Named(names) => {
                let field = |name: &String| {
                    let field = schema.field_with_name(name).ok();
                    let field = field.filter(|field| is_attribute(field));
                    field.ok_or_else(|| TileError::NoColumn(name.clone()))
                };
                names.iter().map(field).collect::<Result<_, _>>()?
            }
        };
        let mut columns: Vec<Column> = Vec::with_capacity(wanted.len());
        for field in wanted {
            if columns.iter().all(|column| column.name != *field.name()) {
                columns.push(Column {
                    name: field.name().clone(),
                    unit: field.metadata().get(records::UNIT).cloned(),
                    values: if is_text(field.data_type()) {
                        let (keys, texts) = (Vec::new(), Vec::new());
                        Values::Texts { keys, texts }
                    } else {
                        Values::Numbers(Vec::new())
                    },
                });
            }
        }
        Ok(Self {
            footprints: None,
            most_bytes: usize::MAX,
            longitudes: Vec::new(),
            latitudes: Vec::new(),
            known: vec![HashMap::new(); columns.len()],
            columns,
        })
    }

    /// For batches whose `geometry` is polygons.
    ///
    /// # Errors
    /// [`TileError::NoColumn`] for a column that was picked and is not there.
    pub fn swaths(schema: &Schema, pick: &Pick) -> Result<Self, TileError> {
        Ok(Self {
            footprints: Some(Footprints::new()),
            ..Self::new(schema, pick)?
        })
    }

    /// Takes the rows of a batch.
    ///
    /// # Errors
    /// [`TileError::NoPositions`], [`TileError::NoPolygons`], [`TileError::NoColumn`] or
    /// [`TileError::Memory`].
    pub fn add(&mut self, batch: &RecordBatch) -> Result<(), TileError> {
        if let Some(footprints) = &mut self.footprints {
            let geometry = batch.column_by_name(GEOMETRY);
            let geometry = geometry.and_then(|geometry| geometry.as_binary_opt::<i32>());
            for wkb in geometry.ok_or(TileError::NoPolygons)? {
                footprints.add(wkb);
            }
            let (bytes, most_bytes) = (footprints.memory_bytes(), self.most_bytes);
            if bytes > most_bytes {
                return Err(TileError::Memory { bytes, most_bytes });
            }
        } else {
            let (longitude, latitude) = places(batch).ok_or(TileError::NoPositions)?;
            append(&mut self.longitudes, &longitude, |place| place);
            append(&mut self.latitudes, &latitude, |place| place);
        }
        for (column, known) in self.columns.iter_mut().zip(&mut self.known) {
            let missing = || TileError::NoColumn(column.name.clone());
            let array = batch.column_by_name(&column.name).ok_or_else(missing)?;
            let taken = match &mut column.values {
                Values::Numbers(numbers) => add_numbers(numbers, array),
                Values::Texts { keys, texts } => add_texts(keys, texts, known, array),
            };
            taken.ok_or_else(|| TileError::NoColumn(column.name.clone()))?;
        }
        Ok(())
    }

    /// The source of all rows that were added.
    ///
    /// # Errors
    /// [`TileError::TooManyRows`].
    pub fn finish(self) -> Result<Source, TileError> {
        let mut columns = self.columns;
        for column in &mut columns {
            match &mut column.values {
                Values::Numbers(numbers) => numbers.shrink_to_fit(),
                Values::Texts { keys, .. } => keys.shrink_to_fit(),
            }
        }
        match self.footprints {
            Some(footprints) => Source::swaths(footprints, columns),
            None => Source::new(&self.longitudes, &self.latitudes, columns),
        }
    }
}

fn is_text(kind: &DataType) -> bool {
    match kind {
        DataType::Utf8 => true,
        DataType::Dictionary(key, value) => **key == DataType::Int32 && **value == DataType::Utf8,
        _ => false,
    }
}

fn is_attribute(field: &Field) -> bool {
    let number = matches!(
        field.data_type(),
        DataType::Float64
            | DataType::Float32
            | DataType::Int64
            | DataType::Int32
            | DataType::Boolean
            | DataType::Timestamp(TimeUnit::Millisecond, _)
    );
    let plain = !PLACE.contains(&field.name().as_str()) && !field.metadata().contains_key(JSON);
    plain && (number || is_text(field.data_type()))
}

/// Longitudes and latitudes: corners of the boxes of a stored file, else columns of their own.
fn places(batch: &RecordBatch) -> Option<(Float64Array, Float64Array)> {
    let degrees = |array: &ArrayRef| array.as_primitive_opt::<Float64Type>().cloned();
    let Some(bbox) = batch.column_by_name("bbox").and_then(|b| b.as_struct_opt()) else {
        let column = |name| batch.column_by_name(name).and_then(degrees);
        return column("longitude").zip(column("latitude"));
    };
    let corner = |name| {
        let corner = degrees(bbox.column_by_name(name)?)?;
        // A row without place has a null box around corners of zero.
        let absent = |row| bbox.is_null(row) || corner.is_null(row);
        let value = |row| (!absent(row)).then(|| corner.value(row));
        Some((0..batch.num_rows()).map(value).collect::<Float64Array>())
    };
    corner("xmin").zip(corner("ymin"))
}

fn append<T: arrow_array::ArrowPrimitiveType>(
    numbers: &mut Vec<f64>,
    array: &arrow_array::PrimitiveArray<T>,
    number: impl Fn(T::Native) -> f64,
) {
    if array.null_count() == 0 {
        numbers.extend(array.values().iter().map(|value| number(*value)));
    } else {
        numbers.extend(array.iter().map(|value| value.map_or(f64::NAN, &number)));
    }
}

fn add_numbers(numbers: &mut Vec<f64>, array: &ArrayRef) -> Option<()> {
    match array.data_type() {
        DataType::Float64 => append(numbers, array.as_primitive_opt::<Float64Type>()?, |n| n),
        DataType::Float32 => append(numbers, array.as_primitive_opt::<Float32Type>()?, f64::from),
        DataType::Int64 => append(numbers, array.as_primitive_opt::<Int64Type>()?, |n| {
            n as f64
        }),
        DataType::Int32 => append(numbers, array.as_primitive_opt::<Int32Type>()?, f64::from),
        DataType::Boolean => {
            let truth = array.as_boolean_opt()?.iter();
            numbers.extend(
                truth.map(|truth| truth.map_or(f64::NAN, |truth| f64::from(u8::from(truth)))),
            );
        }
        DataType::Timestamp(TimeUnit::Millisecond, _) => {
            let instants = array.as_primitive_opt::<TimestampMillisecondType>()?;
            append(numbers, instants, |n| n as f64);
        }
        _ => return None,
    }
    Some(())
}

fn add_texts(
    keys: &mut Vec<u32>,
    texts: &mut Vec<String>,
    known: &mut HashMap<String, u32>,
    array: &ArrayRef,
) -> Option<()> {
    let mut key = |text: Option<&str>| {
        let Some(text) = text else {
            return NO_TEXT;
        };
        if let Some(key) = known.get(text) {
            return *key;
        }
        let key = u32::try_from(texts.len()).unwrap_or(NO_TEXT);
        texts.push(text.to_owned());
        known.insert(text.to_owned(), key);
        key
    };
    if let Some(words) = array.as_string_opt::<i32>() {
        keys.extend(words.iter().map(key));
        return Some(());
    }
    let dictionary = array.as_dictionary_opt::<Int32Type>()?;
    let words = dictionary.values().as_string_opt::<i32>()?;
    // A word of the dictionary that no row has gets no key.
    let mut mapped: Vec<Option<u32>> = vec![None; words.len()];
    keys.extend(dictionary.keys().iter().map(|place| {
        let place = place.and_then(|place| usize::try_from(place).ok());
        let Some((place, mapped)) = place.and_then(|place| Some((place, mapped.get_mut(place)?)))
        else {
            return NO_TEXT;
        };
        *mapped.get_or_insert_with(|| key(words.is_valid(place).then(|| words.value(place))))
    }));
    Some(())
}
