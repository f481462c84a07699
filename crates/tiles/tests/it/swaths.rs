//! What stands in a tile of footprints.

use crate::decode::{Feature, archive, features, twice_area};
use crate::field::project;
use crate::ground::{bare, footprints, ground, ground_of};
use std::collections::{BTreeMap, BTreeSet};
use tramline_tiles::{Options, Source, pmtiles, tile};

fn without_buffer() -> Options {
    Options {
        buffer: 0,
        ..Options::default()
    }
}

fn area(feature: &Feature) -> f64 {
    let twice: i64 = feature.rings.iter().map(|ring| twice_area(ring)).sum();
    twice as f64 / 2.0
}

/// Places of a ring in units of the world at a zoom.
fn projected(ring: &[(f64, f64)], zoom: u8) -> Vec<(f64, f64)> {
    let place = |(longitude, latitude): &(f64, f64)| {
        let ((x, y), (east, south)) = project(*longitude, *latitude, zoom);
        (
            f64::from(x) * 4_096.0 + east,
            f64::from(y) * 4_096.0 + south,
        )
    };
    ring.iter().map(place).collect()
}

fn true_area(ring: &[(f64, f64)], zoom: u8) -> f64 {
    let places = projected(ring, zoom);
    let first = places[0];
    let sides = places.windows(2).map(|side| {
        let [a, b] = [side[0], side[1]].map(|(x, y)| (x - first.0, y - first.1));
        a.0 * b.1 - b.0 * a.1
    });
    sides.sum::<f64>().abs() / 2.0
}

/// Tiles that the rings and a little more touch.
fn touched(rings: &[Vec<(f64, f64)>], zoom: u8) -> BTreeSet<(u32, u32)> {
    let mut tiles = BTreeSet::new();
    for ring in rings {
        let corners = ring.iter().flat_map(|(x, y)| {
            [-4e-4, 0.0, 4e-4].into_iter().flat_map(move |east| {
                [-4e-4, 0.0, 4e-4].map(|north| project(x + east, y + north, zoom).0)
            })
        });
        tiles.extend(corners);
    }
    tiles
}

fn all(source: &Source, rings: &[Vec<(f64, f64)>], zoom: u8) -> BTreeMap<(u32, u32), Vec<Feature>> {
    let made = touched(rings, zoom).into_iter().filter_map(|(x, y)| {
        let bytes = tile(source, zoom, x, y, &without_buffer())?;
        assert!(bytes.len() <= 500_100, "{} bytes", bytes.len());
        Some(((x, y), features(&bytes)))
    });
    made.collect()
}

#[test]
fn pieces_of_all_tiles_add_up_to_the_ground() {
    for turned in [0.0, 0.6] {
        let (_, rings) = ground(4_000, turned);
        let source = bare(&rings);
        for zoom in [source.finest_zoom(), 18, 20] {
            let mut found = vec![0.0; rings.len()];
            for feature in all(&source, &rings, zoom).into_values().flatten() {
                assert_eq!(feature.rings.len(), 1);
                found[feature.id as usize] += area(&feature);
            }
            let wanted: Vec<f64> = rings.iter().map(|ring| true_area(ring, zoom)).collect();
            let (sum, wanted_sum) = (found.iter().sum::<f64>(), wanted.iter().sum::<f64>());
            assert!(
                (sum / wanted_sum - 1.0).abs() < 1e-3,
                "zoom {zoom}: {sum} {wanted_sum}"
            );
            for (row, (found, wanted)) in found.iter().zip(&wanted).enumerate() {
                // Half a unit along the outline, which the tiles beside may round as well.
                let off = 1.5 * wanted.sqrt() * 2.5 + 2.0;
                assert!((found - wanted).abs() < off, "row {row}: {found} {wanted}");
            }
        }
    }
}

/// How often each unit of a coarse raster over the tiles is covered.
fn painted(tiles: &BTreeMap<(u32, u32), Vec<Feature>>, (x, y): (f64, f64)) -> usize {
    let tile = ((x / 4_096.0) as u32, (y / 4_096.0) as u32);
    let own = (
        x - f64::from(tile.0) * 4_096.0,
        y - f64::from(tile.1) * 4_096.0,
    );
    let inside = |ring: &Vec<(i32, i32)>| {
        let mut inside = false;
        for place in 0..ring.len() {
            let ((ax, ay), (bx, by)) = (ring[place], ring[(place + 1) % ring.len()]);
            let (ax, ay) = (f64::from(ax), f64::from(ay));
            let (bx, by) = (f64::from(bx), f64::from(by));
            if (ay > own.1) != (by > own.1) && own.0 < (bx - ax) * (own.1 - ay) / (by - ay) + ax {
                inside = !inside;
            }
        }
        inside
    };
    let features = tiles.get(&tile).into_iter().flatten();
    features
        .flat_map(|feature| &feature.rings)
        .filter(|ring| inside(ring))
        .count()
}

