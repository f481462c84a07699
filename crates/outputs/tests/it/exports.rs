//! Exports, read back by our own readers and by SQLite.

use crate::batches::{mixed, noise};
use arrow_array::builder::BinaryBuilder;
use arrow_array::cast::AsArray;
use arrow_array::types::Float64Type;
use arrow_array::{ArrayRef, Float64Array, Int64Array, RecordBatch, StringArray};
use arrow_schema::{DataType, Field, Schema};
use parquet::arrow::ArrowWriter;
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use parquet::file::metadata::KeyValue;
use rusqlite::Connection;
use serde_json::Value;
use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;
use tempfile::TempDir;
use tramline_formats::{Limits, ReadOptions, Tree, registry};
use tramline_model::{Ending, Finding, OperationDescription, ReadError, Receiver, Stop};
use tramline_outputs::WriteError;
use tramline_outputs::export::{ExportFormat, ExportOptions, export};
use tramline_outputs::geoparquet::GeoParquetWriter;

/// Writes a stored file into the folder.
fn store(folder: &Path, batches: &[RecordBatch]) -> std::path::PathBuf {
    let path = folder.join("standard.parquet");
    let file = std::fs::File::create(&path).expect("disk");
    let mut writer = GeoParquetWriter::new(file, &batches[0].schema()).expect("a schema");
    for batch in batches {
        writer.write(batch).expect("disk");
    }
    writer.finish().expect("disk");
    path
}

pub(crate) fn exported(
    batch: &RecordBatch,
    format: ExportFormat,
    options: &ExportOptions,
) -> (TempDir, Vec<String>) {
    let folder = tempfile::tempdir().expect("disk");
    let stored = store(folder.path(), std::slice::from_ref(batch));
    let files = export(
        &stored,
        format,
        options,
        &folder.path().join("e"),
        "a field",
    )
    .expect("exports");
    for name in &files {
        assert!(folder.path().join("e").join(name).is_file(), "{name}");
    }
    let there = std::fs::read_dir(folder.path().join("e"))
        .expect("disk")
        .count();
    assert_eq!(there, files.len(), "nothing else is left");
    (folder, files)
}

/// Numbers that a reader found, by the name of the raw column, and positions.
#[derive(Default)]
struct Read {
    raw: BTreeMap<String, Vec<Option<f64>>>,
    texts: BTreeMap<String, Vec<Option<String>>>,
    failures: Vec<String>,
}

impl Receiver for Read {
    fn begin(&mut self, _: OperationDescription) -> Result<(), Stop> {
        Ok(())
    }
    fn raw(&mut self, batch: &RecordBatch) -> Result<(), Stop> {
        for (field, column) in batch.schema_ref().fields().iter().zip(batch.columns()) {
            if let Some(numbers) = column.as_primitive_opt::<Float64Type>() {
                self.raw
                    .entry(field.name().clone())
                    .or_default()
                    .extend(numbers.iter());
            } else if let Some(texts) = column.as_string_opt::<i32>() {
                let texts = texts.iter().map(|text| text.map(str::to_owned));
                self.texts
                    .entry(field.name().clone())
                    .or_default()
                    .extend(texts);
            }
        }
        Ok(())
    }
    fn points(&mut self, _: &RecordBatch) -> Result<(), Stop> {
        Ok(())
    }
    fn finish(&mut self, _: Ending) -> Result<(), Stop> {
        Ok(())
    }
    fn failed(&mut self, _: Option<OperationDescription>, error: ReadError) -> Result<(), Stop> {
        self.failures.push(error.to_string());
        Ok(())
    }
    fn finding(&mut self, _: Finding) {}
}

/// Reads files by one of our readers.
fn read(folder: &Path, files: &[String], format: &str) -> Read {
    let column_map = BTreeMap::from([("tenths".to_owned(), "speed:m/s".to_owned())]);
    let options = ReadOptions {
        column_map,
        ..ReadOptions::default()
    };
    let bytes = |name: &String| std::fs::read(folder.join("e").join(name)).expect("disk");
    let kept = files.iter().filter(|name| !name.ends_with("-columns.csv"));
    let tree = Tree::from_files(kept.map(|name| (name.clone(), bytes(name))));
    let reader = registry::by_id(format).expect("known");
    let mut found = Read::default();
    let claims = (reader.claim)(&tree, &ReadOptions::default());
    assert!(!claims.is_empty(), "{format} claims {files:?}");
    for claim in &claims {
        let read = (reader.read)(&tree, claim, &Limits::default(), &options, &mut found);
        if let Err(cause) = read {
            found.failures.push(format!("{cause} | {}", cause.hint()));
        }
    }
    found
}

