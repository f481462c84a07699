//! Locating as the points come by: as a stored file is located, however the points are cut into
//! batches, in memory or stored.

use crate::drift::{METRE_EAST, METRE_NORTH, field, way};
use crate::hand::{Converted, Table, convert, description};
use arrow_array::{ArrayRef, RecordBatch, StructArray};
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use serde_json::json;
use std::io::Write;
use std::path::Path;
use std::sync::Arc;
use tramline_convert::fields::{
    Boundary, FieldSplit, Locate, Located, OutsidePoints, split_by_fields,
};
use tramline_convert::{FileFacts, Options, Outputs};
use tramline_model::{Artifact, OperationType, Property};
use tramline_outputs::MemorySink;
use tramline_outputs::geojson::render;

/// Two drives into the field and beyond its edge, and one along a road.
fn drives() -> Table {
    way(&[(50.0, 0.0, 110), (-3.0, 0.0, 100), (20.0, -30.0, 140)])
}

/// The field, a part of it, and one far away.
fn fields() -> Vec<Boundary> {
    let corner = |x: f64, y: f64| [10.0 + x * METRE_EAST, 50.0 + y * METRE_NORTH];
    let square = |x: f64, y: f64, side: f64| {
        let ring = [
            corner(x, y),
            corner(x + side, y),
            corner(x + side, y + side),
            corner(x, y + side),
            corner(x, y),
        ];
        let polygon = json!({"type": "Polygon", "coordinates": [ring]});
        Boundary::from_geojson(&polygon).unwrap()
    };
    vec![
        field(),
        square(40.0, 40.0, 21.3),
        square(5_000.0, 0.0, 100.0),
    ]
}

fn converted(table: &Table, options: &Options) -> Converted {
    convert(
        description(OperationType::Tillage, table),
        table,
        options,
        64,
    )
}

/// The `standard.parquet` of a table.
fn stored(table: &Table) -> tempfile::NamedTempFile {
    stored_by(&converted(table, &Options::default()))
}

fn stored_by(converted: &Converted) -> tempfile::NamedTempFile {
    let mut file = tempfile::NamedTempFile::new().unwrap();
    let name = &converted.report.artifacts[&Artifact::StandardGeoparquet];
    let files = converted.sink.files.lock().unwrap();
    file.write_all(&files[name]).unwrap();
    file
}

fn batches(parquet: &Path, rows: usize) -> Vec<RecordBatch> {
    let file = std::fs::File::open(parquet).unwrap();
    let builder = ParquetRecordBatchReaderBuilder::try_new(file).unwrap();
    let reader = builder.with_batch_size(rows).build().unwrap();
    reader.map(Result::unwrap).collect()
}

/// A stored batch as it was in memory, its degrees not in front.
fn in_memory(batch: &RecordBatch) -> RecordBatch {
    let bbox: &StructArray = batch["bbox"].as_any().downcast_ref().unwrap();
    let mut columns: Vec<(String, ArrayRef)> = Vec::new();
    for (field, column) in batch.schema().fields().iter().zip(batch.columns()) {
        if !["geometry", "bbox"].contains(&field.name().as_str()) {
            columns.push((field.name().clone(), column.clone()));
        }
    }
    columns.insert(1, ("latitude".to_owned(), bbox["ymin"].clone()));
    columns.insert(1, ("longitude".to_owned(), bbox["xmin"].clone()));
    let plain = RecordBatch::try_from_iter_with_nullable(
        columns
            .iter()
            .map(|(name, array)| (name, array.clone(), true)),
    )
    .unwrap();
    // Units stand in the metadata of the fields.
    let schema = batch.schema();
    let fields: Vec<_> = plain
        .schema()
        .fields()
        .iter()
        .map(|field| match schema.field_with_name(field.name()) {
            Ok(known) => known.clone(),
            Err(_) => field.as_ref().clone(),
        })
        .collect();
    let schema = arrow_schema::Schema::new(fields);
    RecordBatch::try_new(schema.into(), plain.columns().to_vec()).unwrap()
}

