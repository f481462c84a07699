//! Boundaries by the contract's words, areas against PROJ's geodesic polygons, points in fields
//! against a plain ray cast.

use serde_json::{Value, json};
use tramline_convert::fields::{Boundary, Locator};

fn square(x: f64, y: f64, side: f64) -> Value {
    json!([
        [x, y],
        [x + side, y],
        [x + side, y + side],
        [x, y + side],
        [x, y]
    ])
}

fn polygon(rings: &[Value]) -> Value {
    json!({"type": "Polygon", "coordinates": rings})
}

fn multi(polygons: &[Vec<Value>]) -> Value {
    json!({"type": "MultiPolygon", "coordinates": polygons})
}

/// A case: the contract's word, `VALID` when nothing is wrong.
fn cases() -> Vec<(&'static str, &'static str, Value)> {
    let big = || square(10.0, 50.0, 1.0);
    vec![
        ("VALID", "square", polygon(&[big()])),
        ("VALID", "hole", polygon(&[big(), square(10.2, 50.2, 0.2)])),
        (
            "VALID",
            "hole that touches its shell once",
            polygon(&[
                big(),
                json!([[10.5, 50.0], [10.6, 50.2], [10.4, 50.2], [10.5, 50.0]]),
            ]),
        ),
        (
            "VALID",
            "repeated position",
            polygon(&[json!([[0, 0], [1, 0], [1, 0], [1, 1], [0, 1], [0, 0]])]),
        ),
        (
            "VALID",
            "island in a hole",
            multi(&[
                vec![big(), square(10.2, 50.2, 0.5)],
                vec![square(10.3, 50.3, 0.1)],
            ]),
        ),
        (
            "VALID",
            "two apart",
            multi(&[vec![big()], vec![square(12.0, 50.0, 1.0)]]),
        ),
        (
            "VALID",
            "feature",
            json!({"type": "Feature", "properties": {}, "geometry": polygon(&[big()])}),
        ),
        (
            "SELF_INTERSECTION",
            "bow tie",
            polygon(&[json!([[0, 0], [1, 1], [1, 0], [0, 1], [0, 0]])]),
        ),
        (
            "SELF_INTERSECTION",
            "two that overlap",
            multi(&[vec![big()], vec![square(10.5, 50.5, 1.0)]]),
        ),
        (
            "RING_SELF_INTERSECTION",
            "ring that touches itself",
            polygon(&[json!([
                [0, 0],
                [1, 0.5],
                [0, 2],
                [2, 2],
                [1, 0.5],
                [2, 0],
                [0, 0]
            ])]),
        ),
        (
            "DISCONNECTED_INTERIOR",
            "hole from rim to rim",
            polygon(&[
                big(),
                json!([
                    [10.5, 50.0],
                    [10.6, 50.5],
                    [10.5, 51.0],
                    [10.4, 50.5],
                    [10.5, 50.0]
                ]),
            ]),
        ),
        (
            "HOLE_OUTSIDE_SHELL",
            "hole elsewhere",
            polygon(&[big(), square(12.0, 50.0, 0.1)]),
        ),
        (
            "NESTED_HOLES",
            "hole in a hole",
            polygon(&[big(), square(10.2, 50.2, 0.5), square(10.3, 50.3, 0.1)]),
        ),
        (
            "NESTED_SHELLS",
            "shell in a shell",
            multi(&[vec![big()], vec![square(10.3, 50.3, 0.1)]]),
        ),
        (
            "DUPLICATE_RINGS",
            "the same twice",
            multi(&[vec![big()], vec![big()]]),
        ),
        (
            "TOO_FEW_POINTS",
            "two positions",
            polygon(&[json!([[0, 0], [1, 1], [0, 0]])]),
        ),
        ("TOO_FEW_POINTS", "nothing", multi(&[])),
        (
            "RING_NOT_CLOSED",
            "open",
            polygon(&[json!([[0, 0], [1, 0], [1, 1], [0, 1]])]),
        ),
        (
            "INVALID_COORDINATE",
            "beyond the pole",
            polygon(&[square(10.0, 89.5, 1.0)]),
        ),
        (
            "INVALID_COORDINATE",
            "text",
            polygon(&[json!([["a", "b"], [1, 0], [1, 1], [0, 0]])]),
        ),
        (
            "NOT_ALLOWED_GEOMETRY_TYPE",
            "point",
            json!({"type": "Point", "coordinates": [10, 50]}),
        ),
        ("NOT_ALLOWED_GEOMETRY_TYPE", "no object", json!(7)),
    ]
}

#[test]
fn geometries_are_judged_by_the_contracts_words() {
    for (word, what, geometry) in cases() {
        let found = match Boundary::from_geojson(&geometry) {
            Ok(_) => "VALID",
            Err(invalid) => invalid.word,
        };
        assert_eq!(found, word, "{what}");
    }
    let bow_tie = polygon(&[json!([[0, 0], [1, 1], [1, 0], [0, 1], [0, 0]])]);
    let text = Boundary::from_geojson(&bow_tie).unwrap_err().to_string();
    assert_eq!(text, "Self-intersection at POINT (0.5 0.5)");
}