/// A harvest of so many points along a line, with values that are hard to write.
pub(crate) fn harvest(rows: usize) -> RecordBatch {
    let numbers = |of: &dyn Fn(f64) -> f64| -> ArrayRef {
        Arc::new(
            (0..rows)
                .map(|row| Some(of(row as f64)))
                .collect::<Float64Array>(),
        )
    };
    let plain = tramline_model::records::SourceColumn::default();
    use tramline_model::{Property, Unit, records::field};
    let columns: Vec<(Field, ArrayRef)> = vec![
        (
            field(Property::Longitude, None, &plain),
            numbers(&|r| 9.5 + r * 1.3e-5),
        ),
        (
            field(Property::Latitude, None, &plain),
            numbers(&|r| 51.25 + (r * 0.37).sin() * 1e-3),
        ),
        (
            field(Property::Speed, Some(Unit::known("m/s")), &plain),
            Arc::new(
                (0..rows)
                    .map(|r| (r % 5 != 3).then_some(1.0 / (r as f64 + 3.0)))
                    .collect::<Float64Array>(),
            ),
        ),
        (
            field(Property::WetMassPerArea, Some(Unit::known("kg/ha")), &plain),
            numbers(&|r| 7_000.0 + (r * 0.1).cos() * 1_234.567_891_234),
        ),
        (
            field(Property::SectionId, None, &plain),
            Arc::new(
                (0..rows)
                    .map(|r| Some(r as i64 % 7))
                    .collect::<Int64Array>(),
            ),
        ),
    ];
    let (fields, arrays): (Vec<Field>, Vec<ArrayRef>) = columns.into_iter().unzip();
    RecordBatch::try_new(Arc::new(Schema::new(fields)), arrays).expect("columns fit")
}

#[test]
fn our_readers_read_the_exports_of_points() {
    let batch = harvest(20_000);
    let speeds: Vec<Option<f64>> = batch
        .column(2)
        .as_primitive::<Float64Type>()
        .iter()
        .collect();
    let yields: Vec<Option<f64>> = batch
        .column(3)
        .as_primitive::<Float64Type>()
        .iter()
        .collect();
    for (format, reader, speed, wet) in [
        (
            ExportFormat::GeoPackage,
            "geopackage",
            "speed",
            "wetMassPerArea",
        ),
        (
            ExportFormat::FlatGeobuf,
            "flatgeobuf",
            "speed",
            "wetMassPerArea",
        ),
        (ExportFormat::Csv, "text", "speed", "wetMassPerArea"),
        (ExportFormat::Shapefile, "shapefile", "speed", "wetMassPer"),
        (ExportFormat::GeoJson, "geojson", "speed", "wetMassPerArea"),
    ] {
        let (folder, files) = exported(&batch, format, &ExportOptions::default());
        let mut got = read(folder.path(), &files, reader);
        assert_eq!(got.failures, Vec::<String>::new(), "{format:?}");
        let mut column = |name: &str| {
            got.raw
                .remove(name)
                .unwrap_or_else(|| panic!("{format:?} `{name}`: {:?}", got.raw.keys()))
        };
        let (wets, gone) = (column(wet), column(speed));
        // The reader of GeoJSON rounds in the last bit.
        let slack = if format == ExportFormat::GeoJson {
            1e-15
        } else {
            0.0
        };
        for (got, wanted) in wets.iter().chain(&gone).zip(yields.iter().chain(&speeds)) {
            let same = match (got, wanted) {
                (Some(got), Some(wanted)) => (got - wanted).abs() <= slack * wanted.abs(),
                _ => got == wanted,
            };
            assert!(same, "{format:?}: {got:?} instead of {wanted:?}");
        }
    }
}

