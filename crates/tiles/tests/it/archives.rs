//! Archives, read again.

use crate::decode::{archive, features};
use crate::field::{SOUTH, WEST, field};
use std::collections::BTreeSet;
use tramline_tiles::{Column, Options, Source, Values, pmtiles, tile};

#[test]
fn an_archive_has_all_tiles_and_says_what_is_in_them() {
    let field = field(30_000);
    let source = field.source();
    let (least, most) = source.zooms();
    assert!(least < 13 && most == source.finest_zoom(), "{least} {most}");
    let options = Options {
        buffer: 0,
        ..Options::default()
    };
    let mut bytes = Vec::new();
    let tiles = pmtiles(&source, least, most, &options, &mut bytes).expect("an archive");
    let archive = archive(&bytes);
    assert_eq!(archive.tiles.len(), tiles);
    let layer = &archive.metadata["vector_layers"][0];
    assert_eq!(layer["id"], "points");
    assert_eq!(layer["fields"]["yield"], "Number");
    assert_eq!(layer["fields"]["crop"], "String");
    assert_eq!(layer["maxzoom"], most);
    assert_eq!(archive.metadata["units"]["yield"], "t1ha-1");
    // Clustered, gzip, gzip, vector tiles, zooms.
    assert_eq!(archive.header[96..102], [1, 2, 2, 1, least, most]);
    let degrees = |at: usize| {
        f64::from(i32::from_le_bytes(
            archive.header[at..at + 4].try_into().expect("four"),
        )) / 1e7
    };
    assert!((degrees(102) - WEST).abs() < 1e-6 && (degrees(106) - SOUTH).abs() < 1e-6);
    // The last zoom comes last and has all points; its tiles are those made alone.
    let first = ((1_u64 << (2 * u32::from(most))) - 1) / 3;
    let last: Vec<&Vec<u8>> = archive.tiles.range(first..).map(|(_, tile)| tile).collect();
    let rows: BTreeSet<u64> = last
        .iter()
        .flat_map(|tile| features(tile))
        .map(|feature| feature.id)
        .collect();
    let count: usize = last.iter().map(|tile| features(tile).len()).sum();
    assert_eq!((rows.len(), count), (30_000, 30_000));
    let ((x, y), _) = field.project(most, 0);
    let alone = tile(&source, most, x, y, &options).expect("a tile");
    assert!(last.contains(&&alone));
}

#[test]
fn a_lower_last_zoom_has_all_points_as_well() {
    let field = field(3_000);
    let options = Options {
        buffer: 0,
        ..Options::default()
    };
    let mut bytes = Vec::new();
    pmtiles(&field.source(), 10, 10, &options, &mut bytes).expect("an archive");
    let count: usize = archive(&bytes)
        .tiles
        .values()
        .map(|tile| features(tile).len())
        .sum();
    assert_eq!(count, 3_000);
}

#[test]
fn many_tiles_have_leaves() {
    let places: Vec<(f64, f64)> = (0..20_000_u32)
        .map(|i| {
            let mixed = i.wrapping_mul(2_654_435_761);
            (
                f64::from(mixed >> 16) / 182.1 - 180.0,
                f64::from(mixed & 0xFFFF) / 400.0 - 80.0,
            )
        })
        .collect();
    let (longitudes, latitudes): (Vec<f64>, Vec<f64>) = places.into_iter().unzip();
    let text = Column {
        name: "text".to_owned(),
        unit: None,
        values: Values::Texts {
            keys: (0..20_000).map(|row| row % 5_000).collect(),
            texts: (0..5_000).map(|row| "x".repeat(row % 300)).collect(),
        },
    };
    let source = Source::new(&longitudes, &latitudes, vec![text]).expect("a source");
    let mut bytes = Vec::new();
    let tiles = pmtiles(&source, 12, 12, &Options::default(), &mut bytes).expect("an archive");
    let archive = archive(&bytes);
    assert!(archive.leaves > 1, "{tiles} tiles");
    assert_eq!(archive.tiles.len(), tiles);
}
