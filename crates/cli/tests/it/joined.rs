//! `tramline convert --merge field` and `--boundary`: what belongs together becomes one, and what lies
//! outside is left out and counted. The simulator knows what must come of it.

use serde_json::{Value, json};
use std::path::Path;
use std::process::Command;
use tramline_samples::{Operation, Plan, Simulated, simulate, write};

fn run(folder: &Path, arguments: &[&str]) -> (i32, String) {
    let done = Command::new(env!("CARGO_BIN_EXE_tramline"))
        .current_dir(folder)
        .args(["convert", "in", "--out", "out"])
        .args(arguments)
        .output()
        .unwrap();
    let said = String::from_utf8(done.stderr).unwrap();
    (done.status.code().unwrap(), said)
}

fn read(path: &Path) -> Value {
    serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap()
}

fn files(folder: &Path) -> Vec<Value> {
    let report = read(&folder.join("out/report.json"));
    report["files"].as_array().unwrap().clone()
}

fn summary(folder: &Path, file: &Value) -> Value {
    let dir = file["dir"].as_str().unwrap();
    read(&folder.join("out").join(dir).join("summary.json"))["properties"].take()
}

fn put(folder: &Path, name: &str, bytes: impl AsRef<[u8]>) {
    let path = folder.join(name);
    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
    std::fs::write(path, bytes).unwrap();
}

fn harvest() -> Simulated {
    simulate(&Plan::new(Operation::Harvest))
}

/// A table of the rows of a field within these hundredths.
fn rows(field: &Simulated, from: usize, to: usize) -> String {
    let (_, bytes) = write::text::csv(field).remove(0);
    let text = String::from_utf8(bytes).unwrap();
    let mut lines = text.lines();
    let head = lines.next().unwrap();
    let lines: Vec<&str> = lines.collect();
    let at = |hundredths: usize| lines.len() * hundredths / 100;
    let part = lines[at(from)..at(to)].join("\n");
    format!("{head}\n{part}\n")
}

fn near(value: &Value, right: f64, share: f64) -> bool {
    value
        .as_f64()
        .is_some_and(|value| (value / right - 1.0).abs() < share)
}

/// The finding of that code.
fn finding<'a>(file: &'a Value, code: &str) -> Option<&'a Value> {
    file["findings"]
        .as_array()?
        .iter()
        .find(|finding| finding["code"] == code)
}

#[test]
fn parts_of_a_field_become_one_and_what_both_hold_counts_once() {
    let field = harvest();
    // First and second part in hundredths of the field.
    for (first, second) in [
        ((0, 50), (50, 100)),
        ((0, 60), (40, 100)),
        ((0, 100), (30, 70)),
    ] {
        let folder = tempfile::tempdir().unwrap();
        let folder = folder.path();
        put(folder, "in/a.csv", rows(&field, first.0, first.1));
        put(folder, "in/b.csv", rows(&field, second.0, second.1));
        // The tables name no field: the boundary does.
        put(
            folder,
            "field.geojson",
            collection(&[feature(&field, "North", -0.2, 1.2)]),
        );
        let arguments = ["--merge", "field", "--boundary", "field.geojson"];
        let (code, said) = run(folder, &arguments);
        assert_eq!(code, 0, "{said}");
        let found = files(folder);
        assert_eq!(found.len(), 3, "{said}");
        let (parts, joined) = (&found[..2], &found[2]);
        let told = finding(joined, "merge.parts").unwrap();
        assert_eq!(
            told["values"]["parts"],
            json!([parts[0]["dir"], parts[1]["dir"]])
        );
        assert!(said.contains(joined["dir"].as_str().unwrap()), "{said}");
        assert_eq!(joined["entries"], json!(["a.csv", "b.csv"]));
        let whole = summary(folder, joined);
        let truth = &field.truth;
        assert!(
            near(&whole["totalArea"]["value"], truth.area_m2 / 1e4, 0.01),
            "{whole}"
        );
        let mass = &whole["totalWetMass"]["value"];
        assert!(near(mass, truth.wet_mass_kg / 1e3, 0.01), "{mass}");
        let points = |file: &Value| file["points"]["standard"].as_u64().unwrap();
        let twice = joined["points"]["dropped"]["merge.duplicate"]
            .as_u64()
            .unwrap_or(0);
        assert_eq!(
            points(joined) + twice,
            points(&parts[0]) + points(&parts[1])
        );
        assert_eq!(twice > 0, first.1 > second.0);
        // Again, over the results that are there: the same.
        let before = std::fs::read(folder.join("out/report.json")).unwrap();
        assert_eq!(run(folder, &arguments).0, 0);
        assert_eq!(
            std::fs::read(folder.join("out/report.json")).unwrap(),
            before
        );
    }
}

