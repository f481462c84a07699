//! The ADAPT Standard with the covered ground as geometries, and made anew of stored files: the same
//! records, and the same totals when it is read again.

use crate::adapt_standard::{bytes, columns, data_set, json_of, shape_of};
use crate::common::{check_report, convert};
use parquet::file::reader::{FileReader, SerializedFileReader};
use serde_json::Value;
use std::path::{Path, PathBuf};
use tramline_convert::{Configuration, FileReport, FileStatus, Options, UnitSystem};
use tramline_formats::Tree;
use tramline_outputs::MemorySink;
use tramline_outputs::adapt_standard::{DOCUMENT, RECORDS, StoredFile, write_stored};
use tramline_samples::{Files, sample};

fn options(polygons: bool) -> Options {
    Options {
        adapt: true,
        unit_systems: vec![UnitSystem::Metric],
        configuration: Configuration {
            enable_polygon_output: polygons,
            ..Configuration::default()
        },
        ..Options::default()
    }
}

fn processed(polygons: bool) -> (Vec<FileReport>, MemorySink) {
    let tree = Tree::from_files(sample::sample_stick());
    let (report, sink) = convert(&tree, "stick.zip", &options(polygons));
    let files = report.files.into_iter();
    let files = files.filter(|file| file.status == FileStatus::Processed);
    (files.collect(), sink)
}

/// Kinds of geometry as the metadata has them.
fn kinds(parquet: &[u8]) -> Value {
    let reader = SerializedFileReader::new(bytes::Bytes::copy_from_slice(parquet)).unwrap();
    let entries = reader.metadata().file_metadata().key_value_metadata();
    let geo = entries.unwrap().iter().find(|entry| entry.key == "geo");
    let geo: Value = serde_json::from_str(geo.unwrap().value.as_ref().unwrap()).unwrap();
    assert_eq!(
        geo["columns"]["geometry"]["bbox"].as_array().unwrap().len(),
        4
    );
    geo["columns"]["geometry"]["geometry_types"].clone()
}

/// Totals of two summaries that may differ by a thousandth.
fn same_totals(label: &str, left: &Value, right: &Value) {
    let mut compared = 0;
    let (left, right) = (&left["properties"], &right["properties"]);
    for (key, value) in left.as_object().unwrap() {
        let Some(wanted) = value["value"].as_f64() else {
            continue;
        };
        let got = right[key]["value"].as_f64();
        let got = got.unwrap_or_else(|| panic!("{label}: no {key}"));
        assert!(
            (got - wanted).abs() <= 1e-3 * wanted.abs(),
            "{label}: {key} is {got} instead of {wanted}"
        );
        assert_eq!(right[key]["unit"], value["unit"], "{label}: {key}");
        compared += 1;
    }
    assert!(compared >= 2, "{label}");
}

/// Reads a data set again; it has the records and totals of the machine file.
fn reads_again(set: Files, file: &FileReport, sink: &MemorySink) {
    let label = &file.name;
    let (again, second) = convert(&Tree::from_files(set), "set.zip", &options(false));
    check_report(&again, label);
    let [back] = again.files.as_slice() else {
        panic!("{label}: {:?}", again.files);
    };
    assert_eq!(
        back.status,
        FileStatus::Processed,
        "{label}: {:?}",
        back.steps
    );
    assert_eq!(back.operation_type, file.operation_type, "{label}");
    assert_eq!(back.points.read, file.points.standard, "{label}");
    assert_eq!(back.points.standard, file.points.standard, "{label}");
    same_totals(
        label,
        &json_of(sink, file, "summary"),
        &json_of(&second, back, "summary"),
    );
}

