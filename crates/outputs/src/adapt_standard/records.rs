//! Spatial records: `timestamp` text, WKB `geometry` and one column of doubles for each variable in
//! its definition's fixed unit. Zstd, row groups of 65,535 rows, of which no more than one is held.
//!
//! Rule: the geometry of a record is the ground that it covers, where that is known, else a point.

use super::names::RECORDS;
use crate::WriteError;
use crate::disk::unwrapped;
use crate::geojson::push_instant;
use crate::geoparquet::FOOTPRINT;
use crate::geoparquet::geometry::{self, Bounds};
use crate::wkb::{NOWHERE, Shape, widen};
use arrow_array::builder::StringBuilder;
use arrow_array::cast::AsArray;
use arrow_array::types::{Float64Type, Int64Type, TimestampMillisecondType};
use arrow_array::{Array, ArrayRef, BooleanArray, Float64Array, RecordBatch};
use arrow_schema::{DataType, Field, Schema, SchemaRef};
use arrow_select::zip::zip;
use parquet::arrow::ArrowWriter;
use parquet::basic::{Compression, ZstdLevel};
use parquet::errors::ParquetError;
use parquet::file::metadata::KeyValue;
use parquet::file::properties::{EnabledStatistics, WriterProperties};
use parquet::schema::types::ColumnPath;
use serde_json::json;
use std::collections::BTreeSet;
use std::io::Write;
use std::sync::Arc;
use tramline_model::adapt_standard::{Definition, for_column};
use tramline_model::records::{property_of, unit_of};
use tramline_model::{Dimension, Kind, Property, Unit};

/// Name of the column of geometries, well-known binary.
pub const GEOMETRY: &str = "geometry";
/// Name of the column of instants, text by RFC 3339.
pub const TIMESTAMP: &str = "timestamp";

/// As the standard has it, one less than a power of two.
const ROW_GROUP_ROWS: usize = 65_535;

/// A column of the records.
#[derive(Clone, Debug)]
pub struct Variable {
    /// Property of the standard points that it is made of.
    pub property: Property,
    /// Definition of the standard, or of our own, that it is written under.
    pub definition: &'static Definition,
    /// Name of the column: the definition's code, numbered where two columns share it.
    pub column: String,
    index: usize,
    from: Option<&'static Unit>,
}

impl Variable {
    /// The unit of the standard points; `None` for whole numbers.
    pub(super) fn unit(&self) -> Option<&'static Unit> {
        self.from
    }
}

/// The variables that a file with this schema of standard points has.
pub fn variables(schema: &Schema) -> Vec<Variable> {
    let mut list: Vec<Variable> = Vec::new();
    for (index, field) in schema.fields().iter().enumerate() {
        let Some(property) = property_of(field) else {
            continue;
        };
        if matches!(property, Property::Longitude | Property::Latitude) {
            continue;
        }
        let from = unit_of(field);
        let numeric = match property.kind() {
            Kind::Number => from.is_some() && field.data_type() == &DataType::Float64,
            Kind::Integer => field.data_type() == &DataType::Int64,
            Kind::Text | Kind::Instant => false,
        };
        let dimension = from.map_or(Dimension::None, |unit| unit.dimension);
        let Some(definition) = for_column(property, dimension).filter(|_| numeric) else {
            continue;
        };
        let same = list
            .iter()
            .filter(|v| v.definition.code == definition.code)
            .count();
        let column = match same {
            0 => definition.code.to_owned(),
            more => format!("{}_{}", definition.code, more + 1),
        };
        list.push(Variable {
            property,
            definition,
            column,
            index,
            from,
        });
    }
    list
}

/// Columns that tell where a record is.
struct Place {
    longitude: Option<usize>,
    latitude: Option<usize>,
    footprint: Option<usize>,
    /// Of a stored file, which has neither degrees nor footprints.
    geometry: Option<usize>,
}

