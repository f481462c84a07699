//! Writes `report.html` beside each machine file of a results folder of `tramline convert`:
//! `cargo run --example page -- RESULTS`.

use serde_json::Value;
use std::error::Error;
use std::path::{Path, PathBuf};
use tramline_outputs::page::{Histogram, PageInput, main_rate, page};

fn json(path: &Path) -> Value {
    let text = std::fs::read_to_string(path).unwrap_or_default();
    serde_json::from_str(&text).unwrap_or(Value::Null)
}

/// Values of one property at the points of a GeoJSON file.
fn values(path: &Path, property: &str) -> Vec<f64> {
    let text = std::fs::read_to_string(path).unwrap_or_default();
    let collection: Value = serde_json::from_str(&text).unwrap_or(Value::Null);
    let features = collection.get("features").and_then(Value::as_array);
    features
        .into_iter()
        .flatten()
        .filter_map(|feature| feature.get("properties")?.get(property)?.as_f64())
        .collect()
}

fn main() -> Result<(), Box<dyn Error>> {
    let folder = PathBuf::from(std::env::args().nth(1).ok_or("give a results folder")?);
    let report = json(&folder.join("report.json"));
    let version = report.get("tramline").and_then(Value::as_str).unwrap_or("");
    for file in report["files"].as_array().into_iter().flatten() {
        let directory = folder.join(file["dir"].as_str().unwrap_or(""));
        let units = json(&directory.join("units.json"));
        let operation = file["operationType"].as_str().unwrap_or("");
        let histogram = main_rate(operation, &units).and_then(|rate| {
            let values = values(&directory.join("filtered.geojson"), rate);
            Histogram::of(rate, values.into_iter())
        });
        let html = page(&PageInput {
            file,
            summary: &json(&directory.join("summary.json")),
            units: &units,
            images: &[],
            histogram,
            version,
        });
        std::fs::write(directory.join("report.html"), html)?;
    }
    Ok(())
}
