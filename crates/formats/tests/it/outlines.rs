//! Layers of polygons: the polygon goes along with its row, holes and parts and all.

use crate::collect::{Collected, one, read_with};
use arrow_array::Array;
use arrow_array::cast::AsArray;
use tramline_formats::ReadOptions;
use tramline_model::records;

/// Kind, then the corners of each ring, of the rows that have a polygon.
fn outlines(got: &Collected) -> Vec<Option<(u32, Vec<usize>)>> {
    assert_eq!(got.failures, Vec::<String>::new());
    let batch = &got.points[0];
    let index = records::outline_index(batch.schema_ref()).expect("a column of outlines");
    assert!(got.raw[0].column_by_name(records::OUTLINE_NAME).is_none());
    let column = batch.column(index).as_binary::<i32>();
    (0..column.len())
        .map(|row| column.is_valid(row).then(|| counts(column.value(row))))
        .collect()
}

fn counts(wkb: &[u8]) -> (u32, Vec<usize>) {
    let number = |at: usize| u32::from_le_bytes(wkb[at..at + 4].try_into().expect("four bytes"));
    let (kind, mut at, mut rings) = (number(1), 0, Vec::new());
    let parts = if kind == 6 { number(5) } else { 1 };
    at += if kind == 6 { 9 } else { 0 };
    for _ in 0..parts {
        assert_eq!((wkb[at], number(at + 1)), (1, 3));
        let count = number(at + 5);
        at += 9;
        for _ in 0..count {
            let corners = number(at) as usize;
            rings.push(corners);
            at += 4 + corners * 16;
        }
    }
    assert_eq!(at, wkb.len());
    (kind, rings)
}

#[test]
fn geojson_polygons_keep_holes_and_parts() {
    let square = |x: f64, side: f64| {
        format!(
            "[[{x},50],[{a},50],[{a},{b}],[{x},{b}],[{x},50]]",
            a = x + side,
            b = 50.0 + side
        )
    };
    let feature = |kind: &str, coordinates: String| {
        format!(
            r#"{{"type":"Feature","properties":{{"appliedRate(L/ha)":100}},"geometry":{{"coordinates":{coordinates},"type":"{kind}"}}}}"#
        )
    };
    let (large, small, other) = (
        square(10.0, 0.01),
        square(10.002, 0.001),
        square(11.0, 0.01),
    );
    let text = format!(
        r#"{{"type":"FeatureCollection","features":[{},{},{},{}]}}"#,
        feature("Polygon", format!("[{large},{small}]")),
        feature("MultiPolygon", format!("[[{large},{small}],[{other}]]")),
        feature("Point", "[10,50]".to_owned()),
        feature("Polygon", "[[[10,50],[10.1,50],[10,50]]]".to_owned()),
    );
    let got = read_with(&one("a.geojson", text), "geojson", &ReadOptions::default());
    assert_eq!(
        outlines(&got),
        [Some((3, vec![5, 5])), Some((6, vec![5, 5, 5])), None, None,]
    );
}

#[test]
fn layers_of_points_have_no_column_for_it() {
    let text = r#"{"type":"FeatureCollection","features":[{"type":"Feature","properties":{"appliedRate(L/ha)":100},"geometry":{"type":"Point","coordinates":[10,50]}}]}"#;
    let got = read_with(&one("a.geojson", text), "geojson", &ReadOptions::default());
    assert_eq!(records::outline_index(got.points[0].schema_ref()), None);
}

#[test]
fn kml_polygons_keep_holes() {
    let ring = |x: f64| {
        format!(
            "<LinearRing><coordinates>{x},50,0 {x},50.002 {a},50.002 {a},50 {x},50</coordinates></LinearRing>",
            a = x + 0.002
        )
    };
    let text = format!(
        "<kml><Placemark><ExtendedData><Data name=\"Applied Rate (L/ha)\"><value>150.5</value></Data></ExtendedData>\
         <MultiGeometry><Polygon><outerBoundaryIs>{}</outerBoundaryIs><innerBoundaryIs>{}</innerBoundaryIs></Polygon>\
         <Polygon><outerBoundaryIs>{}</outerBoundaryIs></Polygon></MultiGeometry></Placemark></kml>",
        ring(10.0),
        ring(10.0005),
        ring(11.0)
    );
    let got = read_with(&one("a.kml", text), "kml", &ReadOptions::default());
    assert_eq!(outlines(&got), [Some((6, vec![5, 5, 5]))]);
}
