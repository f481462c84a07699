//! A million points with twelve properties: eight numbers, two whole numbers, two texts.

use arrow_array::types::Int32Type;
use arrow_array::{
    ArrayRef, DictionaryArray, Float64Array, Int64Array, RecordBatch, TimestampMillisecondArray,
};
use divan::counter::BytesCount;
use std::io::Write;
use std::sync::Arc;
use tramline_outputs::geojson::GeoJsonWriter;
use tramline_outputs::geoparquet::GeoParquetWriter;

const ROWS: usize = 1_000_000;
const BATCH: usize = 16_384;

fn main() {
    divan::main();
}

/// Counts what would be written.
#[derive(Default)]
struct Counted(u64);

impl Write for Counted {
    fn write(&mut self, data: &[u8]) -> std::io::Result<usize> {
        self.0 += data.len() as u64;
        Ok(data.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

/// A machine going to and fro at one reading a second, values with the grain of usual sensors.
fn batches() -> Vec<RecordBatch> {
    let number = |start: usize, grain: f64, range: f64, step: usize| -> ArrayRef {
        let value = |row: usize| {
            ((row.wrapping_mul(2_654_435_761) >> (8 + step)) % 10_007) as f64 / 10_007.0
        };
        Arc::new(
            (start..start + BATCH)
                .map(|row| Some((value(row) * range / grain).round() * grain))
                .collect::<Float64Array>(),
        )
    };
    let make = |start: usize| {
        let longitude = (start..start + BATCH)
            .map(|row| Some(9.0 + (row % 500) as f64 * 1.3e-5 + (row as f64).sin() * 1e-7));
        let latitude = (start..start + BATCH)
            .map(|row| Some(51.0 + (row / 500) as f64 * 5.4e-5 + (row as f64).cos() * 1e-7));
        let instants: TimestampMillisecondArray = (start..start + BATCH)
            .map(|row| Some(1_700_000_000_000 + row as i64 * 1_000))
            .collect();
        let status: DictionaryArray<Int32Type> = (start..start + BATCH)
            .map(|row| Some(if row % 9 == 0 { "Off" } else { "On" }))
            .collect();
        let variety: DictionaryArray<Int32Type> = (start..start + BATCH)
            .map(|row| Some(["Alpha 12", "Beta", "Gamma 7"][row / 7_000 % 3]))
            .collect();
        RecordBatch::try_from_iter([
            (
                "longitude",
                Arc::new(longitude.collect::<Float64Array>()) as ArrayRef,
            ),
            ("latitude", Arc::new(latitude.collect::<Float64Array>())),
            ("timestamp", Arc::new(instants.with_timezone("UTC"))),
            ("speed", number(start, 0.001, 8.0, 0)),
            ("heading", number(start, 0.01, 360.0, 1)),
            ("elevation", number(start, 0.001, 300.0, 2)),
            ("area", number(start, 1e-4, 24.0, 3)),
            ("distance", number(start, 0.001, 3.0, 4)),
            ("harvestMoisture", number(start, 0.01, 30.0, 5)),
            ("wetMass", number(start, 1e-6, 12.0, 6)),
            (
                "sectionId",
                Arc::new(
                    (start..start + BATCH)
                        .map(|row| Some((row % 12) as i64))
                        .collect::<Int64Array>(),
                ),
            ),
            (
                "productIndex",
                Arc::new(
                    (start..start + BATCH)
                        .map(|row| Some((row / 5_000) as i64))
                        .collect::<Int64Array>(),
                ),
            ),
            ("recordingStatus", Arc::new(status)),
            ("variety", Arc::new(variety)),
        ])
        .expect("columns of one length")
    };
    (0..ROWS).step_by(BATCH).map(make).collect()
}

fn geojson(batches: &[RecordBatch]) -> u64 {
    let mut writer =
        GeoJsonWriter::new(Counted::default(), &serde_json::Map::new()).expect("memory");
    for batch in batches {
        writer.write(batch).expect("memory");
    }
    writer.finish().expect("memory").0
}

#[divan::bench(sample_count = 5, sample_size = 1)]
fn write_geojson(bencher: divan::Bencher<'_, '_>) {
    let batches = batches();
    let bytes = geojson(&batches);
    bencher
        .counter(BytesCount::new(bytes))
        .bench_local(|| geojson(&batches));
}

fn geoparquet(batches: &[RecordBatch]) -> u64 {
    let schema = batches.first().expect("a batch").schema();
    let mut writer =
        GeoParquetWriter::new(Counted::default(), &schema).expect("a schema that fits");
    for batch in batches {
        writer.write(batch).expect("memory");
    }
    writer.finish().expect("memory").0
}

/// The counter is the size of the GeoParquet file.
#[divan::bench(sample_count = 3, sample_size = 1)]
fn write_geoparquet(bencher: divan::Bencher<'_, '_>) {
    let batches = batches();
    let bytes = geoparquet(&batches);
    bencher
        .counter(BytesCount::new(bytes))
        .bench_local(|| geoparquet(&batches));
}
