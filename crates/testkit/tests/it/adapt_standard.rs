//! The ADAPT Standard there and back: what Tramline writes has the shape of the schema and reads
//! back as the same points and totals; what is damaged or hostile is answered in words.

use crate::common::{check_report, convert, shared};
use arrow_array::RecordBatch;
use arrow_array::cast::AsArray;
use arrow_array::types::Float64Type;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use tramline_convert::{FileReport, FileStatus, Options, Report, UnitSystem};
use tramline_formats::{ReadOptions, Tree, Verdict, detect};
use tramline_outputs::MemorySink;
use tramline_samples::{Files, Operation, Plan, sample, simulate, write};
use tramline_testkit::corrupt;

fn options() -> Options {
    Options {
        adapt: true,
        unit_systems: vec![UnitSystem::Metric],
        ..Options::default()
    }
}

pub(crate) fn bytes(sink: &MemorySink, name: &str) -> Vec<u8> {
    sink.files.lock().unwrap()[name].clone()
}

pub(crate) fn json_of(sink: &MemorySink, file: &FileReport, kind: &str) -> Value {
    serde_json::from_slice(&bytes(sink, &file.artifacts[kind])).unwrap()
}

/// The data set of one machine file, as a folder.
pub(crate) fn data_set(sink: &MemorySink, file: &FileReport) -> Files {
    ["adaptStandard", "adaptStandardRecords"]
        .iter()
        .map(|kind| {
            let name = &file.artifacts[*kind];
            let short = name.rsplit('/').next().unwrap();
            (format!("set/{short}"), bytes(sink, name))
        })
        .collect()
}

fn batches(parquet: &[u8]) -> Vec<RecordBatch> {
    use parquet::arrow::arrow_reader::ParquetRecordBatchReader;
    let bytes = bytes::Bytes::copy_from_slice(parquet);
    ParquetRecordBatchReader::try_new(bytes, 1_024)
        .unwrap()
        .map(Result::unwrap)
        .collect()
}

/// Values of every numeric column, with the geometry under its own name.
pub(crate) fn columns(parquet: &[u8]) -> BTreeMap<String, Vec<Option<f64>>> {
    let mut all: BTreeMap<String, Vec<Option<f64>>> = BTreeMap::new();
    for batch in batches(parquet) {
        for (field, array) in batch.schema().fields().iter().zip(batch.columns()) {
            if let Some(values) = array.as_primitive_opt::<Float64Type>() {
                all.entry(field.name().clone()).or_default().extend(values);
            } else if let Some(shapes) = array.as_binary_opt::<i32>() {
                for shape in shapes {
                    let at = |from: usize| {
                        let bytes = shape?.get(from..from + 8)?;
                        Some(f64::from_le_bytes(bytes.try_into().ok()?))
                    };
                    all.entry("x".to_owned()).or_default().push(at(5));
                    all.entry("y".to_owned()).or_default().push(at(13));
                }
            } else if let Some(times) =
                array.as_primitive_opt::<arrow_array::types::TimestampMillisecondType>()
            {
                let times = times.iter().map(|t| t.map(|t| t as f64));
                all.entry(field.name().clone()).or_default().extend(times);
            }
        }
    }
    all.retain(|_, values| values.iter().any(Option::is_some));
    all
}

fn close(a: f64, b: f64) -> bool {
    (a - b).abs() <= 1e-9 * a.abs().max(b.abs())
}

/// Numbers and texts of two summaries; `skip` keys differ for a reason.
fn same(path: &str, a: &Value, b: &Value, skip: &[&str], bad: &mut Vec<String>) {
    match (a, b) {
        (Value::Object(left), Value::Object(right)) => {
            for key in left.keys().chain(right.keys()) {
                if !skip.contains(&key.as_str()) {
                    let path = format!("{path}.{key}");
                    same(&path, &a[key.as_str()], &b[key.as_str()], skip, bad);
                }
            }
        }
        (Value::Array(left), Value::Array(right)) if left.len() == right.len() => {
            for (left, right) in left.iter().zip(right) {
                same(path, left, right, skip, bad);
            }
        }
        (Value::Number(left), Value::Number(right))
            if close(left.as_f64().unwrap(), right.as_f64().unwrap()) => {}
        _ if a == b => {}
        _ => bad.push(format!("{path}: {a} / {b}")),
    }
}