#[test]
fn a_geopackage_says_what_the_standard_wants() {
    let (folder, files) = exported(
        &mixed(),
        ExportFormat::GeoPackage,
        &ExportOptions::default(),
    );
    assert_eq!(files, ["a field.gpkg"]);
    let bytes = std::fs::read(folder.path().join("e/a field.gpkg")).expect("disk");
    assert_eq!(&bytes[68..72], b"GPKG");
    let database = Connection::open(folder.path().join("e/a field.gpkg")).expect("a database");
    let text = |sql: &str| -> String {
        database
            .query_row(sql, [], |row| {
                Ok(format!("{:?}", row.get::<_, rusqlite::types::Value>(0)?))
            })
            .unwrap_or_else(|cause| panic!("{sql}: {cause}"))
    };
    assert_eq!(text("PRAGMA user_version"), "Integer(10300)");
    assert_eq!(text("PRAGMA integrity_check"), "Text(\"ok\")");
    assert_eq!(text("SELECT count(*) FROM \"a field\""), "Integer(3)");
    // Only the first row has a place.
    assert_eq!(
        text("SELECT count(*) FROM \"rtree_a field_geom\""),
        "Integer(1)"
    );
    assert_eq!(
        text("SELECT min_y FROM gpkg_contents WHERE table_name = 'a field'"),
        "Real(-51.123456789)"
    );
    assert_eq!(
        text("SELECT timestamp FROM \"a field\" WHERE fid = 1"),
        "Text(\"2024-05-01T12:30:00.250Z\")"
    );
    assert_eq!(text("SELECT speed FROM \"a field\" WHERE fid = 3"), "Null");
    assert_eq!(
        text("SELECT sectionId FROM \"a field\" WHERE fid = 3"),
        format!("Integer({})", i64::MAX)
    );
    assert_eq!(
        text("SELECT crop FROM \"a field\" WHERE fid = 3"),
        "Text(\"wheat, \\\"hard\\\"\")"
    );
    assert_eq!(
        text("SELECT \"na\"\"me\n\" FROM \"a field\" WHERE fid = 1"),
        "Text(\"Grüße \\\\ \\u{1}\")"
    );
    assert_eq!(
        text("SELECT count(*) FROM layer_styles WHERE useAsDefault"),
        "Integer(1)"
    );
    let qml = text("SELECT styleQML FROM layer_styles WHERE styleName = 'speed'");
    assert!(qml.contains("graduatedSymbol") && qml.contains("attr=\\\"&quot;speed&quot;\\\""));
}

#[test]
fn styles_have_seven_classes_and_begin_with_what_the_work_gave() {
    let (folder, _) = exported(
        &harvest(30_000),
        ExportFormat::GeoPackage,
        &ExportOptions::default(),
    );
    let database = Connection::open(folder.path().join("e/a field.gpkg")).expect("a database");
    let row = |sql: &str| -> (String, String) {
        database
            .query_row(sql, [], |row| Ok((row.get(0)?, row.get(1)?)))
            .expect("a row")
    };
    let (name, qml) = row("SELECT styleName, styleQML FROM layer_styles WHERE useAsDefault = 1");
    assert_eq!(name, "wetMassPerArea");
    assert_eq!(qml.matches("<range ").count(), 7);
    assert_eq!(qml.matches("<symbol ").count(), 7);
}

#[test]
fn the_spatial_index_of_a_geopackage_finds_every_point() {
    for rows in [0, 1, 50, 51, 52, 51 * 51, 51 * 51 + 1, 140_000] {
        let batch = harvest(rows);
        let (folder, _) = exported(&batch, ExportFormat::GeoPackage, &ExportOptions::default());
        let database = Connection::open(folder.path().join("e/a field.gpkg")).expect("a database");
        let text =
            |sql: &str| -> String { database.query_row(sql, [], |row| row.get(0)).expect(sql) };
        assert_eq!(text("PRAGMA integrity_check"), "ok", "{rows}");
        assert_eq!(
            text("SELECT rtreecheck('rtree_a field_geom')"),
            "ok",
            "{rows}"
        );
        let count = |west: f64, east: f64| -> usize {
            let sql = "SELECT count(*) FROM \"rtree_a field_geom\" WHERE maxx >= ?1 AND minx <= ?2";
            database
                .query_row(sql, [west, east], |row| row.get::<_, u32>(0))
                .expect("a count") as usize
        };
        assert_eq!(count(-180.0, 180.0), rows);
        let x = batch.column(0).as_primitive::<Float64Type>();
        let near = x
            .iter()
            .flatten()
            .filter(|x| (9.55..=9.57).contains(x))
            .count();
        assert!(count(9.55, 9.57).abs_diff(near) <= 2, "{rows}");
        // Rows can be added and removed as by any program.
        database
            .execute_batch(
                "INSERT INTO \"rtree_a field_geom\" VALUES (900000, 1, 1, 1, 1); \
                            DELETE FROM \"rtree_a field_geom\" WHERE id % 3 = 0",
            )
            .expect("an index that can be edited");
        assert_eq!(
            text("SELECT rtreecheck('rtree_a field_geom')"),
            "ok",
            "{rows}"
        );
    }
}

