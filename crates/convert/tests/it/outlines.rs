//! Sources of polygons: the ground of a row is its polygon, in the stored file, in the summary and in
//! the images.

use arrow_array::cast::AsArray;
use geo::{GeodesicArea, LineString, Polygon};
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use serde_json::{Value, json};
use tramline_convert::maps::{Map, MapPlane};
use tramline_convert::{Input, Options, run};
use tramline_formats::Tree;
use tramline_outputs::MemorySink;
use tramline_outputs::geoparquet::rings_of;

const METRE_NORTH: f64 = 1.0 / 111_229.0;
const METRE_EAST: f64 = 1.0 / 71_696.0;
const WGS84: &str = r#"GEOGCS["GCS_WGS_1984",DATUM["D_WGS_1984",SPHEROID["WGS_1984",6378137.0,298.257223563]],PRIMEM["Greenwich",0.0],UNIT["Degree",0.0174532925199433]]"#;

type Ring = Vec<(f64, f64)>;

/// Degrees of a place by metres east and north of 10 E 50 N.
fn place(x: f64, y: f64) -> (f64, f64) {
    (10.0 + x * METRE_EAST, 50.0 + y * METRE_NORTH)
}

/// A square in degrees that turns with the clock, as outer rings do in shapefiles.
fn square(x: f64, y: f64, width: f64, height: f64) -> Ring {
    [(0.0, 0.0), (0.0, 1.0), (1.0, 1.0), (1.0, 0.0), (0.0, 0.0)]
        .map(|(a, b)| place(x + a * width, y + b * height))
        .to_vec()
}

fn hole(x: f64, y: f64, side: f64) -> Ring {
    square(x, y, side, side).into_iter().rev().collect()
}

fn shp(rows: &[Vec<Ring>]) -> Vec<u8> {
    let mut body = Vec::new();
    for (number, rings) in (1_i32..).zip(rows) {
        let mut content = 5_i32.to_le_bytes().to_vec();
        content.extend([0; 32]);
        let corners: usize = rings.iter().map(Vec::len).sum();
        content.extend((rings.len() as i32).to_le_bytes());
        content.extend((corners as i32).to_le_bytes());
        let mut start = 0_i32;
        for ring in rings {
            content.extend(start.to_le_bytes());
            start += ring.len() as i32;
        }
        for (x, y) in rings.iter().flatten() {
            content.extend(x.to_le_bytes());
            content.extend(y.to_le_bytes());
        }
        body.extend(number.to_be_bytes());
        body.extend((content.len() as i32 / 2).to_be_bytes());
        body.extend(content);
    }
    let mut file = 9994_i32.to_be_bytes().to_vec();
    file.extend([0; 20]);
    file.extend(((body.len() as i32 + 100) / 2).to_be_bytes());
    file.extend(1000_i32.to_le_bytes());
    file.extend(5_i32.to_le_bytes());
    file.extend([0; 64]);
    file.extend(body);
    file
}

/// A table with a rate of 10, 20, 30… in the rows.
fn dbf(rows: usize) -> Vec<u8> {
    let mut file = vec![3, 126, 1, 1];
    file.extend((rows as u32).to_le_bytes());
    file.extend(65_u16.to_le_bytes());
    file.extend(11_u16.to_le_bytes());
    file.extend([0; 20]);
    let mut descriptor = [0_u8; 32];
    descriptor[..10].copy_from_slice(b"Rt_Apd_Ms_");
    (descriptor[11], descriptor[16]) = (b'N', 10);
    file.extend(descriptor);
    file.push(0x0d);
    for row in 0..rows {
        file.extend(format!(" {:>10}", (row + 1) * 10).bytes());
    }
    file.push(0x1a);
    file
}

/// Artifacts by kind, and where they lie.
type Made = (
    MemorySink,
    std::collections::BTreeMap<tramline_model::Artifact, String>,
);

fn convert(rows: &[Vec<Ring>]) -> Made {
    convert_with(rows, json!({"enablePolygonOutput": true}))
}

fn convert_with(rows: &[Vec<Ring>], configuration: Value) -> Made {
    let tree = Tree::from_files(vec![
        ("a/x.shp".to_owned(), shp(rows)),
        ("a/x.dbf".to_owned(), dbf(rows.len())),
        ("a/x.prj".to_owned(), WGS84.as_bytes().to_vec()),
    ]);
    let input = Input {
        name: "x.zip".into(),
        sha256: "00".into(),
        size_bytes: 1,
    };
    let options = Options {
        configuration: serde_json::from_value(configuration).unwrap(),
        ..Options::default()
    };
    let sink = MemorySink::default();
    let mut report = run(&tree, &input, &options, &mut sink.clone(), &mut |_| {}).unwrap();
    let artifacts = report.files.remove(0).artifacts;
    (sink, artifacts)
}

