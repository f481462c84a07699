//! What stands in a file's metadata, and once more in the Arrow schema that is stored with it: some
//! readers show the one, some the other.

use super::{BBOX, GEOMETRY, UNITS};
use crate::unique_names;
use arrow_schema::{Field, Schema};
use parquet::arrow::{ARROW_SCHEMA_META_KEY, encode_arrow_schema};
use parquet::file::metadata::KeyValue;
use serde_json::{Map, Value, json};
use std::sync::Arc;
use tramline_model::records::{self, UNIT};

/// Key of the file's metadata that tells the program, its version, and where each column comes from, as JSON.
pub const PROVENANCE: &str = "tramline";

/// All entries of a file with these columns. `types` are the kinds of its geometries, `bounds` west,
/// south, east and north in degrees.
pub(super) fn entries(schema: &Schema, types: &[&str], bounds: Option<[f64; 4]>) -> Vec<KeyValue> {
    let covering = schema.column_with_name(BBOX).is_some();
    let own = [
        ("geo", geo(types, covering, bounds)),
        (UNITS, units(schema)),
        (PROVENANCE, provenance(schema)),
    ]
    .map(|(key, value)| (key.to_owned(), value));
    let stored = schema.clone().with_metadata(own.iter().cloned().collect());
    let arrow = (
        ARROW_SCHEMA_META_KEY.to_owned(),
        encode_arrow_schema(&stored),
    );
    own.into_iter()
        .chain([arrow])
        .map(|(key, value)| KeyValue::new(key, value))
        .collect()
}

/// The `geo` metadata of GeoParquet 1.1.0. Without `crs`, which means OGC:CRS84.
fn geo(types: &[&str], covering: bool, bounds: Option<[f64; 4]>) -> String {
    let corner = |name: &str| json!([BBOX, name]);
    let mut column = json!({ "encoding": "WKB", "geometry_types": types });
    if let Some(column) = column.as_object_mut() {
        if covering {
            let covering = json!({ "bbox": {
                "xmin": corner("xmin"), "ymin": corner("ymin"), "xmax": corner("xmax"), "ymax": corner("ymax"),
            } });
            column.insert("covering".to_owned(), covering);
        }
        if let Some(bbox) = bounds {
            column.insert("bbox".to_owned(), json!(bbox));
        }
    }
    json!({ "version": "1.1.0", "primary_column": GEOMETRY, "columns": { GEOMETRY: column } })
        .to_string()
}

fn units(schema: &Schema) -> String {
    let unit =
        |field: &Arc<Field>| Some((field.name().clone(), json!(field.metadata().get(UNIT)?)));
    Value::Object(schema.fields().iter().filter_map(unit).collect()).to_string()
}

fn provenance(schema: &Schema) -> String {
    json!({
        "program": "tramline",
        "version": env!("CARGO_PKG_VERSION"),
        "columns": origin_of(schema),
    })
    .to_string()
}

/// The keys of a column's origin, by the key of the field's metadata.
const ORIGIN: [(&str, &str); 4] = [
    (records::SOURCE_NAME, "name"),
    (records::SOURCE_CODE, "code"),
    (records::SOURCE_UNIT, "unit"),
    (records::PROVENANCE, "provenance"),
];

/// What the source calls each column, its code and unit, and how its values came to be, under the
/// column's name in the output; columns of which nothing is known are left out.
pub(crate) fn origin_of(schema: &Schema) -> Map<String, Value> {
    let names = unique_names(schema.fields(), &[GEOMETRY, BBOX]);
    let mut columns = Map::new();
    for (field, name) in schema.fields().iter().zip(names) {
        let known = ORIGIN.iter().filter_map(|(key, short)| {
            let value = field.metadata().get(*key)?;
            Some(((*short).to_owned(), json!(value)))
        });
        let known: Map<String, Value> = known.collect();
        if !known.is_empty() {
            columns.insert(name, Value::Object(known));
        }
    }
    columns
}
