//! GeoParquet, read back by the parquet crate.

use crate::batches::{mixed, noise};
use arrow_array::cast::AsArray;
use arrow_array::types::Float64Type;
use arrow_array::{Array, ArrayRef, Float64Array, Int64Array, RecordBatch, StringArray};
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::io::{Read, Seek, SeekFrom, Write};
use std::sync::Arc;
use tramline_model::{Property, records};
use tramline_outputs::WriteError;
use tramline_outputs::geoparquet::GeoParquetWriter;

struct File {
    batches: Vec<RecordBatch>,
    keys: BTreeMap<String, Value>,
    row_groups: usize,
}

fn bytes(batches: &[RecordBatch]) -> Vec<u8> {
    let schema = batches.first().expect("a batch").schema();
    let mut writer = GeoParquetWriter::new(Vec::new(), &schema).expect("a schema that fits");
    for batch in batches {
        writer.write(batch).expect("memory");
    }
    writer.finish().expect("memory")
}

fn round_trip(batches: &[RecordBatch]) -> File {
    let mut file = tempfile::tempfile().expect("a temporary file");
    file.write_all(&bytes(batches)).expect("disk");
    file.seek(SeekFrom::Start(0)).expect("disk");
    let builder = ParquetRecordBatchReaderBuilder::try_new(file).expect("a parquet file");
    let metadata = Arc::clone(builder.metadata());
    let keys = metadata
        .file_metadata()
        .key_value_metadata()
        .into_iter()
        .flatten()
        .filter_map(|entry| {
            Some((
                entry.key.clone(),
                serde_json::from_str(entry.value.as_deref()?).ok()?,
            ))
        })
        .collect();
    let batches = builder
        .with_batch_size(1 << 20)
        .build()
        .expect("a reader")
        .collect::<Result<_, _>>()
        .expect("rows");
    File {
        batches,
        keys,
        row_groups: metadata.num_row_groups(),
    }
}

fn point(wkb: &[u8]) -> (f64, f64) {
    assert_eq!(wkb.get(..5), Some(&[1, 1, 0, 0, 0][..]));
    assert_eq!(wkb.len(), 21);
    let double = |at: usize| {
        let mut bytes = [0; 8];
        (&wkb[at..]).read_exact(&mut bytes).expect("eight bytes");
        f64::from_le_bytes(bytes)
    };
    (double(5), double(13))
}

#[test]
fn columns_types_and_metadata_survive() {
    let input = mixed();
    let file = round_trip(std::slice::from_ref(&input));
    let output = &file.batches[0];
    let schema = output.schema();
    let names: Vec<&str> = schema
        .fields()
        .iter()
        .map(|field| field.name().as_str())
        .collect();
    assert_eq!(
        names,
        [
            "geometry",
            "bbox",
            "timestamp",
            "speed",
            "sectionId",
            "crop",
            "na\"me\n",
            "on",
            "products",
            "elevation"
        ]
    );
    for name in &names[2..] {
        let (before, after) = (input.schema(), output.schema());
        assert_eq!(
            before.field_with_name(name).expect("there"),
            after.field_with_name(name).expect("there")
        );
        assert_eq!(
            input.column_by_name(name),
            output.column_by_name(name),
            "{name}"
        );
    }
    let speed = schema.field_with_name("speed").expect("there");
    assert_eq!(records::property_of(speed), Some(Property::Speed));
    assert_eq!(records::unit_of(speed).map(|unit| unit.symbol), Some("m/s"));
    assert_eq!(
        speed
            .metadata()
            .get(records::SOURCE_NAME)
            .map(String::as_str),
        Some("Vehicle Speed")
    );
    assert_eq!(
        file.keys["units"],
        json!({ "speed": "m/s", "elevation": "m" })
    );
}

#[test]
fn points_without_position_are_null() {
    let file = round_trip(&[mixed()]);
    let geometry = file.batches[0]
        .column_by_name("geometry")
        .expect("there")
        .as_binary::<i32>();
    assert_eq!(point(geometry.value(0)), (9.5, -51.123_456_789));
    assert!(geometry.is_null(1) && geometry.is_null(2));
    let bbox = file.batches[0].column_by_name("bbox").expect("there");
    assert_eq!(
        (bbox.is_null(0), bbox.is_null(1), bbox.is_null(2)),
        (false, true, true)
    );
    assert_eq!(
        file.keys["geo"]["columns"]["geometry"]["bbox"],
        json!([9.5, -51.123_456_789, 9.5, -51.123_456_789])
    );
}

