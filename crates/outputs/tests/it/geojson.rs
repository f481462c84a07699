//! GeoJSON, read back by serde_json.

use crate::batches::{mixed, noise};
use arrow_array::cast::AsArray;
use arrow_array::types::{Float64Type, Int64Type, TimestampMillisecondType};
use arrow_array::{Array, ArrayRef, Float64Array, Int8Array, ListArray, RecordBatch};
use serde_json::{Map, Value, json};
use std::sync::Arc;
use tramline_outputs::WriteError;
use tramline_outputs::geojson::GeoJsonWriter;

fn write(batches: &[RecordBatch]) -> String {
    let mut writer = GeoJsonWriter::new(Vec::new(), &Map::new()).expect("memory");
    for batch in batches {
        writer.write(batch).expect("memory");
    }
    String::from_utf8(writer.finish().expect("memory")).expect("utf-8")
}

#[test]
fn a_small_batch_is_written_as_expected() {
    let expected = r#"{"type":"FeatureCollection","features":[
{"type":"Feature","geometry":{"type":"Point","coordinates":[9.5,-51.123456789]},"properties":{"timestamp":"2024-05-01T12:30:00.250Z","speed":3.0,"sectionId":-7,"crop":"corn","na\"me\n":"Grüße \\ \u0001","on":true,"products":[{"name":"Mix","rate":{"value":1.5}}]}},
{"type":"Feature","geometry":null,"properties":{}},
{"type":"Feature","geometry":null,"properties":{"timestamp":"1969-12-31T23:59:59.999Z","sectionId":9223372036854775807,"crop":"wheat, \"hard\"","na\"me\n":"","on":false}}
]}
"#;
    assert_eq!(write(&[mixed()]), expected);
    let _: Value = serde_json::from_str(expected).expect("valid JSON");
}

#[test]
fn members_stand_before_the_features_and_an_empty_collection_is_valid() {
    let members = json!({ "name": "a \"field\"", "type": "other", "units": { "speed": "m/s" } });
    let Value::Object(members) = members else {
        panic!("an object")
    };
    let text = GeoJsonWriter::new(Vec::new(), &members)
        .expect("memory")
        .finish()
        .expect("memory");
    let text = String::from_utf8(text).expect("utf-8");
    let expected = "{\"type\":\"FeatureCollection\",\"name\":\"a \\\"field\\\"\",\"units\":{\"speed\":\"m/s\"},\"features\":[\n]}\n";
    assert_eq!(text, expected);
    let _: Value = serde_json::from_str(&text).expect("valid JSON");
}

#[test]
fn batches_of_no_rows_leave_no_comma() {
    let batch = mixed();
    let text = write(&[
        batch.slice(0, 0),
        batch.slice(0, 1),
        batch.slice(1, 0),
        batch.slice(1, 1),
    ]);
    let value: Value = serde_json::from_str(&text).expect("valid JSON");
    assert_eq!(value["features"].as_array().map(Vec::len), Some(2));
}

#[test]
fn every_number_and_instant_reads_back_the_same() {
    let batch = noise(7, 5_000);
    let value: Value =
        serde_json::from_str(&write(std::slice::from_ref(&batch))).expect("valid JSON");
    let features = value["features"].as_array().expect("features");
    assert_eq!(features.len(), batch.num_rows());
    let number = |name: &str| {
        batch
            .column_by_name(name)
            .expect("there")
            .as_primitive::<Float64Type>()
            .clone()
    };
    let (longitude, latitude, bits, tenths) = (
        number("longitude"),
        number("latitude"),
        number("bits"),
        number("tenths"),
    );
    let whole = batch
        .column_by_name("whole")
        .expect("there")
        .as_primitive::<Int64Type>();
    let instants = batch
        .column_by_name("timestamp")
        .expect("there")
        .as_primitive::<TimestampMillisecondType>();
    // `str::parse` rounds correctly; serde_json without `float_roundtrip` may be off by one bit
    let same = |value: &Value, expected: f64| {
        let read = value.as_f64().expect("a number");
        assert!(
            (read - expected).abs() <= expected.abs() * 4.0 * f64::EPSILON,
            "{read} {expected}"
        );
    };
    for (row, feature) in features.iter().enumerate() {
        let position = &feature["geometry"]["coordinates"];
        same(&position[0], longitude.value(row));
        same(&position[1], latitude.value(row));
        let properties = &feature["properties"];
        if bits.is_valid(row) {
            same(&properties["bits"], bits.value(row));
        } else {
            assert_eq!(properties.get("bits"), None);
        }
        same(&properties["tenths"], tenths.value(row));
        assert_eq!(properties["whole"].as_i64(), Some(whole.value(row)));
        let instant: jiff::Timestamp = properties["timestamp"]
            .as_str()
            .expect("text")
            .parse()
            .expect("ISO 8601");
        assert_eq!(instant.as_millisecond(), instants.value(row));
    }
}

#[test]
fn number_text_is_exact() {
    let batch = noise(11, 5_000);
    let text = write(std::slice::from_ref(&batch));
    let bits = batch
        .column_by_name("bits")
        .expect("there")
        .as_primitive::<Float64Type>();
    let lines = text
        .lines()
        .filter(|line| line.starts_with("{\"type\":\"Feature\""));
    for (row, line) in lines.enumerate() {
        let found = line
            .split_once("\"bits\":")
            .and_then(|(_, rest)| rest.split([',', '}']).next());
        let read = found.map(|text| text.parse::<f64>().expect("a number").to_bits());
        assert_eq!(
            read,
            bits.is_valid(row).then(|| bits.value(row).to_bits()),
            "{line}"
        );
    }
}

#[test]
fn names_that_repeat_are_told_apart() {
    let column = |value| Arc::new(Float64Array::from(vec![value])) as ArrayRef;
    let batch =
        RecordBatch::try_from_iter([("a", column(1.0)), ("a", column(2.0)), ("a_2", column(3.0))])
            .expect("columns");
    assert!(write(&[batch]).contains(r#""properties":{"a":1.0,"a_3":2.0,"a_2":3.0}"#));
}

#[test]
fn narrow_numbers_are_written_and_lists_refused() {
    let batch =
        RecordBatch::try_from_iter([("a", Arc::new(Int8Array::from(vec![-3])) as ArrayRef)])
            .expect("columns");
    assert!(write(&[batch]).contains(r#"{"a":-3}"#));
    let list = ListArray::from_iter_primitive::<Int64Type, _, _>([Some([Some(1)])]);
    let batch = RecordBatch::try_from_iter([("a", Arc::new(list) as ArrayRef)]).expect("columns");
    let mut writer = GeoJsonWriter::new(Vec::new(), &Map::new()).expect("memory");
    assert!(matches!(writer.write(&batch), Err(WriteError::Shape(_))));
}

#[test]
fn a_full_disk_is_told() {
    struct Full;
    impl std::io::Write for Full {
        fn write(&mut self, _: &[u8]) -> std::io::Result<usize> {
            Err(std::io::Error::from(std::io::ErrorKind::StorageFull))
        }
        fn flush(&mut self) -> std::io::Result<()> {
            Ok(())
        }
    }
    let mut writer = GeoJsonWriter::new(Full, &Map::new()).expect("nothing written yet");
    assert!(matches!(
        writer.write(&noise(5, 20_000)),
        Err(WriteError::Io { .. })
    ));
}
