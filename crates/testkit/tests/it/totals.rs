//! Totals of published analyses through the whole pipeline, without the cleanup that those
//! analyses do not have. The figures are those of other programs over the same tables.

use crate::common::{check_report, convert, shared};
use serde_json::Value;
use std::io::Read;
use tramline_convert::{Configuration, CropTable, Options, Outputs, UnitSystem};
use tramline_formats::{Limits, ReadOptions, Tree};

/// Square metres in an international acre.
const ACRE: f64 = 4_046.856_422_4;

/// A table of the corpus as a tree of one entry; `None`, said aloud, without the corpus.
fn table(path: &str) -> Option<(tempfile::TempDir, Tree)> {
    let corpus =
        std::env::var_os("TRAMLINE_CORPUS").map_or_else(|| shared().join("corpus"), Into::into);
    let source = corpus.join("agro").join(path);
    let Ok(packed) = std::fs::read(&source) else {
        eprintln!("SKIPPED totals: {} is not there", source.display());
        return None;
    };
    let mut bytes = packed;
    if path.ends_with(".gz") {
        let mut plain = Vec::new();
        flate2::read::GzDecoder::new(bytes.as_slice())
            .read_to_end(&mut plain)
            .unwrap();
        bytes = plain;
    }
    let folder = tempfile::tempdir().unwrap();
    let name = source.file_name().unwrap().to_string_lossy();
    let file = folder.path().join(name.trim_end_matches(".gz"));
    std::fs::write(&file, bytes).unwrap();
    let tree = Tree::open(&file, &Limits::default()).unwrap();
    Some((folder, tree))
}

/// Everything read counts, with the test weights and moistures of the market and no cap.
fn plain(read: ReadOptions) -> Options {
    Options {
        configuration: Configuration {
            cleanup_standard_geojson: false,
            crop_table: CropTable::Market,
            cap_dry_mass: false,
            ..Configuration::default()
        },
        read,
        outputs: Outputs {
            parquet: false,
            ..Outputs::ALL
        },
        unit_systems: vec![UnitSystem::Default],
        ..Options::default()
    }
}

/// The only machine file's summary, and the distinct instants of its standard points.
fn only(tree: &Tree, options: &Options) -> (Value, usize, u64) {
    let (report, sink) = convert(tree, "table", options);
    check_report(&report, "table");
    assert_eq!(report.files.len(), 1, "{:?}", report.findings);
    let file = &report.files[0];
    let files = sink.files.lock().unwrap();
    let read = |name: &str| -> Value {
        serde_json::from_slice(&files[&format!("{}/{name}", file.dir)]).unwrap()
    };
    let summary = read("summary.json")["properties"].clone();
    let points = read("standard.geojson");
    let instants: std::collections::BTreeSet<&str> = points["features"]
        .as_array()
        .unwrap()
        .iter()
        .filter_map(|point| point["properties"]["timestamp"].as_str())
        .collect();
    (summary, instants.len(), file.records.read)
}

fn near(what: &str, found: &Value, expected: f64, within: f64) {
    let found = found.as_f64().unwrap_or(f64::NAN);
    let error = ((found - expected) / expected).abs();
    assert!(error <= within, "{what}: {found} and not {expected}");
}

#[test]
fn gartner_corn_gives_the_published_totals() {
    let Some((_folder, tree)) = table("agridat/gartner.corn.txt") else {
        return;
    };
    let options = plain(ReadOptions {
        crop: Some("corn".to_owned()),
        // Twelve rows of 30 inches, as the data's manual says.
        equipment_width_m: Some(9.144),
        ..ReadOptions::default()
    });
    let (summary, _, records) = only(&tree, &options);
    assert_eq!(records, 4_949);
    let area = summary["totalArea"]["value"].as_f64().unwrap() / ACRE;
    near("area", &area.into(), 67.636_77, 1e-6);
    near(
        "wet mass",
        &summary["totalWetMass"]["value"],
        513_551.0,
        1e-6,
    );
    near(
        "dry volume",
        &summary["totalDryVolume"]["value"],
        9_027.154,
        1e-6,
    );
    let moisture = &summary["harvestMoistureMassWeighted"]["value"];
    near("moisture", moisture, 16.821_32, 1e-6);
}

#[test]
fn oats_of_four_sections_count_each_record_and_each_instant() {
    let Some((_folder, tree)) = table("ofpedata2/FarmerC_yld_2017.csv.gz") else {
        return;
    };
    let (summary, instants, records) = only(&tree, &plain(ReadOptions::default()));
    assert_eq!((records, instants), (97_383, 24_612));
    let area = summary["totalArea"]["value"].as_f64().unwrap() / 1e4;
    near("area", &area.into(), 25.182_74, 1e-6);
    near(
        "dry volume",
        &summary["totalDryVolume"]["value"],
        7_406.616,
        1e-6,
    );
    near(
        "wet mass",
        &summary["totalWetMass"]["value"],
        237_624.0,
        2e-6,
    );
}

#[test]
fn seeding_has_the_area_and_the_target_weighted_by_area() {
    let Some((_folder, tree)) = table("ofpedata2/FarmerC_SR_2019.csv.gz") else {
        return;
    };
    let (summary, _, records) = only(&tree, &plain(ReadOptions::default()));
    assert_eq!(records, 23_047);
    let area = summary["totalArea"]["value"].as_f64().unwrap() / ACRE;
    near("area", &area.into(), 186.157_4, 1e-6);
    near("target", &summary["seedRateTarget"]["avg"], 178.564_3, 2e-6);
}
