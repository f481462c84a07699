//! Exports by name: every format of the stored files, and tiles with the same choices.

use crate::hand::{convert, description};
use crate::settings::field;
use serde_json::json;
use std::path::{Path, PathBuf};
use tramline_convert::exports::StoredFormat;
use tramline_convert::{Options, UnitSystem};
use tramline_model::OperationType;
use tramline_outputs::WriteError;
use tramline_outputs::export::ExportOptions;

/// Standard points and polygons of a harvest as they are stored.
fn stored(folder: &Path) -> (PathBuf, PathBuf) {
    let table = field(1.0);
    let mut description = description(OperationType::Harvested, &table);
    description.crop = Some("Corn".to_owned());
    let options = Options {
        configuration: serde_json::from_value(json!({"enablePolygonOutput": true})).unwrap(),
        ..Options::default()
    };
    let converted = convert(description, &table, &options, 500);
    let place = |kind: &str| {
        let bytes = converted.sink.files.lock().unwrap()[&converted.report.artifacts[kind]].clone();
        let path = folder.join(format!("{kind}.parquet"));
        std::fs::write(&path, bytes).unwrap();
        path
    };
    (place("standardGeoparquet"), place("polygonGeoparquet"))
}

fn refused(result: Result<Vec<String>, WriteError>) -> String {
    match result {
        Err(WriteError::Refused(text)) => text,
        other => panic!("{other:?}"),
    }
}

#[test]
fn every_format_has_a_name_of_its_own() {
    let names: Vec<&str> = StoredFormat::all().map(StoredFormat::ending).collect();
    let wanted = ["gpkg", "fgb", "csv", "shp", "geojson", "parquet", "pmtiles"];
    assert_eq!(names, wanted);
    for format in StoredFormat::all() {
        assert_eq!(StoredFormat::from_ending(format.ending()), Some(format));
        assert!(format.content_type().contains('/'));
    }
    assert_eq!(StoredFormat::from_ending("xlsx"), None);
}

#[test]
fn tiles_take_the_same_choices_and_leave_nothing_when_they_fail() {
    let folder = tempfile::tempdir().unwrap();
    let (points, polygons) = stored(folder.path());
    let out = folder.path().join("out");
    let make = |stored: &Path, options: &ExportOptions, name: &str| {
        StoredFormat::PmTiles.export(stored, options, &out, name)
    };
    let size = |name: &str| std::fs::metadata(out.join(name)).unwrap().len();
    let all = ExportOptions::default();
    assert_eq!(make(&points, &all, "all").unwrap(), ["all.pmtiles"]);
    make(&points, &all, "again").unwrap();
    let bytes = |name: &str| std::fs::read(out.join(name)).unwrap();
    assert_eq!(bytes("all.pmtiles"), bytes("again.pmtiles"));
    let few = ExportOptions {
        columns: Some(vec!["speed".to_owned()]),
        units: UnitSystem::Imperial,
        ..ExportOptions::default()
    };
    make(&points, &few, "few").unwrap();
    assert!(size("few.pmtiles") < size("all.pmtiles"));
    let nowhere = ExportOptions {
        bbox: Some([0.0, 0.0, 1.0, 1.0]),
        ..ExportOptions::default()
    };
    make(&points, &nowhere, "none").unwrap();
    assert!(bytes("none.pmtiles").starts_with(b"PMTiles\x03"));
    let unknown = ExportOptions {
        columns: Some(vec!["nothing".to_owned()]),
        ..ExportOptions::default()
    };
    assert!(refused(make(&points, &unknown, "x")).contains("`nothing`"));
    make(&polygons, &all, "swaths").unwrap();
    assert!(bytes("swaths.pmtiles").starts_with(b"PMTiles\x03"));
    assert!(refused(make(&points, &all, "../x")).contains("name of an export"));
    let mut left: Vec<_> = std::fs::read_dir(&out)
        .unwrap()
        .map(|entry| entry.unwrap().file_name())
        .collect();
    left.sort();
    assert_eq!(
        left,
        [
            "again.pmtiles",
            "all.pmtiles",
            "few.pmtiles",
            "none.pmtiles",
            "swaths.pmtiles"
        ]
    );
}
