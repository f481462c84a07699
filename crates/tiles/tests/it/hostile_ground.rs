//! Polygons that are none, that are too large, that have holes, and stored files of them.

use crate::decode::{Feature, archive, features, twice_area};
use crate::field::{SOUTH, WEST, project};
use crate::ground::{bare, rectangle, ring, wkb};
use arrow_array::{ArrayRef, BinaryArray, Float64Array, RecordBatch};
use parquet::arrow::ArrowWriter;
use parquet::file::metadata::KeyValue;
use std::path::Path;
use std::sync::Arc;
use tramline_tiles::{
    Footprints, Options, Pick, Source, TileError, pmtiles, read_parquet, tile, write_pmtiles,
};

const HERE: (f64, f64) = (WEST, SOUTH);

fn at(source: &Source, zoom: u8, (longitude, latitude): (f64, f64)) -> Vec<Feature> {
    let ((x, y), _) = project(longitude, latitude, zoom);
    let options = Options {
        all_from_zoom: Some(0),
        ..Options::default()
    };
    let bytes = tile(source, zoom, x, y, &options);
    bytes.map(|bytes| features(&bytes)).unwrap_or_default()
}

fn of(polygons: &[Option<Vec<u8>>]) -> Source {
    let mut footprints = Footprints::new();
    for polygon in polygons {
        footprints.add(polygon.as_deref());
    }
    assert_eq!(footprints.len(), polygons.len());
    Source::swaths(footprints, Vec::new()).expect("a source")
}

#[test]
fn broken_polygons_are_left_out() {
    let good = wkb(&[rectangle(HERE, 9.0, 2.0, 0.1)]);
    let mut big_endian = good.clone();
    big_endian[0] = 0;
    let mut point = good.clone();
    point[1] = 1;
    let mut many_rings = good.clone();
    many_rings[5..9].fill(0xFF);
    let mut many_corners = good.clone();
    many_corners[9..13].fill(0xFF);
    let nested = [&[1, 6, 0, 0, 0, 0xFF, 0xFF, 0xFF, 0xFF][..], &point].concat();
    let with = |place: usize, corner: (f64, f64)| {
        let mut ring = rectangle(HERE, 9.0, 2.0, 0.1);
        ring[place] = corner;
        wkb(&[ring])
    };
    let mut polygons = vec![
        None,
        Some(Vec::new()),
        Some(big_endian),
        Some(point),
        Some(many_rings),
        Some(many_corners),
        Some(nested),
        Some(with(1, (f64::NAN, 1.0))),
        Some(with(0, (f64::INFINITY, 1.0))),
        Some(with(2, (8.5, 91.0))),
        Some(with(3, (1e300, -1e300))),
        Some(wkb(&[])),
        Some(wkb(&[Vec::new()])),
        Some(wkb(&[vec![HERE; 5]])),
        Some(wkb(&[ring(HERE, &[(0.0, 0.0), (9.0, 9.0)])])),
        // A bow tie whose halves cancel, and more corners than a footprint has.
        Some(wkb(&[vec![
            (0.0, 0.0),
            (1e-3, 1e-3),
            (1e-3, 0.0),
            (0.0, 1e-3),
            (0.0, 0.0),
        ]])),
        Some(wkb(&[vec![HERE; 1_025]])),
    ];
    polygons.extend((0..good.len()).map(|length| Some(good[..length].to_vec())));
    let row = polygons.len() as u64;
    polygons.push(Some(good));
    let source = of(&polygons);
    for zoom in 0..=20 {
        let found = at(&source, zoom, HERE);
        assert!(found.iter().all(|feature| feature.id == row), "zoom {zoom}");
        assert!(zoom < 14 || found.len() == 1, "zoom {zoom}");
    }
    assert_eq!(source.len(), 1);
}