/// Columns that share ten signs, have quotes, 200 signs, or the names that a format needs.
fn hostile() -> RecordBatch {
    let long = "x".repeat(200);
    let names = [
        "wetMassPerArea",
        "wetMassPerHour",
        "WETMASSPERarea",
        "a\"b'c`d;--",
        "fid",
        "GEOM",
        &long,
        "",
        "7 ä\u{0}]",
        "row\r\nbreak,comma",
        "longitude_2",
        "rowid",
        "ogc_fid",
    ];
    let mut fields = vec![
        Field::new("longitude", DataType::Float64, true),
        Field::new("latitude", DataType::Float64, true),
    ];
    let number =
        |value: f64| Arc::new(Float64Array::from(vec![value, f64::NAN, -value])) as ArrayRef;
    let mut columns = vec![number(1.0), number(2.0)];
    for (place, name) in (0..).zip(names) {
        fields.push(Field::new(name, DataType::Float64, true));
        columns.push(number(f64::from(place) + 0.5));
    }
    let texts = StringArray::from(vec![
        Some("=\"x\",\r\n;ü".to_owned()),
        None,
        Some("ä".repeat(300)),
    ]);
    fields.push(Field::new("text", DataType::Utf8, true));
    columns.push(Arc::new(texts));
    RecordBatch::try_new(Arc::new(Schema::new(fields)), columns).expect("columns fit")
}

#[test]
fn hostile_names_and_texts_come_through() {
    let batch = hostile();
    for format in ExportFormat::ALL {
        exported(&batch, format, &ExportOptions::default());
    }
    let (folder, files) = exported(&batch, ExportFormat::Shapefile, &ExportOptions::default());
    assert_eq!(
        files.last().map(String::as_str),
        Some("a field-columns.csv")
    );
    let got = read(folder.path(), &files, "shapefile");
    let key = std::fs::read(folder.path().join("e/a field-columns.csv")).expect("disk");
    let mut short = Vec::new();
    for (place, row) in csv::Reader::from_reader(&*key).records().enumerate() {
        let row = row.expect("a row");
        assert_eq!(&row[1], batch.schema_ref().field(place + 2).name());
        assert!(row[0].len() <= 10 && !row[0].is_empty());
        short.push(row[0].to_lowercase());
        if &row[1] == "text" {
            assert_eq!(&row[4], "1", "one text was cut");
        } else {
            let value = place as f64 + 0.5;
            assert_eq!(
                got.raw[&row[0]],
                [Some(value), None, Some(-value)],
                "{}",
                &row[0]
            );
        }
    }
    short.sort();
    short.dedup();
    assert_eq!(short.len(), batch.num_columns() - 2);
    let (folder, _) = exported(&batch, ExportFormat::GeoPackage, &ExportOptions::default());
    let database = Connection::open(folder.path().join("e/a field.gpkg")).expect("a database");
    let names: Vec<String> = database
        .prepare("SELECT name FROM pragma_table_info('a field')")
        .expect("sql")
        .query_map([], |row| row.get(0))
        .expect("rows")
        .collect::<Result<_, _>>()
        .expect("names");
    assert_eq!(names.len(), batch.num_columns());
    assert!(names.contains(&"WETMASSPERarea_2".to_owned()) && names.contains(&"fid_2".to_owned()));
    let (folder, _) = exported(&batch, ExportFormat::Csv, &ExportOptions::default());
    let bytes = std::fs::read(folder.path().join("e/a field.csv")).expect("disk");
    let rows: Vec<csv::StringRecord> = csv::ReaderBuilder::new()
        .has_headers(false)
        .from_reader(&*bytes)
        .records()
        .collect::<Result<_, _>>()
        .expect("rows of one length");
    assert_eq!(rows.len(), 4);
    assert!(rows[0].iter().any(|title| title == "row\r\nbreak,comma"));
    assert_eq!(rows[1].iter().next_back(), Some("=\"x\",\r\n;ü"));
    assert_eq!(&rows[2][0], "", "no place");
}