fn round_trip(report: &Report, sink: &MemorySink, file: &FileReport) {
    let label = &file.name;
    assert_eq!(
        file.status,
        FileStatus::Processed,
        "{label}: {:?}",
        file.steps
    );
    shape_of(&json_of(sink, file, "adaptStandard"), label);
    let tree = Tree::from_files(data_set(sink, file));
    let (again, second) = convert(&tree, "set.zip", &options());
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
    assert_eq!(back.file_format, "ADAPT");
    assert_eq!(back.operation_type, file.operation_type, "{label}");
    assert_eq!(back.points.standard, file.points.standard, "{label}");
    assert_eq!(back.points.read, file.points.standard, "{label}");
    assert!(again.unclaimed.is_empty(), "{:?}", again.unclaimed);
    let mut bad = Vec::new();
    let units = |sink: &MemorySink, file: &FileReport| json_of(sink, file, "units");
    same(
        "units",
        &units(sink, file),
        &units(&second, back),
        &[],
        &mut bad,
    );
    // The original words differ as the formats do; texts at the points are not in the standard.
    let skip = [
        "originalOperationType",
        "originalOperationData",
        "displayTotals",
        "geometry",
        "operationDescription",
        "appliedProducts",
        "products",
        "tillType",
    ];
    let summary = |sink: &MemorySink, file: &FileReport| json_of(sink, file, "summary");
    let (left, right) = (summary(sink, file), summary(&second, back));
    same("summary", &left, &right, &skip, &mut bad);
    let names = [
        "originalOperationField",
        "originalOperationFarm",
        "originalOperationGrower",
    ];
    for name in names {
        let of = |summary: &Value| summary["properties"]["originalOperationData"][name].clone();
        assert_eq!(of(&left), of(&right), "{label}");
    }
    let parquet = |sink: &MemorySink, file: &FileReport| {
        columns(&bytes(sink, &file.artifacts["standardGeoparquet"]))
    };
    let (left, right) = (parquet(sink, file), parquet(&second, back));
    for (name, values) in &left {
        let Some(others) = right.get(name) else {
            bad.push(format!("column `{name}` is gone"));
            continue;
        };
        let differs = values.iter().zip(others).position(|pair| match pair {
            (Some(a), Some(b)) => !close(*a, *b),
            (a, b) => a != b,
        });
        if values.len() != others.len() || differs.is_some() {
            bad.push(format!("column `{name}` differs at {differs:?}"));
        }
    }
    bad.extend(
        right
            .keys()
            .filter(|name| !left.contains_key(*name))
            .map(|n| format!("new {n}")),
    );
    assert!(
        bad.is_empty(),
        "{label} of {}:\n{}",
        report.input.name,
        bad.join("\n")
    );
    // And once more: written again it is the same, byte for byte.
    let (first, then) = (data_set(sink, file), data_set(&second, back));
    let records = |files: &Files| columns(&files[1].1);
    assert_eq!(
        records(&first).keys().collect::<Vec<_>>(),
        records(&then).keys().collect::<Vec<_>>()
    );
}

