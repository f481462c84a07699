//! Places that are none, tiles that do not exist, all at one place, nothing at all.

use crate::decode::{archive, features};
use crate::field::project;
use tramline_tiles::{Column, Options, Source, TileError, Values, pmtiles, tile};

fn bare(places: &[(f64, f64)]) -> Source {
    let (longitudes, latitudes): (Vec<f64>, Vec<f64>) = places.iter().copied().unzip();
    Source::new(&longitudes, &latitudes, Vec::new()).expect("a source")
}

#[test]
fn tiles_that_do_not_exist() {
    let source = bare(&[(0.0, 0.0)]);
    for (zoom, x, y) in [
        (40, 0, 0),
        (255, u32::MAX, u32::MAX),
        (21, 0, 0),
        (32, 1, 1),
        (0, 1, 0),
        (3, 8, 0),
        (3, 0, u32::MAX),
    ] {
        assert_eq!(tile(&source, zoom, x, y, &Options::default()), None);
    }
}

#[test]
fn nothing_at_all() {
    let source = bare(&[]);
    assert!(source.is_empty());
    assert_eq!(source.bounds(), None);
    assert_eq!(source.zooms(), (0, 0));
    assert_eq!(tile(&source, 0, 0, 0, &Options::default()), None);
    let mut bytes = Vec::new();
    let tiles = pmtiles(&source, 0, 14, &Options::default(), &mut bytes).expect("an archive");
    assert_eq!(tiles, 0);
    assert!(archive(&bytes).tiles.is_empty());
}

#[test]
fn places_that_are_none_are_left_out() {
    let source = bare(&[
        (f64::NAN, 1.0),
        (1.0, f64::NAN),
        (f64::INFINITY, f64::NEG_INFINITY),
        (181.0, 0.0),
        (0.0, 91.0),
        (1e300, -1e300),
        (10.0, 50.0),
    ]);
    assert_eq!(source.len(), 1);
    let bytes = tile(&source, 0, 0, 0, &Options::default()).expect("a tile");
    assert_eq!(features(&bytes)[0].id, 6);
}

#[test]
fn poles_and_the_antimeridian() {
    let source = bare(&[
        (0.0, 90.0),
        (0.0, -90.0),
        (180.0, 0.0),
        (-180.0, 0.0),
        (179.999_999, 0.0),
    ]);
    assert_eq!(source.len(), 5);
    let options = Options {
        all_from_zoom: Some(0),
        ..Options::default()
    };
    let at = |zoom, x, y| {
        let bytes = tile(&source, zoom, x, y, &options);
        let features = bytes.map(|bytes| features(&bytes)).unwrap_or_default();
        features
            .into_iter()
            .map(|f| (f.id, f.x, f.y))
            .collect::<Vec<_>>()
    };
    assert_eq!(at(2, 2, 0), [(0, 0, 0)]);
    assert_eq!(at(2, 2, 3), [(1, 0, 4_096)]);
    // Both edges show the points of both.
    assert_eq!(at(4, 15, 8), [(2, 4_096, 0), (3, 4_096, 0), (4, 4_096, 0)]);
    assert_eq!(at(4, 0, 8), [(2, 0, 0), (3, 0, 0), (4, 0, 0)]);
    // At zoom 0 the tile is its own neighbour.
    let whole = at(0, 0, 0);
    assert!(
        whole.contains(&(3, 0, 2_048)) && whole.contains(&(3, 4_096, 2_048)),
        "{whole:?}"
    );
}

#[test]
fn a_million_points_at_one_place() {
    let source = bare(&vec![(12.5, -33.25); 1_000_000]);
    for zoom in 0..=20 {
        let ((x, y), _) = project(12.5, -33.25, zoom);
        let bytes = tile(&source, zoom, x, y, &Options::default()).expect("a tile");
        let features = features(&bytes);
        assert_eq!((features.len(), features[0].id), (1, 0), "zoom {zoom}");
    }
}

#[test]
fn columns_of_another_length() {
    let column = |length| Column {
        name: "a".to_owned(),
        unit: None,
        values: Values::Numbers(vec![1.0; length]),
    };
    let short = Source::new(&[1.0, 2.0], &[1.0, 2.0], vec![column(1)]);
    assert!(matches!(short, Err(TileError::Length { found: 1, .. })));
    assert!(Source::new(&[1.0], &[], Vec::new()).is_err());
    let keys = Column {
        name: "a".to_owned(),
        unit: None,
        values: Values::Texts {
            keys: vec![7],
            texts: vec!["only".to_owned()],
        },
    };
    let source = Source::new(&[1.0], &[1.0], vec![keys]).expect("a source");
    let bytes = tile(&source, 0, 0, 0, &Options::default()).expect("a tile");
    assert!(features(&bytes)[0].values.is_empty());
}

#[test]
fn options_of_nothing_and_of_too_much() {
    let places: Vec<(f64, f64)> = (0..500)
        .map(|i| (f64::from(i) / 10.0, f64::from(i) / 20.0))
        .collect();
    let source = bare(&places);
    let least = Options {
        buffer: u32::MAX,
        points: 0,
        bytes: 0,
        ..Options::default()
    };
    assert!(tile(&source, 0, 0, 0, &least).is_some());
    let most = Options {
        buffer: u32::MAX,
        points: u32::MAX,
        bytes: usize::MAX,
        all_from_zoom: Some(0),
        ..Options::default()
    };
    for zoom in 0..=20 {
        let ((x, y), _) = project(25.0, 12.5, zoom);
        assert!(tile(&source, zoom, x, y, &most).is_some());
    }
}

#[test]
fn archives_that_cannot_be() {
    let source = bare(&[(0.0, 0.0)]);
    for (min, max) in [(5, 4), (0, 21), (40, 40)] {
        let made = pmtiles(&source, min, max, &Options::default(), std::io::sink());
        assert!(matches!(made, Err(TileError::Zooms { .. })));
    }
    // Points all over the world.
    let places: Vec<(f64, f64)> = (0..300_000_u64)
        .map(|i| {
            (
                (i * 7_919 % 360_000) as f64 / 1e3 - 180.0,
                (i % 1_600) as f64 / 10.0 - 80.0,
            )
        })
        .collect();
    let made = pmtiles(&bare(&places), 14, 20, &Options::default(), std::io::sink());
    assert!(matches!(made, Err(TileError::TooManyTiles(_))));
    struct Full;
    impl std::io::Write for Full {
        fn write(&mut self, _: &[u8]) -> std::io::Result<usize> {
            Err(std::io::Error::from(std::io::ErrorKind::StorageFull))
        }
        fn flush(&mut self) -> std::io::Result<()> {
            Ok(())
        }
    }
    let made = pmtiles(&source, 0, 1, &Options::default(), Full);
    assert!(matches!(made, Err(TileError::Write(_))));
}