/// The columns of a batch as the writer has them: degrees in front, no geometry.
fn in_memory_schema(batch: &RecordBatch) -> arrow_schema::Schema {
    let plain = tramline_model::records::SourceColumn::default();
    let degrees = [Property::Longitude, Property::Latitude];
    let degrees = degrees.map(|property| tramline_model::records::field(property, None, &plain));
    let schema = batch.schema();
    let others = schema.fields().iter().map(|field| field.as_ref().clone());
    let others = others.filter(|field| {
        !["geometry", "bbox", "longitude", "latitude"].contains(&field.name().as_str())
    });
    arrow_schema::Schema::new(degrees.into_iter().chain(others).collect::<Vec<_>>())
}

fn locate(boundaries: &[Boundary], outside: bool) -> Locate {
    Locate {
        boundaries: boundaries.to_vec(),
        least_percent: 0.01,
        tolerance_m: 0.0,
        outside,
    }
}

fn located(batches: &[RecordBatch], boundaries: &[Boundary]) -> Located {
    let mut locator = locate(boundaries, true).begin();
    for batch in batches {
        locator.add(batch).unwrap();
    }
    locator.finish()
}

/// The artifact that comes of the batches; `None` when there is none.
fn outside(located: &Located, batches: &[RecordBatch]) -> Option<Vec<u8>> {
    let mut sink = MemorySink::default();
    let schema = match batches.first()? {
        stored if stored.column_by_name("longitude").is_none() => {
            Arc::new(in_memory_schema(stored))
        }
        memory => memory.schema(),
    };
    let outputs = Outputs::COLUMNS;
    let points = OutsidePoints::begin(located, outputs, &schema, &mut sink, "out").unwrap();
    let mut points = points?;
    for batch in batches {
        points.add(batch).unwrap();
    }
    let name = "out/outside-field.parquet";
    let kind = Artifact::OutsideFieldGeoparquet;
    assert_eq!(points.finish().unwrap(), [(kind, name.to_owned())]);
    let bytes = sink.files.lock().unwrap()[name].clone();
    Some(bytes)
}

fn split(parquet: &Path, boundaries: &[Boundary]) -> (FieldSplit, Option<Vec<u8>>) {
    let mut sink = MemorySink::default();
    let parquet = std::fs::File::open(parquet).unwrap();
    let split = split_by_fields(&parquet, &locate(boundaries, true), &mut sink, "out").unwrap();
    let files = sink.files.lock().unwrap();
    let bytes = files.get("out/outside-field.parquet").cloned();
    (split, bytes)
}

#[test]
fn batches_are_located_as_the_stored_file_is() {
    let file = stored(&drives());
    let (expected, artifact) = split(file.path(), &fields());
    assert_eq!(expected.points, 350);
    assert_eq!(expected.fields.len(), 2, "{expected:?}");
    assert!(expected.outside > 0 && expected.outside < expected.points);
    let artifact = artifact.unwrap();
    let mut kept = tempfile::tempfile().unwrap();
    kept.write_all(&artifact).unwrap();
    let text = render(kept, Artifact::OutsideFieldGeojson, Vec::new()).unwrap();
    let collection: serde_json::Value = serde_json::from_slice(&text).unwrap();
    let features = collection["features"].as_array().unwrap();
    assert_eq!(features.len() as u64, expected.outside);
    for rows in [1, 7, 64, 1_000] {
        let stored = batches(file.path(), rows);
        let memory: Vec<RecordBatch> = stored.iter().map(in_memory).collect();
        for (form, batches) in [("stored", stored), ("memory", memory)] {
            let located = located(&batches, &fields());
            assert_eq!(located.split, expected, "{form} {rows}");
            let written = outside(&located, &batches);
            assert!(written.as_ref() == Some(&artifact), "{form} {rows}");
        }
    }
}