/// Keys that section 9 of the vendor formats (and the root schema) requires.
pub(crate) fn shape_of(document: &Value, label: &str) {
    let text = |value: &Value| value.as_str().is_some_and(|text| !text.is_empty());
    assert!(text(&document["rootSchemaVersion"]), "{label}");
    let catalog = document["catalog"].as_object().unwrap();
    for (list, entries) in catalog {
        for entry in entries.as_array().unwrap() {
            assert!(text(&entry["name"]), "{label}: {list} {entry}");
            if list == "customDataTypeDefinitions" {
                assert!(text(&entry["definitionCode"]), "{label}: {entry}");
                continue;
            }
            assert!(text(&entry["id"]["referenceId"]), "{label}: {list} {entry}");
            for unique in entry["id"]["uniqueIds"].as_array().unwrap() {
                assert!(
                    text(&unique["idText"]) && text(&unique["idTypeCode"]),
                    "{label}"
                );
            }
            if list == "products" {
                assert!(text(&entry["productTypeCode"]) && text(&entry["productFormCode"]));
            }
            if list == "cropZones" {
                assert!(text(&entry["fieldId"]) && text(&entry["cropId"]), "{label}");
                assert!(
                    !entry["seasonIds"].as_array().unwrap().is_empty(),
                    "{label}"
                );
            }
        }
    }
    let ids = |list: &str| -> Vec<Value> {
        let entries = document["catalog"][list]
            .as_array()
            .cloned()
            .unwrap_or_default();
        entries
            .iter()
            .map(|e| e["id"]["referenceId"].clone())
            .collect()
    };
    let records = document["documents"]["workRecords"].as_array().unwrap();
    assert_eq!(records.len(), 1);
    for record in records {
        assert!(
            text(&record["id"]["referenceId"]) && text(&record["name"]),
            "{label}"
        );
        assert!(ids("fields").contains(&record["fieldId"]), "{label}");
        for operation in record["operations"].as_array().unwrap() {
            for key in ["name", "operationTypeCode", "spatialRecordsFile"] {
                assert!(text(&operation[key]), "{label}: {key}");
            }
            let mut known = Vec::new();
            for variable in operation["variables"].as_array().unwrap() {
                let id = &variable["id"]["referenceId"];
                assert!(text(id) && !known.contains(id), "{label}: {variable}");
                known.push(id.clone());
                assert!(text(&variable["name"]) && text(&variable["definitionCode"]));
                if let Some(product) = variable.get("productId") {
                    assert!(ids("products").contains(product), "{label}");
                }
            }
            for summary in operation["summaryValues"].as_array().unwrap() {
                assert!(known.contains(&summary["variableId"]), "{label}: {summary}");
                assert!(text(&summary["valueText"]), "{label}: {summary}");
            }
        }
    }
}

#[test]
fn the_sample_stick_goes_there_and_back() {
    let tree = Tree::from_files(sample::sample_stick());
    let (report, sink) = convert(&tree, "stick.zip", &options());
    let processed = report
        .files
        .iter()
        .filter(|f| f.status == FileStatus::Processed);
    let mut count = 0;
    for file in processed {
        round_trip(&report, &sink, file);
        count += 1;
    }
    assert_eq!(count, 5);
    let written = sink.files.lock().unwrap();
    for (file, name) in report
        .files
        .iter()
        .filter_map(|f| Some((f, f.artifacts.get("adaptStandard")?)))
    {
        assert_eq!(file.status, FileStatus::Processed);
        assert!(written.contains_key(name));
    }
    // What failed leaves nothing behind.
    let folders = written.keys().filter(|n| n.ends_with("adapt.json")).count();
    assert_eq!(folders, 5);
}

#[test]
fn every_operation_and_many_sections_go_there_and_back() {
    for operation in [
        Operation::Harvest,
        Operation::Planting,
        Operation::Spraying,
        Operation::Tillage,
    ] {
        let plan = Plan {
            sections: 8,
            wedge: operation != Operation::Harvest,
            passes: 4,
            pass_records: 60,
            ..Plan::new(operation)
        };
        let tree = Tree::from_files(write::isoxml::task_set(&[&simulate(&plan)]));
        let (report, sink) = convert(&tree, "task.zip", &options());
        for file in &report.files {
            round_trip(&report, &sink, file);
        }
    }
}