impl Place {
    fn of(schema: &Schema) -> Self {
        let named = |name: &str| schema.index_of(name).ok();
        Self {
            longitude: named(Property::Longitude.name()),
            latitude: named(Property::Latitude.name()),
            footprint: named(FOOTPRINT),
            geometry: named(GEOMETRY),
        }
    }

    /// The geometries of a batch.
    fn geometries(&self, batch: &RecordBatch) -> Result<ArrayRef, WriteError> {
        let column = |index: Option<usize>| index.and_then(|index| batch.columns().get(index));
        let rows = batch.num_rows();
        if let Some(stored) = column(self.geometry) {
            return Ok(Arc::clone(stored));
        }
        // The writer looks at the geometries itself.
        let mut bounds = Bounds::default();
        let (x, y) = (column(self.longitude), column(self.latitude));
        let points = geometry::points(x, y, rows, &mut bounds)?.geometry;
        match column(self.footprint) {
            Some(corners) => {
                let ground = geometry::footprints(corners, rows, &mut bounds)?.geometry;
                first_of(&ground, &points)
            }
            None => Ok(points),
        }
    }
}

/// The first geometry of each row, or the second where there is none.
pub(super) fn first_of(first: &ArrayRef, second: &ArrayRef) -> Result<ArrayRef, WriteError> {
    let there: BooleanArray = (0..first.len())
        .map(|row| Some(first.is_valid(row)))
        .collect();
    zip(&there, &first.as_ref(), &second.as_ref()).map_err(|e| WriteError::Shape(e.to_string()))
}

/// Writes standard points as spatial records. A schema with footprints makes the geometries
/// polygons; one of a stored file has a column of them.
pub struct RecordsWriter<W: Write + Send> {
    writer: ArrowWriter<W>,
    output: SchemaRef,
    place: Place,
    timestamp: Option<usize>,
    variables: Vec<Variable>,
    kinds: BTreeSet<&'static str>,
    bounds: [f64; 4],
}

impl<W: Write + Send> RecordsWriter<W> {
    /// `schema` is that of the batches of standard points.
    ///
    /// # Errors
    /// [`WriteError::Shape`] when Parquet does not take the schema.
    pub fn new(out: W, schema: &Schema) -> Result<Self, WriteError> {
        let variables = variables(schema);
        let mut fields = vec![
            Field::new(TIMESTAMP, DataType::Utf8, true),
            geometry::point_field(GEOMETRY),
        ];
        fields.extend(
            variables
                .iter()
                .map(|variable| Field::new(&variable.column, DataType::Float64, true)),
        );
        let geometry = ColumnPath::new(vec![GEOMETRY.to_owned()]);
        let properties = WriterProperties::builder()
            .set_compression(Compression::ZSTD(ZstdLevel::try_new(3).map_err(failed)?))
            .set_max_row_group_row_count(Some(ROW_GROUP_ROWS))
            .set_column_dictionary_enabled(geometry.clone(), false)
            .set_column_statistics_enabled(geometry, EnabledStatistics::None)
            .build();
        let output = Arc::new(Schema::new(fields));
        let writer =
            ArrowWriter::try_new(out, Arc::clone(&output), Some(properties)).map_err(failed)?;
        Ok(Self {
            writer,
            output,
            place: Place::of(schema),
            timestamp: schema.index_of(Property::Timestamp.name()).ok(),
            variables,
            kinds: BTreeSet::new(),
            bounds: NOWHERE,
        })
    }

    /// Appends the rows of a batch.
    ///
    /// # Errors
    /// [`WriteError::Io`] when the destination fails, [`WriteError::Shape`] when the batch has
    /// not the columns of the schema given.
    pub fn write(&mut self, batch: &RecordBatch) -> Result<(), WriteError> {
        let rows = batch.num_rows();
        let column = |index: Option<usize>| index.and_then(|index| batch.columns().get(index));
        let geometries = self.place.geometries(batch)?;
        self.look_at(&geometries)?;
        let mut columns: Vec<ArrayRef> = Vec::with_capacity(self.output.fields().len());
        columns.push(instants(column(self.timestamp), rows));
        columns.push(geometries);
        for variable in &self.variables {
            columns.push(numbers(column(Some(variable.index)), variable, rows));
        }
        let batch = RecordBatch::try_new(Arc::clone(&self.output), columns)
            .map_err(|e| WriteError::Shape(e.to_string()))?;
        self.writer.write(&batch).map_err(failed)
    }