#[test]
fn records_with_the_covered_ground_go_there_and_back() {
    let (plain, points) = processed(false);
    let (covered, sink) = processed(true);
    assert_eq!(covered.len(), 5);
    let mut with_ground = 0;
    for (file, plain) in covered.iter().zip(&plain) {
        let records = bytes(&sink, &file.artifacts["adaptStandardRecords"]);
        let kinds = kinds(&records);
        with_ground += u64::from(kinds.as_array().unwrap().contains(&"Polygon".into()));
        shape_of(&json_of(&sink, file, "adaptStandard"), &file.name);
        // But for the geometry the records are the same.
        let without_place = |parquet: &[u8]| {
            let mut columns = columns(parquet);
            columns.retain(|name, _| name != "x" && name != "y");
            columns
        };
        let other = bytes(&points, &plain.artifacts["adaptStandardRecords"]);
        assert_eq!(
            without_place(&records),
            without_place(&other),
            "{}",
            file.name
        );
        reads_again(data_set(&sink, file), file, &sink);
    }
    assert!(with_ground >= 4, "{with_ground}");
}

/// Artifacts as they are stored.
fn store(folder: &Path, file: &FileReport, sink: &MemorySink, kind: &str) -> PathBuf {
    let path = folder.join(format!("{kind}.parquet"));
    std::fs::write(&path, bytes(sink, &file.artifacts[kind])).unwrap();
    path
}

#[test]
fn a_data_set_made_of_stored_files_is_that_of_the_conversion() {
    for polygons in [false, true] {
        let (files, sink) = processed(polygons);
        for file in &files {
            let label = &file.name;
            let folder = tempfile::tempdir().unwrap();
            let points = store(folder.path(), file, &sink, "standardGeoparquet");
            let ground = polygons.then(|| store(folder.path(), file, &sink, "polygonGeoparquet"));
            let stored = StoredFile {
                points: &points,
                ground: ground.as_deref(),
                file: &serde_json::to_value(file).unwrap(),
                summary: &json_of(&sink, file, "summary"),
            };
            write_stored(&stored, folder.path()).unwrap();
            let read = |name: &str| std::fs::read(folder.path().join(name)).unwrap();
            let records = bytes(&sink, &file.artifacts["adaptStandardRecords"]);
            assert_eq!(columns(&read(RECORDS)), columns(&records), "{label}");
            assert_eq!(kinds(&read(RECORDS)), kinds(&records), "{label}");
            let document: Value = serde_json::from_slice(&read(DOCUMENT)).unwrap();
            shape_of(&document, label);
            let wanted = json_of(&sink, file, "adaptStandard");
            let operation =
                |document: &Value| document["documents"]["workRecords"][0]["operations"][0].clone();
            let (ours, theirs) = (operation(&document), operation(&wanted));
            for key in ["id", "name", "operationTypeCode", "timeScopes"] {
                assert_eq!(ours[key], theirs[key], "{label}: {key}");
            }
            let amounts = |operation: &Value| -> Vec<(String, f64)> {
                let list = operation["summaryValues"].as_array().unwrap().iter();
                list.map(|entry| {
                    let amount = entry["valueText"].as_str().unwrap().parse().unwrap();
                    (entry["variableId"].to_string(), amount)
                })
                .collect()
            };
            let (ours, theirs) = (amounts(&ours), amounts(&theirs));
            assert_eq!(ours.len(), theirs.len(), "{label}: {ours:?} {theirs:?}");
            for ((name, ours), (known, theirs)) in ours.iter().zip(&theirs) {
                assert_eq!(name, known, "{label}");
                assert!(
                    (ours / theirs - 1.0).abs() < 1e-9,
                    "{label}: {name} {ours} {theirs}"
                );
            }
            for list in ["growers", "farms", "fields", "crops", "seasons", "devices"] {
                let (ours, theirs) = (&document["catalog"][list], &wanted["catalog"][list]);
                assert_eq!(ours, theirs, "{label}: {list}");
            }
            let set = [DOCUMENT, RECORDS].map(|name| (format!("set/{name}"), read(name)));
            reads_again(set.into(), file, &sink);
        }
    }
}
