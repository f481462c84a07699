//! Units of exports: the numbers, and what every format says of them.

use crate::exports::{exported, harvest};
use arrow_array::cast::AsArray;
use arrow_array::types::Float64Type;
use arrow_array::{
    ArrayRef, Float64Array, Int64Array, RecordBatch, StringArray, TimestampMillisecondArray,
};
use arrow_schema::{Field, Schema};
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use rusqlite::Connection;
use std::sync::Arc;
use tramline_model::records::{SourceColumn, UNIT, field, raw_field};
use tramline_model::{Property, Unit, UnitSystem};
use tramline_outputs::export::{ExportFormat, ExportOptions};

fn options(units: UnitSystem) -> ExportOptions {
    ExportOptions {
        units,
        ..ExportOptions::default()
    }
}

/// One row: a property, its unit, a value.
fn row(columns: &[(Property, &'static str, f64)]) -> RecordBatch {
    let plain = SourceColumn::default();
    let place = [(Property::Longitude, 9.5), (Property::Latitude, 51.25)];
    let mut fields: Vec<Field> = Vec::new();
    let mut arrays: Vec<ArrayRef> = Vec::new();
    for (property, degrees) in place {
        fields.push(field(property, Some(Unit::known("arcdeg")), &plain));
        arrays.push(Arc::new(Float64Array::from(vec![degrees])));
    }
    for (property, unit, value) in columns {
        fields.push(field(*property, Some(Unit::known(unit)), &plain));
        arrays.push(Arc::new(Float64Array::from(vec![*value])));
    }
    fields.push(field(Property::Timestamp, None, &plain));
    let instants = TimestampMillisecondArray::from(vec![1_700_000_000_123]);
    arrays.push(Arc::new(instants.with_timezone("UTC")));
    fields.push(field(Property::Crop, None, &plain));
    arrays.push(Arc::new(StringArray::from(vec!["wheat"])));
    fields.push(field(Property::SectionId, None, &plain));
    arrays.push(Arc::new(Int64Array::from(vec![7])));
    // A raw column has a unit too, and keeps it.
    let raw = raw_field("Rate", arrow_schema::DataType::Float64, &plain);
    let mut metadata = raw.metadata().clone();
    metadata.insert(UNIT.to_owned(), "kg/ha".to_owned());
    fields.push(raw.with_metadata(metadata));
    arrays.push(Arc::new(Float64Array::from(vec![100.0])));
    RecordBatch::try_new(Arc::new(Schema::new(fields)), arrays).expect("columns fit")
}

/// What a CSV with one row has under each title.
fn csv(batch: &RecordBatch, units: UnitSystem) -> Vec<(String, String)> {
    let (folder, _) = exported(batch, ExportFormat::Csv, &options(units));
    let text = std::fs::read_to_string(folder.path().join("e/a field.csv")).expect("disk");
    let mut lines = text.lines();
    let (titles, values) = (lines.next().expect("titles"), lines.next().expect("a row"));
    let values = values.split(',').map(str::to_owned);
    titles.split(',').map(str::to_owned).zip(values).collect()
}

#[test]
fn numbers_come_in_the_units_of_the_system() {
    use Property as P;
    // Factors by definition: pound 0.45359237 kg, acre 4046.8564224 m2, foot 0.3048 m, gallon
    // 3.785411784 L, bushel 35.23907016688 L.
    let cases: &[(P, &'static str, UnitSystem, &str, f64)] = &[
        (
            P::AppliedRate,
            "kg/ha",
            UnitSystem::Imperial,
            "lb/ac",
            0.404_685_642_24 / 0.453_592_37,
        ),
        (
            P::AppliedRate,
            "L/ha",
            UnitSystem::Imperial,
            "gal/ac",
            0.404_685_642_24 / 3.785_411_784,
        ),
        (
            P::AppliedRate,
            "gal/ac",
            UnitSystem::Metric,
            "L/ha",
            3.785_411_784 / 0.404_685_642_24,
        ),
        (
            P::SeedRate,
            "seeds/ha",
            UnitSystem::Imperial,
            "seeds/ac",
            0.404_685_642_24,
        ),
        (
            P::WetMassPerArea,
            "kg/ha",
            UnitSystem::Metric,
            "t/ha",
            0.001,
        ),
        (
            P::DryVolumePerArea,
            "m3/ha",
            UnitSystem::Imperial,
            "bu/ac",
            404.685_642_24 / 35.239_070_166_88,
        ),
        (P::WetMass, "lb", UnitSystem::Metric, "t", 0.000_453_592_37),
        (P::Speed, "m/s", UnitSystem::Imperial, "ft/s", 1.0 / 0.3048),
        (
            P::Area,
            "m2",
            UnitSystem::Imperial,
            "ac",
            1.0 / 4_046.856_422_4,
        ),
        (P::SeedDepth, "in", UnitSystem::Metric, "cm", 2.54),
        (P::Heading, "arcdeg", UnitSystem::Imperial, "arcdeg", 1.0),
        (
            P::HarvestMoisture,
            "percentage",
            UnitSystem::Imperial,
            "percentage",
            1.0,
        ),
        (P::AppliedRate, "lb/ac", UnitSystem::Imperial, "lb/ac", 1.0),
        (P::AppliedRate, "lb/ac", UnitSystem::Default, "lb/ac", 1.0),
    ];
    for (property, from, system, to, factor) in cases {
        let got = csv(&row(&[(*property, from, 123.4)]), *system);
        let (title, value) = &got[2];
        assert_eq!(title, &format!("{} [{to}]", property.name()));
        let value: f64 = value.parse().expect("a number");
        let wanted = 123.4 * factor;
        assert!(
            (value / wanted - 1.0).abs() < 1e-14,
            "{title} from {from}: {value} instead of {wanted}"
        );
    }
}

#[test]
fn instants_texts_whole_numbers_and_raw_columns_stay() {
    for system in [
        UnitSystem::Default,
        UnitSystem::Metric,
        UnitSystem::Imperial,
    ] {
        let got = csv(&row(&[(Property::Speed, "m/s", 1.0)]), system);
        let rest: Vec<(&str, &str)> = got[3..]
            .iter()
            .map(|(title, value)| (title.as_str(), value.as_str()))
            .collect();
        let wanted = [
            ("timestamp", "2023-11-14T22:13:20.123Z"),
            ("crop", "wheat"),
            ("sectionId", "7"),
            ("Rate [kg/ha]", "100.0"),
        ];
        assert_eq!(rest, wanted);
        assert_eq!(got[0], ("longitude".to_owned(), "9.5".to_owned()));
    }
}

#[test]
fn every_format_says_the_new_unit() {
    let batch = harvest(30_000);
    let factor = Unit::known("kg/ha")
        .factor_to(Unit::known("lb/ac"))
        .expect("one dimension");
    let wanted: Vec<f64> = batch
        .column(3)
        .as_primitive::<Float64Type>()
        .values()
        .iter()
        .map(|v| v * factor)
        .collect();
    let (least, most) = wanted
        .iter()
        .fold((f64::MAX, f64::MIN), |(a, b), v| (a.min(*v), b.max(*v)));
    let made = |format| exported(&batch, format, &options(UnitSystem::Imperial)).0;

    let folder = made(ExportFormat::GeoParquet);
    let file = std::fs::File::open(folder.path().join("e/a field.parquet")).expect("disk");
    let reader = ParquetRecordBatchReaderBuilder::try_new(file).expect("a parquet file");
    let stored = reader
        .schema()
        .field_with_name("wetMassPerArea")
        .expect("the column");
    assert_eq!(
        stored.metadata().get(UNIT).map(String::as_str),
        Some("lb/ac")
    );
    let units = reader
        .metadata()
        .file_metadata()
        .key_value_metadata()
        .expect("metadata");
    assert!(units.iter().any(|entry| {
        entry
            .value
            .as_ref()
            .is_some_and(|text| text.contains("\"wetMassPerArea\":\"lb/ac\""))
    }));
    let mut read = Vec::new();
    for batch in reader.build().expect("a reader") {
        let batch = batch.expect("rows");
        let column = batch.column_by_name("wetMassPerArea").expect("the column");
        read.extend(
            column
                .as_primitive::<Float64Type>()
                .values()
                .iter()
                .copied(),
        );
    }
    assert_eq!(read, wanted);

    let folder = made(ExportFormat::GeoPackage);
    let database = Connection::open(folder.path().join("e/a field.gpkg")).expect("a database");
    let (qml, described): (String, String) = database
        .query_row(
            "SELECT styleQML, description FROM layer_styles WHERE useAsDefault = 1",
            [],
            |row| Ok((row.get(0)?, row.get(1)?)),
        )
        .expect("a style");
    assert!(described.contains("lb/ac"), "{described}");
    assert!(
        qml.contains(&format!("lower=\"{least:?}\""))
            && qml.contains(&format!("upper=\"{most:?}\""))
    );

    let folder = made(ExportFormat::Shapefile);
    let key = std::fs::read_to_string(folder.path().join("e/a field-columns.csv")).expect("disk");
    assert!(
        key.contains("wetMassPerArea,lb/ac") && key.contains("speed,ft/s"),
        "{key}"
    );

    let folder = made(ExportFormat::FlatGeobuf);
    let bytes = std::fs::read(folder.path().join("e/a field.fgb")).expect("disk");
    assert!(bytes.windows(5).any(|word| word == b"lb/ac"));
}
