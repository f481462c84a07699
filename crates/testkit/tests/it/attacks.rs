//! Every sample is attacked in the same ways: no panic, a report that adds up, and no attack that
//! changes only names or order makes a result worse.

use crate::common::{check_report, convert};
use std::panic::{AssertUnwindSafe, catch_unwind};
use tramline_convert::{FileStatus, Options, Report};
use tramline_formats::{Limits, Tree};
use tramline_samples::{Files, Operation, Plan, simulate, write, zip};
use tramline_testkit::corrupt;

/// Small samples of every writer, so that thousands of attacks take seconds.
fn samples() -> Vec<(&'static str, Files)> {
    let small = |operation| Plan {
        pass_records: 12,
        passes: 3,
        sections: 4,
        wedge: true,
        ..Plan::new(operation)
    };
    let harvest = simulate(&small(Operation::Harvest));
    let planting = simulate(&small(Operation::Planting));
    let spraying = simulate(&small(Operation::Spraying));
    vec![
        ("isoxml", write::isoxml::task_set(&[&planting, &spraying])),
        ("deere", write::shapefile::deere(&harvest)),
        ("sms", write::shapefile::sms(&planting)),
        ("ag-leader", write::text::ag_leader_advanced(&harvest)),
        ("sms-text", write::text::sms(&spraying)),
        ("csv", write::text::csv(&harvest)),
        ("geojson", write::geojson::points(&planting)),
        ("trimble", write::trimble::aggps(&spraying)),
        ("geopackage", write::geopackage::points(&planting, 4326)),
        ("flatgeobuf", write::flatgeobuf::points(&spraying, true)),
        (
            "flatgeobuf-plain",
            write::flatgeobuf::points(&harvest, false),
        ),
        ("kml", write::kml::points(&harvest)),
        ("kmz", write::kml::zipped(&harvest)),
        ("raven", write::raven::fmis(&[&spraying])),
        ("gen4", write::deere_gen4::card(&harvest)),
        (
            "adm-1",
            write::adm::card(&harvest, write::adm::Version::One),
        ),
        (
            "adm-2",
            write::adm::card(&planting, write::adm::Version::Two),
        ),
        ("greenstar", write::deere_greenstar::card(&planting)),
    ]
}

fn run(files: Files, label: &str) -> Report {
    let tree = Tree::from_files(files);
    let result = catch_unwind(AssertUnwindSafe(|| {
        convert(&tree, label, &Options::default()).0
    }));
    let report = result.unwrap_or_else(|_| panic!("panic on {label}"));
    check_report(&report, label);
    report
}

fn standard_points(report: &Report) -> u64 {
    report
        .files
        .iter()
        .filter(|f| f.status == FileStatus::Processed)
        .map(|f| f.points.standard)
        .sum()
}

#[test]
fn every_attack_ends_in_a_report_that_adds_up() {
    let mut count = 0;
    for (name, files) in samples() {
        for attack in corrupt::attacks(&files, 12, 24) {
            run(attack.files, &format!("{name}, {}", attack.label));
            count += 1;
        }
    }
    eprintln!("{count} attacks");
}

#[test]
fn names_and_order_do_not_change_the_points() {
    let mut bad = Vec::new();
    for (name, files) in samples() {
        let whole = standard_points(&run(files.clone(), name));
        if whole == 0 {
            bad.push(format!("{name}: nothing was processed"));
        }
        for attack in corrupt::harmless(&files) {
            let points = standard_points(&run(attack.files, &attack.label));
            if points != whole {
                bad.push(format!(
                    "{name}, {}: {points} points, {whole} before",
                    attack.label
                ));
            }
        }
    }
    assert!(bad.is_empty(), "\n{}", bad.join("\n"));
}

#[test]
fn zips_and_zips_in_zips_give_the_same_points() {
    let folder = tempfile::tempdir().unwrap();
    let mut bad = Vec::new();
    for (name, files) in samples() {
        let whole = standard_points(&run(files.clone(), name));
        for (kind, bytes) in [("zip", zip(&files)), ("nested", corrupt::nested(&files))] {
            let path = folder.path().join(format!("{name}-{kind}.zip"));
            std::fs::write(&path, bytes).unwrap();
            match Tree::open(&path, &Limits::default()) {
                Ok(tree) => {
                    let (report, _) = convert(&tree, name, &Options::default());
                    check_report(&report, name);
                    let points = standard_points(&report);
                    if points != whole {
                        bad.push(format!("{name}, {kind}: {points} points, {whole} before"));
                    }
                }
                Err(error) => bad.push(format!("{name}, {kind}: {error}")),
            }
        }
    }
    assert!(bad.is_empty(), "\n{}", bad.join("\n"));
}

#[test]
fn cut_zips_are_refused_or_read() {
    let folder = tempfile::tempdir().unwrap();
    let (name, files) = samples().remove(0);
    let bytes = zip(&files);
    for n in 0..60 {
        let length = bytes.len() * n / 60;
        let path = folder.path().join(format!("{n}.zip"));
        std::fs::write(&path, bytes.get(..length).unwrap_or_default()).unwrap();
        if let Ok(tree) = Tree::open(&path, &Limits::default()) {
            check_report(&convert(&tree, name, &Options::default()).0, name);
        }
    }
}
