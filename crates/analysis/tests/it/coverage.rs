//! Covered ground and anchors against the figures of other programs.

use crate::real::{self, Harvest};
use geo::{Area, Validation};
use proj4rs::Proj;
use tramline_analysis::anchor::{self, Anchor};
use tramline_analysis::bitmap::Bitmap;
use tramline_analysis::footprint::{Footprints, Layout};
use tramline_analysis::track::{Headings, Tracks};
use tramline_analysis::union;

/// Tracks in the plane and with the headings of the program that measured the figures: UTM zone
/// 15, along the way from the record before, at the begin of a pass along the way to the next.
fn as_measured(harvest: &Harvest) -> Tracks {
    let plane = Proj::from_proj_string("+proj=utm +zone=15 +ellps=WGS84").expect("UTM");
    let degrees = Proj::from_proj_string("+proj=longlat +ellps=WGS84").expect("degrees");
    let records = &harvest.records;
    let (mut x, mut y) = (Vec::new(), Vec::new());
    for (longitude, latitude) in records.longitude.iter().zip(&records.latitude) {
        let mut point = (longitude.to_radians(), latitude.to_radians());
        proj4rs::transform::transform(&degrees, &plane, &mut point).expect("a place");
        x.push(point.0);
        y.push(point.1);
    }
    let mut tracks = Tracks::of_places(records, x, y, Headings { least_m: 0.0 });
    let rows: Vec<usize> = tracks.order.iter().map(|row| *row as usize).collect();
    let way = |a: usize, b: usize| (tracks.x[b] - tracks.x[a], tracks.y[b] - tracks.y[a]);
    let goes_on = |a: usize, b: usize| {
        let seconds = (records.time_ms[b] - records.time_ms[a]) as f64 / 1e3;
        let (east, north) = way(a, b);
        let metres = east.hypot(north);
        seconds <= 10_f64.max(5.0 * tracks.interval_s) && metres <= 30.0 && metres > 0.0
    };
    let mut headings = tracks.heading_deg.clone();
    for place in 0..rows.len() {
        let row = rows[place];
        let before = place
            .checked_sub(1)
            .map(|p| rows[p])
            .filter(|b| goes_on(*b, row));
        let after = rows.get(place + 1).copied().filter(|a| goes_on(row, *a));
        let (east, north) = match (before, after) {
            (Some(before), _) => way(before, row),
            (None, Some(after)) => way(row, after),
            (None, None) => continue,
        };
        headings[row] = east.atan2(north).to_degrees() as f32;
    }
    tracks.heading_deg = headings;
    tracks
}

#[test]
fn unions_and_bitmaps_as_another_program_has_them() {
    for (name, expected) in [
        ("basswood", 77_476.32),
        ("gartner", 266_101.14),
        ("usda1", 189_169.89),
        ("usda2", 182_748.88),
        ("usda3", 231_662.30),
    ] {
        let Some(harvest) = real::harvest(name) else {
            return;
        };
        let tracks = as_measured(&harvest);
        let feet = Footprints::new(&harvest.records, &tracks, Anchor::End, Layout::Rectangles);
        let mut bitmap = Bitmap::new(0.5);
        feet.for_each(
            |row| harvest.covers(row),
            |_, quad| {
                bitmap.mark(&quad);
            },
        );
        let polygons = union::strips(&feet, |row| harvest.covers(row), 0.0);
        let covered = union::union(&polygons).unsigned_area();
        let near = |a: f64, b: f64, share: f64| (a / b - 1.0).abs() <= share;
        assert!(near(covered, expected, 5e-4), "{name} {covered}");
        assert!(
            near(bitmap.area_m2(), covered, 1e-3),
            "{name} {}",
            bitmap.area_m2()
        );
    }
}

