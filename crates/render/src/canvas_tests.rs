//! Tests of the canvas.

use super::*;
use crate::mercator::{longitude_of, x_of, y_of};

/// A footprint by metres east and north of 11.5 E 48.25 N.
fn at(x: f64, y: f64, width: f64, length: f64, degrees: f64) -> Quad {
    let (sin, cos) = degrees.to_radians().sin_cos();
    let half = width / 2.0;
    [(-half, 0.0), (half, 0.0), (half, length), (-half, length)].map(|(a, b): (f64, f64)| {
        let (east, north) = (x + a * cos + b * sin, y + b * cos - a * sin);
        let metre = 1.0 / 111_319.490_793;
        (
            11.5 + east * metre / 48.25_f64.to_radians().cos(),
            48.25 + north * metre,
        )
    })
}

fn bounds_of(quads: &[Quad]) -> [f64; 4] {
    let all = quads.iter().flatten();
    all.fold([180.0, 90.0, -180.0, -90.0], |b, (x, y)| {
        [b[0].min(*x), b[1].min(*y), b[2].max(*x), b[3].max(*y)]
    })
}

fn owned(canvas: &Canvas) -> usize {
    canvas
        .lines()
        .flatten()
        .filter(|owner| **owner != NO_OWNER)
        .count()
}

#[test]
fn the_ground_is_as_large_as_the_footprint() {
    for degrees in [0.0, 17.0, 45.0, 90.0, 211.0] {
        let quad = at(0.0, 0.0, 120.0, 250.0, degrees);
        let mut canvas = Canvas::new(bounds_of(&[quad]), 0.5, 4096).expect("a field");
        canvas.burn(3, &quad);
        let share = owned(&canvas) as f64 * 0.25 / 30_000.0;
        assert!((share - 1.0).abs() < 0.005, "{degrees}: {share}");
        // The margin stays free.
        let (columns, lines) = canvas.size();
        for column in 0..columns {
            assert_eq!(canvas.owner_of(column, 0), None);
            assert_eq!(canvas.owner_of(column, lines - 1), None);
        }
        for line in 0..lines {
            assert_eq!(canvas.owner_of(0, line), None);
            assert_eq!(canvas.owner_of(columns - 1, line), None);
        }
        assert_eq!(canvas.owner_of(columns, 0), None);
        assert_eq!(canvas.owner_of(columns / 2, lines / 2), Some(3));
    }
}

#[test]
fn the_grid_lies_where_it_says() {
    let bounds = [11.5, 48.25, 11.51, 48.255];
    let canvas = Canvas::new(bounds, 1.0, 4096).expect("a field");
    let [west, width, _, north, _, height] = canvas.geo_transform();
    assert!((width - 1.0 / 48.252_5_f64.to_radians().cos()).abs() < 1e-9);
    assert_eq!(width, -height);
    let (columns, lines) = canvas.size();
    // The margin is at least one pixel and less than two.
    let margins = [
        x_of(11.5) - west,
        west + width * f64::from(columns) - x_of(11.51),
        north - y_of(48.255),
        y_of(48.25) - (north - width * f64::from(lines)),
    ];
    for margin in margins {
        assert!((1.0..2.0).contains(&(margin / width)), "{margins:?}");
    }
    let extent = canvas.extent_degrees();
    assert!(extent[0] < bounds[0] && extent[1] < bounds[1]);
    assert!(extent[2] > bounds[2] && extent[3] > bounds[3]);
    assert!((extent[0] - longitude_of(west)).abs() < 1e-12);
}

#[test]
fn a_large_place_is_drawn_coarser() {
    for (bounds, most) in [
        ([-180.0, -90.0, 180.0, 90.0], 4096),
        ([11.5, 48.25, 11.9, 48.255], 512),
        ([11.5, 48.25, 11.501, 48.7], 4096),
    ] {
        let canvas = Canvas::new(bounds, 0.5, most).expect("a place");
        let (columns, lines) = canvas.size();
        assert_eq!(columns.max(lines), most);
    }
    let canvas = Canvas::new([0.0, 0.0, 1.0, 1.0], 1e-300, u32::MAX).expect("a place");
    assert_eq!(canvas.size().0, MOST_COLUMNS);
    let point = Canvas::new([11.5, 48.0, 11.5, 48.0], 1.0, 0).expect("a point");
    assert_eq!(point.size(), (3, 3));
}

