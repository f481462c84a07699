//! Columns with their meaning: an Arrow field whose metadata tells property, unit and the
//! source's own name, code and unit. The only place that knows the metadata keys.

use crate::{Kind, Property, Unit};
use arrow_array::RecordBatch;
use arrow_schema::{DataType, Field, Schema, TimeUnit};
use std::collections::HashMap;

/// Metadata key: name of the property.
pub const PROPERTY: &str = "tramline.property";
/// Metadata key: symbol of the unit.
pub const UNIT: &str = "tramline.unit";
/// Metadata key: what the source calls the column.
pub const SOURCE_NAME: &str = "source.name";
/// Metadata key: the source's code of the column, such as a DDI.
pub const SOURCE_CODE: &str = "source.code";
/// Metadata key: the source's unit, as it writes it.
pub const SOURCE_UNIT: &str = "source.unit";
/// Metadata key: `logged`, `header`, `assumed`, `derived`, `guessed`.
pub const PROVENANCE: &str = "tramline.provenance";

/// Marks the column of outlines: see [`outline_field`].
pub const OUTLINE: &str = "tramline.outline";
/// Name of the column of outlines.
pub const OUTLINE_NAME: &str = "outline";
/// What the source calls a column that was made of its geometry.
pub const OF_GEOMETRY: &str = "geometry";

/// Marks the column of logs: see [`log_field`].
const LOG: &str = "tramline.log";
/// Mark the columns of the machine's place: see [`machine_fields`].
const MACHINE_PLACE: [&str; 2] = ["tramline.machine-latitude", "tramline.machine-longitude"];

/// Rows that a reader puts into one batch; the last of a file may be shorter.
pub const BATCH_ROWS: usize = 16_384;

/// What the source calls a column.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SourceColumn {
    /// Name of the column; empty where there is none.
    pub name: String,
    /// Code of the column, such as a DDI; empty where there is none.
    pub code: String,
    /// Unit, as the source writes it; empty where there is none.
    pub unit: String,
}

/// Arrow type of a property's column.
pub fn data_type(property: Property) -> DataType {
    match property.kind() {
        Kind::Number => DataType::Float64,
        Kind::Integer => DataType::Int64,
        Kind::Text => DataType::Utf8,
        Kind::Instant => DataType::Timestamp(TimeUnit::Millisecond, Some("UTC".into())),
    }
}

/// A nullable standard column, named by its property.
pub fn field(property: Property, unit: Option<&'static Unit>, source: &SourceColumn) -> Field {
    let mut metadata = source_metadata(source);
    metadata.insert(PROPERTY.to_owned(), property.name().to_owned());
    if let Some(unit) = unit {
        metadata.insert(UNIT.to_owned(), unit.symbol.to_owned());
    }
    Field::new(property.name(), data_type(property), true).with_metadata(metadata)
}

/// A nullable raw column under the source's name.
pub fn raw_field(name: &str, data_type: DataType, source: &SourceColumn) -> Field {
    Field::new(name, data_type, true).with_metadata(source_metadata(source))
}

/// The column of the polygons that a source has instead of points: little-endian well-known binary
/// in two dimensions, polygon or multipolygon, in degrees of WGS 84. Outer rings turn against the
/// clock, holes with it. Null where the row has none.
pub fn outline_field() -> Field {
    let metadata = HashMap::from([(OUTLINE.to_owned(), "1".to_owned())]);
    Field::new(OUTLINE_NAME, DataType::Binary, true).with_metadata(metadata)
}

/// Index of the column of outlines.
pub fn outline_index(schema: &Schema) -> Option<usize> {
    schema.fields().iter().position(|field| {
        field.data_type() == &DataType::Binary && field.metadata().contains_key(OUTLINE)
    })
}

/// The column that numbers the logs of a source: between rows of two logs there is no way.
pub fn log_field() -> Field {
    marked(LOG, DataType::Int64)
}

/// Index of the column of [`log_field`].
pub fn log_index(schema: &Schema) -> Option<usize> {
    index_of_marked(schema, LOG)
}

/// The columns of the machine's own latitude and longitude in degrees, where each row is a section beside
/// it: a section that swings does not drive further than its machine.
pub fn machine_fields() -> [Field; 2] {
    MACHINE_PLACE.map(|mark| marked(mark, DataType::Float64))
}

/// Indices of the columns of [`machine_fields`].
pub fn machine_indices(schema: &Schema) -> Option<[usize; 2]> {
    let [latitude, longitude] = MACHINE_PLACE.map(|mark| index_of_marked(schema, mark));
    Some([latitude?, longitude?])
}

fn marked(mark: &str, data_type: DataType) -> Field {
    let metadata = HashMap::from([(mark.to_owned(), "1".to_owned())]);
    Field::new(mark, data_type, true).with_metadata(metadata)
}

fn index_of_marked(schema: &Schema, mark: &str) -> Option<usize> {
    let mut fields = schema.fields().iter();
    fields.position(|field| field.metadata().contains_key(mark))
}

/// Whether an area is that of the source's polygon: readers name its source, or nothing at all.
pub fn is_of_geometry(area: &Field) -> bool {
    let metadata = area.metadata();
    match metadata.get(SOURCE_NAME) {
        Some(name) => name == OF_GEOMETRY,
        None => !metadata.contains_key(SOURCE_CODE) && !metadata.contains_key(PROVENANCE),
    }
}

fn source_metadata(source: &SourceColumn) -> HashMap<String, String> {
    [
        (SOURCE_NAME, &source.name),
        (SOURCE_CODE, &source.code),
        (SOURCE_UNIT, &source.unit),
    ]
    .into_iter()
    .filter(|(_, value)| !value.is_empty())
    .map(|(key, value)| (key.to_owned(), value.clone()))
    .collect()
}

/// The property of a column, if it is a standard one.
pub fn property_of(field: &Field) -> Option<Property> {
    field
        .metadata()
        .get(PROPERTY)
        .and_then(|name| Property::from_name(name))
}

/// The unit of a column.
pub fn unit_of(field: &Field) -> Option<&'static Unit> {
    field
        .metadata()
        .get(UNIT)
        .and_then(|symbol| Unit::from_symbol(symbol))
}

/// Index of a property's column in a batch.
pub fn column_index(batch: &RecordBatch, property: Property) -> Option<usize> {
    batch.schema_ref().index_of(property.name()).ok()
}