#[test]
fn hostile_names_of_layers_come_through() {
    for layer in [
        "a\"R\"b",
        "\"T\" 'x'; --",
        "gpkg_contents",
        "Layer_Styles",
        "sqlite_x",
        "nul\0",
        " ",
    ] {
        let options = ExportOptions {
            layer: Some(layer.to_owned()),
            ..ExportOptions::default()
        };
        for format in ExportFormat::ALL {
            exported(&mixed(), format, &options);
        }
        let (folder, _) = exported(&mixed(), ExportFormat::GeoPackage, &options);
        let database = Connection::open(folder.path().join("e/a field.gpkg")).expect("a database");
        let names: (String, String) = database
            .query_row(
                "SELECT table_name, (SELECT name FROM sqlite_master WHERE type = 'trigger' AND \
                 tbl_name = table_name AND name LIKE '%_geom_insert') FROM gpkg_geometry_columns",
                [],
                |row| Ok((row.get(0)?, row.get(1)?)),
            )
            .expect("a layer");
        assert_eq!(names.1, format!("rtree_{}_geom_insert", names.0));
    }
}

#[test]
fn no_rows_make_whole_files() {
    for batch in [mixed().slice(0, 0), noise(1, 0)] {
        for format in ExportFormat::ALL {
            exported(&batch, format, &ExportOptions::default());
        }
    }
    let far = ExportOptions {
        bbox: Some([100.0, 0.0, 101.0, 1.0]),
        ..ExportOptions::default()
    };
    let (folder, files) = exported(&harvest(100), ExportFormat::Csv, &far);
    let text = std::fs::read_to_string(folder.path().join("e").join(&files[0])).expect("disk");
    assert_eq!(text.lines().count(), 1, "the titles");
}

#[test]
fn columns_and_box_are_a_choice() {
    let batch = harvest(70_000);
    let options = ExportOptions {
        columns: Some(vec![
            "sectionId".to_owned(),
            "speed".to_owned(),
            "sectionId".to_owned(),
        ]),
        bbox: Some([9.6, 51.0, 9.7, 52.0]),
        ..ExportOptions::default()
    };
    let inside = batch
        .column(0)
        .as_primitive::<Float64Type>()
        .iter()
        .flatten();
    let inside = inside.filter(|x| (9.6..=9.7).contains(x)).count();
    assert!(inside > 1_000 && inside < 60_000);
    let (folder, _) = exported(&batch, ExportFormat::Csv, &options);
    let text = std::fs::read_to_string(folder.path().join("e/a field.csv")).expect("disk");
    assert!(
        text.starts_with("longitude,latitude,sectionId,speed [m/s]\r\n"),
        "{}",
        &text[..60]
    );
    assert_eq!(text.lines().count() - 1, inside);
    let (folder, _) = exported(&batch, ExportFormat::GeoJson, &options);
    let text = std::fs::read(folder.path().join("e/a field.geojson")).expect("disk");
    let value: Value = serde_json::from_slice(&text).expect("JSON");
    assert_eq!(value["features"].as_array().map(Vec::len), Some(inside));
    let (folder, _) = exported(&batch, ExportFormat::GeoParquet, &options);
    let file = std::fs::File::open(folder.path().join("e/a field.parquet")).expect("disk");
    let file = ParquetRecordBatchReaderBuilder::try_new(file).expect("a parquet file");
    let names: Vec<&String> = file
        .schema()
        .fields()
        .iter()
        .map(|field| field.name())
        .collect();
    assert_eq!(names, ["geometry", "bbox", "sectionId", "speed"]);
    assert_eq!(file.metadata().file_metadata().num_rows(), inside as i64);
    // A second export of it is the same again.
    let again = ExportOptions::default();
    let first = folder.path().join("e/a field.parquet");
    export(&first, ExportFormat::GeoParquet, &again, folder.path(), "b").expect("exports");
    let bytes = |path: &Path| std::fs::read(path).expect("disk");
    assert_eq!(bytes(&first), bytes(&folder.path().join("b.parquet")));

    let stored = store(folder.path(), &[batch]);
    let refused = |options: ExportOptions, name: &str| {
        let result = export(&stored, ExportFormat::Csv, &options, folder.path(), name);
        let Err(WriteError::Refused(text)) = result else {
            panic!("{result:?}")
        };
        text
    };
    let columns = |name: &str| ExportOptions {
        columns: Some(vec![name.to_owned()]),
        ..ExportOptions::default()
    };
    let text = refused(columns("Speed"), "c");
    assert!(
        text.contains("`Speed`") && text.contains("speed, wetMassPerArea"),
        "{text}"
    );
    assert!(refused(columns("geometry"), "c").contains("no such column"));
    let nothing = ExportOptions {
        bbox: Some([1.0, f64::NAN, 2.0, 3.0]),
        ..ExportOptions::default()
    };
    assert!(refused(nothing, "c").contains("west, south, east, north"));
    for name in ["", "../c", ".c", "c\0", "c\\d"] {
        assert!(refused(ExportOptions::default(), name).contains("name of an export"));
    }
}