#[test]
fn geo_metadata_follows_the_specification() {
    let geo = &round_trip(&[mixed()]).keys["geo"];
    assert_eq!(geo["version"], "1.1.0");
    assert_eq!(geo["primary_column"], "geometry");
    let column = &geo["columns"]["geometry"];
    assert_eq!(column["encoding"], "WKB");
    assert_eq!(column["geometry_types"], json!(["Point"]));
    assert_eq!(column.get("crs"), None, "absent means OGC:CRS84");
    assert_eq!(
        column["covering"]["bbox"],
        json!({
            "xmin": ["bbox", "xmin"], "ymin": ["bbox", "ymin"], "xmax": ["bbox", "xmax"], "ymax": ["bbox", "ymax"],
        })
    );
}

#[test]
fn many_batches_become_row_groups_and_keep_every_value() {
    let input: Vec<RecordBatch> = (0..9).map(|seed| noise(seed, 16_384)).collect();
    let file = round_trip(&input);
    assert_eq!(file.row_groups, 3);
    let value = |batch: &RecordBatch, name: &str, row: usize| {
        batch
            .column_by_name(name)
            .expect("there")
            .as_primitive::<Float64Type>()
            .value(row)
    };
    let mut rows = file
        .batches
        .iter()
        .flat_map(|batch| (0..batch.num_rows()).map(move |row| (batch, row)));
    for batch in &input {
        for row in 0..batch.num_rows() {
            let (read, at) = rows.next().expect("as many rows");
            let geometry = read
                .column_by_name("geometry")
                .expect("there")
                .as_binary::<i32>();
            let (x, y) = point(geometry.value(at));
            assert_eq!(
                (x, y),
                (
                    value(batch, "longitude", row),
                    value(batch, "latitude", row)
                )
            );
            let corner = |index: usize| {
                read.column_by_name("bbox")
                    .expect("there")
                    .as_struct()
                    .column(index)
                    .as_primitive::<Float64Type>()
                    .value(at)
            };
            assert_eq!([corner(0), corner(1), corner(2), corner(3)], [x, y, x, y]);
            assert_eq!(value(read, "tenths", at), value(batch, "tenths", row));
        }
    }
    assert!(rows.next().is_none());
}

#[test]
fn the_same_rows_give_the_same_bytes() {
    assert_eq!(bytes(&[mixed()]), bytes(&[mixed()]));
}

#[test]
fn no_rows_make_a_valid_file() {
    let file = round_trip(&[mixed().slice(0, 0)]);
    assert_eq!(
        file.batches
            .iter()
            .map(RecordBatch::num_rows)
            .sum::<usize>(),
        0
    );
    assert_eq!(file.keys["geo"]["columns"]["geometry"].get("bbox"), None);
}

#[test]
fn columns_of_the_source_named_as_ours_are_kept() {
    let column = |value| Arc::new(Float64Array::from(vec![value])) as ArrayRef;
    let batch = RecordBatch::try_from_iter([
        ("longitude", column(1.0)),
        ("latitude", column(2.0)),
        ("geometry", column(3.0)),
        ("bbox", column(4.0)),
        ("bbox", column(5.0)),
    ])
    .expect("columns");
    let read = &round_trip(&[batch]).batches[0];
    let number = |name: &str| {
        read.column_by_name(name)
            .expect("there")
            .as_primitive::<Float64Type>()
            .value(0)
    };
    assert_eq!(
        [number("geometry_2"), number("bbox_2"), number("bbox_3")],
        [3.0, 4.0, 5.0]
    );
}

#[test]
fn what_does_not_fit_is_refused() {
    let text = RecordBatch::try_from_iter([(
        "longitude",
        Arc::new(StringArray::from(vec!["1"])) as ArrayRef,
    )])
    .expect("columns");
    assert!(matches!(
        GeoParquetWriter::new(Vec::new(), &text.schema()),
        Err(WriteError::Shape(_))
    ));
    let numbers =
        RecordBatch::try_from_iter([("a", Arc::new(Int64Array::from(vec![1])) as ArrayRef)])
            .expect("columns");
    let mut writer = GeoParquetWriter::new(Vec::new(), &numbers.schema()).expect("fits");
    assert!(matches!(writer.write(&mixed()), Err(WriteError::Shape(_))));
}
