//! Polygons of a GeoJSON document, by feature.

use super::outline::{NAMES, Read};
use serde_json::Value;

/// Reads a document.
pub(super) fn read(bytes: &[u8]) -> Read {
    let value: Value =
        serde_json::from_slice(bytes).map_err(|cause| format!("the file is not JSON: {cause}"))?;
    let features: Vec<&Value> = match value["type"].as_str() {
        Some("FeatureCollection") => value["features"].as_array().into_iter().flatten().collect(),
        Some(_) => vec![&value],
        None => return Err("the JSON is not GeoJSON".to_owned()),
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
