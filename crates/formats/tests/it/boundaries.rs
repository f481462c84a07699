//! Boundaries out of GeoJSON, KML, KMZ and shapefiles made here; hostile bytes never panic.

use serde_json::{Value, json};
use std::io::Write;
use tramline_formats::{Limits, Tree, boundaries};

const SQUARE: [[f64; 2]; 5] = [
    [10.0, 50.0],
    [10.0, 50.1],
    [10.1, 50.1],
    [10.1, 50.0],
    [10.0, 50.0],
];
const HOLE: [[f64; 2]; 5] = [
    [10.02, 50.02],
    [10.05, 50.02],
    [10.05, 50.05],
    [10.02, 50.05],
    [10.02, 50.02],
];

fn read(files: Vec<(String, Vec<u8>)>) -> boundaries::Outlines {
    boundaries::read(&Tree::from_files(files), &Limits::default())
}

fn kml() -> String {
    let ring =
        |ring: &[[f64; 2]]| -> String { ring.iter().map(|[x, y]| format!("{x},{y},0 ")).collect() };
    format!(
        "<?xml version=\"1.0\"?><kml xmlns=\"http://www.opengis.net/kml/2.2\"><Document><name>All</name>\
         <Placemark><name><![CDATA[Hill & Dale]]></name><MultiGeometry><Polygon>\
         <outerBoundaryIs><LinearRing><coordinates>{}</coordinates></LinearRing></outerBoundaryIs>\
         <innerBoundaryIs><LinearRing><coordinates>{}</coordinates></LinearRing></innerBoundaryIs>\
         </Polygon></MultiGeometry></Placemark>\
         <Placemark><name>Gate</name><Point><coordinates>1,2</coordinates></Point></Placemark></Document></kml>",
        ring(&SQUARE),
        ring(&HOLE)
    )
}

fn kmz() -> Vec<u8> {
    let mut archive = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    archive
        .start_file("doc.kml", zip::write::SimpleFileOptions::default())
        .expect("starts");
    archive.write_all(kml().as_bytes()).expect("writes");
    archive.finish().expect("finishes").into_inner()
}

/// A `.shp` of polygons: rings of each record.
fn shp(records: &[Vec<&[[f64; 2]]>]) -> Vec<u8> {
    let mut body = Vec::new();
    for (number, rings) in records.iter().enumerate() {
        let points: usize = rings.iter().map(|ring| ring.len()).sum();
        let mut record = Vec::new();
        record.extend(5_i32.to_le_bytes());
        record.extend([0; 32]);
        record.extend((rings.len() as i32).to_le_bytes());
        record.extend((points as i32).to_le_bytes());
        let mut start = 0_i32;
        for ring in rings {
            record.extend(start.to_le_bytes());
            start += ring.len() as i32;
        }
        for [x, y] in rings.iter().copied().flatten() {
            record.extend(x.to_le_bytes());
            record.extend(y.to_le_bytes());
        }
        body.extend((number as i32 + 1).to_be_bytes());
        body.extend((record.len() as i32 / 2).to_be_bytes());
        body.extend(record);
    }
    let mut file = Vec::new();
    file.extend(9994_i32.to_be_bytes());
    file.extend([0; 20]);
    file.extend(((100 + body.len()) as i32 / 2).to_be_bytes());
    file.extend(1000_i32.to_le_bytes());
    file.extend(5_i32.to_le_bytes());
    file.extend([0; 64]);
    file.extend(body);
    file
}

/// A `.dbf` with one text column; deleted rows begin with a star.
fn dbf(names: &[(&str, bool)]) -> Vec<u8> {
    let mut file = vec![3, 126, 1, 1];
    file.extend((names.len() as u32).to_le_bytes());
    file.extend(65_u16.to_le_bytes());
    file.extend(11_u16.to_le_bytes());
    file.extend([0; 20]);
    file.extend(b"FIELD_NAME\0C");
    file.extend([0; 4]);
    file.extend([10, 0]);
    file.extend([0; 14]);
    file.push(0x0d);
    for (name, deleted) in names {
        file.push(if *deleted { b'*' } else { b' ' });
        file.extend(format!("{name:<10}").as_bytes());
    }
    file
}

fn stick() -> Vec<(String, Vec<u8>)> {
    let geojson = json!({"type": "FeatureCollection", "features": [
        {"type": "Feature", "properties": {"NAME": "North"}, "geometry": {"type": "Polygon", "coordinates": [SQUARE]}},
        {"type": "Feature", "properties": null, "geometry": {"type": "Point", "coordinates": [1, 2]}},
    ]});
    let small: Vec<[f64; 2]> = SQUARE.iter().map(|[x, y]| [x + 1.0, *y]).collect();
    let shapes = shp(&[vec![&SQUARE, &HOLE], vec![&SQUARE], vec![&small]]);
    let table = dbf(&[("First", false), ("Gone", true), ("Third", false)]);
    vec![
        (
            "a/fields.geojson".to_owned(),
            geojson.to_string().into_bytes(),
        ),
        ("b.kml".to_owned(), kml().into_bytes()),
        ("c.kmz".to_owned(), kmz()),
        ("d/fields.shp".to_owned(), shapes),
        ("d/fields.dbf".to_owned(), table),
        ("photo.jpg".to_owned(), vec![0xff, 0xd8]),
    ]
}

#[test]
fn every_kind_of_file_gives_its_polygons_with_names() {
    let found = read(stick());
    assert_eq!(found.faults, []);
    let names: Vec<&str> = found
        .list
        .iter()
        .map(|one| one.name.as_deref().unwrap_or(""))
        .collect();
    assert_eq!(
        names,
        ["North", "Hill & Dale", "Hill & Dale", "First", "Third"]
    );
    let rings = |value: &Value| value["coordinates"].as_array().map_or(0, Vec::len);
    let counts: Vec<usize> = found.list.iter().map(|one| rings(&one.geometry)).collect();
    assert_eq!(counts, [1, 2, 2, 2, 1]);
    assert_eq!(found.list[3].geometry["coordinates"][0], json!(SQUARE));
    assert_eq!(
        found.list[4].geometry["coordinates"][0][0],
        json!([11.0, 50.0])
    );
}

#[test]
fn a_broken_file_is_named_and_harms_no_other() {
    let mut files = stick();
    files.push((
        "e.kml".to_owned(),
        b"<!DOCTYPE x [<!ENTITY a 'b'>]><kml>&a;</kml>".to_vec(),
    ));
    files.push(("f.json".to_owned(), b"{".to_vec()));
    files.push(("g.shp".to_owned(), b"no shapefile".to_vec()));
    let found = read(files);
    assert_eq!(found.list.len(), 5);
    let entries: Vec<&str> = found
        .faults
        .iter()
        .map(|(entry, _)| entry.as_str())
        .collect();
    assert_eq!(entries, ["e.kml", "f.json", "g.shp"]);
    assert!(
        found.faults[0].1.contains("document type"),
        "{:?}",
        found.faults
    );
}

#[test]
fn cut_and_flipped_files_end_in_an_answer() {
    let whole = stick();
    for (place, (_, bytes)) in whole.iter().enumerate() {
        for at in 0..bytes.len().min(400) {
            let mut files = whole.clone();
            files[place].1.truncate(at);
            read(files);
            let mut files = whole.clone();
            files[place].1[at] ^= 0xff;
            read(files);
        }
    }
}