#[test]
fn the_first_owns() {
    let quads = [at(0.0, 0.0, 10.0, 10.0, 0.0), at(5.0, 0.0, 10.0, 10.0, 0.0)];
    let mut canvas = Canvas::new(bounds_of(&quads), 0.5, 4096).expect("a field");
    canvas.burn(0, &quads[0]);
    let first = owned(&canvas);
    canvas.burn(1, &quads[1]);
    let of = |row| {
        canvas
            .lines()
            .flatten()
            .filter(|owner| **owner == row)
            .count()
    };
    assert_eq!(of(0), first);
    assert!((of(1) as f64 / first as f64 - 0.5).abs() < 0.06);
    canvas.burn(NO_OWNER, &at(0.0, 0.0, 99.0, 99.0, 0.0));
}

#[test]
fn small_footprints_do_not_vanish() {
    // Smaller than a pixel.
    let far = [at(0.0, 0.0, 1.0, 1.0, 0.0), at(90.0, 90.0, 1.0, 1.0, 0.0)];
    let bounds = bounds_of(&far);
    for place in 0..40 {
        let mut canvas = Canvas::new(bounds, 3.0, 4096).expect("a field");
        let place = f64::from(place) * 0.77;
        canvas.burn(5, &at(20.0 + place, 30.0 + place, 0.2, 0.3, 33.0));
        assert_eq!(owned(&canvas), 1);
    }
    // Long and narrow: no dashes.
    for degrees in [0.0, 20.0, 45.0, 90.0] {
        let mut canvas = Canvas::new(bounds, 1.0, 4096).expect("a field");
        canvas.burn(5, &at(10.0, 10.0, 0.1, 40.0, degrees));
        let along = 40.0 * degrees.to_radians().cos().max(degrees.to_radians().sin());
        let count = owned(&canvas) as f64;
        assert!(
            (along - 1.5..along * 1.2 + 2.0).contains(&count),
            "{degrees}: {count}"
        );
    }
    // A point, and a line.
    let mut canvas = Canvas::new(bounds, 1.0, 4096).expect("a field");
    canvas.burn(1, &at(10.0, 10.0, 0.0, 0.0, 0.0));
    assert_eq!(owned(&canvas), 1);
}

#[test]
fn a_strip_has_no_holes() {
    // Records shorter than a pixel, side by side.
    for pixel_m in [0.5, 1.0, 2.3] {
        let strips = (0..40).flat_map(|pass| {
            (0..300).map(move |i| {
                let (x, y) = (f64::from(pass) * 0.75, f64::from(i) * 0.3);
                let (sin, cos) = 30_f64.to_radians().sin_cos();
                at(x * cos + y * sin, y * cos - x * sin, 0.75, 0.3, 30.0)
            })
        });
        let strips: Vec<Quad> = strips.collect();
        let mut canvas = Canvas::new(bounds_of(&strips), pixel_m, 4096).expect("a field");
        for (row, quad) in strips.iter().enumerate() {
            canvas.burn(row as u32, quad);
        }
        let before = owned(&canvas);
        canvas.close_seams(2);
        assert!(owned(&canvas) - before < 4 + before / 500, "{before}");
        let share = before as f64 * pixel_m * pixel_m / 2_700.0;
        assert!(
            (share - 1.0).abs() < 0.06 * pixel_m.max(1.0),
            "{pixel_m}: {share}"
        );
    }
}

#[test]
fn seams_are_closed_and_gaps_stay() {
    for degrees in [0.0, 30.0, 45.0, 90.0] {
        let (sin, cos) = f64::to_radians(degrees).sin_cos();
        let pass = |x: f64| at(x * cos, -x * sin, 9.0, 100.0, degrees);
        // Half a metre between the first two, three metres before the third.
        let passes = [pass(0.0), pass(9.5), pass(21.5)];
        let mut canvas = Canvas::new(bounds_of(&passes), 0.5, 4096).expect("a field");
        for (row, quad) in passes.iter().enumerate() {
            canvas.burn(row as u32, quad);
        }
        let before = owned(&canvas);
        canvas.close_seams(2);
        let closed = (owned(&canvas) - before) as f64 * 0.25;
        assert!((30.0..75.0).contains(&closed), "{degrees}: {closed}");
        let after = owned(&canvas);
        canvas.burn(9, &passes[1]);
        assert_eq!(owned(&canvas), after);
    }
}