fn rows() -> Vec<Vec<Ring>> {
    let (x, y) = (300.0, 0.0);
    let bow = [
        (0.0, 0.0),
        (10.0, 10.0),
        (10.0, 0.0),
        (0.0, 10.0),
        (0.0, 0.0),
    ];
    let line = vec![
        place(250.0, 0.0),
        place(260.0, 9.0),
        place(250.0, 0.0),
        place(250.0, 0.0),
    ];
    vec![
        vec![square(0.0, 0.0, 100.0, 100.0), hole(40.0, 40.0, 20.0)],
        vec![square(50.0, 0.0, 100.0, 100.0)],
        vec![
            square(200.0, 0.0, 10.0, 10.0),
            square(220.0, 0.0, 10.0, 10.0),
        ],
        vec![bow.map(|(a, b)| place(x + a, y + b)).to_vec()],
        vec![line],
        vec![vec![
            place(0.0, 0.0),
            (f64::NAN, 50.0),
            place(9.0, 9.0),
            place(0.0, 0.0),
        ]],
    ]
}

#[test]
fn the_stored_polygons_are_those_of_the_source() {
    let (sink, artifacts) = convert(&rows());
    let bytes = sink.files.lock().unwrap()[&artifacts["polygonGeoparquet"]].clone();
    let builder = ParquetRecordBatchReaderBuilder::try_new(bytes::Bytes::from(bytes)).unwrap();
    let metadata = builder.metadata().file_metadata().key_value_metadata();
    let geo = metadata.unwrap().iter().find(|entry| entry.key == "geo");
    let geo: Value = serde_json::from_str(geo.unwrap().value.as_ref().unwrap()).unwrap();
    let types = &geo["columns"]["geometry"]["geometry_types"];
    assert_eq!(types, &json!(["MultiPolygon", "Polygon"]));
    let batch = builder.build().unwrap().next().unwrap().unwrap();
    assert!(batch.column_by_name("outline").is_none());
    let geometry = batch.column_by_name("geometry").unwrap().as_binary::<i32>();
    let sorted = |rings: Vec<Ring>| -> Vec<Ring> {
        let mut rings: Vec<Ring> = rings
            .into_iter()
            .map(|mut ring| {
                ring.sort_by(|a, b| a.partial_cmp(b).unwrap());
                ring
            })
            .collect();
        rings.sort_by(|a, b| a.partial_cmp(b).unwrap());
        rings
    };
    let source = rows();
    for (row, wkb) in geometry.iter().enumerate().take(4) {
        let stored = rings_of(wkb.unwrap()).unwrap();
        assert_eq!(sorted(stored), sorted(source[row].clone()), "{row}");
    }
    let boxes = batch.column_by_name("bbox").unwrap().as_struct();
    let east = boxes.column_by_name("xmax").unwrap();
    let east = east.as_primitive::<arrow_array::types::Float64Type>();
    assert!((east.value(2) - place(230.0, 0.0).0).abs() < 1e-12);
}

#[test]
fn polygons_are_the_ground_without_polygon_output_and_have_no_way() {
    // A checkerboard in no order: middles are far from each other.
    let squares: Vec<Vec<Ring>> = (0..400)
        .map(|row| {
            let cell = row * 171 % 400;
            let (east, north) = (f64::from(cell % 20) * 12.0, f64::from(cell / 20) * 12.0);
            vec![square(east, north, 12.0, 12.0)]
        })
        .collect();
    for profile in ["compat", "recommended"] {
        let (sink, artifacts) = convert_with(&squares, json!({"filterProfile": profile}));
        let files = sink.files.lock().unwrap();
        assert!(artifacts.contains_key("polygonGeoparquet"));
        let read =
            |kind: &str| -> Value { serde_json::from_slice(&files[&artifacts[kind]]).unwrap() };
        let summary = read("summary");
        assert_eq!(summary["properties"]["totalDistance"]["value"], Value::Null);
        assert!(summary["properties"]["speed"].is_null());
        let standard = read("standardGeojson")["features"]
            .as_array()
            .unwrap()
            .len();
        let filtered = read("filteredGeojson")["features"]
            .as_array()
            .unwrap()
            .len();
        assert_eq!((standard, filtered), (400, 400), "{profile}");
    }
}

