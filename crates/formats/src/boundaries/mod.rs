//! Boundaries of fields out of an upload: GeoJSON, KML and KMZ, shapefiles of polygons.
//!
//! Rule: geometries go on as GeoJSON in WGS 84 degrees, not judged; a part that cannot be read is
//! named and does no harm to the others.

mod kml;
mod shapes;

use crate::source::{EntryId, Limits, Tree};
use serde_json::{Value, json};

/// Largest file that is read whole.
const FILE_BYTES: u64 = 64 << 20;
/// Fields of one upload.
pub const MOST: usize = 100;

/// A polygon with the name that its file gives it.
#[derive(Clone, Debug, PartialEq)]
pub struct Outline {
    pub name: Option<String>,
    /// A GeoJSON Polygon or MultiPolygon.
    pub geometry: Value,
    /// The entry that it comes from.
    pub entry: String,
}

/// What an upload holds, and what of it could not be read: entry and reason.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Outlines {
    pub list: Vec<Outline>,
    pub faults: Vec<(String, String)>,
}

/// Reads every boundary of an upload, at most [`MOST`].
pub fn read(tree: &Tree, limits: &Limits) -> Outlines {
    let mut found = Outlines::default();
    for id in tree.ids() {
        if tree.is_system_file(id) {
            continue;
        }
        let entry = tree.entry(id).path.clone();
        let outlines = match tree.extension(id).as_str() {
            "geojson" | "json" => bytes(tree, id).and_then(|bytes| geojson(&bytes)),
            "kml" => bytes(tree, id).and_then(|bytes| kml::read(&bytes)),
            "kmz" => bytes(tree, id).and_then(|bytes| kmz(bytes, limits)),
            "shp" => shapes::read(tree, id, limits),
            _ => continue,
        };
        match outlines {
            Ok(list) => {
                for (name, geometry) in list {
                    if found.list.len() == MOST {
                        let reason =
                            format!("an upload has at most {MOST} fields: the rest is left out");
                        found.faults.push((entry.clone(), reason));
                        return found;
                    }
                    found.list.push(Outline {
                        name,
                        geometry,
                        entry: entry.clone(),
                    });
                }
            }
            Err(reason) => found.faults.push((entry, reason)),
        }
    }
    found
}

/// Name and geometry of each polygon of a file, or why there are none.
type Read = Result<Vec<(Option<String>, Value)>, String>;

fn bytes(tree: &Tree, id: EntryId) -> Result<Vec<u8>, String> {
    tree.bytes(id, FILE_BYTES)
        .map_err(|cause| cause.to_string())
}

/// Titles under which files keep the name of a field, in the order of preference.
const NAMES: &[&str] = &[
    "name",
    "field_name",
    "fieldname",
    "field",
    "fld_name",
    "field_id",
    "fieldid",
    "id",
];

fn is_area(geometry: &Value) -> bool {
    matches!(geometry["type"].as_str(), Some("Polygon" | "MultiPolygon"))
}

fn text(value: &Value) -> Option<String> {
    match value {
        Value::String(text) if !text.trim().is_empty() => Some(text.trim().to_owned()),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    }
}

fn geojson(bytes: &[u8]) -> Read {
    let value: Value =
        serde_json::from_slice(bytes).map_err(|cause| format!("no JSON: {cause}"))?;
    let features: Vec<&Value> = match value["type"].as_str() {
        Some("FeatureCollection") => value["features"].as_array().into_iter().flatten().collect(),
        Some(_) => vec![&value],
        None => return Err("the JSON is no GeoJSON".to_owned()),
    };
    let mut list = Vec::new();
    for feature in features {
        let geometry = if feature["type"] == "Feature" {
            &feature["geometry"]
        } else {
            feature
        };
        if is_area(geometry) {
            let properties = feature["properties"].as_object();
            let name = NAMES.iter().find_map(|wanted| {
                let found = properties?
                    .iter()
                    .find(|(key, _)| key.eq_ignore_ascii_case(wanted));
                text(found?.1)
            });
            list.push((name, geometry.clone()));
        }
    }
    if list.is_empty() {
        return Err("the GeoJSON has no polygon".to_owned());
    }
    Ok(list)
}

fn kmz(bytes: Vec<u8>, limits: &Limits) -> Read {
    let tree =
        Tree::from_zip_bytes("document.zip", bytes, limits).map_err(|cause| cause.to_string())?;
    let mut list = Vec::new();
    for id in tree.ids().filter(|id| tree.extension(*id) == "kml") {
        list.extend(kml::read(&self::bytes(&tree, id)?)?);
    }
    if list.is_empty() {
        return Err("the KMZ has no KML with a polygon".to_owned());
    }
    Ok(list)
}

/// A Polygon of one shape, a MultiPolygon of several.
fn area(mut polygons: Vec<Vec<Vec<[f64; 2]>>>) -> Value {
    if polygons.len() == 1
        && let Some(rings) = polygons.pop()
    {
        return json!({ "type": "Polygon", "coordinates": rings });
    }
    json!({ "type": "MultiPolygon", "coordinates": polygons })
}
