//! The ground of sources that log polygons: each made sound, measured, and kept for the union.
//!
//! Rules: rings count by the even-odd rule, whichever way they turn and however they cross
//! themselves. A polygon on ground that others cover through and through counts for the work, and
//! gains the union nothing. One whose edges are so long for its extent that only noise can be it is
//! left out.

use crate::bitmap::Bitmap;
use geo::orient::{Direction, Orient};
use geo::{Area, BooleanOps, Coord, LineString, MultiPolygon, Polygon};

/// Side of the cells that tell covered ground.
const CELL_M: f64 = 0.25;
/// Crossings of edges that a polygon may be expected to have: lines as long as its edges, thrown at
/// random into its extent, would cross as often. Serpentines over whole fields come to some 10,000.
const MOST_CROSSINGS: f64 = 1e6;
/// What is narrower has no ground.
const LEAST_EXTENT_M: f64 = 1e-3;

/// Gathers polygons.
pub struct Outlines {
    covered: Bitmap,
    /// Sound polygons that turn against the clock.
    kept: Vec<Polygon<f64>>,
}

impl Default for Outlines {
    fn default() -> Self {
        Self {
            covered: Bitmap::new(CELL_M),
            kept: Vec::new(),
        }
    }
}

impl Outlines {
    /// Adds the rings of one row, in metres on a plane. Its area in square metres; `None` where it
    /// has none.
    pub fn add(&mut self, rings: Vec<Vec<(f64, f64)>>) -> Option<f64> {
        if is_noise(&rings) {
            return None;
        }
        let line = |ring: Vec<(f64, f64)>| LineString::from(ring);
        let mut lines = rings.into_iter().map(line);
        let outer = lines.next()?;
        let as_logged = Polygon::new(outer, lines.collect());
        let nothing = MultiPolygon::<f64>::new(Vec::new());
        let sound = as_logged.union(&nothing).orient(Direction::Default);
        let area = sound.unsigned_area();
        if area.is_nan() || area <= 0.0 {
            return None;
        }
        let corners = |ring: &LineString<f64>| -> Vec<(f64, f64)> {
            ring.coords().map(|Coord { x, y }| (*x, *y)).collect()
        };
        let rings: Vec<Vec<(f64, f64)>> = sound
            .iter()
            .flat_map(|polygon| std::iter::once(polygon.exterior()).chain(polygon.interiors()))
            .map(corners)
            .collect();
        let rings: Vec<&[(f64, f64)]> = rings.iter().map(Vec::as_slice).collect();
        let marked = self.covered.mark_rings(&rings);
        let gains = marked.is_none_or(|m| m.cells == 0 || m.before < m.cells);
        if gains {
            self.kept.extend(sound);
        }
        Some(area)
    }

    /// The polygons for the union.
    pub fn take(&mut self) -> Vec<Polygon<f64>> {
        std::mem::take(&mut self.kept)
    }
}

fn is_noise(rings: &[Vec<(f64, f64)>]) -> bool {
    let (mut low, mut high) = (
        (f64::INFINITY, f64::INFINITY),
        (f64::NEG_INFINITY, f64::NEG_INFINITY),
    );
    for (x, y) in rings.iter().flatten() {
        if !(x.is_finite() && y.is_finite()) {
            return true;
        }
        low = (low.0.min(*x), low.1.min(*y));
        high = (high.0.max(*x), high.1.max(*y));
    }
    let (width, height) = (high.0 - low.0, high.1 - low.1);
    if !(width > LEAST_EXTENT_M && height > LEAST_EXTENT_M) {
        return true;
    }
    let way: f64 = rings
        .iter()
        .flat_map(|ring| ring.windows(2))
        .map(|pair| match pair {
            [a, b] => (b.0 - a.0).hypot(b.1 - a.1),
            _ => 0.0,
        })
        .sum();
    way * way / (std::f64::consts::PI * width * height) > MOST_CROSSINGS
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::union;

    fn square(x: f64, y: f64, side: f64) -> Vec<(f64, f64)> {
        vec![
            (x, y),
            (x + side, y),
            (x + side, y + side),
            (x, y + side),
            (x, y),
        ]
    }

    #[test]
    fn ground_worked_twice_counts_once_in_the_union_and_holes_stay() {
        let mut outlines = Outlines::default();
        let areas = [
            outlines.add(vec![square(0.0, 0.0, 10.0), square(4.0, 4.0, 2.0)]),
            outlines.add(vec![square(5.0, 0.0, 10.0)]),
            outlines.add(vec![square(6.0, 1.0, 3.0)]),
        ];
        assert_eq!(
            areas.map(|area| area.map(f64::round)),
            [Some(96.0), Some(100.0), Some(9.0)]
        );
        let kept = outlines.take();
        assert_eq!(kept.len(), 2);
        let united = union::union(&kept);
        // Of the hole, the half from x 5 on lies under the second square.
        assert!((united.unsigned_area() - 148.0).abs() < 1e-3);
    }

    #[test]
    fn squares_side_by_side_with_holes() {
        let mut outlines = Outlines::default();
        let side = 40;
        for i in 0..side * side {
            let (x, y) = (f64::from(i % side) * 10.0, f64::from(i / side) * 10.0);
            outlines.add(vec![square(x, y, 10.0), square(x + 4.0, y + 4.0, 2.0)]);
        }
        let area = union::union(&outlines.take()).unsigned_area();
        let expected = f64::from(side * side) * 96.0;
        assert!((area / expected - 1.0).abs() < 1e-6, "{area} {expected}");
    }

    #[test]
    fn rings_that_cross_themselves_count_by_the_even_odd_rule() {
        let mut outlines = Outlines::default();
        let bow = vec![(0.0, 0.0), (2.0, 2.0), (2.0, 0.0), (0.0, 2.0), (0.0, 0.0)];
        let area = outlines.add(vec![bow]).expect("two triangles");
        assert!((area - 2.0).abs() < 1e-6);
    }

    #[test]
    fn what_is_no_ground_has_none() {
        let mut outlines = Outlines::default();
        let line = vec![(0.0, 0.0), (5.0, 5.0), (0.0, 0.0)];
        for rings in [
            vec![],
            vec![vec![]],
            vec![line],
            vec![vec![(0.0, 0.0), (f64::NAN, 1.0), (1.0, 1.0), (0.0, 0.0)]],
            vec![vec![(0.0, 0.0), (4.0, 0.0), (9.0, 0.0), (0.0, 0.0)]],
        ] {
            assert_eq!(outlines.add(rings), None);
        }
        // A hundred thousand edges to and fro at random.
        let mut seed = 7_u64;
        let mut random = || {
            seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            (seed >> 40) as f64 * 1e-4
        };
        let mut noise: Vec<(f64, f64)> = (0..100_000).map(|_| (random(), random())).collect();
        noise.push(noise[0]);
        assert_eq!(outlines.add(vec![noise]), None);
        assert!(outlines.take().is_empty());
    }
}
