//! Calibration by what a scale weighed: totals follow the factor, area and time stay.

use crate::common::{check_report, convert};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use tramline_convert::{
    Calibration, Calibrations, EVERY, FileReport, FileStatus, Options, Report, Settlement,
    UnitSystem, settle,
};
use tramline_formats::Tree;
use tramline_samples::{Files, Operation, Plan, Simulated, simulate, write};

const MASSES: [&str; 4] = [
    "totalWetMass",
    "totalDryMass",
    "totalWetVolume",
    "totalDryVolume",
];
const RATES: [&str; 4] = [
    "wetMassPerArea",
    "dryMassPerArea",
    "wetVolumePerArea",
    "dryVolumePerArea",
];

fn harvest() -> Simulated {
    simulate(&Plan::new(Operation::Harvest))
}

fn options(calibrations: &[(&str, Value)]) -> Options {
    let given: BTreeMap<String, Calibration> = calibrations
        .iter()
        .map(|(key, value)| ((*key).to_owned(), Calibration::from_value(value).unwrap()))
        .collect();
    Options {
        unit_systems: vec![UnitSystem::Metric],
        calibrations: Calibrations::from(given),
        ..Options::default()
    }
}

struct Done {
    report: Report,
    files: BTreeMap<String, Vec<u8>>,
}

impl Done {
    fn file(&self, operation: &str) -> &FileReport {
        let found = self.report.files.iter();
        let mut found = found.filter(|file| file.operation_type == operation);
        found.next().unwrap()
    }

    fn summary(&self, operation: &str) -> Value {
        let name = &self.file(operation).artifacts["summary"];
        let bytes = &self.files[name];
        serde_json::from_slice::<Value>(bytes).unwrap()["properties"].take()
    }

    fn finding(&self, code: &str) -> Option<&str> {
        let all = self.report.files.iter().flat_map(|file| &file.findings);
        let mut all = all.chain(&self.report.findings);
        all.find(|finding| finding.code == code)
            .map(|finding| finding.text.as_str())
    }

    /// Why the harvest file failed: detail and hint.
    fn failure(&self) -> (String, String) {
        let file = self.file("harvested");
        assert_eq!(file.status, FileStatus::Failed);
        let outcome = file.steps.get(tramline_convert::Step::StandardGeojson);
        let outcome = outcome.unwrap();
        assert_eq!(outcome.message, "the calibration cannot be used");
        (outcome.detail.clone(), outcome.hint.clone())
    }
}

fn run(files: &Files, calibrations: &[(&str, Value)]) -> Done {
    let tree = Tree::from_files(files.clone());
    let (report, sink) = convert(&tree, "stick", &options(calibrations));
    check_report(&report, "calibration");
    let files = sink.files.lock().unwrap().clone();
    Done { report, files }
}

fn first_pass(files: &Files, calibrations: &[(&str, Value)]) -> Settlement {
    let tree = Tree::from_files(files.clone());
    let input = crate::common::input("stick");
    settle(&tree, &input, &options(calibrations), &mut |_| {}).unwrap()
}

fn value(summary: &Value, key: &str) -> f64 {
    summary[key]["value"].as_f64().unwrap()
}

fn near(what: &str, found: f64, expected: f64) {
    let error = (found / expected - 1.0).abs();
    assert!(error < 1e-12, "{what}: {found} and not {expected}");
}

/// Totals and averages times the factor; what is no mass has the same bits.
fn scaled(label: &str, before: &Value, after: &Value, factor: f64) {
    for key in MASSES {
        near(key, value(after, key), value(before, key) * factor);
    }
    for key in RATES {
        for member in ["avg", "min", "max"] {
            let of = |summary: &Value| summary[key][member].as_f64().unwrap();
            near(key, of(after), of(before) * factor);
        }
    }
    for key in [
        "totalArea",
        "totalDistance",
        "harvestMoisture",
        "speed",
        "startTime",
        "endTime",
    ] {
        assert_eq!(before[key], after[key], "{label}: {key}");
    }
    let groups = |summary: &Value| summary["varieties"].as_array().unwrap().clone();
    for (before, after) in groups(before).iter().zip(groups(after)) {
        near(
            "variety",
            value(&after, "wetMass"),
            value(before, "wetMass") * factor,
        );
        assert_eq!(before["area"], after["area"]);
    }
}

