//! `tramline convert --export`: the files that a person asked for, and what is said.

use std::collections::BTreeMap;
use std::path::Path;
use std::process::Command;
use tramline_samples::{Operation, Plan, simulate, write};

pub(crate) fn run(folder: &Path, arguments: &[&str]) -> (i32, String) {
    let done = Command::new(env!("CARGO_BIN_EXE_tramline"))
        .current_dir(folder)
        .args(["convert", "in", "-o"])
        .args(arguments)
        .output()
        .unwrap();
    let said = String::from_utf8(done.stderr).unwrap();
    (done.status.code().unwrap(), said)
}

fn convert(folder: &Path, export: &str) -> (i32, String) {
    run(folder, &["out", "--export", export])
}

/// Task data of these works in the folder `in`.
pub(crate) fn stick(folder: &Path, works: &[Operation]) {
    let fields: Vec<_> = works
        .iter()
        .map(|work| simulate(&Plan::new(*work)))
        .collect();
    let fields: Vec<_> = fields.iter().collect();
    for (name, bytes) in write::isoxml::task_set(&fields) {
        let path = folder.join("in").join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, bytes).unwrap();
    }
}

/// The exported tables of a folder, by machine file.
fn tables(folder: &Path) -> BTreeMap<String, String> {
    let mut tables = BTreeMap::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let entry = entry.unwrap();
        let name = entry.file_name().into_string().unwrap();
        let path = entry.path().join("export").join(format!("{name}.csv"));
        if let Ok(text) = std::fs::read_to_string(path) {
            tables.insert(name, text);
        }
    }
    tables
}

#[test]
fn exports_lie_in_the_folder_of_the_machine_file() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    stick(folder, &[Operation::Harvest]);
    let (code, said) = convert(folder, "xlsx");
    assert!(
        code != 0 && said.contains("`xlsx`") && said.contains("gpkg"),
        "{said}"
    );
    let (code, said) = convert(folder, "gpkg,fgb,csv,shp,pmtiles");
    assert_eq!(code, 0, "{said}");
    let report = std::fs::read(folder.join("out/report.json")).unwrap();
    let report: serde_json::Value = serde_json::from_slice(&report).unwrap();
    let file = &report["files"][0];
    let name = file["dir"].as_str().unwrap();
    let exports = folder.join("out").join(name).join("export");
    for ending in [
        ".gpkg",
        ".fgb",
        ".csv",
        ".shp",
        ".shx",
        ".dbf",
        ".prj",
        ".cpg",
        "-columns.csv",
        ".pmtiles",
    ] {
        assert!(
            exports.join(format!("{name}{ending}")).is_file(),
            "{ending}"
        );
    }
    let text = std::fs::read_to_string(exports.join(format!("{name}.csv"))).unwrap();
    assert!(text.starts_with("longitude,latitude,"));
    assert_eq!(
        text.lines().count() as u64 - 1,
        file["points"]["standard"].as_u64().unwrap()
    );
    assert!(!folder.join("out").join(name).join("adapt").exists());
}

#[test]
fn columns_box_units_and_output_are_a_choice() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    stick(folder, &[Operation::Harvest]);
    let csv = |out: &str, more: &[&str]| -> String {
        let mut arguments = vec![out, "--export", "csv"];
        arguments.extend(more);
        let (code, said) = run(folder, &arguments);
        assert_eq!(code, 0, "{said}");
        tables(&folder.join(out)).into_values().next().unwrap()
    };
    let all = csv("all", &[]);
    let few = csv(
        "few",
        &[
            "--export-columns",
            "speed,wetMass",
            "--export-units",
            "imperial",
        ],
    );
    assert!(
        few.starts_with("longitude,latitude,speed [ft/s],wetMass [lb]\r\n"),
        "{few:.90}"
    );
    assert_eq!(few.lines().count(), all.lines().count());
    // The same as a conversion in these units.
    let converted = csv(
        "us",
        &["--export-columns", "speed,wetMass", "--units", "imperial"],
    );
    for (ours, wanted) in few.lines().zip(converted.lines()).skip(1) {
        for (ours, wanted) in ours.split(',').zip(wanted.split(',')) {
            let number = |text: &str| text.parse::<f64>().unwrap_or(f64::MAX);
            let (ours, wanted) = (number(ours), number(wanted));
            assert!(
                (ours - wanted).abs() <= 1e-12 * wanted.abs(),
                "{ours} {wanted}"
            );
        }
    }
    let none = csv("none", &["--export-bbox", "-10,-10,-9,-9"]);
    assert_eq!(none.lines().count(), 1);
    let ground = csv(
        "ground",
        &["--export-output", "polygon", "--export-columns", "speed"],
    );
    assert!(ground.starts_with("geometry,speed [") && ground.contains("POLYGON (("));
    let filtered = csv("filtered", &["--export-output", "filtered"]);
    assert!(filtered.lines().count() <= all.lines().count());
}

#[test]
fn wrong_choices_say_what_to_do() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    stick(folder, &[Operation::Harvest]);
    for (arguments, word) in [
        (["--export-units", "feet"], "metric or imperial"),
        (["--export-bbox", "1,2,3"], "west, south, east, north"),
        (["--export-bbox", "3,2,1,4"], "west, south, east, north"),
        (["--export-output", "raw"], "filtered"),
    ] {
        let [flag, value] = arguments;
        let (code, said) = run(folder, &["out", "--export", "csv", flag, value]);
        assert!(code == 2 && said.contains(word), "{said}");
    }
    let (code, said) = run(folder, &["out", "--export-columns", "speed"]);
    assert!(code == 2 && said.contains("--export"), "{said}");
    assert!(!folder.join("out").exists(), "nothing was converted");
}

#[test]
fn a_column_that_one_file_lacks_costs_that_export_only() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    stick(folder, &[Operation::Harvest, Operation::Planting]);
    let (code, said) = run(
        folder,
        &["out", "--export", "csv", "--export-columns", "seedRate"],
    );
    assert_eq!(code, 1, "{said}");
    assert!(
        said.contains("`seedRate`") && said.matches("cannot export `").count() == 1,
        "{said}"
    );
    let tables = tables(&folder.join("out"));
    assert_eq!(tables.len(), 1);
    assert!(tables.values().all(|table| table.contains("seedRate [")));
}
