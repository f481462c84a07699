//! GeoJSON: files of the corpus and hostile ones.

use crate::collect::{claims, one, read_with};
use crate::isoxml_corpus::corpus;
use std::collections::BTreeMap;
use tramline_formats::{ReadOptions, Verdict};
use tramline_model::{OperationType, Property};

const POINTS: &str = r#"{"type":"FeatureCollection","features":[
{"type":"Feature","properties":{"timestamp":"2024-07-31T10:00:00Z","wetMassPerArea":7.5,"crop":"wheat","recordingStatus":"On"},"geometry":{"type":"Point","coordinates":[10.5,52.1,80]}},
{"type":"Feature","geometry":{"type":"MultiPoint","coordinates":[[10.6,52.2],[11,53]]},"properties":{"wetMassPerArea":null,"crop":"wheat","timestamp":"2024-07-31T10:00:01.250Z"}},
{"type":"Feature","geometry":null,"properties":{"wetMassPerArea":"8"}}
]}"#;

fn read(text: &str) -> crate::collect::Collected {
    read_with(&one("a.geojson", text), "geojson", &ReadOptions::default())
}

#[test]
fn points_come_with_their_values_and_instants() {
    let read = read(POINTS);
    assert_eq!(read.failures, Vec::<String>::new());
    assert_eq!(read.rows(), 3);
    assert_eq!(
        read.numbers(Property::Longitude),
        [Some(10.5), Some(10.6), None]
    );
    assert_eq!(
        read.numbers(Property::WetMassPerArea),
        [Some(7.5), None, Some(8.0)]
    );
    assert_eq!(
        read.instants(),
        [Some(1_722_420_000_000), Some(1_722_420_001_250), None]
    );
    let operation = &read.operations[0];
    assert_eq!(
        (operation.operation_type.clone(), operation.crop.as_deref()),
        (OperationType::Harvested, Some("wheat"))
    );
    assert_eq!(operation.time_source, "logged UTC");
    assert_eq!(operation.assumed_units.len(), 1);
}