#[test]
fn a_factor_scales_every_total_in_every_format() {
    let field = harvest();
    for (label, files) in [
        ("isoxml", write::isoxml::task_set(&[&field])),
        ("deere shapefile", write::shapefile::deere(&field)),
        ("sms shapefile", write::shapefile::sms(&field)),
        ("ag leader", write::text::ag_leader_advanced(&field)),
        ("gen4", write::deere_gen4::card(&field)),
        ("greenstar", write::deere_greenstar::card(&field)),
        ("adm", write::adm::card(&field, write::adm::Version::Two)),
    ] {
        let before = run(&files, &[]);
        let after = run(&files, &[(EVERY, json!({"factor": 1.034}))]);
        let (old, new) = (before.summary("harvested"), after.summary("harvested"));
        scaled(label, &old, &new, 1.034);
        let points = |done: &Done| done.file("harvested").points.clone();
        assert_eq!(points(&before), points(&after), "{label}");
        assert_eq!(new["calibration"]["factor"], 1.034);
        near(
            label,
            value(&new["calibration"], "monitorMass"),
            value(&old, "totalWetMass"),
        );
        assert!(old.get("calibration").is_none());
        assert!(new["calibration"].get("scaleMass").is_none());
        let told = after.finding("convert.calibrated").unwrap();
        assert!(told.contains("by 1.034"), "{told}");
        let id = |done: &Done| done.file("harvested").id.clone();
        assert_eq!(id(&before), id(&after), "{label}: the same machine file");
    }
}

#[test]
fn the_total_is_what_the_scale_showed() {
    let files = write::isoxml::task_set(&[&harvest()]);
    let before = run(&files, &[]).summary("harvested");
    let monitor = value(&before, "totalWetMass");
    for (weighed, unit, tonnes) in [
        (18.5, "t", 18.5),
        (18_500.0, "kg", 18.5),
        (40_785.518, "lb", 18.5),
        (20.392_76, "ton", 18.5),
    ] {
        let given = json!({"scaleMass": {"value": weighed, "unit": unit}});
        let done = run(&files, &[(EVERY, given.clone())]);
        let after = done.summary("harvested");
        let factor = after["calibration"]["factor"].as_f64().unwrap();
        assert!(
            (value(&after, "totalWetMass") - tonnes).abs() < 1e-5,
            "{unit}"
        );
        near("factor", factor, value(&after, "totalWetMass") / monitor);
        scaled(unit, &before, &after, factor);
        assert_eq!(after["calibration"]["scaleMass"], given["scaleMass"]);
        near(
            "monitor",
            value(&after["calibration"], "monitorMass"),
            monitor,
        );
        let told = done.finding("convert.calibrated").unwrap();
        assert!(told.contains("by the scale"), "{told}");
        assert_eq!(done.finding("convert.calibration-missed"), None);
    }
}

/// The first and second half of the field by time, and the mass of each.
fn halves(field: &Simulated) -> [(String, String, f64); 2] {
    let time = |ms: i64| jiff::Timestamp::from_millisecond(ms).unwrap().to_string();
    let middle = field.records.iter().find(|r| r.pass == 5).unwrap().time_ms;
    let last = field.truth.end_ms;
    [(field.truth.start_ms, middle - 1), (middle, last)].map(|(from, to)| {
        let inside = field.records.iter();
        let inside = inside.filter(|r| r.working && (from..=to).contains(&r.time_ms));
        (time(from), time(to), inside.map(|r| r.flow_kg_s).sum())
    })
}

