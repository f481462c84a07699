//! Points in fields: a million points along tracks against 200 fields of 60 corners.
//!
//! `cargo bench -p tramline-convert --bench locate`
#![allow(clippy::unwrap_used, reason = "a benchmark")]

use divan::counter::ItemsCount;
use serde_json::json;
use tramline_convert::fields::{Boundary, Locator};

const POINTS: u32 = 1_000_000;

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