/// A small data set of the writer.
fn small() -> Files {
    let plan = Plan {
        passes: 3,
        pass_records: 40,
        ..Plan::new(Operation::Harvest)
    };
    let tree = Tree::from_files(write::text::csv(&simulate(&plan)));
    let (report, sink) = convert(&tree, "a.csv", &options());
    data_set(&sink, &report.files[0])
}

fn report_of(files: Files) -> Report {
    let (report, _) = convert(&Tree::from_files(files), "hostile.zip", &Options::default());
    check_report(&report, "hostile");
    report
}

/// The only machine file failed: what it says.
fn failure(files: Files) -> String {
    let report = report_of(files);
    let [file] = report.files.as_slice() else {
        panic!("{:?} {:?}", report.files, report.unclaimed);
    };
    assert_eq!(file.status, FileStatus::Failed);
    assert_eq!(file.file_format, "ADAPT");
    let failed = file
        .steps
        .iter()
        .find(|(_, o)| !o.detail.is_empty())
        .unwrap()
        .1;
    assert!(!failed.hint.is_empty(), "{}", failed.detail);
    format!("{} | {}", failed.detail, failed.hint)
}

/// The set with its document changed.
fn with(change: impl FnOnce(&mut Value)) -> Files {
    let mut files = small();
    let mut document: Value = serde_json::from_slice(&files[0].1).unwrap();
    change(&mut document);
    files[0].1 = serde_json::to_vec(&document).unwrap();
    files
}

fn named(name: &str) -> Files {
    with(|document| {
        document["documents"]["workRecords"][0]["operations"][0]["spatialRecordsFile"] =
            json!(name);
    })
}

#[test]
fn names_that_lead_outside_or_nowhere_are_told() {
    for name in [
        "../records.parquet",
        "/etc/records.parquet",
        "a/../../records.parquet",
        "..\\records.parquet",
        "C:\\records.parquet",
    ] {
        let said = failure(named(name));
        assert!(said.contains("outside its folder"), "{name}: {said}");
    }
    let said = failure(named("other.parquet"));
    assert!(
        said.contains("`other.parquet`, which is not in the upload"),
        "{said}"
    );
    assert!(said.contains("adapt.json"), "{said}");
    let said = failure(named("records.tiff"));
    assert!(said.contains("raster"), "{said}");
    let said = failure(named(" "));
    assert!(said.contains("no spatial records"), "{said}");
    // A name below the folder, in other letters and with the other slash, is found.
    let mut files = named(".\\data\\RECORDS.parquet");
    files[1].0 = "set/data/records.parquet".to_owned();
    let report = report_of(files);
    assert_eq!(report.files[0].status, FileStatus::Processed);
    assert!(report.unclaimed.is_empty());
}

#[test]
fn documents_that_are_no_documents_are_told() {
    let document = |text: &[u8]| vec![("adapt.json".to_owned(), text.to_vec())];
    let said = failure(document(b"{\"catalog\": {\"growers\": [{\"na"));
    assert!(
        said.contains("truncated") && said.contains("line 1"),
        "{said}"
    );
    let said = failure(document(b"{\"catalog\": {,}}"));
    assert!(said.contains("not valid JSON"), "{said}");
    let said = failure(document(b"{\"documents\": {\"workRecords\": 7}}"));
    assert!(
        said.contains("does not follow the ADAPT Standard"),
        "{said}"
    );
    let said = failure(document(b"{}"));
    assert!(said.contains("no work records"), "{said}");
    let said = failure(document(b""));
    assert!(said.contains("adapt.json"), "{said}");
    // Deep where it is passed over, deep where it is read, and many.
    let deep = format!(
        "{{\"x\":{}{}, \"catalog\": null}}",
        "[".repeat(50_000),
        "]".repeat(50_000)
    );
    let said = failure(document(deep.as_bytes()));
    assert!(!said.is_empty());
    let deep = format!("{{\"catalog\":{}", "{\"growers\":".repeat(50_000));
    let said = failure(document(deep.as_bytes()));
    assert!(said.contains("adapt.json"), "{said}");
    let many = format!(
        "{{\"documents\":{{\"workRecords\":[{}{{}}]}}}}",
        "{},".repeat(300_000)
    );
    let said = failure(document(many.as_bytes()));
    assert!(said.contains("limit"), "{said}");
}

