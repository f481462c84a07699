//! A million points, and as many swaths, with six columns: loading, tiles of the zooms, the whole
//! archive.

use divan::Bencher;
use std::sync::LazyLock;
use tramline_tiles::{Column, Footprints, Options, Source, Values, pmtiles, tile};

const ROWS: usize = 1_000_000;
const WEST: f64 = 8.5;
const SOUTH: f64 = 52.25;

fn main() {
    divan::main();
}

/// Passes of a thousand points, two metres apart, nine metres beside each other.
fn places() -> (Vec<f64>, Vec<f64>) {
    let metre = 1.0 / 111_195.0;
    let east = metre / SOUTH.to_radians().cos();
    (0..ROWS)
        .map(|row| {
            let (pass, along) = (row / 1_000, row % 1_000);
            let along = if pass.is_multiple_of(2) {
                along
            } else {
                999 - along
            };
            let wander = (row * 7_919 % 1_009) as f64 / 1_009.0;
            (
                WEST + (pass as f64 * 9.0 + wander) * east,
                SOUTH + (along as f64 * 2.0 + wander) * metre,
            )
        })
        .unzip()
}

fn columns() -> Vec<Column> {
    let mut columns: Vec<Column> = (0..5)
        .map(|number| Column {
            name: format!("column {number}"),
            unit: None,
            values: Values::Numbers(
                (0..ROWS)
                    .map(|row| (row * (31 + number) % 10_007) as f64 / 100.0)
                    .collect(),
            ),
        })
        .collect();
    columns.push(Column {
        name: "crop".to_owned(),
        unit: None,
        values: Values::Texts {
            keys: (0..ROWS).map(|row| (row % 3) as u32).collect(),
            texts: ["barley", "wheat", "maize"].map(str::to_owned).to_vec(),
        },
    });
    columns
}

static SOURCE: LazyLock<Source> = LazyLock::new(|| {
    let (longitudes, latitudes) = places();
    Source::new(&longitudes, &latitudes, columns()).expect("a source")
});

/// Nine metres by two around each place, well-known binary.
fn polygons() -> Vec<Vec<u8>> {
    let (longitudes, latitudes) = places();
    let metre = 1.0 / 111_195.0;
    let east = metre / SOUTH.to_radians().cos();
    let polygon = |(x, y): (f64, f64)| {
        let mut bytes = vec![1, 3, 0, 0, 0, 1, 0, 0, 0, 5, 0, 0, 0];
        for (right, up) in [
            (-4.5, -1.0),
            (4.5, -1.0),
            (4.5, 1.0),
            (-4.5, 1.0),
            (-4.5, -1.0),
        ] {
            bytes.extend_from_slice(&(x + right * east).to_le_bytes());
            bytes.extend_from_slice(&(y + up * metre).to_le_bytes());
        }
        bytes
    };
    longitudes.into_iter().zip(latitudes).map(polygon).collect()
}

fn footprints(polygons: &[Vec<u8>]) -> Footprints {
    let mut footprints = Footprints::new();
    for polygon in polygons {
        footprints.add(Some(polygon));
    }
    footprints
}

static SWATHS: LazyLock<Source> =
    LazyLock::new(|| Source::swaths(footprints(&polygons()), columns()).expect("a source"));

#[divan::bench(sample_count = 10)]
fn load_swaths(bencher: Bencher<'_, '_>) {
    let polygons = polygons();
    bencher
        .with_inputs(columns)
        .bench_values(|columns| Source::swaths(footprints(&polygons), columns));
}

#[divan::bench(sample_count = 10)]
fn load(bencher: Bencher<'_, '_>) {
    let (longitudes, latitudes) = places();
    bencher
        .with_inputs(columns)
        .bench_values(|columns| Source::new(&longitudes, &latitudes, columns));
}

#[divan::bench(args = [5, 8, 11, 13, 14, 15, 16, 17])]
fn one_tile(bencher: Bencher<'_, '_>, zoom: u8) {
    tile_of(bencher, &SOURCE, zoom);
}

#[divan::bench(args = [5, 8, 11, 13, 14, 15, 16, 17])]
fn one_tile_of_swaths(bencher: Bencher<'_, '_>, zoom: u8) {
    tile_of(bencher, &SWATHS, zoom);
}

fn tile_of(bencher: Bencher<'_, '_>, source: &Source, zoom: u8) {
    let side = f64::from(1_u32 << zoom);
    let (longitude, latitude) = (WEST + 0.05, SOUTH + 0.01_f64);
    let x = ((longitude + 180.0) / 360.0 * side) as u32;
    let y = (1.0 - latitude.to_radians().tan().asinh() / std::f64::consts::PI) / 2.0 * side;
    bencher.bench(|| tile(source, zoom, x, y as u32, &Options::default()));
}

#[divan::bench(sample_count = 2)]
fn whole_archive(bencher: Bencher<'_, '_>) {
    archive_of(bencher, &SOURCE);
}

#[divan::bench(sample_count = 2)]
fn whole_archive_of_swaths(bencher: Bencher<'_, '_>) {
    archive_of(bencher, &SWATHS);
}

fn archive_of(bencher: Bencher<'_, '_>, source: &Source) {
    let (least, most) = source.zooms();
    bencher.bench(|| pmtiles(source, least, most, &Options::default(), std::io::sink()));
}
