//! Writes a sample of every writer, each into a folder of its own, and the sample stick as a zip:
//! `cargo run -p tramline-samples --example write_samples -- DIR`.
//!
//! Rule: small plans with sections, wedges and enough passes for an image; the same bytes at each call.

use std::path::{Path, PathBuf};
use tramline_samples::{Files, Operation, Plan, Simulated, sample_stick, simulate, write, zip};

fn sample(operation: Operation) -> Simulated {
    simulate(&Plan {
        pass_records: 60,
        passes: 6,
        sections: 4,
        wedge: true,
        ..Plan::new(operation)
    })
}

fn samples() -> Vec<(&'static str, Files)> {
    let harvest = sample(Operation::Harvest);
    let planting = sample(Operation::Planting);
    let spraying = sample(Operation::Spraying);
    let one = write::adm::Version::One;
    let two = write::adm::Version::Two;
    vec![
        (
            "isoxml",
            write::isoxml::task_set(&[&planting, &spraying, &harvest]),
        ),
        ("deere", write::shapefile::deere(&harvest)),
        ("sms", write::shapefile::sms(&planting)),
        ("ag-leader", write::text::ag_leader_advanced(&harvest)),
        ("sms-text", write::text::sms(&spraying)),
        ("csv", write::text::csv(&harvest)),
        ("geojson", write::geojson::points(&planting)),
        ("trimble", write::trimble::aggps(&spraying)),
        ("geopackage", write::geopackage::points(&planting, 4326)),
        (
            "flatgeobuf-indexed",
            write::flatgeobuf::points(&spraying, true),
        ),
        ("flatgeobuf", write::flatgeobuf::points(&harvest, false)),
        ("kml", write::kml::points(&harvest)),
        ("kmz", write::kml::zipped(&harvest)),
        ("raven", write::raven::fmis(&[&spraying])),
        ("gen4", write::deere_gen4::card(&harvest)),
        ("adm-1", write::adm::card(&harvest, one)),
        ("adm-2", write::adm::card(&planting, two)),
        ("greenstar", write::deere_greenstar::card(&planting)),
    ]
}

fn write_files(folder: &Path, files: &Files) -> std::io::Result<()> {
    for (path, bytes) in files {
        let path = folder.join(path);
        if let Some(parent) = path.parent() {
            std::fs::create_dir_all(parent)?;
        }
        std::fs::write(path, bytes)?;
    }
    Ok(())
}

fn main() -> std::io::Result<()> {
    let folder = PathBuf::from(std::env::args_os().nth(1).unwrap_or("samples".into()));
    for (name, files) in samples() {
        write_files(&folder.join(name), &files)?;
    }
    std::fs::write(folder.join("stick.zip"), zip(&sample_stick()))
}
