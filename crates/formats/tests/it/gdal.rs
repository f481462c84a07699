//! Layers that GDAL wrote, against what they were made from: another witness for GeoPackage,
//! FlatGeobuf and KML. Needs python3 with geopandas and pyogrio.

use crate::collect::read_with;
use serde_json::Value;
use std::path::Path;
use std::process::Command;
use tramline_formats::{Limits, ReadOptions, Tree, Verdict, detect};
use tramline_model::{OperationType, Property, records};

/// Writes the files; `None`, said aloud, without the program.
fn written(folder: &Path) -> Option<Value> {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it/gdal.py");
    let ran = Command::new("python3").arg(script).arg(folder).output();
    match ran {
        Ok(output) if output.status.success() => serde_json::from_slice(&output.stdout).ok(),
        _ => {
            crate::skip::skipped("gdal: python3 with geopandas and pyogrio is not there");
            None
        }
    }
}

#[test]
fn layers_of_gdal_hold_what_they_were_made_from() {
    let folder = tempfile::tempdir().expect("a folder");
    let Some(truth) = written(folder.path()) else {
        return;
    };
    let number = |key: &str| truth[key].as_f64().unwrap_or(f64::NAN);
    let mut files: Vec<_> = std::fs::read_dir(folder.path())
        .expect("a folder")
        .map(|item| item.expect("a file").path())
        .collect();
    files.sort();
    assert_eq!(files.len(), 12);
    for path in files {
        let name = path
            .file_name()
            .expect("a name")
            .to_string_lossy()
            .into_owned();
        let tree = Tree::open(&path, &Limits::default()).expect("opens");
        let claim = detect(&tree, None, &ReadOptions::default())
            .claims
            .remove(0);
        let drawing = matches!(claim.verdict, Verdict::NotMachineData { .. });
        assert_eq!(drawing, name.starts_with("drawing"), "{name}");
        if drawing {
            continue;
        }
        let got = read_with(&tree, claim.format, &ReadOptions::default());
        assert_eq!(got.failures, Vec::<String>::new(), "{name}");
        let layers = if name == "two.gpkg" { 2.0 } else { 1.0 };
        assert_eq!(got.operations.len() as f64, layers, "{name}");
        assert_eq!(got.rows() as f64, layers * number("rows"), "{name}");
        for (property, key, within) in [
            (Property::DryMassPerArea, "yield", 1e-9),
            // To 0.1 mm in the mean.
            (Property::Longitude, "longitude", 2e-6),
            (Property::Latitude, "latitude", 2e-6),
        ] {
            let off = (got.sum(property) - layers * number(key)).abs();
            assert!(
                off < within * layers * number("rows"),
                "{name}: {key} off by {off}"
            );
        }
        let operation = &got.operations[0];
        assert_eq!(operation.operation_type, OperationType::Harvested);
        assert_eq!(
            (operation.field.as_deref(), operation.crop.as_deref()),
            (Some("Öst"), Some("corn"))
        );
        if name != "data.kml" {
            let instants = got.instants();
            let first = &instants[..number("rows") as usize];
            assert_eq!(first[0], truth["first_ms"].as_i64(), "{name}");
            assert!(first.is_sorted(), "{name}");
        }
        if name.starts_with("squares") {
            let areas = records::column_index(&got.points[0], Property::Area);
            assert!(areas.is_some());
            assert!(
                (got.sum(Property::Area) / number("area_m2") - 1.0).abs() < 1e-6,
                "{name}"
            );
        }
    }
}

#[test]
fn layers_of_one_file_have_names_of_their_own() {
    let folder = tempfile::tempdir().expect("a folder");
    if written(folder.path()).is_none() {
        return;
    }
    let tree = Tree::open(&folder.path().join("two.gpkg"), &Limits::default()).expect("opens");
    let got = read_with(&tree, "geopackage", &ReadOptions::default());
    let names: Vec<&str> = got.operations.iter().map(|o| o.name.as_str()).collect();
    assert_eq!(names, ["Öst degrees é", "Öst albers"]);
}