#[test]
fn valid_boundaries_survive_storage() {
    for (word, what, geometry) in cases() {
        if word == "VALID" {
            let boundary = Boundary::from_geojson(&geometry).unwrap();
            let bytes = boundary.to_wkb();
            assert_eq!(
                Boundary::from_wkb(&bytes).as_ref(),
                Some(&boundary),
                "{what}"
            );
            for cut in 0..bytes.len() {
                assert_eq!(Boundary::from_wkb(&bytes[..cut]), None, "{what} {cut}");
            }
            let again = Boundary::from_geojson(&boundary.to_geojson()).unwrap();
            assert_eq!(again, boundary, "{what}");
        }
    }
}

#[test]
fn areas_are_those_of_the_ellipsoid() {
    // `pyproj.Geod(ellps="WGS84").polygon_area_perimeter`, square metres.
    for (geometry, expected) in [
        (polygon(&[square(10.0, 50.0, 0.01)]), 797_383.135_676_384),
        (
            polygon(&[json!([
                [-93.62, 41.98],
                [-93.61, 41.98],
                [-93.615, 41.99],
                [-93.62, 41.98]
            ])]),
            460_263.142_590_999_6,
        ),
    ] {
        let hectares = Boundary::from_geojson(&geometry).unwrap().area_ha();
        assert!((hectares * 1e4 / expected - 1.0).abs() < 1e-9, "{hectares}");
    }
}

#[test]
fn overlaps_are_shares_of_either() {
    let boundary = |value| Boundary::from_geojson(&polygon(&[value])).unwrap();
    let (a, b) = (
        boundary(square(10.0, 50.0, 0.02)),
        boundary(square(10.01, 50.0, 0.02)),
    );
    let (of_a, of_b) = a.overlap_percent(&b);
    assert!(
        (of_a - 50.0).abs() < 1e-6 && (of_b - 50.0).abs() < 1e-6,
        "{of_a} {of_b}"
    );
    let far = boundary(square(20.0, 50.0, 0.02));
    assert_eq!(a.overlap_percent(&far), (0.0, 0.0));
}

/// A generator with a fixed seed.
fn numbers() -> impl FnMut() -> f64 {
    let mut state = 0x9e37_79b9_7f4a_7c15_u64;
    move || {
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (state >> 11) as f64 / (1_u64 << 53) as f64
    }
}

/// Even-odd over all rings of a GeoJSON MultiPolygon.
fn cast(geometry: &Value, x: f64, y: f64) -> bool {
    let mut within = false;
    for ring in geometry["coordinates"]
        .as_array()
        .unwrap()
        .iter()
        .flat_map(|p| p.as_array().unwrap())
    {
        let ring: Vec<[f64; 2]> = serde_json::from_value(ring.clone()).unwrap();
        for pair in ring.windows(2) {
            let ([ax, ay], [bx, by]) = (pair[0], pair[1]);
            if (ay > y) != (by > y) && x < (bx - ax) * (y - ay) / (by - ay) + ax {
                within = !within;
            }
        }
    }
    within
}

#[test]
fn points_are_found_as_a_ray_cast_finds_them() {
    let mut number = numbers();
    let mut boundaries = Vec::new();
    for field in 0..40 {
        let (cx, cy) = (
            f64::from(field % 8) * 0.01,
            50.0 + f64::from(field / 8) * 0.01,
        );
        let corners = 3 + (number() * 60.0) as u32;
        let star = |scale: f64, number: &mut dyn FnMut() -> f64| {
            let mut ring: Vec<[f64; 2]> = (0..corners)
                .map(|corner| {
                    let angle = f64::from(corner) / f64::from(corners) * std::f64::consts::TAU;
                    let radius = scale * (0.6 + 0.4 * number());
                    [cx + radius * angle.cos(), cy + radius * angle.sin()]
                })
                .collect();
            ring.push(ring[0]);
            json!(ring)
        };
        let rings = [star(0.006, &mut number), star(0.001, &mut number)];
        if let Ok(boundary) = Boundary::from_geojson(&polygon(&rings)) {
            boundaries.push(boundary);
        }
    }
    assert!(boundaries.len() > 30);
    let locator = Locator::new(&boundaries);
    let shapes: Vec<Value> = boundaries.iter().map(Boundary::to_geojson).collect();
    let mut hits = 0;
    for _ in 0..20_000 {
        let (x, y) = (number() * 0.09 - 0.01, 49.99 + number() * 0.07);
        let found: Vec<usize> = locator.locate(x, y).collect();
        let expected: Vec<usize> = (0..shapes.len())
            .filter(|place| cast(&shapes[*place], x, y))
            .collect();
        assert_eq!(found, expected, "{x} {y}");
        hits += found.len();
    }
    assert!(hits > 5_000, "{hits}");
}

#[test]
fn a_point_on_a_shared_border_lies_in_one_of_the_two() {
    let boundary = |x| Boundary::from_geojson(&polygon(&[square(x, 50.0, 1.0)])).unwrap();
    let locator = Locator::new(&[boundary(10.0), boundary(11.0)]);
    for latitude in [50.1, 50.5, 50.9] {
        assert_eq!(locator.locate(11.0, latitude).count(), 1);
    }
}
