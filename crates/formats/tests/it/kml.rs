//! KML and KMZ with data against what the simulator counted; drawings are no machine data.

use crate::collect::{Collected, one, read_with};
use tramline_formats::{Limits, ReadOptions, Tree, Verdict, detect};
use tramline_model::{OperationType, Property};
use tramline_samples::{Operation, Plan, Simulated, simulate, write};

fn small() -> Simulated {
    simulate(&Plan {
        pass_records: 12,
        passes: 2,
        ..Plan::new(Operation::Harvest)
    })
}

fn read(name: &str, bytes: impl Into<Vec<u8>>) -> Collected {
    read_with(&one(name, bytes), "kml", &ReadOptions::default())
}

#[test]
fn placemarks_with_values_are_points() {
    let run = small();
    for files in [write::kml::points(&run), write::kml::zipped(&run)] {
        let tree = Tree::from_files(files);
        let got = read_with(&tree, "kml", &ReadOptions::default());
        assert_eq!(got.failures, Vec::<String>::new());
        assert_eq!(got.rows() as u64, run.truth.records);
        let operation = &got.operations[0];
        assert_eq!(operation.operation_type, OperationType::Harvested);
        assert_eq!(
            (operation.name.as_str(), operation.file_format),
            ("North Forty", "KML")
        );
        let yields = got.numbers(Property::WetMassPerArea);
        let longitudes = got.numbers(Property::Longitude);
        let instants = got.instants();
        for (row, record) in run.records.iter().enumerate() {
            assert_eq!(yields[row], Some(record.rate * 1e4));
            assert_eq!(longitudes[row], Some(record.longitude));
            assert_eq!(instants[row], Some(record.time_ms));
        }
    }
}

#[test]
fn polygons_with_rates_and_simple_data_are_read_and_strange_parts_passed_over() {
    let text = r##"<kml><Document><Schema id="s"><SimpleField name="rate" type="double"/></Schema>
      <Placemark><name>a</name><ExtendedData><SchemaData schemaUrl="#s">
        <SimpleData name="Applied Rate (L/ha)">150.5</SimpleData><SimpleData name="Product">A &amp; B</SimpleData>
        <SimpleData name="Speed"/></SchemaData></ExtendedData>
        <Polygon><outerBoundaryIs><LinearRing><coordinates>10,50,0 10,50.002 10.002,50.002 10.002,50 10,50</coordinates></LinearRing></outerBoundaryIs></Polygon>
      </Placemark>
      <Placemark><Point><coordinates>x,y 10.5,50.5</coordinates></Point></Placemark>
      <Folder><name>empty</name></Folder>
    </Document></kml>"##;
    let got = read("a.kml", text);
    assert_eq!(got.failures, Vec::<String>::new());
    assert_eq!(got.numbers(Property::AppliedRate), [Some(150.5), None]);
    let near = |found: Option<f64>, wanted: f64| (found.unwrap_or(0.0) - wanted).abs() < 1e-9;
    assert!(near(got.numbers(Property::Longitude)[0], 10.001));
    assert!(near(got.numbers(Property::Latitude)[1], 50.5));
    assert!(
        got.numbers(Property::Area)[0].is_some_and(|area| (30_000.0..33_000.0).contains(&area))
    );
    assert_eq!(got.operations[0].products[0].name, "A & B");
    assert!(got.has("kml.polygon-as-point") && got.has("kml.no-instants"));
}

#[test]
fn drawings_are_listed_with_their_reason() {
    let drawing = "<kml><Placemark><name>Field</name><ExtendedData><Data name=\"id\"><value>1</value></Data></ExtendedData><Point><coordinates>1,2</coordinates></Point></Placemark></kml>";
    let inner = tramline_samples::zip(&[("doc.kml".to_owned(), drawing.as_bytes().to_vec())]);
    for (name, bytes) in [
        ("a.kml", drawing.as_bytes().to_vec()),
        ("a.kmz", inner),
        ("b.kmz", b"PK\x03\x04 broken".to_vec()),
        ("b.kml", Vec::new()),
    ] {
        let tree = one(name, bytes);
        let detection = detect(&tree, None, &ReadOptions::default());
        assert_eq!(detection.machine_data().count(), 0, "{name}");
        assert!(matches!(
            &detection.claims[0].verdict,
            Verdict::NotMachineData { reason } if reason.contains("drawing")
        ));
    }
}

#[test]
fn broken_documents_keep_their_placemarks_and_never_panic() {
    let good = write::kml::points(&small()).remove(0).1;
    for n in 0..400 {
        let cut = good.len() * n / 400;
        let got = read("a.kml", &good[..cut]);
        assert!(
            got.endings.is_empty() || got.has("kml.unreadable-rest"),
            "cut at {cut}"
        );
    }
    for at in (0..good.len()).step_by(11) {
        let mut bytes = good.clone();
        bytes[at] ^= 0x15;
        let _ = read("a.kml", bytes);
    }
    let claimed = "<kml><Placemark><Data name=\"yield\"><value>1</value></Data>";
    let deep = format!("{claimed}{}", "<a>".repeat(100_000));
    let doctype = format!("<!DOCTYPE kml [<!ENTITY a \"b\">]>{claimed}");
    for (text, word) in [
        (deep, "deeper"),
        (doctype, "document type"),
        (claimed.to_owned(), "truncated"),
    ] {
        let got = read("a.kml", text);
        assert!(got.failures[0].contains(word), "{:?}", got.failures);
    }
    let limits = Limits::default();
    assert!(limits.depth < 1_000);
}
