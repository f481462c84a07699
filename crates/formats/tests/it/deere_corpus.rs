//! John Deere's public sample logs against what a second, independent decoder found in them
//! (`reference.json` beside the samples), as closely as its own page says.

use crate::deere_measure::{Measured, measure};
use crate::isoxml_corpus::corpus;
use serde_json::Value;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use tramline_formats::{Limits, ReadOptions, Tree, Verdict, registry};

/// Differences found, so that one run tells them all.
#[derive(Default)]
struct Differences {
    all: Vec<String>,
    checks: u64,
}

impl Differences {
    fn equal<T: PartialEq + std::fmt::Debug>(&mut self, what: &str, ours: T, theirs: T) {
        self.checks += 1;
        if ours != theirs {
            self.all
                .push(format!("{what}: ours {ours:?}, expected {theirs:?}"));
        }
    }

    fn near(&mut self, what: &str, ours: f64, theirs: f64, relative: f64, absolute: f64) {
        self.checks += 1;
        let off = (ours - theirs).abs();
        if off.is_nan() || off > theirs.abs() * relative + absolute {
            self.all
                .push(format!("{what}: ours {ours}, expected {theirs}"));
        }
    }

    fn none(self, least: u64) {
        assert!(
            self.all.is_empty(),
            "{} differ:\n{}",
            self.all.len(),
            self.all.join("\n")
        );
        assert!(self.checks >= least, "only {} checks", self.checks);
    }
}

fn samples() -> Option<(PathBuf, Value)> {
    let folder = corpus("vendor")?.join("deere-sampledata");
    let text = std::fs::read_to_string(folder.join("reference.json")).expect("reference.json");
    Some((folder, serde_json::from_str(&text).expect("json")))
}

fn zip_path(folder: &Path, name: &str) -> PathBuf {
    let beside = folder.join(name);
    if beside.is_file() {
        beside
    } else {
        folder.join("display").join(name)
    }
}

fn text<'a>(value: &'a Value, key: &str) -> &'a str {
    value[key].as_str().unwrap_or_default()
}

fn number(value: &Value, key: &str) -> Option<f64> {
    value[key].as_f64()
}

fn instant(value: &Value) -> Option<i64> {
    let stamp: jiff::Timestamp = value.as_str()?.parse().expect("an instant");
    Some(stamp.as_millisecond())
}

/// By zip and path: machine files, and what was said.
type Read = BTreeMap<(String, String), (Vec<Measured>, Vec<String>)>;

/// Every log of a format, read once: zip and path to what its machine files hold.
fn read_all(folder: &Path, zips: &[&str], format: &str) -> Read {
    let reader = registry::by_id(format).expect("known");
    let mut all = BTreeMap::new();
    for zip in zips {
        let tree = Tree::open(&zip_path(folder, zip), &Limits::default()).expect("opens");
        for claim in (reader.claim)(&tree, &ReadOptions::default()) {
            if claim.verdict == Verdict::Read {
                let path = tree.entry(claim.main).path.clone();
                all.insert(((*zip).to_owned(), path), measure(&tree, &claim));
            }
        }
    }
    all
}

fn zips_of(logs: &[Value]) -> Vec<&str> {
    let mut zips: Vec<&str> = logs.iter().map(|log| text(log, "zip")).collect();
    zips.sort_unstable();
    zips.dedup();
    zips
}

fn check_quantities(differences: &mut Differences, what: &str, ours: &Measured, theirs: &Value) {
    let quantities = theirs["quantities"].as_object().expect("quantities");
    for (name, theirs) in quantities {
        let mut parts = name.split('|');
        let representation = parts.next().unwrap_or_default();
        if !representation.starts_with("vr") {
            continue;
        }
        let (_, unit) = (parts.next(), parts.next().unwrap_or_default());
        let key = (representation.to_owned(), unit.to_owned());
        let what = format!("{what} {name}");
        let Some(ours) = ours.quantities.get(&key) else {
            differences.all.push(format!("{what}: not read"));
            continue;
        };
        differences.equal(&what, ours.count, theirs["count"].as_u64().unwrap_or(0));
        for (part, ours) in [("min", ours.min), ("max", ours.max), ("sum", ours.sum)] {
            if let Some(theirs) = number(theirs, part) {
                differences.near(&format!("{what} {part}"), ours, theirs, 1e-6, 1e-6);
            }
        }
    }
}

