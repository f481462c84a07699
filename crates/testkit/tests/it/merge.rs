//! Merging machine files: sums of the sources, repeated records once, units converted.

use crate::common::input;
use serde_json::Value;
use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use tramline_convert::{FileReport, MergeError, MergeSource, Options, Report, UnitSystem, merge};
use tramline_formats::Tree;
use tramline_model::{DropReason, OperationType};
use tramline_outputs::FolderSink;

/// The sample stick converted into a folder.
fn stick(folder: &Path, units: UnitSystem) -> Report {
    let tree = Tree::from_files(tramline_samples::sample_stick());
    let options = Options {
        unit_systems: vec![units],
        ..Options::default()
    };
    let mut sink = FolderSink::new(folder);
    tramline_convert::run(&tree, &input("stick"), &options, &mut sink, &mut |_| {}).unwrap()
}

fn properties(path: &Path) -> Value {
    let bytes = std::fs::read(path).unwrap();
    serde_json::from_slice::<Value>(&bytes).unwrap()["properties"].take()
}

fn opened(parquet: &Path) -> Arc<File> {
    Arc::new(File::open(parquet).unwrap())
}

fn source(folder: &Path, file: &FileReport, id: &str) -> MergeSource {
    MergeSource {
        id: id.to_owned(),
        parquet: opened(&folder.join(&file.artifacts["standardGeoparquet"])),
        operation_type: file.operation_type.clone(),
        summary: properties(&folder.join(&file.artifacts["summary"])),
    }
}

fn of_type<'a>(report: &'a Report, kind: &str) -> Vec<&'a FileReport> {
    let files = report.files.iter();
    files.filter(|file| file.operation_type == kind).collect()
}

fn merged(folder: &Path, sources: &[MergeSource], units: UnitSystem) -> (FileReport, Value) {
    let options = Options {
        unit_systems: vec![units],
        ..Options::default()
    };
    let mut sink = FolderSink::new(folder);
    let report = merge(sources, "id", "merged", &options, &mut sink, &mut |_| {}).unwrap();
    assert!(report.points.add_up(true), "{:?}", report.points);
    let summary = properties(&folder.join("merged/summary.json"));
    (report, summary)
}

fn near(what: &str, found: &Value, expected: f64) {
    let found = found.as_f64().unwrap_or(f64::NAN);
    let error = ((found - expected) / expected).abs();
    assert!(error < 1e-9, "{what}: {found} and not {expected}");
}

fn value(summary: &Value, key: &str) -> f64 {
    summary[key]["value"].as_f64().unwrap_or(f64::NAN)
}

#[test]
fn totals_are_the_sums_of_the_sources_in_any_units() {
    let folder = tempfile::tempdir().unwrap();
    let imperial = stick(&folder.path().join("a"), UnitSystem::Imperial);
    let metric = stick(&folder.path().join("b"), UnitSystem::Metric);
    let (first, second) = (
        of_type(&imperial, "harvested"),
        of_type(&metric, "harvested"),
    );
    let sources = [
        source(&folder.path().join("a"), first[0], "1"),
        source(&folder.path().join("b"), second[1], "2"),
    ];
    let (report, summary) = merged(folder.path(), &sources, UnitSystem::Metric);
    let points = first[0].points.standard + second[1].points.standard;
    assert_eq!(
        (report.points.read, report.points.standard),
        (points, points)
    );
    let pound = 0.453_592_37e-3;
    let tonnes = value(&sources[0].summary, "totalWetMass") * pound
        + value(&sources[1].summary, "totalWetMass");
    near("wet mass", &summary["totalWetMass"]["value"], tonnes);
    let acre = 0.404_685_642_24;
    let hectares =
        value(&sources[0].summary, "totalArea") * acre + value(&sources[1].summary, "totalArea");
    near("area", &summary["totalArea"]["value"], hectares);
    for step in ["originalFile", "rawGeojson"] {
        let outcome = report
            .steps
            .iter()
            .find(|(s, _)| s.name() == step)
            .unwrap()
            .1;
        assert_eq!(outcome.message, "skipped");
    }
    assert!(!report.artifacts.contains_key("rawGeojson"));
}