#[test]
fn over_the_antimeridian() {
    let mut canvas = Canvas::new([179.99, -17.0, -179.99, -16.99], 2.0, 4096).expect("Fiji");
    assert!(canvas.size().0 < 1_200);
    canvas.burn(
        0,
        &[
            (179.995, -17.0),
            (-179.995, -17.0),
            (-179.995, -16.99),
            (179.995, -16.99),
        ],
    );
    let share = owned(&canvas) as f64 / (f64::from(canvas.size().0) * f64::from(canvas.size().1));
    assert!((share - 0.5).abs() < 0.01, "{share}");
    let extent = canvas.extent_degrees();
    assert!(extent[0] > 179.98 && extent[2] < -179.98);
    let world = Canvas::new([-180.0, -85.0, 180.0, 85.0], 2.0, 4096).expect("the world");
    assert_eq!(world.extent_degrees()[0], -180.0);
}

#[test]
fn hostile_numbers_draw_nothing() {
    let odd = [f64::NAN, f64::INFINITY, -1e300, 361.0, 91.0];
    for value in odd {
        for side in 0..4 {
            let mut bounds = [10.0, 40.0, 11.0, 41.0];
            bounds[side] = value;
            let latitude = side % 2 == 1;
            assert!(Canvas::new(bounds, 1.0, 4096).is_none() || (value == 91.0 && !latitude));
            let mut canvas = Canvas::new([10.0, 40.0, 10.01, 40.01], 9.0, 4096).expect("a field");
            let mut quad = [(10.0, 40.0), (10.01, 40.0), (10.01, 40.01), (10.0, 40.01)];
            quad[side].1 = value;
            canvas.burn(0, &quad);
            assert_eq!(owned(&canvas), 0);
            quad[side].0 = value;
            canvas.burn(0, &quad);
        }
    }
    for pixel_m in [0.0, -1.0, f64::NAN, f64::INFINITY] {
        assert!(Canvas::new([10.0, 40.0, 11.0, 41.0], pixel_m, 4096).is_none());
    }
    assert!(Canvas::new([10.0, 41.0, 11.0, 40.0], 1.0, 4096).is_none());
    for bounds in [[0.0, 89.0, 1.0, 90.0], [0.0, -90.0, 1.0, -90.0]] {
        let mut pole = Canvas::new(bounds, f64::MAX, 64).expect("a pole");
        pole.burn(
            0,
            &[(0.0, 90.0), (90.0, 90.0), (180.0, -90.0), (-360.0, 90.0)],
        );
    }
}

#[test]
fn the_same_huge_ground_again_and_again_is_fast() {
    let mut canvas = Canvas::new([10.0, 40.0, 10.04, 40.03], 0.5, 4096).expect("a field");
    let begin = std::time::Instant::now();
    let quad = [(0.0, 30.0), (10.0399, 30.0), (10.0399, 50.0), (0.0, 50.0)];
    for row in 0..2_000 {
        canvas.burn(row, &quad);
    }
    assert!(begin.elapsed().as_secs() < 20);
    // One that crosses itself stays within its corners.
    canvas.burn(
        0,
        &[(10.0, 40.0), (10.04, 40.03), (10.04, 40.0), (10.0, 40.03)],
    );
}

#[test]
fn a_grid_in_utm_has_true_metres() {
    let bounds = [11.5, 48.25, 11.51, 48.255];
    let projection = Projection::utm_at(11.5, 48.25).expect("a zone");
    let mut canvas = Canvas::on(projection, bounds, 1.0, 4096).expect("a field");
    // 0.001 degrees of longitude are 74.30 m here, 0.001 of latitude 111.2 m.
    let quad = [
        (11.502, 48.251),
        (11.503, 48.251),
        (11.503, 48.252),
        (11.502, 48.252),
    ];
    canvas.burn(7, &quad);
    let owned = canvas
        .lines()
        .flatten()
        .filter(|owner| **owner == 7)
        .count();
    assert!(
        (owned as f64 / (74.30 * 111.2) - 1.0).abs() < 0.01,
        "{owned}"
    );
    let [west, pixel, _, north, ..] = canvas.geo_transform();
    assert_eq!(pixel, 1.0);
    assert!((west - 685_570.0).abs() < 30.0 && (north - 5_347_690.0).abs() < 60.0);
    assert_eq!(canvas.line(u32::MAX), &[] as &[u32]);
}