#[test]
fn other_works_in_a_field_stay_apart_and_the_reason_is_told() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    let plan = Plan::new(Operation::Harvest);
    let later = simulate(&Plan {
        start_ms: plan.start_ms + 90 * 86_400_000,
        ..Plan::new(Operation::Harvest)
    });
    put(folder, "in/a.csv", rows(&harvest(), 0, 100));
    put(folder, "in/b.csv", rows(&later, 0, 100));
    put(
        folder,
        "in/c.csv",
        rows(&simulate(&Plan::new(Operation::Planting)), 0, 100),
    );
    let (code, said) = run(folder, &["--merge", "field"]);
    assert_eq!(code, 0, "{said}");
    assert_eq!(files(folder).len(), 3, "{said}");
    let report = read(&folder.join("out/report.json"));
    let told = finding(&report, "merge.apart").unwrap();
    assert!(
        told["text"].as_str().unwrap().contains("days between them"),
        "{told}"
    );
    let (code, said) = run(folder, &["--merge", "fields"]);
    assert!(code == 2 && said.contains("did you mean"), "{said}");
    let (code, said) = run(folder, &["--merge", "field", "--outputs", "geojson"]);
    assert!(code == 2 && said.contains("add `parquet`"), "{said}");
}

/// A feature of the part of a field between these shares of its height.
fn feature(field: &Simulated, name: &str, from: f64, to: f64) -> Value {
    let corners = field.boundary();
    let between = |share: f64, (low, high): (usize, usize)| {
        let at = |low: f64, high: f64| low + share * (high - low);
        json!([
            at(corners[low].0, corners[high].0),
            at(corners[low].1, corners[high].1)
        ])
    };
    let ring = [
        between(from, (0, 3)),
        between(from, (1, 2)),
        between(to, (1, 2)),
        between(to, (0, 3)),
        between(from, (0, 3)),
    ];
    json!({ "type": "Feature", "properties": { "name": name },
        "geometry": { "type": "Polygon", "coordinates": [ring] } })
}

fn collection(features: &[Value]) -> String {
    json!({ "type": "FeatureCollection", "features": features }).to_string()
}

#[test]
fn points_outside_the_boundary_are_left_out_and_kept_with_their_reason() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    let field = harvest();
    put(folder, "in/log0001.csv", rows(&field, 0, 100));
    put(
        folder,
        "half.geojson",
        collection(&[feature(&field, "North Forty", 0.0, 0.5)]),
    );
    let arguments = [
        "--boundary",
        "half.geojson",
        "--outputs",
        "parquet,geojson,outside",
    ];
    let (code, said) = run(folder, &arguments);
    assert_eq!(code, 0, "{said}");
    let found = files(folder);
    let file = &found[0];
    assert_eq!(file["dir"], "01-north-forty-log0001");
    let outside = file["points"]["dropped"]["field.outside"].as_u64().unwrap();
    let stays = &file["points"]["standard"];
    assert!(
        near(stays, field.truth.working_records as f64 / 2.0, 0.1),
        "{stays}"
    );
    assert!(outside > field.truth.working_records / 3, "{outside}");
    assert_eq!(
        finding(file, "fields.outside").unwrap()["values"]["points"],
        outside
    );
    let of_half = summary(folder, file);
    assert!(
        near(
            &of_half["totalArea"]["value"],
            field.truth.area_m2 / 2e4,
            0.05
        ),
        "{of_half}"
    );
    assert_eq!(
        of_half["originalOperationData"]["originalOperationField"],
        "North Forty"
    );
    let points = read(&folder.join("out/01-north-forty-log0001/outside-field.geojson"));
    assert_eq!(points["features"].as_array().unwrap().len() as u64, outside);
    // The whole field leaves nothing out that works.
    put(
        folder,
        "whole.geojson",
        collection(&[feature(&field, "7", -0.1, 1.1)]),
    );
    assert_eq!(run(folder, &["--boundary", "whole.geojson"]).0, 0);
    let whole = summary(folder, &files(folder)[0]);
    assert!(
        near(
            &whole["totalArea"]["value"],
            field.truth.area_m2 / 1e4,
            0.01
        ),
        "{whole}"
    );
}

