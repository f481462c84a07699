//! The text of stored columns: that of the same rows written directly.

use crate::batches::{mixed, noise};
use arrow_array::{ArrayRef, Float64Array, Int64Array, RecordBatch, StringArray};
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use serde_json::{Map, Value};
use std::fs::File;
use std::io::Write;
use std::sync::Arc;
use tramline_model::Artifact;
use tramline_outputs::WriteError;
use tramline_outputs::geojson::{GeoJsonWriter, render, source_columns};
use tramline_outputs::geoparquet::GeoParquetWriter;

fn stored(batches: &[RecordBatch]) -> File {
    let mut file = tempfile::tempfile().expect("a temporary file");
    let schema = batches.first().expect("a batch").schema();
    let mut writer = GeoParquetWriter::new(Vec::new(), &schema).expect("a schema that fits");
    for batch in batches {
        writer.write(batch).expect("memory");
    }
    file.write_all(&writer.finish().expect("memory"))
        .expect("disk");
    file
}

fn direct(batches: &[RecordBatch], members: &Map<String, Value>) -> Vec<u8> {
    let mut writer = GeoJsonWriter::new(Vec::new(), members).expect("memory");
    for batch in batches {
        writer.write(batch).expect("memory");
    }
    writer.finish().expect("memory")
}

/// Columns as a source may call them: names that the output uses itself, and one twice.
fn awkward() -> RecordBatch {
    let numbers = |numbers: [f64; 2]| Arc::new(Float64Array::from(numbers.to_vec())) as ArrayRef;
    let text = |text: [&str; 2]| Arc::new(StringArray::from(text.to_vec())) as ArrayRef;
    RecordBatch::try_from_iter_with_nullable([
        ("longitude", numbers([7.0, 8.0]), true),
        ("latitude", numbers([50.0, f64::NAN]), true),
        ("geometry", text(["round", "square"]), true),
        ("bbox", numbers([1.0, 2.0]), true),
        ("geometry_2", text(["a", "b"]), true),
        ("speed", numbers([1.5, -0.0]), true),
        ("speed", Arc::new(Int64Array::from(vec![1, 2])), true),
    ])
    .expect("columns")
}

#[test]
fn a_rendering_is_the_text_of_the_same_rows() {
    let empty = mixed().slice(0, 0);
    for (what, batches) in [
        ("a column of every type", vec![mixed()]),
        ("no row", vec![empty]),
        (
            "several batches and row groups",
            vec![noise(1, 70_000), noise(2, 9)],
        ),
        ("names of the output's own", vec![awkward()]),
    ] {
        for (kind, members) in [
            (Artifact::StandardGeojson, Map::new()),
            (
                Artifact::RawGeojson,
                source_columns(batches.first().expect("a batch").schema_ref()),
            ),
        ] {
            let text = render(stored(&batches), kind, Vec::new()).expect(what);
            assert!(text == direct(&batches, &members), "{what} as {kind}");
            serde_json::from_slice::<Value>(&text).expect(what);
        }
    }
}

#[test]
fn what_is_not_ours_is_refused_and_told() {
    let mut file = tempfile::tempfile().expect("a temporary file");
    file.write_all(b"PAR1 but no columns PAR1").expect("disk");
    let refused = render(file, Artifact::StandardGeojson, Vec::new());
    let said = refused.expect_err("no columns").to_string();
    assert!(
        said.contains("standardGeojson") && said.contains("convert the upload again"),
        "{said}"
    );
}

#[test]
fn a_destination_that_ends_is_told() {
    struct Gone;
    impl Write for Gone {
        fn write(&mut self, _: &[u8]) -> std::io::Result<usize> {
            Err(std::io::Error::from(std::io::ErrorKind::BrokenPipe))
        }
        fn flush(&mut self) -> std::io::Result<()> {
            Ok(())
        }
    }
    let ended = render(stored(&[noise(3, 20_000)]), Artifact::StandardGeojson, Gone);
    assert!(matches!(ended, Err(WriteError::Io { .. })));
}

/// Readers that show the stored Arrow schema only find there what stands in the file's metadata.
#[test]
fn the_arrow_schema_has_what_the_metadata_have() {
    let file = stored(&[mixed()]);
    let builder = ParquetRecordBatchReaderBuilder::try_new(file).expect("a parquet file");
    let entries = builder.metadata().file_metadata().key_value_metadata();
    let schema = builder.schema().metadata().clone();
    for key in ["geo", "units", "tramline"] {
        let entry = entries.into_iter().flatten().find(|entry| entry.key == key);
        assert_eq!(
            entry.and_then(|entry| entry.value.clone()),
            schema.get(key).cloned(),
            "{key}"
        );
    }
    let origin: Value = serde_json::from_str(&schema["tramline"]).expect("JSON");
    assert_eq!(origin["columns"]["speed"]["name"], "Vehicle Speed");
    assert_eq!(origin["columns"]["speed"]["code"], "18D");
    let units: Value = serde_json::from_str(&schema["units"]).expect("JSON");
    assert_eq!(units["speed"], "m/s");
}