#[test]
fn damaged_records_are_told_and_never_panic() {
    let files = small();
    let whole = files[1].1.clone();
    for keep in [0, 1, 11, 12, whole.len() / 2, whole.len() - 1] {
        let mut files = files.clone();
        files[1].1.truncate(keep);
        let said = failure(files);
        assert!(said.contains("set/records.parquet"), "{said}");
        assert!(said.contains("export the data set again"), "{said}");
    }
    // Every byte of the metadata and the page headers, in turn.
    let step = (whole.len() / 700).max(1);
    let footer = whole.len().saturating_sub(2_500);
    let places = (0..whole.len()).step_by(step).chain(footer..whole.len());
    let mut failed = 0;
    for place in places {
        let mut files = files.clone();
        files[1].1[place] ^= 0xFF;
        let report = report_of(files);
        let [file] = report.files.as_slice() else {
            panic!("{place}: {:?}", report.files);
        };
        failed += usize::from(file.status == FileStatus::Failed);
        for (_, outcome) in file.steps.iter() {
            assert!(
                !outcome.detail.contains("defect"),
                "{place}: {}",
                outcome.detail
            );
        }
    }
    assert!(failed > 100, "{failed}");
}

#[test]
fn systematic_attacks_end_in_words() {
    for attack in corrupt::attacks(&small(), 12, 24) {
        let report = report_of(attack.files);
        for file in &report.files {
            for (_, outcome) in file.steps.iter() {
                assert!(!outcome.detail.contains("defect"), "{}", attack.label);
            }
        }
    }
}

#[test]
fn plans_are_no_machine_data() {
    let orders = |text: &str| {
        let files = vec![
            (
                "set/adapt.json".to_owned(),
                format!("\u{feff}{text}").into_bytes(),
            ),
            ("set/-49.parquet".to_owned(), b"PAR1".to_vec()),
            ("set/RasterRx-15.tiff".to_owned(), b"II*\0".to_vec()),
        ];
        let report = report_of(files);
        assert!(report.files.is_empty(), "{:?}", report.files);
        assert_eq!(report.unclaimed.len(), 3);
        report.unclaimed[0].reason.clone()
    };
    let text = r#"{"catalog":{},"documents":{"workOrders":[{"id":{"referenceId":"1"}}]}}"#;
    assert_eq!(orders(text), "work orders: plans, not work done");
    let text = r#"{"catalog":{},"documents":{"plans":[{}],"recommendations":[{}]}}"#;
    assert_eq!(orders(text), "plans, recommendations: plans, not work done");
    let text = r#"{"catalog":{},"documents":{}}"#;
    assert!(orders(text).starts_with("setup only"));
}

#[test]
fn the_public_samples_are_work_orders() {
    let folder = shared().join("corpus/vendor/adapt-standard");
    for name in ["manual", "raster", "vector"] {
        let path = folder.join(name);
        if !path.exists() {
            eprintln!("{name}: no corpus here");
            continue;
        }
        let tree = Tree::open(&path, &tramline_formats::Limits::default()).unwrap();
        let detection = detect(&tree, None, &ReadOptions::default());
        assert!(
            detection.unclaimed.is_empty(),
            "{name}: {:?}",
            detection.unclaimed
        );
        let [claim] = detection.claims.as_slice() else {
            panic!("{name}: {:?}", detection.claims);
        };
        let reason = "work orders: plans, not work done".to_owned();
        assert_eq!(claim.verdict, Verdict::NotMachineData { reason });
        assert_eq!(claim.format, "adapt_standard");
    }
}