#[test]
fn a_record_that_both_have_counts_once() {
    let folder = tempfile::tempdir().unwrap();
    let imperial = stick(&folder.path().join("a"), UnitSystem::Imperial);
    let metric = stick(&folder.path().join("b"), UnitSystem::Metric);
    for kind in ["harvested", "planted", "applied"] {
        let (first, again) = (of_type(&imperial, kind)[0], of_type(&metric, kind)[0]);
        let sources = [
            source(&folder.path().join("a"), first, "1"),
            source(&folder.path().join("b"), again, "2"),
        ];
        let (report, summary) = merged(folder.path(), &sources, UnitSystem::Imperial);
        let points = first.points.standard;
        assert_eq!(report.points.read, 2 * points, "{kind}");
        assert_eq!(report.points.standard, points, "{kind}");
        assert_eq!(
            report.points.dropped[&DropReason::MergeDuplicate],
            points,
            "{kind}"
        );
        let one = &sources[0].summary;
        for key in [
            "totalArea",
            "totalWetMass",
            "totalDryVolume",
            "totalApplied",
        ] {
            if one[key].is_object() {
                near(key, &summary[key]["value"], value(one, key));
            }
        }
        assert_eq!(summary["totalPlanted"], one["totalPlanted"], "{kind}");
        let names = |summary: &Value, list: &str| -> Vec<Value> {
            let entries = summary[list].as_array().cloned().unwrap_or_default();
            entries.iter().map(|entry| entry["name"].clone()).collect()
        };
        for list in ["varieties", "products"] {
            assert_eq!(names(&summary, list), names(one, list), "{kind}");
        }
        assert_eq!(summary["startTime"], one["startTime"]);
    }
}

#[test]
fn the_order_of_the_sources_changes_nothing_and_merged_files_merge_again() {
    let folder = tempfile::tempdir().unwrap();
    let a = folder.path().join("a");
    let report = stick(&a, UnitSystem::Default);
    let files = of_type(&report, "harvested");
    let mut sources: Vec<MergeSource> = files
        .iter()
        .zip(["1", "2", "3"])
        .map(|(file, id)| source(&a, file, id))
        .collect();
    let read = |folder: PathBuf| {
        ["standard.geojson", "standard.parquet", "summary.json"]
            .map(|name| std::fs::read(folder.join("merged").join(name)).unwrap())
    };
    let (first, _) = merged(&folder.path().join("x"), &sources, UnitSystem::Default);
    sources.reverse();
    merged(&folder.path().join("y"), &sources, UnitSystem::Default);
    assert!(read(folder.path().join("x")) == read(folder.path().join("y")));
    let again = MergeSource {
        id: "9".to_owned(),
        parquet: opened(&folder.path().join("x/merged/standard.parquet")),
        operation_type: OperationType::Harvested,
        summary: properties(&folder.path().join("x/merged/summary.json")),
    };
    let both = [again, sources[0].clone()];
    let (second, _) = merged(&folder.path().join("z"), &both, UnitSystem::Default);
    assert_eq!(second.points.standard, first.points.standard);
}

#[test]
fn what_cannot_be_merged_is_refused_with_its_id() {
    let folder = tempfile::tempdir().unwrap();
    let report = stick(folder.path(), UnitSystem::Default);
    let harvest = source(folder.path(), of_type(&report, "harvested")[0], "1");
    let planting = source(folder.path(), of_type(&report, "planted")[0], "2");
    let refuse = |sources: &[MergeSource]| {
        let mut sink = FolderSink::new(folder.path());
        let options = Options::default();
        merge(sources, "id", "m", &options, &mut sink, &mut |_| {}).unwrap_err()
    };
    assert!(matches!(
        refuse(&[harvest.clone(), harvest.clone()]),
        MergeError::TooFew
    ));
    let mixed = refuse(&[harvest.clone(), planting]);
    assert!(mixed.to_string().contains("planted"), "{mixed}");
    let mut whole = Vec::new();
    harvest.parquet.as_ref().read_to_end(&mut whole).unwrap();
    let broken = folder.path().join("broken.parquet");
    for cut in [0, 3, 4, 8, whole.len() / 2, whole.len() - 9] {
        std::fs::write(&broken, &whole[..cut]).unwrap();
        let second = MergeSource {
            id: "2".to_owned(),
            parquet: opened(&broken),
            ..harvest.clone()
        };
        let error = refuse(&[harvest.clone(), second]);
        assert!(
            matches!(error, MergeError::Unreadable { ref id, .. } if id == "2"),
            "{error}"
        );
    }
}