#[test]
fn a_conversion_locates_as_its_stored_points_are_located() {
    let table = drives();
    for asked in [false, true] {
        let options = Options {
            locate: Some(locate(&fields(), asked)),
            ..Options::default()
        };
        let converted = converted(&table, &options);
        let (expected, artifact) = split(stored_by(&converted).path(), &fields());
        assert_eq!(converted.facts.id, converted.report.id);
        assert_eq!(converted.facts.located, Some(expected));
        let files = converted.sink.files.lock().unwrap();
        let name = converted.report.artifacts.get("outsideFieldGeoparquet");
        let written = name.map(|name| files[name].clone());
        assert!(written == artifact.filter(|_| asked), "{asked}");
        assert_eq!(
            name.is_some(),
            files.contains_key("01-north-field/outside-field.parquet")
        );
        // The text that is written beside it is its rendering.
        if let Some(name) = converted.report.artifacts.get("outsideFieldGeojson") {
            let mut kept = tempfile::tempfile().unwrap();
            let columns = &converted.report.artifacts["outsideFieldGeoparquet"];
            kept.write_all(&files[columns]).unwrap();
            let text = render(kept, Artifact::OutsideFieldGeojson, Vec::new()).unwrap();
            assert!(text == files[name]);
        }
    }
    let without = converted(&table, &Options::default());
    assert_eq!(without.facts.located, None);
    assert!(!without.report.artifacts.contains_key("outsideFieldGeojson"));
}

#[test]
fn facts_are_what_the_summary_says() {
    let converted = converted(&drives(), &Options::default());
    let summary = converted.summary();
    let instant = |ms: Option<i64>| {
        let instant = jiff::Timestamp::from_millisecond(ms.unwrap()).unwrap();
        instant.to_string()
    };
    assert_eq!(summary["startTime"], instant(converted.facts.started_ms));
    assert_eq!(summary["endTime"], instant(converted.facts.ended_ms));
    assert_eq!(summary["totalArea"]["unit"], "m2");
    let area = summary["totalArea"]["value"].as_f64();
    assert!(area > Some(0.0));
    assert_eq!(converted.facts.area_m2, area);
}

#[test]
fn a_file_without_standard_points_is_not_located() {
    let table = drives();
    let options = Options {
        locate: Some(locate(&fields(), true)),
        ..Options::default()
    };
    let operation = OperationType::Other("mowing".to_owned());
    let converted = convert(description(operation, &table), &table, &options, 64);
    let facts = FileFacts {
        id: converted.report.id.clone(),
        ..FileFacts::default()
    };
    assert_eq!(converted.facts, facts);
    assert!(
        !converted
            .report
            .artifacts
            .contains_key("outsideFieldGeoparquet")
    );
}

#[test]
fn points_that_are_all_inside_or_all_outside_have_no_artifact() {
    let file = stored(&drives());
    let (split_by_none, nothing) = split(file.path(), &[]);
    assert_eq!((split_by_none.outside, nothing), (350, None));
    assert!(split_by_none.bounds.is_some());
    let file = stored(&way(&[(50.0, 10.0, 50)]));
    let (inside, nothing) = split(file.path(), &[field()]);
    assert_eq!((inside.points, inside.outside, nothing), (50, 0, None));
}

#[test]
fn small_shares_are_left_out() {
    let file = stored(&drives());
    let batches = batches(file.path(), 64);
    let all = located(&batches, &fields()).split;
    let mut locator = Locate {
        least_percent: 20.0,
        ..locate(&fields(), true)
    }
    .begin();
    for batch in &batches {
        locator.add(batch).unwrap();
    }
    let some = locator.finish().split;
    assert_eq!(some.fields, all.fields[..1]);
    assert_eq!(some.outside, all.outside);
}

#[test]
fn an_order_and_its_facts_survive_json() {
    let order = Locate {
        boundaries: fields(),
        least_percent: 0.1 + 0.2,
        tolerance_m: 0.7 + 0.1,
        outside: true,
    };
    let text = serde_json::to_string(&order).unwrap();
    assert_eq!(serde_json::from_str::<Locate>(&text).unwrap(), order);
    for broken in ["%", "AAAA", ""] {
        let text = json!({"boundaries": [broken], "leastPercent": "1", "toleranceM": "0",
            "outside": true});
        assert!(serde_json::from_value::<Locate>(text).is_err(), "{broken}");
    }
    let file = stored(&drives());
    let facts = FileFacts {
        id: "a".to_owned(),
        located: Some(split(file.path(), &fields()).0),
        ..FileFacts::default()
    };
    let text = serde_json::to_string(&facts).unwrap();
    assert_eq!(serde_json::from_str::<FileFacts>(&text).unwrap(), facts);
}