#[test]
fn holes_and_several_polygons() {
    let side = |place, side| rectangle(place, side, side, 0.3);
    let mut hole = side(HERE, 10.0);
    hole.reverse();
    let far = (HERE.0 + 1e-3, HERE.1);
    let holed = wkb(&[side(HERE, 40.0), hole]);
    let mut both = vec![1, 6, 0, 0, 0, 2, 0, 0, 0];
    both.extend(&holed);
    both.extend(wkb(&[side(far, 20.0)]));
    let source = of(&[Some(holed), Some(both)]);
    let found = at(&source, 16, HERE);
    let signs = |feature: &Feature| {
        let areas = feature.rings.iter().map(|ring| twice_area(ring));
        areas.map(i64::signum).collect::<Vec<_>>()
    };
    assert_eq!(
        [signs(&found[0]), signs(&found[1])],
        [vec![1, -1], vec![1, -1, 1]]
    );
    let areas = [0, 1, 2].map(|ring| twice_area(&found[1].rings[ring]) as f64);
    assert!((areas[0] / -areas[1] - 16.0).abs() < 1.0, "{areas:?}");
    assert!((areas[0] / areas[2] - 4.0).abs() < 0.3, "{areas:?}");
    for zoom in 0..=20 {
        let ((x, y), _) = project(HERE.0, HERE.1, zoom);
        for thinned in [1, 20_000] {
            let options = Options {
                points: thinned,
                ..Options::default()
            };
            tile(&source, zoom, x, y, &options);
        }
    }
}

#[test]
fn across_the_antimeridian_and_at_the_poles() {
    let across = vec![
        (179.999, 0.0),
        (-179.999, 0.0),
        (-179.999, 0.001),
        (179.999, 0.001),
        (179.999, 0.0),
    ];
    let pole = vec![
        (10.0, 89.9),
        (10.1, 89.9),
        (10.1, 90.0),
        (10.0, 90.0),
        (10.0, 89.9),
    ];
    let north = vec![
        (10.0, 85.0),
        (10.1, 85.0),
        (10.1, 90.0),
        (10.0, 90.0),
        (10.0, 85.0),
    ];
    let source = bare(&[across, pole, north]);
    assert_eq!(source.len(), 2, "nothing is left of the pole's");
    for zoom in [0, 1, 5, 12, 16] {
        let half = |longitude| {
            let found = at(&source, zoom, (longitude, 0.000_5));
            let own = found.iter().filter(|feature| feature.id == 0);
            own.flat_map(|feature| &feature.rings)
                .map(|ring| twice_area(ring))
                .sum::<i64>()
        };
        let (west, east) = (half(-179.999_5), half(179.999_5));
        assert!(
            (west - east).abs() * 20 <= west + 20,
            "zoom {zoom}: {west} {east}"
        );
        assert!(zoom < 12 || west > 0, "zoom {zoom}");
    }
    assert_eq!(at(&source, 3, (10.05, 85.02)).len(), 1);
    let mut bytes = Vec::new();
    pmtiles(&source, 0, 8, &Options::default(), &mut bytes).expect("an archive");
    assert!(!archive(&bytes).tiles.is_empty());
}

#[test]
fn footprints_as_large_as_countries() {
    let huge = |row: u32| {
        let west = f64::from(row % 100) - 80.0;
        vec![
            (west, -60.0),
            (west + 120.0, -60.0),
            (west + 120.0, 60.0),
            (west, 60.0),
            (west, -60.0),
        ]
    };
    let rings: Vec<_> = (0..30_000).map(huge).collect();
    let source = bare(&rings);
    for zoom in [0, 3, 12, 20] {
        let ((x, y), _) = project(1.0, 1.0, zoom);
        let bytes = tile(&source, zoom, x, y, &Options::default()).expect("a tile");
        assert!(bytes.len() <= 501_000, "zoom {zoom}: {} bytes", bytes.len());
        assert!(!features(&bytes).is_empty());
    }
    let made = pmtiles(&source, 12, 14, &Options::default(), std::io::sink());
    assert!(matches!(made, Err(TileError::TooManyTiles(_))));
}

#[test]
fn a_long_footprint_is_found_far_from_its_middle() {
    let mut rings: Vec<_> = (0..500)
        .map(|row| rectangle((WEST + f64::from(row) * 1e-4, SOUTH), 9.0, 2.0, 0.0))
        .collect();
    rings.push(ring(
        (WEST + 0.02, SOUTH + 0.1),
        &[(0.0, 0.0), (4_000.0, 0.0), (4_000.0, 3.0), (0.0, 3.0)],
    ));
    let source = bare(&rings);
    for zoom in [14, 17, 20] {
        let found = at(&source, zoom, (WEST + 0.021, SOUTH + 0.100_01));
        assert_eq!(
            found.iter().map(|feature| feature.id).collect::<Vec<_>>(),
            [500],
            "zoom {zoom}"
        );
    }
}