fn check_bounds(differences: &mut Differences, what: &str, ours: Option<[f64; 4]>, theirs: &Value) {
    for (index, theirs) in theirs.as_array().into_iter().flatten().enumerate() {
        let ours = ours.and_then(|b| b.get(index).copied()).unwrap_or(f64::NAN);
        let theirs = theirs.as_f64().unwrap_or(f64::NAN);
        differences.near(&format!("{what} bbox {index}"), ours, theirs, 0.0, 1.01e-7);
    }
}

#[test]
fn every_greenstar_log_gives_the_numbers_of_the_second_decoder() {
    let Some((folder, reference)) = samples() else {
        return;
    };
    let logs = reference["gs"].as_array().expect("list");
    let read = read_all(&folder, &zips_of(logs), "deere_greenstar");
    let mut differences = Differences::default();
    for log in logs {
        let what = text(log, "path");
        let key = (text(log, "zip").to_owned(), what.to_owned());
        let Some([ours]) = read.get(&key).map(|(files, _)| files.as_slice()) else {
            differences
                .all
                .push(format!("{what}: not one machine file"));
            continue;
        };
        differences.equal(what, ours.raw_rows, log["rows"].as_u64().unwrap_or(0));
        let placed = log["rowsWithPosition"].as_u64().unwrap_or(0);
        differences.equal(&format!("{what} with position"), ours.placed, placed);
        let blocks = log["blocks"].as_array().expect("blocks");
        let rows: Vec<u64> = blocks.iter().filter_map(|b| b["rows"].as_u64()).collect();
        differences.equal(
            &format!("{what} rows of blocks"),
            ours.batches.clone(),
            rows,
        );
        differences.equal(
            &format!("{what} start"),
            ours.first,
            instant(&log["startUtc"]),
        );
        differences.equal(&format!("{what} end"), ours.last, instant(&log["endUtc"]));
        check_bounds(&mut differences, what, ours.bounds, &log["bbox"]);
        check_quantities(&mut differences, what, ours, log);
        let totals = &log["totals"];
        let on = number(totals, "rowsRecording").unwrap_or(0.0);
        differences.near(
            &format!("{what} rows on"),
            ours.instants_on as f64,
            on,
            0.0,
            0.1,
        );
        let pairs = [
            ("area_ha", ours.area_m2 / 1e4, 2e-3),
            ("wetMass_kg", ours.raw_mass_kg, 1e-6),
            ("seedsTarget", ours.seeds_target, 2e-3),
            ("seedsMeasured", ours.seeds, 2e-3),
            ("volumeMeasured_l", ours.litres, 2e-3),
            ("volumeTarget_l", ours.litres_target, 2e-3),
        ];
        for (name, ours, relative) in pairs {
            if let Some(theirs) = number(totals, name) {
                differences.near(&format!("{what} {name}"), ours, theirs, relative, 1e-4);
            }
        }
        // Ours shifts over the borders of blocks, so it places at least as much.
        if let Some(within) = number(totals, "wetMassOnRecordingRowsAfterLatency_kg") {
            let all = ours.raw_mass_kg + 1e-6;
            differences.equal(
                &format!(
                    "{what} mass placed {} of {all}, within blocks {within}",
                    ours.mass_on_kg
                ),
                ours.mass_on_kg >= within * 0.99 - 0.5 && ours.mass_on_kg <= all,
                true,
            );
        }
    }
    differences.none(2_000);
}

