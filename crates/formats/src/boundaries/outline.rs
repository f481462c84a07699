//! What the readers of boundaries share: titles of names, and how rings become a geometry.

use serde_json::{Value, json};

/// Name and geometry of each polygon of a file, or why there are none.
pub(super) type Read = Result<Vec<(Option<String>, Value)>, String>;

/// Titles under which files keep the name of a field, in the order of preference.
pub(super) const NAMES: &[&str] = &[
    "name",
    "field_name",
    "fieldname",
    "field",
    "fld_name",
    "field_id",
    "fieldid",
    "id",
];

/// A Polygon of one shape, a MultiPolygon of several.
pub(super) fn area(mut polygons: Vec<Vec<Vec<[f64; 2]>>>) -> Value {
    if polygons.len() == 1
        && let Some(rings) = polygons.pop()
    {
        return json!({ "type": "Polygon", "coordinates": rings });
    }
    json!({ "type": "MultiPolygon", "coordinates": polygons })
}
