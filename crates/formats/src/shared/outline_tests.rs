//! Rings to polygons: which are holes of which, and what is no outline.

use super::*;

fn square(x: f64, y: f64, side: f64, with_the_clock: bool) -> Vec<Place> {
    let mut ring = vec![
        (x, y),
        (x, y + side),
        (x + side, y + side),
        (x + side, y),
        (x, y),
    ];
    if !with_the_clock {
        ring.reverse();
    }
    ring
}

fn outline(rings: &[Vec<Place>]) -> Outline {
    let mut outline = Outline::default();
    for ring in rings {
        ring.iter().for_each(|corner| outline.add(*corner));
        outline.close_ring();
    }
    outline
}

fn same(x: f64, y: f64) -> Option<Place> {
    Some((x, y))
}

#[test]
fn holes_find_the_smallest_ring_around_them() {
    let rings = [
        square(0.2, 0.2, 0.1, false),
        square(2.4, 2.4, 0.2, false),
        square(0.0, 0.0, 10.0, true),
        square(2.0, 2.0, 1.0, true),
        square(30.0, 30.0, 1.0, false),
    ];
    let sorted = outline(&rings).by_winding();
    assert_eq!(sorted.polygons, [2, 4, 5]);
    let firsts: Vec<Place> = (0..5).map(|ring| sorted.ring(ring)[0]).collect();
    let expected = [2, 0, 3, 1, 4].map(|ring: usize| rings[ring][0]);
    assert_eq!(firsts, expected);
}

#[test]
fn rings_that_all_turn_against_the_clock_are_all_outer_ones() {
    let rings = [square(0.0, 0.0, 1.0, false), square(2.0, 0.0, 1.0, false)];
    assert_eq!(outline(&rings).by_winding().polygons, [1, 2]);
}

#[test]
fn the_binary_turns_and_closes_rings_and_leaves_out_those_without_ground() {
    let mut rings = vec![square(0.0, 0.0, 1.0, true)];
    rings[0].pop();
    let bytes = outline(&rings).by_winding().wkb(same).expect("a polygon");
    assert_eq!(bytes[..13], [1, 3, 0, 0, 0, 1, 0, 0, 0, 5, 0, 0, 0]);
    let second = f64::from_le_bytes(bytes[29..37].try_into().expect("eight bytes"));
    assert_eq!((bytes.len(), second), (13 + 5 * 16, 1.0));
    let line = vec![(0.0, 0.0), (1.0, 1.0), (0.0, 0.0)];
    assert_eq!(outline(&[line]).by_winding().wkb(same), None);
    assert_eq!(Outline::default().by_winding().wkb(same), None);
}

#[test]
fn places_that_are_nowhere_make_no_outline() {
    for bad in [f64::NAN, f64::INFINITY, 181.0] {
        let mut ring = square(0.0, 0.0, 1.0, true);
        ring[2].0 = bad;
        assert_eq!(outline(&[ring]).by_winding().wkb(same), None);
    }
    let ring = square(0.0, 0.0, 1.0, true);
    assert_eq!(outline(&[ring]).by_winding().wkb(|_, _| None), None);
}

/// A hundred thousand holes and as many rings around nothing end soon.
#[test]
fn many_rings_cost_no_more_than_their_places() {
    let many = 30_000;
    let rings: Vec<Vec<Place>> = (0..many)
        .map(|i| square(0.0, 0.0, 1.0 + f64::from(i) * 1e-4, i % 2 == 0))
        .collect();
    let sorted = outline(&rings).by_winding();
    assert_eq!(sorted.corners(), many as usize * 5);
}