/// Degrees of a place by metres east and north of 11.5 E 48.25 N.
fn degrees(x: f64, y: f64) -> (f64, f64) {
    let [corner, ..] = at(x + 0.5, y, 1.0, 1.0, 0.0);
    corner
}

fn square_ring(x: f64, y: f64, side: f64) -> Vec<(f64, f64)> {
    [(0.0, 0.0), (side, 0.0), (side, side), (0.0, side)]
        .map(|(a, b)| degrees(x + a, y + b))
        .to_vec()
}

fn canvas_of_100_m() -> Canvas {
    Canvas::new(bounds_of(&[at(50.0, 0.0, 100.0, 100.0, 0.0)]), 0.5, 4096).expect("a field")
}

#[test]
fn a_polygon_owns_its_pixels_but_not_its_holes() {
    let mut canvas = canvas_of_100_m();
    let rings = [square_ring(10.0, 10.0, 80.0), square_ring(40.0, 40.0, 20.0)];
    canvas.burn_polygon(4, &rings);
    let (columns, lines) = canvas.size();
    assert_eq!(canvas.owner_of(columns / 2, lines / 2), None);
    assert_eq!(canvas.owner_of(columns / 4, lines / 2), Some(4));
    let share = owned(&canvas) as f64 * 0.25 / 6_000.0;
    assert!((share - 1.0).abs() < 0.01, "{share}");
    // Who comes later gets what is free.
    canvas.burn_polygon(5, &[square_ring(30.0, 30.0, 40.0)]);
    assert_eq!(canvas.owner_of(columns / 2, lines / 2), Some(5));
    assert_eq!(canvas.owner_of(columns / 3, lines / 3), Some(4));
}

#[test]
fn a_polygon_equals_the_footprint_of_the_same_corners() {
    for turn in [0.0, 17.0, 45.0, 90.0] {
        let quad = at(50.0, 50.0, 12.0, 30.0, turn);
        let (mut one, mut other) = (canvas_of_100_m(), canvas_of_100_m());
        one.burn(1, &quad);
        other.burn_polygon(1, &[quad.to_vec()]);
        assert!(one.lines().eq(other.lines()), "{turn}");
    }
}

#[test]
fn thin_polygons_get_the_pixels_below_their_edges() {
    let mut canvas = canvas_of_100_m();
    let line = vec![
        degrees(10.0, 50.1),
        degrees(60.0, 50.1),
        degrees(60.0, 50.15),
    ];
    canvas.burn_polygon(7, &[line]);
    assert!(owned(&canvas) >= 100);
    let point = vec![degrees(80.1, 80.1); 4];
    canvas.burn_polygon(8, &[point]);
    assert!(canvas.lines().flatten().any(|owner| *owner == 8));
}

#[test]
fn polygons_of_nowhere_and_of_noise_do_no_harm() {
    let mut canvas = canvas_of_100_m();
    canvas.burn_polygon(1, &[]);
    canvas.burn_polygon(1, &[vec![], vec![]]);
    canvas.burn_polygon(NO_OWNER, &[square_ring(0.0, 0.0, 50.0)]);
    for bad in [f64::NAN, f64::INFINITY, 1e9] {
        let mut ring = square_ring(0.0, 0.0, 50.0);
        ring[2].0 = bad;
        canvas.burn_polygon(1, &[ring]);
    }
    assert_eq!(owned(&canvas), 0);
    // To and fro over the whole grid: a million times.
    let ring = (0..1_000_000).map(|i| degrees(f64::from(i % 7), f64::from(i % 2) * 100.0));
    canvas.burn_polygon(1, &[ring.collect()]);
    let across = (0..1_000_000).map(|i| degrees(f64::from(i % 2) * 100.0, 30.0));
    canvas.burn_polygon(2, &[across.collect()]);
    let poles = vec![(11.5, 90.0), (11.6, 90.0), (11.5, -90.0)];
    canvas.burn_polygon(3, &[poles]);
}