#[test]
fn covered_ground_is_the_union_and_worked_ground_the_sum() {
    let (sink, artifacts) = convert(&rows());
    let summary: Value =
        serde_json::from_slice(&sink.files.lock().unwrap()[&artifacts["summary"]]).unwrap();
    let ring = LineString::from(square(0.0, 0.0, 100.0, 100.0));
    let true_area = Polygon::new(ring, Vec::new()).geodesic_area_signed().abs();
    let coverage = &summary["properties"]["coverage"];
    for (key, m2) in [
        ("workedArea", 9_600.0 + 10_000.0 + 200.0 + 50.0),
        // The right half of the hole lies under the second square.
        ("coveredArea", 15_000.0 - 200.0 + 200.0 + 50.0),
    ] {
        let told = coverage[key]["value"].as_f64().unwrap() * 1e4;
        let expected = m2 * true_area / 1e4;
        assert!(
            (told / expected - 1.0).abs() < 1e-3,
            "{key}: {told} {expected}"
        );
    }
    assert_eq!(coverage["records"], json!(4));
    for absent in ["passes", "swath", "positionOfRecord"] {
        assert!(coverage[absent].is_null(), "{absent}");
    }
    assert_eq!(summary["geometry"]["type"], "MultiPolygon");
}

/// The numbers of a map: columns, lines and values.
fn numbers(file: &std::path::Path) -> (Map, u32, Vec<f32>) {
    let map = Map::read(file, MapPlane::WebMercator).unwrap();
    let layer = map.layer("appliedRate").unwrap();
    let bytes = map.geotiff(file, layer).unwrap().unwrap();
    let mut decoder = tiff::decoder::Decoder::new(std::io::Cursor::new(bytes)).unwrap();
    let (columns, _) = decoder.dimensions().unwrap();
    let tiff::decoder::DecodingResult::F32(values) = decoder.read_image().unwrap() else {
        panic!("32 bit numbers");
    };
    (map, columns, values)
}

#[test]
fn pixels_belong_to_the_row_whose_polygon_has_them_and_holes_stay_free() {
    let (sink, artifacts) = convert(&rows());
    let folder = tempfile::tempdir().unwrap();
    let stored = |kind: &str| {
        let path = folder.path().join(format!("{kind}.parquet"));
        let bytes = sink.files.lock().unwrap()[&artifacts[kind]].clone();
        std::fs::write(&path, bytes).unwrap();
        path
    };
    let (map, columns, values) = numbers(&stored("polygonGeoparquet"));
    let [west, south, east, north] = map.extent_degrees();
    let lines = values.len() as u32 / columns;
    let at = |x: f64, y: f64| {
        let (longitude, latitude) = place(x, y);
        let column = (longitude - west) / (east - west) * f64::from(columns);
        let line = (north - latitude) / (north - south) * f64::from(lines);
        values[line as usize * columns as usize + column as usize]
    };
    for (x, y, expected) in [
        (25.0, 50.0, 10.0),
        (75.0, 50.0, 10.0),
        (55.0, 50.0, 20.0),
        (125.0, 50.0, 20.0),
        (205.0, 5.0, 30.0),
        (225.0, 5.0, 30.0),
        (302.0, 5.0, 40.0),
        (255.0, 4.5, 50.0),
    ] {
        assert_eq!(at(x, y), expected, "{x} {y}");
    }
    for (x, y) in [(45.0, 50.0), (215.0, 5.0), (305.0, 9.0), (175.0, 50.0)] {
        assert!(at(x, y).is_nan(), "{x} {y}");
    }
    let owned = |rate: f32| values.iter().filter(|value| **value == rate).count() as f64;
    assert!((owned(20.0) / owned(10.0) / (5_200.0 / 9_600.0) - 1.0).abs() < 0.02);
    // Points without a width are squares of three metres, not strips as wide as area by way.
    let (_, _, values) = numbers(&stored("standardGeoparquet"));
    let owned = values.iter().filter(|value| !value.is_nan()).count();
    assert!(owned < 6 * 14 * 14, "{owned}");
}

/// Rings that cross themselves thousands of times, and nothing but hostile rows.
#[test]
fn hostile_polygons_end_soon() {
    let mut seed = 7_u64;
    let mut random = || {
        seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        (seed >> 40) as f64 * 6e-6
    };
    let mut noise: Ring = (0..100_000).map(|_| place(random(), random())).collect();
    noise.push(noise[0]);
    let mut zigzag: Ring = (0..3_000)
        .map(|i| place(f64::from(i % 2) * 50.0, f64::from(i) * 0.01))
        .collect();
    zigzag.push(zigzag[0]);
    let rows = [
        vec![noise],
        vec![zigzag],
        vec![],
        vec![vec![place(1.0, 1.0)]],
        vec![vec![
            (f64::INFINITY, 1e300),
            (0.0, 0.0),
            (1.0, 1.0),
            (0.0, 0.0),
        ]],
        vec![square(0.0, 0.0, 10.0, 10.0), vec![(f64::NAN, f64::NAN); 4]],
    ];
    let (_, artifacts) = convert(&rows);
    assert!(artifacts.contains_key("polygonGeoparquet"));
    let (_, artifacts) = convert(&rows[2..]);
    assert!(artifacts.contains_key("status"));
}