#[test]
fn each_load_has_a_factor_of_its_own() {
    let field = harvest();
    let files = write::isoxml::task_set(&[&field]);
    let before = run(&files, &[]).summary("harvested");
    let [(a, b, first_kg), (c, d, second_kg)] = halves(&field);
    let given = json!({"loads": [
        {"startTime": c, "endTime": d, "scaleMass": {"value": second_kg * 0.9, "unit": "kg"}},
        {"startTime": a, "endTime": b, "scaleMass": {"value": first_kg * 1.1, "unit": "kg"}},
    ]});
    let done = run(&files, &[(EVERY, given)]);
    let after = done.summary("harvested");
    let calibration = &after["calibration"];
    for (index, factor) in [(0, 1.1), (1, 0.9)] {
        let found = calibration["loads"][index]["factor"].as_f64().unwrap();
        // The display rounds its values.
        assert!((found / factor - 1.0).abs() < 1e-3, "{found}");
    }
    let expected = (first_kg * 1.1 + second_kg * 0.9) / 1_000.0;
    near("total", value(&after, "totalWetMass"), expected);
    assert_eq!(calibration["pointsInNoLoad"], 0);
    assert_eq!(done.finding("convert.calibration-outside"), None);
    assert_eq!(before["totalArea"], after["totalArea"]);
    let points = |index: usize| calibration["loads"][index]["points"].as_u64().unwrap();
    assert_eq!(
        points(0) + points(1),
        done.file("harvested").points.standard
    );
    // One load alone: what lies in none is as the monitor logged it, and told.
    let [(a, b, _), _] = halves(&field);
    let given = json!({"loads": [
        {"startTime": a, "endTime": b, "scaleMass": {"value": first_kg * 1.1, "unit": "kg"}},
    ]});
    let done = run(&files, &[(EVERY, given)]);
    let one = done.summary("harvested");
    let rest = value(&before, "totalWetMass")
        - calibration["loads"][0]["monitorMass"]["value"]
            .as_f64()
            .unwrap();
    near(
        "rest",
        value(&one, "totalWetMass"),
        rest + first_kg * 1.1e-3,
    );
    assert_eq!(one["calibration"]["pointsInNoLoad"], points(1));
    let told = done.finding("convert.calibration-outside").unwrap();
    assert!(told.starts_with(&points(1).to_string()), "{told}");
}

#[test]
fn other_work_on_the_stick_keeps_its_bytes() {
    let files = tramline_samples::sample_stick();
    let before = run(&files, &[]);
    let after = run(&files, &[(EVERY, json!({"factor": 0.95}))]);
    let mut changed = 0;
    for (name, bytes) in &before.files {
        let dir = name.split('/').next().unwrap();
        let file = before.report.files.iter().find(|file| file.dir == dir);
        if file.unwrap().operation_type == "harvested" {
            changed += usize::from(&after.files[name] != bytes);
        } else {
            assert!(&after.files[name] == bytes, "{name}");
        }
    }
    assert!(changed > 9, "{changed}");
    let raw = |done: &Done| {
        let name = &done.file("harvested").artifacts["rawGeojson"];
        done.files[name].clone()
    };
    assert!(raw(&before) == raw(&after), "the source's words stay");
}

#[test]
fn a_machine_file_is_named_by_folder_name_or_id() {
    let files = tramline_samples::sample_stick();
    let before = run(&files, &[]);
    let harvests: Vec<&FileReport> = before.report.files.iter().collect();
    let harvests: Vec<_> = harvests
        .into_iter()
        .filter(|file| file.operation_type == "harvested")
        .collect();
    let [one, two, three] = harvests.as_slice() else {
        panic!("{} harvests", harvests.len());
    };
    let done = run(
        &files,
        &[
            (&one.name, json!({"factor": 1.1})),
            (&two.dir, json!({"factor": 1.2})),
            (&three.id, json!({"factor": 1.3})),
            ("Nowhere", json!({"factor": 1.4})),
        ],
    );
    let total = |done: &Done, file: &FileReport| {
        let bytes = &done.files[&format!("{}/summary.json", file.dir)];
        let summary: Value = serde_json::from_slice(bytes).unwrap();
        value(&summary["properties"], "totalWetMass")
    };
    for (file, factor) in [(one, 1.1), (two, 1.2), (three, 1.3)] {
        near(
            &file.name,
            total(&done, file),
            total(&before, file) * factor,
        );
    }
    let told = done.finding("convert.calibration-unused").unwrap();
    assert!(told.contains("`Nowhere`"), "{told}");
}