#[test]
fn what_is_no_stored_file_is_refused_and_leaves_nothing() {
    let folder = tempfile::tempdir().expect("disk");
    let path = folder.path().join("a.parquet");
    for bytes in [b"".as_slice(), b"PAR1PAR1", &[7; 5_000]] {
        std::fs::write(&path, bytes).expect("disk");
        for format in ExportFormat::ALL {
            let result = export(&path, format, &ExportOptions::default(), folder.path(), "b");
            assert!(matches!(result, Err(WriteError::Io { .. })), "{result:?}");
        }
    }
    let batch = noise(1, 10);
    let file = std::fs::File::create(&path).expect("disk");
    let mut writer = ArrowWriter::try_new(file, batch.schema(), None).expect("a schema");
    writer.write(&batch).expect("disk");
    writer.close().expect("disk");
    let result = export(
        &path,
        ExportFormat::Csv,
        &ExportOptions::default(),
        folder.path(),
        "b",
    );
    assert!(matches!(result, Err(WriteError::Refused(_))), "{result:?}");
    assert_eq!(std::fs::read_dir(folder.path()).expect("disk").count(), 1);
    // A geometry in the midst that is none: what was begun is taken back.
    polygons(
        &path,
        &["Point"],
        &[Some(point(1.0, 2.0)), Some(vec![1, 2, 3])],
    );
    for format in ExportFormat::ALL {
        let result = export(&path, format, &ExportOptions::default(), folder.path(), "b");
        assert!(
            matches!(result, Err(WriteError::Shape(_))),
            "{format:?}: {result:?}"
        );
        assert_eq!(
            std::fs::read_dir(folder.path()).expect("disk").count(),
            1,
            "{format:?}"
        );
    }
}

fn point(x: f64, y: f64) -> Vec<u8> {
    let mut out = vec![1, 1, 0, 0, 0];
    out.extend(x.to_le_bytes());
    out.extend(y.to_le_bytes());
    out
}

type Ring = Vec<[f64; 2]>;

fn polygon(rings: &[Ring]) -> Vec<u8> {
    let mut out = vec![1];
    out.extend(3_u32.to_le_bytes());
    out.extend((rings.len() as u32).to_le_bytes());
    for ring in rings {
        out.extend((ring.len() as u32).to_le_bytes());
        out.extend(
            ring.iter()
                .flatten()
                .flat_map(|degrees| degrees.to_le_bytes()),
        );
    }
    out
}

fn square(x: f64, y: f64, size: f64) -> Ring {
    vec![
        [x, y],
        [x + size, y],
        [x + size, y + size],
        [x, y + size],
        [x, y],
    ]
}

/// A stored file of geometries, without a covering, and a number for each.
fn polygons(path: &Path, types: &[&str], geometries: &[Option<Vec<u8>>]) {
    let mut builder = BinaryBuilder::new();
    for geometry in geometries {
        builder.append_option(geometry.as_ref());
    }
    let numbers: Float64Array = (0..geometries.len()).map(|row| Some(row as f64)).collect();
    let schema = Arc::new(Schema::new(vec![
        Field::new("geometry", DataType::Binary, true),
        Field::new("rate", DataType::Float64, true),
    ]));
    let columns: Vec<ArrayRef> = vec![Arc::new(builder.finish()), Arc::new(numbers)];
    let batch = RecordBatch::try_new(Arc::clone(&schema), columns).expect("columns fit");
    let file = std::fs::File::create(path).expect("disk");
    let mut writer = ArrowWriter::try_new(file, schema, None).expect("a schema");
    writer.write(&batch).expect("disk");
    let geo = serde_json::json!({ "version": "1.1.0", "primary_column": "geometry",
        "columns": { "geometry": { "encoding": "WKB", "geometry_types": types } } });
    writer.append_key_value_metadata(KeyValue::new("geo".to_owned(), geo.to_string()));
    writer.close().expect("disk");
}