#[test]
fn a_field_without_gaps_has_none_at_any_zoom() {
    for (turned, width) in [
        (0.0, 9.0),
        (0.3, 9.0),
        (0.785, 9.0),
        (0.0, 36.0),
        (0.785, 36.0),
    ] {
        let (_, rings) = ground_of(10_000, turned, width);
        let source = bare(&rings);
        for zoom in [10, 12, 13, 14, 15, source.finest_zoom()] {
            let tiles = all(&source, &rings, zoom);
            let mut missing = 0;
            // The outermost are left out: a field's edge may be off by part of a cell.
            let inner = |row: usize| {
                let (pass, along) = (row / 200, row % 200);
                pass > 0 && pass < 49 && along > 2 && along < 197
            };
            // Every seventh: passes have 200 records, so that all places along them come up.
            let sampled = rings.iter().enumerate().step_by(7);
            for (_, ring) in sampled.filter(|(row, _)| inner(*row)) {
                let corners = projected(&ring[..4], zoom);
                let mean =
                    |axis: fn(&(f64, f64)) -> f64| corners.iter().map(axis).sum::<f64>() / 4.0;
                let middle = (mean(|corner| corner.0), mean(|corner| corner.1));
                let towards = |corner: &(f64, f64)| {
                    let part = |middle: f64, corner: f64| middle + (corner - middle) * 0.8;
                    (part(middle.0, corner.0), part(middle.1, corner.1))
                };
                let spots = corners.iter().map(towards).chain([middle]);
                missing += spots.filter(|spot| painted(&tiles, *spot) == 0).count();
            }
            // What rounds to a side of a polygon may be on either.
            assert!(
                missing * 7_000 <= rings.len() * 5,
                "{width} m, turned {turned}, zoom {zoom}: {missing} are missing"
            );
        }
    }
}

#[test]
fn low_zooms_are_squares_side_by_side() {
    let (_, rings) = ground(10_000, 0.4);
    let source = bare(&rings);
    let tiles = all(&source, &rings, 11);
    let mut squares = BTreeSet::new();
    for ((x, y), features) in &tiles {
        for feature in features {
            assert_eq!(area(feature), 64.0, "a pixel");
            let (east, south) = feature.rings[0].iter().min().copied().expect("a corner");
            assert_eq!((east % 8, south % 8), (0, 0));
            assert!(squares.insert((x, y, east, south)), "twice");
        }
    }
    assert!(squares.len() > 100, "{}", squares.len());
}

#[test]
fn tiles_stay_small_and_come_out_the_same() {
    let (field, rings) = ground(60_000, 0.2);
    let source = field.swaths(footprints(&rings));
    let again = field.swaths(footprints(&rings));
    for zoom in [0, 9, 13, 14, 16] {
        for (x, y) in touched(&rings[30_000..30_100], zoom) {
            let bytes = tile(&source, zoom, x, y, &Options::default());
            assert_eq!(bytes, tile(&again, zoom, x, y, &Options::default()));
            let Some(bytes) = bytes else { continue };
            assert!(bytes.len() <= 500_100, "zoom {zoom}: {} bytes", bytes.len());
            for feature in features(&bytes) {
                let row = feature.id as usize;
                match feature.values.get("yield") {
                    Some(value) => assert!((value.number() - field.yields[row]).abs() < 1e-6),
                    None => assert!(field.yields[row].is_nan()),
                }
                let near = |units: i32| (-64..=4_160).contains(&units);
                assert!(
                    feature
                        .rings
                        .iter()
                        .flatten()
                        .all(|(x, y)| near(*x) && near(*y))
                );
            }
        }
    }
}

#[test]
fn the_buffer_shows_what_the_tile_beside_shows() {
    let (_, rings) = ground(40_000, 0.2);
    let source = bare(&rings);
    for zoom in [13, 15, 17] {
        let ((x, y), _) = project(rings[20_000][0].0, rings[20_000][0].1, zoom);
        let at = |x, options: &Options| {
            let bytes = tile(&source, zoom, x, y, options);
            bytes.map(|bytes| features(&bytes)).unwrap_or_default()
        };
        let here = at(x, &Options::default());
        let rows: BTreeSet<u64> = here.iter().map(|feature| feature.id).collect();
        // What the next tile has at its west edge stands in the buffer of this one.
        for feature in at(x + 1, &without_buffer()) {
            if feature.rings.iter().flatten().any(|(x, _)| *x < 60) {
                assert!(
                    rows.contains(&feature.id),
                    "zoom {zoom}: row {}",
                    feature.id
                );
            }
        }
    }
}

#[test]
fn an_archive_has_all_pieces() {
    let (field, rings) = ground(5_000, 0.5);
    let source = field.swaths(footprints(&rings));
    let (least, most) = source.zooms();
    let mut bytes = Vec::new();
    let tiles = pmtiles(&source, least, most, &without_buffer(), &mut bytes).expect("an archive");
    let archive = archive(&bytes);
    assert_eq!(archive.tiles.len(), tiles);
    assert_eq!(archive.metadata["vector_layers"][0]["id"], "swaths");
    let first = ((1_u64 << (2 * u32::from(most))) - 1) / 3;
    let pieces = archive
        .tiles
        .range(first..)
        .flat_map(|(_, tile)| features(tile));
    let sum: f64 = pieces.map(|feature| area(&feature)).sum();
    let wanted: f64 = rings.iter().map(|ring| true_area(ring, most)).sum();
    assert!((sum / wanted - 1.0).abs() < 1e-3, "{sum} {wanted}");
    assert_eq!(
        archive.tiles.range(first..).count(),
        all(&source, &rings, most).len()
    );
}
