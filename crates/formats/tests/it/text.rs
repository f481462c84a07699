//! Delimited text: files of the corpus against counts and sums taken with another program, and
//! what must not be claimed.

use crate::collect::{claims, one, read_with, tree_of};
use crate::isoxml_corpus::corpus;
use std::collections::BTreeMap;
use tramline_formats::{Limits, ReadOptions};
use tramline_model::{OperationType, Property, Provider, Severity};

fn options() -> ReadOptions {
    ReadOptions::default()
}

#[test]
fn every_table_of_the_corpus_gives_its_rows() {
    let Some(vendor) = corpus("vendor") else {
        return;
    };
    // Rows counted with Python's csv module, header excluded.
    let cases = [
        ("yield-agridat/gartner.corn.txt", 4_949, Provider::Leaf),
        ("yield-agridat/lasrosas.corn.txt", 3_443, Provider::Leaf),
        (
            "agleader-pacu-basswood/2012-basswood.txt",
            4_240,
            Provider::AgLeader,
        ),
        (
            "agleader-yieldcleanr/sample1.txt",
            21_917,
            Provider::AgLeader,
        ),
        (
            "agleader-yieldcleanr/sample2.txt",
            36_869,
            Provider::AgLeader,
        ),
        (
            "sms-stripsyield/2007-basswood.txt",
            2_970,
            Provider::AgLeader,
        ),
        (
            "sms-stripsyield/2007-interim.txt",
            3_264,
            Provider::AgLeader,
        ),
        (
            "csv-pyprecag/area2_yield_ISO-8859-1.csv",
            1_543,
            Provider::AgLeader,
        ),
        (
            "deere-ofpedata/FarmerB_PRO_PRO_2016_sec35middle.csv",
            1_183,
            Provider::Leaf,
        ),
        (
            "deere-ofpedata/FarmerB_PRO_PRO_2018_sec35middle.csv",
            654,
            Provider::Leaf,
        ),
        (
            "deere-ofpedata/FarmerI_PRO_PRO_2016_henrys.csv",
            1_316,
            Provider::Leaf,
        ),
        (
            "deere-ofpedata/FarmerI_PRO_PRO_2018_henrys.csv",
            563,
            Provider::Leaf,
        ),
        (
            "deere-ofpedata/SEC 1 EAST_SN1228_2019.csv",
            2_220,
            Provider::Leaf,
        ),
    ];
    for (name, rows, provider) in cases {
        let read = read_with(&tree_of(&vendor.join(name)), "text", &options());
        assert_eq!(read.failures, Vec::<String>::new(), "{name}");
        assert_eq!(read.rows(), rows, "{name}");
        assert_eq!(read.operations[0].provider, provider, "{name}");
    }
}

#[test]
fn prose_is_not_claimed() {
    for text in [
        "readme, with words, and commas\nin lines, of text, too\n",
        "",
        "x\n",
    ] {
        assert!(claims(&one("README.txt", text), "text").is_empty());
    }
}

#[test]
fn ag_leader_text_has_the_values_of_its_columns() {
    let Some(vendor) = corpus("vendor") else {
        return;
    };
    let path = vendor.join("agleader-pacu-basswood/2012-basswood.txt");
    let read = read_with(&tree_of(&path), "text", &options());
    let operation = &read.operations[0];
    assert_eq!(operation.operation_type, OperationType::Harvested);
    assert_eq!(
        (operation.name.as_str(), operation.crop.as_deref()),
        ("BASSWOODD", Some("CORN"))
    );
    assert_eq!(operation.time_source, "logged UTC");
    let units = [
        (Property::CropFlow, "lb/s"),
        (Property::SamplingInterval, "s"),
        (Property::Distance, "in"),
        (Property::EquipmentWidth, "in"),
        (Property::HarvestMoisture, "prcnt"),
        (Property::Elevation, "ft"),
    ];
    for (property, symbol) in units {
        assert_eq!(
            read.unit(property).map(|u| u.symbol),
            Some(symbol),
            "{property:?}"
        );
    }
    // Sum of flow x interval taken with awk.
    let pairs = read
        .numbers(Property::CropFlow)
        .into_iter()
        .zip(read.numbers(Property::SamplingInterval));
    let pounds: f64 = pairs
        .map(|(flow, s)| flow.unwrap_or(0.0) * s.unwrap_or(0.0))
        .sum();
    assert!((pounds - 163619.29).abs() < 0.01, "{pounds}");
    assert_eq!(read.instants()[0], Some(1_347_998_285_000));
    assert_eq!(
        read.texts(Property::RecordingStatus)[0].as_deref(),
        Some("On")
    );
    let alarms = read
        .findings
        .iter()
        .filter(|f| f.severity != Severity::Note);
    assert_eq!(alarms.count(), 0, "{:?}", read.findings);
}

#[test]
fn the_metric_sms_export_in_latin_1_is_read() {
    let Some(vendor) = corpus("vendor") else {
        return;
    };
    let path = vendor.join("csv-pyprecag/area2_yield_ISO-8859-1.csv");
    let read = read_with(&tree_of(&path), "text", &options());
    assert_eq!(read.unit(Property::CropFlow).map(|u| u.symbol), Some("t/h"));
    assert_eq!(
        read.unit(Property::DryMassPerArea).map(|u| u.symbol),
        Some("t/ha")
    );
    assert_eq!(
        read.unit(Property::EquipmentWidth).map(|u| u.symbol),
        Some("m")
    );
    assert!(read.operations[0].assumed_units.is_empty());
    let names: Vec<String> = read.raw[0]
        .schema()
        .fields()
        .iter()
        .map(|f| f.name().clone())
        .collect();
    assert!(
        names.contains(&"Sky Cond".to_owned()) && names.contains(&"Crop Flw(V)".to_owned()),
        "{names:?}"
    );
    assert!((read.sum(Property::DryMassPerArea) - 2665.480000).abs() < 1e-6);
}

