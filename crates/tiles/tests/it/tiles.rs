//! What stands in a tile.

use crate::decode::{Value, features, layer};
use crate::field::field;
use std::collections::{BTreeMap, BTreeSet};
use tramline_tiles::{Numbers, Options, tile};

fn without_buffer() -> Options {
    Options {
        buffer: 0,
        ..Options::default()
    }
}

#[test]
fn places_and_values_come_back() {
    let field = field(30_000);
    let source = field.source();
    assert!(
        (15..=17).contains(&source.finest_zoom()),
        "{}",
        source.finest_zoom()
    );
    for zoom in [source.finest_zoom(), 20] {
        let mut tiles: BTreeMap<(u32, u32), usize> = BTreeMap::new();
        for row in 0..field.longitudes.len() {
            *tiles.entry(field.project(zoom, row).0).or_default() += 1;
        }
        let mut all = BTreeSet::new();
        for (x, y) in tiles.keys() {
            let bytes = tile(&source, zoom, *x, *y, &without_buffer()).expect("a tile");
            for feature in features(&bytes) {
                let row = feature.id as usize;
                assert!(all.insert(row), "row {row} twice");
                let (own, (east, south)) = field.project(zoom, row);
                let off = |tile: u32, own: u32, units: f64| {
                    units + (f64::from(own) - f64::from(tile)) * 4_096.0
                };
                // At zoom 20 a key is a whole unit.
                let bound = if zoom == 20 { 1.0 } else { 0.5 } + 1e-6;
                assert!((off(*x, own.0, east) - f64::from(feature.x)).abs() <= bound);
                assert!((off(*y, own.1, south) - f64::from(feature.y)).abs() <= bound);
                let given = &field.yields[row];
                match feature.values.get("yield") {
                    Some(value) => assert!((value.number() - given).abs() < 1e-6),
                    None => assert!(given.is_nan()),
                }
                let time = feature.values["timestamp"].number();
                assert_eq!(time, field.times[row]);
                let crop = feature
                    .values
                    .get("crop")
                    .map(|crop| crop == &Value::Text("barley".to_owned()));
                let given = match field.crops[row] {
                    0 => Some(true),
                    1 => Some(false),
                    _ => None,
                };
                assert_eq!(crop, given);
            }
        }
        assert_eq!(all.len(), field.longitudes.len(), "zoom {zoom}");
    }
}

#[test]
fn keys_and_values_stand_once() {
    let field = field(5_000);
    let source = field.source();
    let ((x, y), _) = field.project(12, 0);
    let options = Options {
        all_from_zoom: Some(0),
        bytes: usize::MAX,
        numbers: Numbers::Exact,
        ..Options::default()
    };
    let bytes = tile(&source, 12, x, y, &options).expect("a tile");
    let (keys, values, features) = layer(&bytes);
    assert_eq!(features.len(), 5_000);
    assert_eq!(keys.len(), 3);
    // Yields, crops and times.
    assert!(values <= 977 + 2 + 5_000, "{values}");
    let exact = features
        .iter()
        .filter_map(|feature| feature.values.get("yield"));
    let given: BTreeSet<u64> = field.yields.iter().map(|number| number.to_bits()).collect();
    assert!(
        exact
            .into_iter()
            .all(|number| given.contains(&number.number().to_bits()))
    );
    // In the order of rows.
    assert!(features.is_sorted_by_key(|feature| feature.id));
}

#[test]
fn the_same_bytes_each_time() {
    let field = field(40_000);
    let ((x, y), _) = field.project(13, 0);
    let options = Options::default();
    let once = tile(&field.source(), 13, x, y, &options);
    assert!(once.is_some());
    assert_eq!(once, tile(&field.source(), 13, x, y, &options));
}

#[test]
fn low_zooms_are_thinned_evenly() {
    let field = field(200_000);
    let source = field.source();
    for zoom in [0, 6, 10, 12, 13, 14, 15, 17, 20] {
        let mut shown = 0;
        let tiles: BTreeSet<(u32, u32)> = (0..field.longitudes.len())
            .map(|row| field.project(zoom, row).0)
            .collect();
        for (x, y) in &tiles {
            let bytes = tile(&source, zoom, *x, *y, &without_buffer()).expect("a tile");
            assert!(bytes.len() <= 500_100, "zoom {zoom}: {} bytes", bytes.len());
            let features = features(&bytes);
            assert!(features.len() <= 20_000, "zoom {zoom}: {}", features.len());
            shown += features.len();
            if zoom < source.finest_zoom() {
                // A pixel is eight units; rounding may bring one of the next cell near.
                let cells: BTreeSet<(i32, i32)> = features
                    .iter()
                    .map(|feature| (feature.x / 8, feature.y / 8))
                    .collect();
                assert!(cells.len() * 10 >= features.len() * 7, "zoom {zoom}");
            }
        }
        if zoom >= source.finest_zoom() {
            assert_eq!(shown, 200_000, "zoom {zoom}");
        }
        assert!(zoom != 14 || shown > 5_000, "{shown}");
    }
}

#[test]
fn the_buffer_shows_what_the_tile_beside_shows() {
    let field = field(200_000);
    let source = field.source();
    for zoom in [13, 15, 17] {
        let ((x, y), _) = field.project(zoom, 100_100);
        let options = Options::default();
        let here = tile(&source, zoom, x, y, &options).expect("a tile");
        let mut expected: BTreeSet<(u64, i32, i32)> = BTreeSet::new();
        for (east, south) in (-1..=1).flat_map(|east| (-1..=1).map(move |south| (east, south))) {
            let (x, y) = (x.wrapping_add_signed(east), y.wrapping_add_signed(south));
            let Some(bytes) = tile(&source, zoom, x, y, &without_buffer()) else {
                continue;
            };
            for feature in features(&bytes) {
                let (x, y) = (feature.x + east * 4_096, feature.y + south * 4_096);
                let near = |units: i32| (-64..=4_160).contains(&units);
                if near(x) && near(y) {
                    expected.insert((feature.id, x, y));
                }
            }
        }
        let found: BTreeSet<(u64, i32, i32)> = features(&here)
            .iter()
            .map(|feature| (feature.id, feature.x, feature.y))
            .collect();
        let outside = |units: i32| !(0..=4_096).contains(&units);
        assert!(
            zoom < 15 || found.iter().any(|(_, x, y)| outside(*x) || outside(*y)),
            "zoom {zoom}: no buffer"
        );
        assert_eq!(found, expected, "zoom {zoom}");
    }
}

#[test]
fn tiles_of_many_different_values_stay_small() {
    use tramline_tiles::{Column, Source, Values};
    let field = field(100_000);
    // Only the west has values, so that the sample foretells too little there.
    let column = |number: usize| Column {
        name: format!("column {number}"),
        unit: None,
        values: Values::Numbers(
            (0..100_000)
                .map(|row| {
                    if row < 20_000 {
                        (row * 31 + number) as f64 * 0.377
                    } else {
                        1.0
                    }
                })
                .collect(),
        ),
    };
    let source = Source::new(
        &field.longitudes,
        &field.latitudes,
        (0..20).map(column).collect(),
    )
    .expect("a source");
    for zoom in [13, 15, 16, 17] {
        let ((x, y), _) = field.project(zoom, 5_000);
        let bytes = tile(&source, zoom, x, y, &Options::default()).expect("a tile");
        assert!(bytes.len() < 500_100, "zoom {zoom}: {} bytes", bytes.len());
        assert!(features(&bytes).len() > 100, "zoom {zoom}");
    }
}
