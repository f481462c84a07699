//! `tramline convert --scale-mass` and `--calibrate`: exit codes and what is said.

use serde_json::{Value, json};
use std::path::Path;
use std::process::Command;
use tramline_samples::{Files, Operation, Plan, simulate, write};

struct Said {
    code: i32,
    out: String,
    error: String,
}

pub(crate) fn unpack(files: Files, folder: &Path) {
    for (name, bytes) in files {
        let path = folder.join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, bytes).unwrap();
    }
}

/// Converts `folder/in` into `folder/out`.
fn convert(folder: &Path, arguments: &[&str]) -> Said {
    let _ = std::fs::remove_dir_all(folder.join("out"));
    let done = Command::new(env!("CARGO_BIN_EXE_tramline"))
        .current_dir(folder)
        .args(["convert", "in", "-o", "out"])
        .args(arguments)
        .output()
        .unwrap();
    Said {
        code: done.status.code().unwrap(),
        out: String::from_utf8(done.stdout).unwrap(),
        error: String::from_utf8(done.stderr).unwrap(),
    }
}

/// The only harvest's summary.
fn summary(folder: &Path) -> Value {
    let report = std::fs::read(folder.join("out/report.json")).unwrap();
    let report: Value = serde_json::from_slice(&report).unwrap();
    let name = report["files"][0]["artifacts"]["summary"].as_str().unwrap();
    let bytes = std::fs::read(folder.join("out").join(name)).unwrap();
    serde_json::from_slice::<Value>(&bytes).unwrap()["properties"].take()
}

fn one_harvest() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let field = simulate(&Plan::new(Operation::Harvest));
    unpack(
        write::isoxml::task_set(&[&field]),
        &folder.path().join("in"),
    );
    folder
}

#[test]
fn what_the_scale_weighed_is_the_total() {
    let folder = one_harvest();
    let folder = folder.path();
    for weight in ["18.5t", "18500 kg", "Corn harvest=18.5t"] {
        let said = convert(folder, &["--scale-mass", weight, "--units", "metric"]);
        assert_eq!(said.code, 0, "{}", said.error);
        assert!(said.out.contains("calibrated by 0."), "{}", said.out);
        let total = summary(folder)["totalWetMass"].clone();
        assert_eq!(total["unit"], "t");
        assert!((total["value"].as_f64().unwrap() - 18.5).abs() < 1e-9);
    }
    let given = [
        json!({"factor": 1.034}),
        json!({"Corn harvest": {"factor": 1.034}}),
    ];
    for given in given {
        std::fs::write(folder.join("factors.json"), given.to_string()).unwrap();
        let said = convert(folder, &["--calibrate", "factors.json"]);
        assert_eq!(said.code, 0, "{}", said.error);
        assert_eq!(summary(folder)["calibration"]["factor"], 1.034);
    }
}

#[test]
fn wrong_usage_ends_with_2_and_writes_nothing() {
    let folder = one_harvest();
    let folder = folder.path();
    std::fs::write(
        folder.join("bad.json"),
        r#"{"Corn harvest": {"factor": 9}}"#,
    )
    .unwrap();
    let cases: &[(&[&str], &str)] = &[
        (&["--scale-mass", "12.5"], "no unit"),
        (&["--scale-mass", "12.5 bushels"], "kg, t (1000 kg), lb"),
        (&["--scale-mass", "heavy"], "not a mass"),
        (&["--scale-mass", "-1t"], "above 0"),
        (&["--scale-mass=-1t"], "above 0"),
        (&["--scale-mass", "18500t"], "check the units"),
        (&["--scale-mass", "South Forty=12.5t"], "(Corn harvest)"),
        (
            &["--scale-mass", "1t", "--scale-mass", "2t"],
            "two calibrations",
        ),
        (&["--scale-mass", "1t", "in"], "one by one"),
        (&["--calibrate", "bad.json"], "between 0.2 and 5"),
        (&["--calibrate", "absent.json"], "absent.json"),
    ];
    for (arguments, says) in cases {
        let said = convert(folder, arguments);
        assert_eq!(said.code, 2, "{arguments:?} {} {}", said.out, said.error);
        assert!(said.error.contains(says), "{arguments:?} {}", said.error);
        assert!(!folder.join("out").exists(), "{arguments:?}");
    }
}

#[test]
fn several_harvests_need_their_names() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    unpack(tramline_samples::sample_stick(), &folder.join("in"));
    let said = convert(folder, &["--scale-mass", "12.5t"]);
    assert_eq!(said.code, 2, "{}", said.out);
    for part in [
        "3 harvest machine files",
        "05-harvest-north-forty",
        "what to do",
        "folder",
    ] {
        assert!(said.error.contains(part), "{part}: {}", said.error);
    }
    assert_eq!(
        said.error.matches("what to do").count(),
        1,
        "{}",
        said.error
    );
    let said = convert(folder, &["--scale-mass", "Harvest North Forty=18t"]);
    // The stick holds a closed format beside the others, which is no failure.
    assert_eq!(said.code, 0, "{}", said.error);
    assert_eq!(said.out.matches("calibrated by").count(), 1, "{}", said.out);
}