#[test]
fn work_in_several_fields_has_a_folder_for_each() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    let field = harvest();
    put(folder, "in/log0001.csv", rows(&field, 0, 100));
    let fields = [
        feature(&field, "South", 0.0, 0.3),
        feature(&field, "North", 0.3, 0.8),
        feature(&field, "Elsewhere", 4.0, 5.0),
    ];
    put(folder, "fields.geojson", collection(&fields));
    let (code, said) = run(folder, &["--boundary", "fields.geojson"]);
    assert_eq!(code, 0, "{said}");
    let found = files(folder);
    let dirs: Vec<&str> = found
        .iter()
        .filter_map(|file| file["dir"].as_str())
        .collect();
    assert_eq!(dirs, ["01-log0001", "02-south-log0001", "03-north-log0001"]);
    let area = |file: &Value| {
        summary(folder, file)["totalArea"]["value"]
            .as_f64()
            .unwrap()
    };
    let (whole, parts) = (area(&found[0]), [area(&found[1]), area(&found[2])]);
    assert!(
        (parts[0] + parts[1] - whole).abs() < 1e-6 * whole,
        "{whole} {parts:?}"
    );
    assert!(
        (parts[0] / whole - 0.3 / 0.8).abs() < 0.05,
        "{whole} {parts:?}"
    );
    assert_eq!(
        finding(&found[1], "fields.part").unwrap()["values"]["whole"],
        dirs[0]
    );
    let of_part = summary(folder, &found[2]);
    assert_eq!(
        of_part["originalOperationData"]["originalOperationField"],
        "North"
    );
}

#[test]
fn a_boundary_that_cannot_be_meant_is_told_with_what_to_do() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    let field = harvest();
    put(folder, "in/log0001.csv", rows(&field, 0, 100));
    let far = simulate(&Plan {
        latitude: Plan::new(Operation::Harvest).latitude + 0.4,
        ..Plan::new(Operation::Harvest)
    });
    let mut swapped = feature(&field, "", 0.0, 1.0);
    for position in swapped["geometry"]["coordinates"][0]
        .as_array_mut()
        .unwrap()
    {
        position.as_array_mut().unwrap().reverse();
    }
    let bow = json!({ "type": "Polygon", "coordinates":
        [[[0.0, 0.0], [1.0, 1.0], [1.0, 0.0], [0.0, 1.0], [0.0, 0.0]]] });
    let utm = json!({ "type": "Polygon", "coordinates":
        [[[500_000, 4_600_000], [500_900, 4_600_000], [500_900, 4_600_900], [500_000, 4_600_000]]] });
    let cases: &[(&str, String, i32, &str)] = &[
        (
            "far",
            collection(&[feature(&far, "Far", 0.0, 1.0)]),
            1,
            "km away from the work",
        ),
        ("swapped", collection(&[swapped]), 2, ""),
        ("empty", collection(&[]), 2, "what to do|holds no polygon"),
        ("bow", bow.to_string(), 2, "Fix geometries"),
        ("utm", utm.to_string(), 2, "WGS 84 degrees"),
        (
            "text",
            "no JSON".to_owned(),
            2,
            "cannot be used as a boundary",
        ),
    ];
    for (name, text, expected, told) in cases {
        put(folder, &format!("{name}.geojson"), text);
        let (code, said) = run(folder, &["--boundary", &format!("{name}.geojson")]);
        if *name == "swapped" && code == 1 {
            let text = files(folder)[0].to_string();
            assert!(
                text.contains("latitude and longitude in the wrong order"),
                "{text}"
            );
            continue;
        }
        assert_eq!(code, *expected, "{name}: {said}");
        let said = match code {
            1 => files(folder)[0].to_string(),
            _ => said,
        };
        assert!(
            told.split('|').any(|told| said.contains(told)),
            "{name}: {said}"
        );
    }
    let (code, said) = run(folder, &["--boundary", "missing.geojson"]);
    assert!(
        code == 2 && said.contains("missing.geojson"),
        "{code} {said}"
    );
    let (code, said) = run(folder, &["--outputs", "outside"]);
    assert!(code == 2 && said.contains("--boundary FILE"), "{said}");
}