#[test]
fn what_does_not_move_stays_one_cell() {
    let source = bare(&vec![rectangle(HERE, 9.0, 2.0, 0.4); 100_000]);
    for zoom in 0..=20 {
        let ((x, y), _) = project(HERE.0, HERE.1, zoom);
        let bytes = tile(&source, zoom, x, y, &Options::default()).expect("a tile");
        let ids: Vec<u64> = features(&bytes).iter().map(|feature| feature.id).collect();
        assert!(ids.contains(&0) && ids.len() < 5, "zoom {zoom}: {ids:?}");
    }
}

fn store(path: &Path, geo: Option<&str>, polygons: Vec<Option<&[u8]>>) {
    let rows = polygons.len();
    let geometry: ArrayRef = Arc::new(BinaryArray::from(polygons));
    let speed: ArrayRef = Arc::new(Float64Array::from(vec![2.5; rows]));
    let longitude: ArrayRef = Arc::new(Float64Array::from(vec![WEST; rows]));
    let latitude: ArrayRef = Arc::new(Float64Array::from(vec![SOUTH; rows]));
    let columns = [
        ("geometry", geometry),
        ("speed", speed),
        ("longitude", longitude),
        ("latitude", latitude),
    ];
    let columns = columns.map(|(name, array)| (name, array, true));
    let batch = RecordBatch::try_from_iter_with_nullable(columns).expect("a batch");
    let file = std::fs::File::create(path).expect("a file");
    let mut writer = ArrowWriter::try_new(file, batch.schema(), None).expect("a writer");
    writer.write(&batch).expect("written");
    if let Some(geo) = geo {
        writer.append_key_value_metadata(KeyValue::new("geo".to_owned(), geo.to_owned()));
    }
    writer.close().expect("closed");
}

#[test]
fn a_stored_file_of_polygons_and_its_archive() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("polygon.parquet");
    let geo = r#"{"columns": {"geometry": {"geometry_types": ["Polygon"]}}}"#;
    let good = wkb(&[rectangle(HERE, 9.0, 2.0, 0.1)]);
    let polygons = || vec![Some(&good[..]), None, Some(&good[..20]), Some(&good[..])];
    store(&path, Some(geo), polygons());
    let source = read_parquet(&path, &Pick::All, 1 << 20).expect("a source");
    assert_eq!((source.len(), source.layer()), (2, "swaths"));
    let found = at(&source, 18, HERE);
    assert_eq!(
        found.iter().map(|feature| feature.id).collect::<Vec<_>>(),
        [0, 3]
    );
    assert_eq!(found[0].values["speed"].number(), 2.5);
    let mut bytes = Vec::new();
    let tiles = write_pmtiles(&path, &Pick::All, 1 << 20, &mut bytes).expect("an archive");
    let archive = archive(&bytes);
    assert!(tiles > 0 && archive.tiles.len() == tiles);
    assert_eq!(archive.metadata["vector_layers"][0]["id"], "swaths");
    let small = read_parquet(&path, &Pick::All, 100);
    assert!(matches!(small, Err(TileError::Memory { .. })));
    // More corners than a footprint has count as they come.
    let corners: Vec<(f64, f64)> = (0..1_000)
        .map(|corner| f64::from(corner) / 160.0)
        .map(f64::sin_cos)
        .collect();
    let round = wkb(&[ring(HERE, &corners)]);
    store(&path, Some(geo), vec![Some(&round[..]); 50]);
    let large = read_parquet(&path, &Pick::All, 100_000);
    assert!(matches!(large, Err(TileError::Memory { .. })));
    for geo in [
        None,
        Some("{"),
        Some("[]"),
        Some(r#"{"columns": {"geometry": {"geometry_types": ["Point"]}}}"#),
    ] {
        store(&path, geo, polygons());
        let points = read_parquet(&path, &Pick::All, 1 << 20).expect("a source");
        assert_eq!((points.len(), points.layer()), (4, "points"));
    }
}
