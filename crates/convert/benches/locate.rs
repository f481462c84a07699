//! Points in fields: a million points along tracks against 200 fields of 60 corners; and the same
//! as standard batches, with stretches, areas and drift.
//!
//! `cargo bench -p tramline-convert --bench locate`
#![allow(clippy::unwrap_used, reason = "a benchmark")]

use arrow_array::{ArrayRef, Float64Array, RecordBatch, TimestampMillisecondArray};
use arrow_schema::Schema;
use divan::counter::ItemsCount;
use serde_json::json;
use std::sync::Arc;
use tramline_convert::fields::{Boundary, Locate, Locator};
use tramline_model::records::{SourceColumn, field};
use tramline_model::{Property, Unit};

const POINTS: u32 = 1_000_000;
const BATCH: u32 = 8_192;

fn main() {
    divan::main();
}

/// Rounded fields on a grid of 20 by 10, a tenth of a degree in all.
fn fields() -> Vec<Boundary> {
    (0..200_u32)
        .map(|field| {
            let (x, y) = (
                f64::from(field % 20) * 0.005,
                50.0 + f64::from(field / 20) * 0.005,
            );
            let ring: Vec<[f64; 2]> = (0..=60_u32)
                .map(|corner| {
                    let angle = f64::from(corner % 60) / 60.0 * std::f64::consts::TAU;
                    let radius = 0.0024 * (0.9 + 0.1 * (7.0 * angle).sin());
                    [x + radius * angle.cos(), y + radius * angle.sin()]
                })
                .collect();
            Boundary::from_geojson(&json!({"type": "Polygon", "coordinates": [ring]})).unwrap()
        })
        .collect()
}

#[divan::bench(sample_count = 5)]
fn locate(bencher: divan::Bencher) {
    let locator = Locator::new(&fields());
    bencher.counter(ItemsCount::new(POINTS)).bench(|| {
        let mut hits = 0;
        for point in 0..POINTS {
            let (x, y) = (
                f64::from(point % 1_000) * 1e-4,
                50.0 + f64::from(point / 1_000) * 5e-5,
            );
            hits += locator.locate(x, y).count();
        }
        hits
    });
}

/// Points a second and some metres apart, as a machine drives.
fn batch(first: u32) -> RecordBatch {
    let points = first..(first + BATCH).min(POINTS);
    let column = |property, unit: &'static str| {
        field(property, Some(Unit::known(unit)), &SourceColumn::default())
    };
    let numbers = |value: fn(u32) -> f64| -> ArrayRef {
        Arc::new(points.clone().map(value).collect::<Float64Array>())
    };
    let times: TimestampMillisecondArray = points
        .clone()
        .map(|point| Some(1_746_367_200_000 + i64::from(point) * 1_000))
        .collect();
    let schema = Schema::new(vec![
        column(Property::Longitude, "arcdeg"),
        column(Property::Latitude, "arcdeg"),
        field(Property::Timestamp, None, &SourceColumn::default()),
        column(Property::Area, "ha"),
        column(Property::EquipmentWidth, "m"),
    ]);
    let columns: Vec<ArrayRef> = vec![
        numbers(|point| f64::from(point % 1_000) * 1e-4),
        numbers(|point| 50.0 + f64::from(point / 1_000) * 5e-5),
        Arc::new(times.with_timezone("UTC")),
        numbers(|_| 0.006),
        numbers(|_| 9.0),
    ];
    RecordBatch::try_new(Arc::new(schema), columns).unwrap()
}

#[divan::bench(sample_count = 5)]
fn locate_batches(bencher: divan::Bencher) {
    let locate = Locate {
        boundaries: fields(),
        least_percent: 0.01,
        tolerance_m: 0.0,
        outside: false,
    };
    let batches: Vec<RecordBatch> = (0..POINTS).step_by(BATCH as usize).map(batch).collect();
    bencher.counter(ItemsCount::new(POINTS)).bench(|| {
        let mut locator = locate.begin();
        for batch in &batches {
            locator.add(batch).unwrap();
        }
        locator.finish()
    });
}
