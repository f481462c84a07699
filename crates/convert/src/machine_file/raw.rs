//! `raw.geojson`: records as logged. The foreign member `tramline` tells what the source calls
//! its columns and in which units they are.

use arrow_schema::Schema;
use serde_json::{Map, Value, json};
use tramline_model::records;

/// Foreign members for the columns of the first batch.
pub(crate) fn members(schema: &Schema) -> Map<String, Value> {
    let mut columns = Map::new();
    for field in schema.fields() {
        let mut column = Map::new();
        for (key, name) in [
            (records::SOURCE_NAME, "name"),
            (records::SOURCE_CODE, "code"),
            (records::SOURCE_UNIT, "unit"),
        ] {
            if let Some(value) = field.metadata().get(key) {
                column.insert(name.to_owned(), json!(value));
            }
        }
        if !column.is_empty() {
            columns.insert(field.name().clone(), Value::Object(column));
        }
    }
    let mut members = Map::new();
    members.insert("tramline".to_owned(), json!({ "columns": columns }));
    members
}
