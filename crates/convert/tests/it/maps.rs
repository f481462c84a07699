//! Maps of stored files: of points as of polygons, classes of equal area, numbers that are those of
//! the records.

use crate::hand::{convert, description};
use crate::settings::field;
use serde_json::{Value, json};
use std::path::Path;
use tramline_convert::Options;
use tramline_convert::maps::{
    ClassColours, FieldPart, Map, MapError, MapPlane, field_map, write_classes, write_geotiffs,
};
use tramline_model::OperationType;

/// A harvest with its stored files in a folder: standard, filtered and polygon.
fn stored() -> (tempfile::TempDir, Value) {
    let table = field(1.0);
    let mut description = description(OperationType::Harvested, &table);
    description.crop = Some("Corn".to_owned());
    let options = Options {
        configuration: serde_json::from_value(json!({"enablePolygonOutput": true})).unwrap(),
        ..Options::default()
    };
    let converted = convert(description, &table, &options, 500);
    let folder = tempfile::tempdir().unwrap();
    let files = converted.sink.files.lock().unwrap();
    for (kind, name) in [
        ("standardGeoparquet", "standard.parquet"),
        ("filteredGeoparquet", "filtered.parquet"),
        ("polygonGeoparquet", "polygon.parquet"),
    ] {
        let bytes = &files[&converted.report.artifacts[kind]];
        std::fs::write(folder.path().join(name), bytes).unwrap();
    }
    drop(files);
    let summary = converted.summary();
    (folder, summary)
}

struct Pixels {
    size: (u32, u32),
    values: Vec<f32>,
    side_m: f64,
    epsg: u16,
}

fn pixels(bytes: &[u8]) -> Pixels {
    use tiff::decoder::{Decoder, DecodingResult};
    use tiff::tags::Tag;
    let mut decoder = Decoder::new(std::io::Cursor::new(bytes)).unwrap();
    let size = decoder.dimensions().unwrap();
    let side = decoder.get_tag_f64_vec(Tag::ModelPixelScaleTag).unwrap();
    let keys = decoder.get_tag_u16_vec(Tag::GeoKeyDirectoryTag).unwrap();
    let DecodingResult::F32(values) = decoder.read_image().unwrap() else {
        panic!("32 bit numbers");
    };
    Pixels {
        size,
        values,
        side_m: side[0],
        epsg: keys[15],
    }
}

fn yield_map(path: &Path, plane: MapPlane) -> Pixels {
    let map = Map::read(path, plane).unwrap();
    let layer = map.layer("wetMassPerArea").unwrap();
    pixels(&map.geotiff(path, layer).unwrap().unwrap())
}

#[test]
fn points_and_polygons_make_the_same_map() {
    let (folder, _) = stored();
    let points = yield_map(
        &folder.path().join("standard.parquet"),
        MapPlane::WebMercator,
    );
    let polygons = yield_map(
        &folder.path().join("polygon.parquet"),
        MapPlane::WebMercator,
    );
    assert_eq!(points.size, polygons.size);
    assert_eq!(points.epsg, 3857);
    let same = points
        .values
        .iter()
        .zip(&polygons.values)
        .filter(|(a, b)| a == b || (a.is_nan() && b.is_nan()))
        .count();
    // Corners of the conversion are kept to a millimetre: a pixel at an edge may differ.
    assert!(same as f64 / points.values.len() as f64 > 0.999);
}

#[test]
fn pixels_in_utm_cover_the_ground_of_the_summary() {
    let (folder, summary) = stored();
    let map = yield_map(&folder.path().join("standard.parquet"), MapPlane::Utm);
    assert!((32_601..=32_760).contains(&map.epsg), "{}", map.epsg);
    let painted = map.values.iter().filter(|value| value.is_finite()).count();
    let hectares = painted as f64 * map.side_m.powi(2) / 1e4;
    let covered = summary["coverage"]["coveredArea"]["value"]
        .as_f64()
        .unwrap();
    assert!(
        (hectares / covered - 1.0).abs() < 0.01,
        "{hectares} {covered}"
    );
    let (least, most) = map
        .values
        .iter()
        .filter(|value| value.is_finite())
        .fold((f32::MAX, f32::MIN), |(a, b), v| (a.min(*v), b.max(*v)));
    assert!(least > 0.0 && most < 1e5 && least < most);
}

