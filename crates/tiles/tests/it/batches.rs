//! Points out of record batches and out of a stored file.

use crate::decode::{Value, features};
use arrow_array::types::Int32Type;
use arrow_array::{
    ArrayRef, BooleanArray, DictionaryArray, Float64Array, Int64Array, RecordBatch, StringArray,
    StructArray, TimestampMillisecondArray,
};
use arrow_schema::{DataType, Field, Fields, Schema};
use parquet::arrow::ArrowWriter;
use std::collections::HashMap;
use std::sync::Arc;
use tramline_tiles::{Loader, Options, Pick, Source, TileError, read_parquet, tile};

const MOST: usize = 1 << 20;

fn batch(crops: Vec<Option<&str>>) -> RecordBatch {
    let x: ArrayRef = Arc::new(Float64Array::from(vec![8.5, 0.0, 8.5001]));
    let y: ArrayRef = Arc::new(Float64Array::from(vec![52.0, 0.0, 52.0001]));
    let corners: Fields = ["xmin", "ymin", "xmax", "ymax"]
        .map(|name| Field::new(name, DataType::Float64, false))
        .into_iter()
        .collect();
    let bbox = StructArray::new(
        corners,
        vec![x.clone(), y.clone(), x, y],
        Some(vec![true, false, true].into()),
    );
    let crops: DictionaryArray<Int32Type> = crops.into_iter().collect();
    let columns: Vec<(&str, ArrayRef)> = vec![
        ("bbox", Arc::new(bbox)),
        (
            "yield",
            Arc::new(Float64Array::from(vec![Some(8.5), Some(1.0), None])),
        ),
        ("crop", Arc::new(crops)),
        (
            "name",
            Arc::new(StringArray::from(vec![Some("a"), None, Some("b")])),
        ),
        (
            "count",
            Arc::new(Int64Array::from(vec![Some(3), Some(4), Some(5)])),
        ),
        (
            "working",
            Arc::new(BooleanArray::from(vec![Some(true), None, Some(false)])),
        ),
        (
            "timestamp",
            Arc::new(TimestampMillisecondArray::from(vec![1_500_000_000_123; 3])),
        ),
        ("sections", Arc::new(StringArray::from(vec!["[1]"; 3]))),
    ];
    let field = |(name, array): &(&str, ArrayRef)| {
        let metadata = match *name {
            "yield" => HashMap::from([("tramline.unit".to_owned(), "t1ha-1".to_owned())]),
            "sections" => HashMap::from([("tramline.json".to_owned(), "1".to_owned())]),
            _ => HashMap::new(),
        };
        Field::new(*name, array.data_type().clone(), true).with_metadata(metadata)
    };
    let schema = Schema::new(columns.iter().map(field).collect::<Vec<_>>());
    let columns = columns.into_iter().map(|(_, array)| array).collect();
    RecordBatch::try_new(Arc::new(schema), columns).expect("a batch")
}

fn check(source: &Source) {
    assert_eq!(source.len(), 4);
    let bytes = tile(
        source,
        0,
        0,
        0,
        &Options {
            all_from_zoom: Some(0),
            ..Options::default()
        },
    );
    let features = features(&bytes.expect("a tile"));
    assert_eq!(
        features
            .iter()
            .map(|feature| feature.id)
            .collect::<Vec<_>>(),
        [0, 2, 3, 5]
    );
    let text = |text: &str| Some(Value::Text(text.to_owned()));
    let value = |place: usize, name: &str| features[place].values.get(name).cloned();
    assert_eq!(value(0, "yield"), Some(Value::Float(8.5)));
    assert_eq!(value(1, "yield"), None);
    assert_eq!(
        [0, 1, 2, 3].map(|place| value(place, "crop")),
        [text("barley"), None, text("oats"), text("barley"),]
    );
    assert_eq!(value(1, "name"), text("b"));
    assert_eq!(value(1, "count"), Some(Value::Float(5.0)));
    assert_eq!(
        [0, 1].map(|place| value(place, "working")),
        [Some(Value::Float(1.0)), Some(Value::Float(0.0)),]
    );
    assert_eq!(
        value(3, "timestamp"),
        Some(Value::Double(1_500_000_000_123.0))
    );
    assert_eq!(value(0, "sections"), None);
    assert_eq!(source.columns()[0].unit.as_deref(), Some("t1ha-1"));
}

fn batches() -> [RecordBatch; 2] {
    [
        batch(vec![Some("barley"), Some("maize"), None]),
        batch(vec![Some("oats"), None, Some("barley")]),
    ]
}

#[test]
fn batches_one_after_the_other() {
    let batches = batches();
    let mut loader = Loader::new(batches[0].schema_ref(), &Pick::All).expect("a loader");
    for batch in &batches {
        loader.add(batch).expect("a batch");
    }
    check(&loader.finish().expect("a source"));
}

#[test]
fn a_stored_file_and_some_of_its_columns() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("standard.parquet");
    let batches = batches();
    let file = std::fs::File::create(&path).expect("a file");
    let mut writer = ArrowWriter::try_new(file, batches[0].schema(), None).expect("a writer");
    for batch in &batches {
        writer.write(batch).expect("written");
    }
    writer.close().expect("closed");
    check(&read_parquet(&path, &Pick::All, MOST).expect("a source"));
    let pick = |names: &[&str]| Pick::Named(names.iter().map(|name| (*name).to_owned()).collect());
    let some = read_parquet(&path, &pick(&["crop", "yield", "crop"]), MOST).expect("a source");
    let names: Vec<&str> = some.columns().iter().map(|column| &*column.name).collect();
    assert_eq!((some.len(), names), (4, vec!["crop", "yield"]));
    let bare = read_parquet(&path, &pick(&[]), MOST).expect("a source");
    assert_eq!((bare.len(), bare.columns().len()), (4, 0));
    let small = read_parquet(&path, &Pick::All, 100);
    assert!(matches!(small, Err(TileError::Memory { .. })));
    for name in ["no such", "bbox", "sections"] {
        let missing = read_parquet(&path, &pick(&[name]), MOST);
        assert!(matches!(missing, Err(TileError::NoColumn(_))), "{name}");
    }
}

#[test]
fn files_that_are_none() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("standard.parquet");
    assert!(matches!(
        read_parquet(&path, &Pick::All, MOST),
        Err(TileError::Unreadable(_))
    ));
    std::fs::write(&path, b"PAR1 and no more PAR1").expect("written");
    assert!(matches!(
        read_parquet(&path, &Pick::All, MOST),
        Err(TileError::Unreadable(_))
    ));
    let batch = batches()[0].project(&[1]).expect("a batch");
    let mut loader = Loader::new(batch.schema_ref(), &Pick::All).expect("a loader");
    assert!(matches!(loader.add(&batch), Err(TileError::NoPositions)));
}