    /// Notes the kinds of the geometries, and where they are.
    fn look_at(&mut self, geometries: &ArrayRef) -> Result<(), WriteError> {
        let odd = || WriteError::Shape("a geometry that is no point and no polygon".to_owned());
        let geometries = geometries.as_binary_opt::<i32>().ok_or_else(odd)?;
        let mut shape = Shape::default();
        for wkb in geometries.iter().flatten() {
            self.kinds.insert(shape.read(wkb).ok_or_else(odd)?.name());
            widen(&mut self.bounds, shape.bounds());
        }
        Ok(())
    }

    /// Writes the last row group and the metadata, and flushes.
    ///
    /// # Errors
    /// [`WriteError::Io`] when the destination fails, [`WriteError::Shape`] when Parquet does
    /// not take the metadata.
    pub fn finish(mut self) -> Result<W, WriteError> {
        if self.kinds.is_empty() {
            self.kinds.insert("Point");
        }
        let mut column = json!({ "encoding": "WKB", "geometry_types": self.kinds });
        if self.bounds.iter().all(|corner| corner.is_finite())
            && let Some(column) = column.as_object_mut()
        {
            column.insert("bbox".to_owned(), json!(self.bounds));
        }
        let geo = json!({ "version": "1.0.0", "primary_column": GEOMETRY, "columns": { GEOMETRY: column } });
        self.writer
            .append_key_value_metadata(KeyValue::new("geo".to_owned(), geo.to_string()));
        let mut out = self.writer.into_inner().map_err(failed)?;
        out.flush().map_err(|cause| WriteError::Io {
            name: RECORDS.to_owned(),
            cause,
        })?;
        Ok(out)
    }
}

/// ISO 8601 in UTC; null where there is none.
fn instants(array: Option<&ArrayRef>, rows: usize) -> ArrayRef {
    let array = array.and_then(|array| array.as_primitive_opt::<TimestampMillisecondType>());
    let mut builder = StringBuilder::with_capacity(rows, rows * 24);
    let mut text = Vec::with_capacity(32);
    for row in 0..rows {
        match array.filter(|array| row < array.len() && array.is_valid(row)) {
            Some(array) => {
                text.clear();
                push_instant(&mut text, array.value(row));
                builder.append_value(std::str::from_utf8(&text).unwrap_or_default());
            }
            None => builder.append_null(),
        }
    }
    Arc::new(builder.finish())
}

/// Values in the definition's unit.
fn numbers(array: Option<&ArrayRef>, variable: &Variable, rows: usize) -> ArrayRef {
    let values: Option<Float64Array> = array.and_then(|array| {
        if let Some(whole) = array.as_primitive_opt::<Int64Type>() {
            return Some(whole.unary(|value| value as f64));
        }
        let values = array.as_primitive_opt::<Float64Type>()?;
        let (from, to) = (variable.from?, variable.definition.unit()?);
        Some(match from.factor_to(to) {
            Some(1.0) => values.clone(),
            Some(factor) => values.unary(|value| value * factor),
            None => values.unary(|value| to.from_base(from.to_base(value))),
        })
    });
    Arc::new(values.unwrap_or_else(|| Float64Array::new_null(rows)))
}

/// Trouble of the destination comes as `External`; anything else is a batch that does not fit.
fn failed(cause: ParquetError) -> WriteError {
    match cause {
        ParquetError::External(cause) => WriteError::Io {
            name: RECORDS.to_owned(),
            cause: unwrapped(cause),
        },
        cause => WriteError::Shape(format!("ADAPT Standard: {cause}")),
    }
}