#[test]
fn polygons_have_their_rings_in_every_format() {
    let folder = tempfile::tempdir().expect("disk");
    let path = folder.path().join("polygon.parquet");
    let mut hole = square(9.2, 51.2, 0.5);
    hole.reverse();
    let holed = polygon(&[square(9.0, 51.0, 1.0), hole]);
    let mut multi = vec![1, 6, 0, 0, 0, 2, 0, 0, 0];
    multi.extend(polygon(&[square(11.0, 51.0, 1.0)]));
    multi.extend(polygon(&[square(13.0, 51.0, 1.0)]));
    let rows = [Some(holed.clone()), None, Some(multi)];
    for (types, rows) in [
        (vec!["Polygon"], &rows[..2]),
        (vec!["Polygon", "MultiPolygon"], &rows),
        (vec![], &rows[..2]),
    ] {
        polygons(&path, &types, rows);
        for (format, reader) in [
            (ExportFormat::GeoPackage, "geopackage"),
            (ExportFormat::FlatGeobuf, "flatgeobuf"),
            (ExportFormat::Shapefile, "shapefile"),
            (ExportFormat::GeoJson, "geojson"),
        ] {
            let files = export(
                &path,
                format,
                &ExportOptions::default(),
                &folder.path().join("e"),
                "p",
            )
            .expect("exports");
            let got = read(folder.path(), &files, reader);
            assert_eq!(got.failures, Vec::<String>::new(), "{format:?}");
        }
        let options = ExportOptions::default();
        export(
            &path,
            ExportFormat::Csv,
            &options,
            &folder.path().join("e"),
            "p",
        )
        .expect("exports");
        let text = std::fs::read_to_string(folder.path().join("e/p.csv")).expect("disk");
        assert!(
            text.starts_with("geometry,rate\r\n\"POLYGON ((9.0 51.0,10.0 51.0"),
            "{text}"
        );
        if types.len() == 2 {
            assert!(text.contains("\"MULTIPOLYGON (((11.0 51.0,"), "{text}");
            let shp = std::fs::read(folder.path().join("e/p.shp")).expect("disk");
            let number = |at: usize| f64::from_le_bytes(shp[at..at + 8].try_into().expect("8"));
            // The first ring turns with the clock: from the corner at its south west to the north.
            let corners = 100 + 8 + 44 + 2 * 4;
            assert_eq!((number(corners), number(corners + 8)), (9.0, 51.0));
            assert_eq!((number(corners + 16), number(corners + 24)), (9.0, 52.0));
        }
    }
    // The holed one alone touches this box.
    polygons(&path, &["Polygon", "MultiPolygon"], &rows);
    let options = ExportOptions {
        bbox: Some([9.9, 51.9, 10.5, 53.0]),
        ..ExportOptions::default()
    };
    export(&path, ExportFormat::GeoJson, &options, folder.path(), "q").expect("exports");
    let text = std::fs::read(folder.path().join("q.geojson")).expect("disk");
    let value: Value = serde_json::from_slice(&text).expect("JSON");
    assert_eq!(value["features"].as_array().map(Vec::len), Some(1));
    assert_eq!(
        value["features"][0]["geometry"]["coordinates"][1][0],
        serde_json::json!([9.2, 51.2])
    );
}

#[test]
fn numbers_of_any_size_come_back_from_a_shapefile() {
    let batch = noise(3, 3_000);
    let (folder, files) = exported(&batch, ExportFormat::Shapefile, &ExportOptions::default());
    let got = read(folder.path(), &files, "shapefile");
    let bits: Vec<Option<f64>> = batch
        .column_by_name("bits")
        .expect("there")
        .as_primitive::<Float64Type>()
        .iter()
        .collect();
    assert_eq!(got.failures, Vec::<String>::new());
    assert!(got.raw["bits"] == bits);
    assert!(
        got.texts["timestamp_2"]
            .iter()
            .flatten()
            .all(|text| text.ends_with('Z'))
    );
}