#[test]
fn strips_that_share_edges_cover_more_than_rectangles() {
    for name in ["basswood", "gartner", "usda1", "usda2", "usda3"] {
        let Some(harvest) = real::harvest(name) else {
            return;
        };
        let tracks = harvest.tracks(1.5);
        let anchor = anchor::find(&harvest.records, &tracks).anchor;
        let covers = |row: usize| harvest.covers(row);
        let area = |layout, tolerance_m| {
            let feet = Footprints::new(&harvest.records, &tracks, anchor, layout);
            union::union(&union::strips(&feet, covers, tolerance_m))
        };
        let rectangles = area(Layout::Rectangles, 0.0).unsigned_area();
        let exact = area(Layout::Joined, 0.0).unsigned_area();
        let simplified = area(Layout::Joined, 0.05);
        let covered = simplified.unsigned_area();
        assert!(exact > rectangles, "{name} {exact} {rectangles}");
        assert!(
            (covered / exact - 1.0).abs() < 1e-3,
            "{name} {covered} {exact}"
        );
        if name == "basswood" {
            assert!(covered >= 88_000.0, "{covered}");
        }
        let feet = Footprints::new(&harvest.records, &tracks, anchor, Layout::Joined);
        let mut bitmap = Bitmap::new(0.25);
        feet.for_each(covers, |_, quad| {
            bitmap.mark(&quad);
        });
        let marked = bitmap.area_m2();
        assert!(
            (marked / exact - 1.0).abs() < 1e-3,
            "{name} {marked} {exact}"
        );
        let geodesic = union::geodesic_area_m2(&union::in_degrees(&simplified, &harvest.frame()));
        assert!(
            (geodesic / covered - 1.0).abs() < 1e-6,
            "{name} {geodesic} {covered}"
        );
        let outline = union::outline(&simplified, harvest.width_m());
        assert!(
            outline.is_valid() && outline.0.len() <= 3,
            "{name} {}",
            outline.0.len()
        );
        let closed = outline.unsigned_area();
        assert!(
            closed > covered && closed < 1.12 * covered,
            "{name} {closed} {covered}"
        );
    }
}

#[test]
fn anchors() {
    for (name, expected) in [
        ("basswood", Anchor::Start),
        ("gartner", Anchor::End),
        ("usda1", Anchor::Middle),
        ("usda2", Anchor::Middle),
        ("usda3", Anchor::Middle),
    ] {
        let Some(harvest) = real::harvest(name) else {
            return;
        };
        let found = anchor::find(&harvest.records, &harvest.tracks(1.5));
        assert_eq!(found.anchor, expected, "{name} {found:?}");
    }
}

/// Polygons of a layer in metres of UTM zone 12.
fn layer(name: &str) -> Option<Vec<geo::Polygon<f64>>> {
    let value: serde_json::Value = serde_json::from_slice(&real::bytes(name)?).expect("GeoJSON");
    let ring = |list: &serde_json::Value| -> geo::LineString<f64> {
        let list = list.as_array().expect("a ring");
        list.iter()
            .map(|c| (c[0].as_f64().expect("x"), c[1].as_f64().expect("y")))
            .collect()
    };
    let polygon = |rings: &serde_json::Value| {
        let mut rings = rings.as_array().expect("rings").iter().map(ring);
        geo::Polygon::new(rings.next().expect("a shell"), rings.collect())
    };
    let features = value["features"].as_array().expect("features");
    Some(
        features
            .iter()
            .flat_map(|feature| {
                let (kind, list) = (
                    feature["geometry"]["type"].as_str().unwrap_or_default(),
                    &feature["geometry"]["coordinates"],
                );
                match kind {
                    "MultiPolygon" => list
                        .as_array()
                        .expect("polygons")
                        .iter()
                        .map(polygon)
                        .collect(),
                    "Polygon" => vec![polygon(list)],
                    _ => Vec::new(),
                }
            })
            .collect(),
    )
}

#[test]
fn unions_of_applied_polygons() {
    for (name, polygons, expected) in [
        ("FarmerB_N_2016", 5_802, 520_679.8),
        ("FarmerI_N_2016", 2_360, 866_108.9),
    ] {
        let Some(layer) = layer(&format!("ofpedata2/{name}.geojson.gz")) else {
            return;
        };
        assert!(layer.len() >= polygons, "{name} {}", layer.len());
        let covered = union::of_any(&layer).unsigned_area();
        assert!(
            (covered / expected - 1.0).abs() <= 5e-4,
            "{name} {covered} {expected}"
        );
    }
}
