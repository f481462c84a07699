//! `tramline convert --units`: a column of one name has one unit in all files of a run.

use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::process::Command;
use tramline_samples::{Operation, Plan, simulate, write};

/// Samples that log in the units of different countries, side by side.
fn sources(folder: &Path) {
    let field = |operation| simulate(&Plan::new(operation));
    let (harvest, spraying) = (field(Operation::Harvest), field(Operation::Spraying));
    let mut files = Vec::new();
    for (name, written) in [
        ("deere", write::shapefile::deere(&harvest)),
        ("sms", write::shapefile::sms(&harvest)),
        ("text", write::text::sms(&harvest)),
        ("advanced", write::text::ag_leader_advanced(&harvest)),
        ("csv", write::text::csv(&field(Operation::Planting))),
        ("sprayed", write::text::csv(&spraying)),
        (
            "tilled",
            write::shapefile::deere(&field(Operation::Tillage)),
        ),
        ("task", write::isoxml::task_set(&[&harvest, &spraying])),
    ] {
        files.extend(tramline_samples::prefixed(name, written));
    }
    // Mass where others apply volumes, a column of its own in feet and one in metres.
    let table = |title: &str, rate: &str| {
        let mut text = format!("Longitude,Latitude,{rate},Boom height ({title})\n");
        for row in 0..60 {
            let longitude = -93.6 + f64::from(row) * 1e-5;
            text.push_str(&format!("{longitude:.6},42.01,{},3.5\n", 100 + row));
        }
        text.into_bytes()
    };
    files.push(("mass/urea.csv".into(), table("ft", "Applied Rate (lb/ac)")));
    files.push(("volume/mix.csv".into(), table("m", "Applied Rate (gal/ac)")));
    for (name, bytes) in files {
        let path = folder.join("in").join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, bytes).unwrap();
    }
}

/// A rate is of seeds, mass or volume; every other name has one kind.
fn kind(name: &str, unit: &str) -> String {
    let rate = name.contains("Rate") && !name.contains("fuel");
    let kinds = [("seeds", "count"), ("kg", "mass"), ("lb", "mass")];
    let kinds = kinds.iter().find(|(start, _)| unit.starts_with(start));
    match (rate, kinds) {
        (true, Some((_, kind))) => format!("{name} by {kind}"),
        (true, None) => format!("{name} by volume"),
        _ => name.to_owned(),
    }
}

/// The units of each name in `units.json` and in the pictures' legends.
fn units(out: &Path) -> BTreeMap<String, BTreeSet<String>> {
    let read =
        |path: &Path| -> Option<Value> { serde_json::from_slice(&std::fs::read(path).ok()?).ok() };
    let report = read(&out.join("report.json")).unwrap();
    let mut found: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    let mut take = |name: &str, unit: &str| {
        let units = found.entry(kind(name, unit)).or_default();
        units.insert(unit.to_owned());
    };
    for file in report["files"].as_array().unwrap() {
        let folder = out.join(file["dir"].as_str().unwrap());
        for (name, unit) in read(&folder.join("units.json"))
            .and_then(|units| units.as_object().cloned())
            .unwrap_or_default()
        {
            take(&name, unit.as_str().unwrap_or_default());
        }
        let images = read(&folder.join("images.json"));
        for image in images
            .as_ref()
            .and_then(Value::as_array)
            .into_iter()
            .flatten()
        {
            let unit = image["legend"]["unit"].as_str().unwrap_or_default();
            take(image["property"].as_str().unwrap_or_default(), unit);
        }
        let points = read(&folder.join("standard.geojson"));
        let columns = points.as_ref().map(|points| &points["tramline"]["columns"]);
        for (name, column) in columns.and_then(Value::as_object).into_iter().flatten() {
            take(name, column["unit"].as_str().unwrap_or_default());
        }
    }
    found
}

fn convert(folder: &Path, out: &str, more: &[&str]) -> BTreeMap<String, BTreeSet<String>> {
    let done = Command::new(env!("CARGO_BIN_EXE_tramline"))
        .current_dir(folder)
        .args(["convert", "in", "--out", out])
        .args(more)
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&done.stderr);
    assert!(matches!(done.status.code(), Some(0 | 1)), "{said}");
    units(&folder.join(out))
}

#[test]
fn a_name_has_one_unit_in_all_files_of_a_run() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    sources(folder);
    let cases: &[(&str, &[&str], &str, bool)] = &[
        ("own", &[], "ha", true),
        ("metric", &["--units", "metric"], "ha", true),
        ("imperial", &["--units", "imperial"], "ac", true),
        ("key", &["--set", "unitMeasurement=IMPERIAL"], "ac", true),
        ("default", &["--units", "default"], "m2", false),
    ];
    for (out, more, area, one) in cases {
        let found = convert(folder, out, more);
        assert!(found.len() > 15, "{found:?}");
        let several: Vec<_> = found.iter().filter(|(_, units)| units.len() > 1).collect();
        assert_eq!(several.is_empty(), *one, "{out}: {several:?}");
        assert_eq!(found["area"], BTreeSet::from([(*area).to_owned()]), "{out}");
        let rates = found
            .keys()
            .filter(|name| name.starts_with("appliedRate by "));
        assert!(rates.count() >= 2, "{found:?}");
    }
}