#[test]
fn every_gen4_log_gives_the_numbers_of_the_second_decoder() {
    let Some((folder, reference)) = samples() else {
        return;
    };
    let logs = reference["gen4"].as_array().expect("list");
    let read = read_all(&folder, &zips_of(logs), "deere_gen4");
    let mut differences = Differences::default();
    let (mut worked, mut quiet) = (0, 0);
    for log in logs {
        let what = format!("{} {}", text(log, "zip"), text(log, "jdl"));
        let key = (text(log, "zip").to_owned(), text(log, "path").to_owned());
        let Some((files, said)) = read.get(&key) else {
            // An earlier copy of a log that is longer elsewhere.
            quiet += 1;
            continue;
        };
        let operations = log["operations"].as_array().expect("operations");
        let with_totals: Vec<&Value> = operations
            .iter()
            .filter(|o| number(&o["swathWidthRecording"], "count").unwrap_or(0.0) > 0.0)
            .collect();
        differences.equal(
            &format!("{what} machine files"),
            files
                .iter()
                .filter(|file| file.kind != "datacollection")
                .count(),
            with_totals.len(),
        );
        let positions = log["positions"].as_u64().unwrap_or(0);
        let Some(first) = files.first() else {
            // Nothing was worked: said, with the positions that the log holds.
            quiet += 1;
            let word = format!("{positions} positions");
            let told = said.iter().any(|text| text.contains(&word));
            differences.equal(&format!("{what}: {said:?} tells of {word}"), told, true);
            continue;
        };
        worked += 1;
        differences.equal(&format!("{what} positions"), first.positions, positions);
        check_bounds(&mut differences, &what, first.bounds, &log["bbox"]);
        if files.len() == operations.len() {
            check_channels(&mut differences, &what, files, log);
        }
        for (ours, theirs) in files.iter().zip(&with_totals) {
            check_operation(&mut differences, &what, ours, theirs);
        }
    }
    assert!(
        worked >= 40 && quiet >= 20,
        "{worked} worked, {quiet} quiet"
    );
    differences.none(1_000);
}

fn check_channels(differences: &mut Differences, what: &str, files: &[Measured], log: &Value) {
    let quantities = log["quantities"].as_object().expect("quantities");
    for (name, theirs) in quantities {
        let Some(rest) = name.strip_prefix("rep") else {
            continue;
        };
        let mut parts = rest.split('|');
        let representation = parts.next().unwrap_or_default();
        let unit = parts.nth(1).unwrap_or_default();
        let count = theirs["count"].as_u64().unwrap_or(0);
        // A channel of one name stands in several machine files of a log, and counts once.
        let mut columns = BTreeMap::new();
        for file in files {
            for (column, quantity) in &file.columns {
                if quantity.code == representation && quantity.unit == unit {
                    columns.entry(column.clone()).or_insert(quantity.clone());
                }
            }
        }
        let ours: u64 = columns.values().map(|column| column.count).sum();
        differences.equal(&format!("{what} {name}"), ours, count);
        if count > 0 {
            let sum: f64 = columns.values().map(|column| column.sum).sum();
            let theirs = number(theirs, "sum").unwrap_or(f64::NAN);
            differences.near(&format!("{what} {name} sum"), sum, theirs, 1e-6, 1e-6);
        }
    }
}

fn check_operation(differences: &mut Differences, what: &str, ours: &Measured, theirs: &Value) {
    let what = format!("{what} {} {}", text(theirs, "operation"), theirs["element"]);
    let points = theirs["trackPoints"].as_u64().unwrap_or(0);
    differences.equal(&format!("{what} points"), ours.instants, points);
    let on = theirs["swathWidthRecording"]["count"].as_u64().unwrap_or(0);
    // States are taken half way to the next position, and 100 ms after this one there: a row of
    // thousands differs.
    differences.near(
        &format!("{what} rows on"),
        ours.instants_on as f64,
        on as f64,
        0.0,
        1.0,
    );
    let width = number(&theirs["swathWidthRecording"], "sum").unwrap_or(f64::NAN);
    differences.near(&format!("{what} widths"), ours.widths_m, width, 2e-4, 1e-3);
    let totals = &theirs["totals"];
    let pairs = [
        ("area_ha", ours.area_m2 / 1e4, 2e-4),
        ("wetMass_kg", ours.mass_on_kg, 5e-3),
        ("seedsApplied", ours.seeds, 2e-3),
        ("seedsTarget", ours.seeds_target, 2e-3),
        ("volumeApplied_l", ours.litres, 2e-3),
        ("volumeTarget_l", ours.litres_target, 2e-3),
        ("massApplied_kg", ours.kilograms, 2e-3),
        ("massTarget_kg", ours.kilograms_target, 2e-3),
        ("seedMassApplied_kg", ours.kilograms, 2e-3),
        ("seedMassTarget_kg", ours.kilograms_target, 2e-3),
    ];
    for (name, ours, relative) in pairs {
        if let Some(theirs) = number(totals, name) {
            // The last row of a log stands for 0.2 s with us, and for nothing there: 4 kg at most.
            let absolute = if name == "wetMass_kg" { 4.0 } else { 1e-2 };
            differences.near(&format!("{what} {name}"), ours, theirs, relative, absolute);
        }
    }
}