#[test]
fn projected_tables_need_a_coordinate_system() {
    let Some(vendor) = corpus("vendor") else {
        return;
    };
    let tree = tree_of(&vendor.join("yield-paar/barley.csv"));
    let failed = read_with(&tree, "text", &options());
    assert!(
        failed.failures[0].contains("coordinate system"),
        "{:?}",
        failed.failures
    );
    let column_map = BTreeMap::from([
        ("crs".to_owned(), "EPSG:32720".to_owned()),
        ("Yield".to_owned(), "dryMassPerArea:t/ha".to_owned()),
    ]);
    let read = read_with(
        &tree,
        "text",
        &ReadOptions {
            column_map,
            ..options()
        },
    );
    assert_eq!((read.failures.len(), read.rows()), (0, 7_394));
    // pyproj: 582386.739234966, 5953859.10566559 in EPSG:32720.
    let first = (
        read.numbers(Property::Longitude)[0],
        read.numbers(Property::Latitude)[0],
    );
    let (lon, lat) = (first.0.expect("there"), first.1.expect("there"));
    assert!(
        (-63.0..-61.0).contains(&lon) && (-37.0..-36.0).contains(&lat),
        "{lon} {lat}"
    );
}

#[test]
fn hostile_tables_fail_with_their_reason() {
    let mut nul = b"lat,lon,yield\n52.1,10.1,7\n".to_vec();
    nul.extend([0; 5_000]);
    let read = read_with(&one("a.csv", nul), "text", &options());
    assert!(
        read.failures.iter().all(|f| f.contains("character")),
        "{:?}",
        read.failures
    );
    let header = "c,".repeat(1_000_000) + "\n1,2\n";
    assert!(claims(&one("a.csv", header), "text").is_empty());
    assert!(claims(&one("a.csv", "0,".repeat(500_000)), "text").is_empty());
    let formula = "lat,lon,crop\n".to_owned() + &"52.1,10.1,=cmd|' /C calc'!A0\n".repeat(50);
    let read = read_with(&one("a.csv", formula), "text", &options());
    assert!(
        read.failures[0].contains("missing required properties"),
        "{:?}",
        read.failures
    );
    let open_quote =
        "lat,lon,yield\n52.1,10.1,7\n52.1,10.1,\"7\n".to_owned() + &"52.1,10.1,7\n".repeat(200_000);
    let read = read_with(&one("a.csv", open_quote), "text", &options());
    assert!(
        read.has("text.unreadable-rest") || read.failures[0].contains("line"),
        "{:?}",
        read.failures
    );
    let _ = Limits::default();
}

#[test]
fn damaged_tables_never_panic() {
    let text = "lon;lat;Crop Flw(M)(t/h);Time;Crop;Date\n10,5;52,1;7,2;10:00:00;wheat;31/07/2024\n10,6;52,2;x;10:00:01;wheat;31/07/2024\n";
    let whole = read_with(&one("a.csv", text), "text", &options());
    assert_eq!(
        (whole.rows(), whole.failures.len()),
        (2, 0),
        "{:?}",
        whole.failures
    );
    assert_eq!(whole.numbers(Property::CropFlow), [Some(7.2), None]);
    let cells = whole
        .findings
        .iter()
        .find(|f| f.code == "text.not-a-number");
    assert_eq!(cells.map(|f| &f.values["cells"]), Some(&1.into()));
    assert_eq!(
        whole.instants(),
        [Some(1_722_420_000_000), Some(1_722_420_001_000)]
    );
    assert!(whole.has("text.not-a-number"));
    for cut in 0..text.len() {
        let _ = read_with(&one("a.csv", &text.as_bytes()[..cut]), "text", &options());
        for flip in [0x01, 0x80, 0x20] {
            let mut bytes = text.as_bytes().to_vec();
            bytes[cut] ^= flip;
            let _ = read_with(&one("a.csv", bytes), "text", &options());
        }
    }
}

#[test]
fn tables_of_the_algorithm_corpus_are_read() {
    let Some(agro) = corpus("agro") else { return };
    // Rows counted with Python's csv module.
    let cases = [
        ("usda-yield-editor-samples/sample1.txt.gz", 21_917),
        ("usda-yield-editor-samples/sample2.txt.gz", 36_869),
        ("usda-yield-editor-samples/sample3.txt.gz", 31_815),
        ("ofpedata2/FarmerI_yld_2016.csv.gz", 21_551),
        ("ofpedata2/FarmerC_yld_2017.csv.gz", 97_383),
        ("ofpedata2/FarmerC_SR_2019.csv.gz", 23_047),
        ("synthetic-yield/sim_delay11_seed0.csv.gz", 8_913),
    ];
    for (name, rows) in cases {
        let tree = one(
            name.trim_end_matches(".gz"),
            crate::geojson::unpacked(&agro.join(name)),
        );
        let read = read_with(&tree, "text", &options());
        assert_eq!(read.failures, Vec::<String>::new(), "{name}");
        assert_eq!(read.rows(), rows, "{name}");
        let operation = &read.operations[0];
        let expected = if name.contains("SR") {
            OperationType::Planted
        } else {
            OperationType::Harvested
        };
        assert_eq!(operation.operation_type, expected, "{name}");
    }
}