#[test]
fn what_cannot_be_meant_is_refused_and_the_rest_goes_on() {
    let stick = tramline_samples::sample_stick();
    let scale = json!({"scaleMass": {"value": 12.5, "unit": "t"}});
    // Three harvests share one weight.
    let done = run(&stick, &[(EVERY, scale.clone())]);
    let (detail, hint) = done.failure();
    assert!(detail.contains("3 harvest machine files"), "{detail}");
    assert!(hint.contains("folder"), "{hint}");
    let planted = done.file("planted");
    assert_eq!(planted.status, FileStatus::Processed);
    let found = first_pass(&stick, &[(EVERY, scale.clone())]);
    assert_eq!((found.refused.len(), found.harvests.len()), (3, 3));
    // Planting by its folder.
    let found = first_pass(&stick, &[(&planted.dir, scale)]);
    let [(dir, refusal)] = found.refused.as_slice() else {
        panic!("{:?}", found.refused);
    };
    assert_eq!(dir, &planted.dir);
    assert!(refusal.reason.contains("not a harvest"), "{refusal:?}");
    // A unit mistaken.
    let files = write::isoxml::task_set(&[&harvest()]);
    let given = json!({"scaleMass": {"value": 18_500, "unit": "t"}});
    let (detail, hint) = run(&files, &[(EVERY, given)]).failure();
    assert!(detail.contains("between 0.2 and 5"), "{detail}");
    assert!(hint.contains("check the units"), "{hint}");
    // A load in which nothing was harvested.
    let given = json!({"loads": [{
        "startTime": "2001-01-01T00:00:00Z", "endTime": "2001-01-02T00:00:00Z",
        "scaleMass": {"value": 1, "unit": "t"},
    }]});
    let (detail, hint) = run(&files, &[(EVERY, given)]).failure();
    assert!(detail.contains("2001-01-01"), "{detail}");
    assert!(hint.contains("2025-05-04"), "{hint}");
    // No mass: volumes of a crop that nobody named.
    let mut field = harvest();
    "".clone_into(&mut field.plan.crop);
    for record in &mut field.records {
        (record.rate, record.flow_kg_s) = (0.0, 0.0);
    }
    let files = write::isoxml::task_set(&[&field]);
    let found = first_pass(&files, &[(EVERY, json!({"factor": 1.1}))]);
    let refusals: Vec<&str> = found.refused.iter().map(|(_, r)| &*r.reason).collect();
    assert_eq!(refusals, ["the display logged no harvested mass"]);
}

#[test]
fn a_bad_calibration_names_the_member_at_fault() {
    let mass = json!({"value": 5, "unit": "t"});
    let load = |from: &str, to: &str| json!({"startTime": from, "endTime": to, "scaleMass": mass});
    let (a, b, c, d) = (
        "2025-10-04T10:00:00Z",
        "2025-10-04T11:00:00Z",
        "2025-10-04T07:00:00-05:00",
        "2025-10-04T13:00:00Z",
    );
    for (given, field, says) in [
        (json!({"factor": 0}), "factor", "above 0"),
        (json!({"factor": -1.0}), "factor", "above 0"),
        (json!({"factor": "1.03"}), "factor", "not a number"),
        (json!({"factor": 0.19}), "factor", "between 0.2 and 5"),
        (json!({"factor": 1000}), "factor", "between 0.2 and 5"),
        (json!({"scaleMass": 12}), "scaleMass", "not an object"),
        (json!({"scaleMass": {"value": 12}}), "scaleMass", "`unit`"),
        (
            json!({"scaleMass": {"value": 12, "unit": "bu"}}),
            "scaleMass.unit",
            "`bu`",
        ),
        (
            json!({"scaleMass": {"value": -1, "unit": "t"}}),
            "scaleMass.value",
            "above 0",
        ),
        (
            json!({"scaleMass": {"value": 1, "unit": "t", "x": 1}}),
            "scaleMass.x",
            "not a member",
        ),
        (
            json!({"factor": 1, "scaleMass": mass}),
            "scaleMass",
            "together",
        ),
        (json!({"loads": []}), "loads", "0 loads"),
        (json!({"loads": [7]}), "loads[0]", "not an object"),
        (
            json!({"loads": [load(a, a)]}),
            "loads[0].endTime",
            "not later",
        ),
        (
            json!({"loads": [load("yesterday", b)]}),
            "loads[0].startTime",
            "offset from UTC",
        ),
        (
            json!({"loads": [load("2025-10-04T10:00:00", b)]}),
            "loads[0].startTime",
            "offset",
        ),
        (
            json!({"loads": [load(b, d), load(a, c)]}),
            "loads[0].startTime",
            "before loads[1]",
        ),
        (json!({"weight": 1}), "weight", "not a member"),
        (json!({}), "", "empty"),
        (json!([]), "", "not an object"),
    ] {
        let error = Calibration::from_value(&given).unwrap_err();
        assert_eq!(error.field, field, "{given} {error}");
        assert!(error.what.contains(says), "{given} {error}");
        assert!(!error.hint.is_empty(), "{given}");
    }
    // Loads may touch, and are kept in order of time.
    let touching = Calibration::from_value(&json!({"loads": [load(b, d), load(a, b)]})).unwrap();
    let Calibration::Loads(loads) = &touching else {
        panic!("{touching:?}");
    };
    assert!(loads[0].end_ms == loads[1].start_ms);
    let text = serde_json::to_string(&touching).unwrap();
    assert_eq!(
        serde_json::from_str::<Calibration>(&text).unwrap(),
        touching
    );
}
