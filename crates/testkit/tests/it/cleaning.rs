//! The filter profiles end to end: a text export of a harvest whose truth is known goes in, and
//! the filtered points are held against the truth.

use crate::common::{check_report, convert};
use serde_json::Value;
use std::collections::HashMap;
use tramline_convert::{Configuration, FilterProfile, Options, Report};
use tramline_formats::Tree;
use tramline_outputs::MemorySink;
use tramline_samples::yield_field::{FieldPlan, YieldField};

fn run(field: &YieldField, profile: FilterProfile) -> (Report, MemorySink) {
    let text = field.ag_leader_text().into_bytes();
    let tree = Tree::from_files(vec![("harvest.txt".to_owned(), text)]);
    let options = Options {
        configuration: Configuration {
            filter_profile: profile,
            ..Configuration::default()
        },
        ..Options::default()
    };
    let (report, sink) = convert(&tree, "harvest.zip", &options);
    check_report(&report, "harvest.zip");
    assert_eq!(report.files.len(), 1);
    (report, sink)
}

fn json(sink: &MemorySink, name: &str) -> Value {
    serde_json::from_slice(&sink.files.lock().unwrap()[name]).unwrap()
}

/// Wet yield of each filtered point in kg/ha, with the truth at its place.
fn filtered(field: &YieldField, report: &Report, sink: &MemorySink) -> Vec<(f64, f64)> {
    let at = |longitude: f64, latitude: f64, ms: i64| {
        let degrees = |d: f64| (d * 1e7).round() as i64;
        (degrees(longitude), degrees(latitude), ms)
    };
    // Places may repeat, instants do not: they tell the record.
    let truth: HashMap<i64, f64> = field
        .records
        .iter()
        .map(|r| ((r.time_s * 1e3).round() as i64, r.true_kg_ha))
        .collect();
    let units = json(sink, &report.files[0].artifacts["units"]);
    assert_eq!(units["wetMassPerArea"], "lb/ac");
    let points = json(sink, &report.files[0].artifacts["filteredGeojson"]);
    let list = points["features"].as_array().unwrap();
    let instant = |feature: &Value| {
        let text = feature["properties"]["timestamp"].as_str().unwrap();
        let time: jiff::Timestamp = text.parse().unwrap();
        time.as_millisecond()
    };
    let raw = json(sink, &report.files[0].artifacts["standardGeojson"]);
    let first_standard = raw["features"]
        .as_array()
        .unwrap()
        .iter()
        .map(instant)
        .min()
        .unwrap();
    let first_record = field
        .records
        .iter()
        .find(|r| r.header_down && r.flow_kg_s > 0.0)
        .map(|r| (r.time_s * 1e3).round() as i64)
        .unwrap();
    let shift = first_standard - first_record;
    let mut seen = std::collections::HashSet::new();
    list.iter()
        .map(|feature| {
            let position = &feature["geometry"]["coordinates"];
            let ms = instant(feature) - shift;
            let key = at(
                position[0].as_f64().unwrap(),
                position[1].as_f64().unwrap(),
                ms,
            );
            assert!(seen.insert(key), "twice in the filtered output: {key:?}");
            let value = feature["properties"]["wetMassPerArea"].as_f64().unwrap();
            (value * 1.120_851_156_2, truth[&ms])
        })
        .collect()
}

fn rmse(points: &[(f64, f64)]) -> f64 {
    let squares: f64 = points
        .iter()
        .map(|(value, truth)| (value - truth).powi(2))
        .sum();
    (squares / points.len() as f64).sqrt()
}

#[test]
fn recommended_finds_the_yield_that_grew() {
    let field = YieldField::simulate(FieldPlan::recipe(11, 11.0));
    let mut errors = HashMap::new();
    for profile in [
        FilterProfile::None,
        FilterProfile::Compat,
        FilterProfile::Depurate,
        FilterProfile::Recommended,
    ] {
        let (report, sink) = run(&field, profile);
        let file = &report.files[0];
        let points = filtered(&field, &report, &sink);
        assert_eq!(points.len() as u64, file.points.filtered, "{profile:?}");
        errors.insert(format!("{profile:?}"), rmse(&points));
        let summary = json(&sink, &file.artifacts["summary"])["properties"].clone();
        let cleaning = &summary["cleaning"];
        assert_eq!(cleaning["profile"], format!("{profile:?}").to_lowercase());
        let dropped: u64 = cleaning["dropped"]
            .as_object()
            .unwrap()
            .values()
            .map(|count| count.as_u64().unwrap())
            .sum();
        let points = &file.points;
        assert_eq!(points.standard + points.restored, points.filtered + dropped);
        let spread = |key: &str| cleaning[key]["coefficientOfVariation"].as_f64().unwrap();
        if profile == FilterProfile::Recommended {
            let lag = &cleaning["lag"]["flow"];
            let seconds = lag["seconds"].as_f64().unwrap();
            let delay = field.effective_delay_s();
            assert!((seconds - delay).abs() < 0.5, "{seconds} for {delay}");
            assert_eq!(lag["applied"], true);
            assert!(points.restored > 0, "{points:?}");
            assert!(spread("after") < 0.7 * spread("before"), "{cleaning}");
            let agrees = |key: &str| cleaning[key]["passCorrelation"].as_f64().unwrap();
            assert!(agrees("after") > agrees("before") + 0.3, "{cleaning}");
            assert!(
                file.findings.iter().any(|f| f.code == "filter.lag-applied"),
                "{:?}",
                file.findings
            );
        } else {
            assert_eq!(points.restored, 0);
            assert!(cleaning["lag"].is_null());
        }
        // Totals are of the standard points, whatever the filter does.
        let mass = summary["totalWetMass"]["value"].as_f64().unwrap();
        let logged: f64 = field
            .records
            .iter()
            .filter(|r| r.header_down)
            .map(|r| r.flow_kg_s * r.interval_s / 0.453_592_37)
            .sum();
        assert!((mass / logged - 1.0).abs() < 1e-3, "{mass} {logged}");
        // The covered ground is the field; the worked one counts the narrow last pass in full.
        let hectares = |key: &str| summary["coverage"][key]["value"].as_f64().unwrap();
        assert!(hectares("coveredArea") <= hectares("workedArea") * 1.001);
    }
    eprintln!("{errors:?}");
    assert!(errors["Recommended"] < 550.0, "{errors:?}");
    assert!(errors["Compat"] > 4.0 * errors["Recommended"], "{errors:?}");
}

#[test]
fn many_at_once_give_the_same_bytes_as_one_alone() {
    let field = YieldField::simulate(FieldPlan::recipe(12, 6.0));
    let bytes = |profile| {
        let (report, sink) = run(&field, profile);
        let files = sink.files.lock().unwrap().clone();
        (serde_json::to_string(&report).unwrap(), files)
    };
    for profile in [FilterProfile::Recommended, FilterProfile::Depurate] {
        let alone = bytes(profile);
        for threads in [2, 8] {
            std::thread::scope(|scope| {
                let all: Vec<_> = (0..threads)
                    .map(|_| scope.spawn(|| bytes(profile)))
                    .collect();
                for one in all {
                    assert!(one.join().unwrap() == alone, "{profile:?} {threads}");
                }
            });
        }
    }
}