#[test]
fn hostile_documents_fail_with_their_reason() {
    let cases = [
        (r#"{"type":"FeatureCollection","features":[{"ty"#.to_owned(), "truncated"),
        (format!(r#"{{"type":"FeatureCollection","features":{}"#, "[".repeat(100_000)), "json"),
        (format!(r#"{{"type":"FeatureCollection","features":[{{"geometry":{{"coordinates":{}"#, "[".repeat(100_000)), "depth"),
        (format!(r#"{{"type":"FeatureCollection","features":[{{"properties":{{"a":{}"#, "[".repeat(100_000)), "depth"),
        (format!(r#"{{"type":"FeatureCollection","x":{}"#, "[".repeat(100_000)), "json"),
        (r#"{"type":"FeatureCollection","features":[{"type":"Feature","properties":{},"geometry":{"type":"Point","coordinates":[NaN,1e400]}}]}"#.to_owned(), "json"),
        (r#"{"type":"FeatureCollection","features":[{"type":"Feature","properties":{},"geometry":{"type":"Point","coordinates":[1e400,1]}}]}"#.to_owned(), "json"),
        (r#"{"type":"FeatureCollection","features":{"0":{"geometry":[1],"properties":5}}}"#.to_owned(), "geometry"),
        (r#"{"type":"FeatureCollection","features":[{"type":"Feature","geometry":{"type":"Point","coordinates":["52",null]},"properties":{"__proto__":{"a":1}}}]}"#.to_owned(), "json"),
        (r#"{"type":"FeatureCollection","features":[]}"#.to_owned(), "no points"),
        (r#"{"type":"FeatureCollection","features":[{"geometry":{"type":"Point","coordinates":[1,2]},"properties":{"a":1}}]}"#.to_owned(), "missing required properties"),
        (r#"{"type":"FeatureCollection","features":[{"geometry":{"type":"Point","coordinates":[533796,5302923]},"properties":{"yield":1}}]}"#.to_owned(), "coordinate system"),
        (String::new(), "json"),
    ];
    for (text, word) in cases {
        let read = read(&text);
        assert!(read.operations.is_empty(), "{text:.80}");
        assert!(
            read.failures.len() == 1 && read.failures[0].contains(word),
            "{:?} has no `{word}`",
            read.failures
        );
    }
}

#[test]
fn cut_documents_keep_their_features_and_never_panic() {
    for cut in 0..POINTS.len() {
        let read = read(&POINTS[..cut]);
        assert!(
            read.failures.len() + read.endings.len() == 1,
            "cut at {cut}"
        );
        assert!(
            read.endings.is_empty() || read.has("geojson.unreadable-rest"),
            "cut at {cut}"
        );
    }
    let mut bytes = POINTS.as_bytes().to_vec();
    for at in 0..bytes.len() {
        let good = bytes[at];
        bytes[at] ^= 0x15;
        let _ = read_with(
            &one("a.geojson", bytes.clone()),
            "geojson",
            &ReadOptions::default(),
        );
        bytes[at] = good;
    }
}

#[test]
fn boundaries_are_not_machine_data() {
    let text = r#"{"type":"FeatureCollection","features":[{"type":"Feature","properties":{"id":1,"name":"Field"},"geometry":{"type":"Polygon","coordinates":[[[1,2],[1,3],[2,3],[1,2]]]}}]}"#;
    let claims = claims(&one("field.geojson", text), "geojson");
    assert!(matches!(claims[0].verdict, Verdict::NotMachineData { .. }));
    let other = crate::collect::claims(
        &one("package.json", r#"{"name":"x","type":"module"}"#),
        "geojson",
    );
    assert!(other.is_empty());
}

/// Bytes of a compressed corpus file.
pub(crate) fn unpacked(path: &std::path::Path) -> Vec<u8> {
    let packed = std::fs::read(path).expect("corpus file");
    let mut child = std::process::Command::new("gzip")
        .arg("-dc")
        .stdin(std::process::Stdio::piped())
        .stdout(std::process::Stdio::piped())
        .spawn()
        .expect("gzip");
    let mut input = child.stdin.take().expect("stdin");
    let writer = std::thread::spawn(move || std::io::Write::write_all(&mut input, &packed));
    let output = child.wait_with_output().expect("gzip");
    writer.join().expect("no panic").expect("gzip takes it all");
    output.stdout
}

#[test]
fn as_applied_polygons_of_the_corpus_become_points() {
    let Some(agro) = corpus("agro") else { return };
    // Feature counts and sums taken with Python's json module.
    let bytes = unpacked(&agro.join("ofpedata2/FarmerB_N_2016.geojson.gz"));
    let read = read_with(&one("n.geojson", bytes), "geojson", &ReadOptions::default());
    assert_eq!(read.failures, Vec::<String>::new());
    let operation = &read.operations[0];
    assert_eq!(operation.operation_type, OperationType::Applied);
    assert_eq!(
        (
            read.rows(),
            read.unit(Property::AppliedRate).map(|u| u.symbol)
        ),
        (5_802, Some("gal/ac"))
    );
    assert!((read.sum(Property::AppliedRate) - 101_958.442_54).abs() < 1e-4);
    assert!(
        read.numbers(Property::Latitude)
            .iter()
            .flatten()
            .all(|y| (46.0..46.1).contains(y))
    );
    assert!(read.has("geojson.position-from-properties"));
    // UTM without a coordinate system needs the caller.
    let bytes = unpacked(&agro.join("ofpedata2/FarmerI_N_2016.geojson.gz"));
    let tree = one("n.geojson", bytes);
    let failed = read_with(&tree, "geojson", &ReadOptions::default());
    assert!(failed.failures[0].contains("coordinate system"));
    let column_map = BTreeMap::from([("crs".to_owned(), "EPSG:32612".to_owned())]);
    let read = read_with(
        &tree,
        "geojson",
        &ReadOptions {
            column_map,
            ..ReadOptions::default()
        },
    );
    assert_eq!(read.failures, Vec::<String>::new());
    assert_eq!(read.rows(), 2_360);
    assert!((read.sum(Property::AppliedRate) - 359_504.067).abs() < 1e-3);
    let west = read.numbers(Property::Longitude);
    // Shoelace over the rings, taken with Python.
    assert!(
        (read.sum(Property::Area) / 895427.391992 - 1.0).abs() < 1e-9,
        "{}",
        read.sum(Property::Area)
    );
    assert!(west.iter().flatten().all(|x| (-110.6..-110.5).contains(x)));
}