#[test]
fn classes_touch_and_hold_about_as_much_ground_each() {
    let (folder, _) = stored();
    let path = folder.path().join("filtered.parquet");
    let map = Map::read(&path, MapPlane::WebMercator).unwrap();
    let layer = map.layer("wetMassPerArea").unwrap();
    let image = map
        .classes(&path, layer, ClassColours::Model)
        .unwrap()
        .unwrap();
    let ranges = &image.legend.ranges;
    assert_eq!(ranges.len(), 7);
    for pair in ranges.windows(2) {
        assert_eq!(pair[0].max, pair[1].min);
    }
    let shown = pixels(&map.geotiff(&path, layer).unwrap().unwrap());
    let mut held = [0_usize; 8];
    for value in shown.values {
        held[usize::from(image.legend.index_of(f64::from(value)))] += 1;
    }
    let all: usize = held[1..].iter().sum();
    for class in &held[1..] {
        let share = *class as f64 / all as f64;
        assert!((share - 1.0 / 7.0).abs() < 0.03, "{held:?}");
    }
    let other = map
        .classes(&path, layer, ClassColours::Accessible)
        .unwrap()
        .unwrap();
    assert_eq!(other.legend.ranges[0].colour_code(), "#440154");
    assert_eq!(other.png.len(), image.png.len(), "only the palette differs");
}

#[test]
fn folders_hold_what_the_lists_name() {
    let (folder, _) = stored();
    let points = folder.path().join("filtered.parquet");
    let out = folder.path().join("maps");
    let names = write_classes(&points, ClassColours::Model, &out).unwrap();
    let list = std::fs::read(out.join("imagesV2.json")).unwrap();
    let list: Vec<Value> = serde_json::from_slice(&list).unwrap();
    assert_eq!(list.len(), names.len());
    for entry in &list {
        let file = entry["file"].as_str().unwrap();
        assert!(out.join(file).is_file() && out.join(format!("{file}.aux.xml")).is_file());
        let extent = &entry["extent"];
        assert!(extent["xmin"].as_f64() < extent["xmax"].as_f64());
        assert!(!entry["legend"]["ranges"].as_array().unwrap().is_empty());
    }
    let wanted = ["speed".to_owned()];
    let tifs = write_geotiffs(
        &points,
        MapPlane::Utm,
        Some(&wanted),
        &tramline_convert::Configuration::default(),
        &out,
    )
    .unwrap();
    assert_eq!(tifs, ["speed.tif"]);
}

#[test]
fn what_has_no_map_says_why() {
    let (folder, _) = stored();
    let read = |name: &str| Map::read(&folder.path().join(name), MapPlane::WebMercator);
    let missing = read("nothing.parquet").err().unwrap().to_string();
    assert!(missing.contains("`nothing.parquet`"), "{missing}");
    std::fs::write(folder.path().join("text.parquet"), b"no parquet").unwrap();
    assert!(matches!(
        read("text.parquet"),
        Err(MapError::Unreadable { .. })
    ));
    let map = read("standard.parquet").unwrap();
    let unknown = map.layer("seedRate").err().unwrap().to_string();
    assert!(unknown.contains("wetMassPerArea"), "{unknown}");
}

#[test]
fn a_map_over_parts_has_the_ground_and_the_values_of_all() {
    let (folder, summary) = stored();
    let covered = &summary["coverage"]["coveredArea"]["value"];
    let covered = covered.as_f64().unwrap() * 1e4;
    let standard = folder.path().join("standard.parquet");
    let filtered = folder.path().join("filtered.parquet");
    let ground = folder.path().join("polygon.parquet");
    fn part(points: &Path) -> FieldPart<'_> {
        FieldPart {
            points,
            ground: None,
        }
    }
    let of = |paths: &[&Path], property: &str| {
        let parts: Vec<FieldPart<'_>> = paths.iter().map(|path| part(path)).collect();
        field_map(&parts, property, ClassColours::Accessible).unwrap()
    };
    let one = of(&[&standard], "wetMassPerArea").unwrap();
    // The same ground again belongs to the first part; the polygons are ground of their own.
    for others in [
        vec![standard.as_path(), standard.as_path()],
        vec![standard.as_path(), ground.as_path()],
        vec![filtered.as_path(), standard.as_path()],
    ] {
        let several = of(&others, "wetMassPerArea").unwrap();
        let whole: f64 = several.areas_m2.iter().sum();
        assert!((whole / covered - 1.0).abs() < 0.02, "{whole} {covered}");
        for edge in ["xmin", "ymin", "xmax", "ymax"] {
            let [own, other] = [&several, &one].map(|map| map.entry["extent"][edge].as_f64());
            assert!((own.unwrap() - other.unwrap()).abs() < 1e-8, "{edge}");
        }
        assert!(!several.small.is_empty() && several.small.len() <= several.png.len());
    }
    // As much ground in each class, where there is enough to tell apart.
    let mean = one.areas_m2.iter().sum::<f64>() / one.areas_m2.len() as f64;
    let near = |area: &f64| (area / mean - 1.0).abs() < 0.2;
    assert!(one.areas_m2.iter().all(near), "{:?}", one.areas_m2);
    assert!(of(&[&standard], "seedRate").is_none());
    assert!(of(&[], "wetMassPerArea").is_none());
    let gone = [part(Path::new("gone.parquet"))];
    let told = field_map(&gone, "wetMassPerArea", ClassColours::Accessible).map(|_| ());
    assert!(matches!(told, Err(MapError::Unreadable { .. })), "{told:?}");
}
