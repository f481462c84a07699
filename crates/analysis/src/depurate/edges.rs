//! The edge step: the outline of the field, and which points lie inside it by at least a distance.
//!
//! The distance to the outline is exact. A buffered polygon, which other programs take, rounds its
//! corners with short straight lines and is off by some millimetres there.

use geo::{LineString, Polygon};

use super::bounds::{Bounds, Place, squared_distance};
use super::hull;

/// Where the outline of the field comes from. Points that span no area lie on their outline: all of
/// them are border.
#[derive(Clone, Debug, PartialEq)]
pub enum Edges {
    /// No edge step.
    None,
    /// A known outline, in the points' coordinates; holes count as outside.
    Hull(Polygon<f64>),
    /// The concave hull of the points (concavity 2, no length limit), as `paar` takes it.
    Concave,
    /// The convex hull of the points.
    Convex,
}

/// The outline for the points; `None` when they span no area.
pub(super) fn outline(x: &[f64], y: &[f64], edges: &Edges) -> Option<Polygon<f64>> {
    let places = match edges {
        Edges::None => None,
        Edges::Hull(polygon) => return Some(polygon.clone()),
        Edges::Concave => hull::concave(x, y),
        Edges::Convex => hull::convex(x, y),
    };
    Some(Polygon::new(places?.into(), Vec::new()))
}

#[derive(Clone, Copy)]
struct Side {
    from: Place,
    to: Place,
}

impl Side {
    /// Does a ray from the point to the east cross this side?
    fn is_crossed(&self, (x, y): Place) -> bool {
        let Self { from, to } = self;
        (from.1 > y) != (to.1 > y) && x < from.0 + (y - from.1) / (to.1 - from.1) * (to.0 - from.0)
    }

    fn is_finite(&self) -> bool {
        let numbers = [self.from.0, self.from.1, self.to.0, self.to.1];
        numbers.iter().all(|number| number.is_finite())
    }
}

/// The sides of a polygon under a tree of boxes: node 1 is the root, node `n` has the children `2n`
/// and `2n + 1`, the sides are the last nodes. Sides in a row lie near each other as they are.
pub(super) struct Outline {
    sides: Vec<Side>,
    first_leaf: usize,
    boxes: Vec<Bounds>,
    buffer_m: f64,
}

impl Outline {
    /// `buffer_m`: how far inside a point must lie; below zero: how far outside it may.
    pub(super) fn new(polygon: &Polygon<f64>, buffer_m: f64) -> Self {
        let rings = std::iter::once(polygon.exterior()).chain(polygon.interiors());
        let sides = rings.flat_map(LineString::lines).map(|line| Side {
            from: line.start.x_y(),
            to: line.end.x_y(),
        });
        let sides: Vec<Side> = sides.filter(Side::is_finite).collect();
        let first_leaf = sides.len().next_power_of_two();
        let mut boxes = vec![Bounds::EMPTY; 2 * first_leaf];
        for (slot, side) in boxes.iter_mut().skip(first_leaf).zip(&sides) {
            *slot = Bounds::around(side.from, side.to);
        }
        for node in (1..first_leaf).rev() {
            boxes[node] = boxes[2 * node].with(boxes[2 * node + 1]);
        }
        Self {
            sides,
            first_leaf,
            boxes,
            buffer_m: if buffer_m.is_nan() { 0.0 } else { buffer_m },
        }
    }

    /// Shows the sides whose boxes, and the boxes above them, please; ends when `see` says so.
    fn visit(&self, pleases: impl Fn(&Bounds) -> bool, mut see: impl FnMut(&Side) -> bool) {
        let mut nodes = vec![1];
        while let Some(node) = nodes.pop() {
            if !self.boxes.get(node).is_some_and(&pleases) {
                continue;
            }
            match node.checked_sub(self.first_leaf) {
                None => nodes.extend([2 * node + 1, 2 * node]),
                Some(index) => {
                    if self.sides.get(index).is_some_and(&mut see) {
                        return;
                    }
                }
            }
        }
    }

    fn is_inside(&self, place: Place) -> bool {
        let mut inside = false;
        let (x, y) = place;
        self.visit(
            |bounds| bounds.low.1 <= y && y <= bounds.high.1 && x <= bounds.high.0,
            |side| {
                inside ^= side.is_crossed(place);
                false
            },
        );
        inside
    }

    /// Is a side near by its squared distance?
    fn is_near(&self, place: Place, near: impl Fn(f64) -> bool) -> bool {
        let mut found = false;
        self.visit(
            |bounds| near(bounds.squared_distance(place)),
            |side| {
                found = near(squared_distance(place, side.from, side.to));
                found
            },
        );
        found
    }

    /// Is the point inside by the buffer, the buffer's line included?
    pub(super) fn holds(&self, x: f64, y: f64) -> bool {
        let place = (x, y);
        let limit = self.buffer_m * self.buffer_m;
        if self.buffer_m > 0.0 {
            !self.is_near(place, |squared| squared < limit) && self.is_inside(place)
        } else {
            self.is_near(place, |squared| squared <= limit) || self.is_inside(place)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use geo::polygon;

    fn frame() -> Polygon<f64> {
        polygon!(
            exterior: [(x: 0.0, y: 0.0), (x: 100.0, y: 0.0), (x: 100.0, y: 100.0), (x: 0.0, y: 100.0)],
            interiors: [[(x: 40.0, y: 40.0), (x: 60.0, y: 40.0), (x: 60.0, y: 60.0), (x: 40.0, y: 60.0)]],
        )
    }

    #[test]
    fn inside_by_ten_metres() {
        let outline = Outline::new(&frame(), 10.0);
        for (x, y, held) in [
            (10.0, 10.0, true),
            (9.9, 50.0, false),
            (20.0, 20.0, true),
            (50.0, 50.0, false),
            (31.0, 50.0, false),
            (30.0, 50.0, true),
            // Round around the hole's corner: 7.1 m off on each axis is more than 10 m away.
            (32.9, 32.9, true),
            (33.0, 33.0, false),
            (-20.0, 50.0, false),
            (50.0, 500.0, false),
            (f64::NAN, 50.0, false),
            (50.0, f64::NAN, false),
        ] {
            assert_eq!(outline.holds(x, y), held, "{x} {y}");
        }
    }

    #[test]
    fn outside_by_ten_metres_and_no_buffer() {
        let outline = Outline::new(&frame(), -10.0);
        assert!(outline.holds(-10.0, 50.0) && outline.holds(50.0, 45.0) && outline.holds(5.0, 5.0));
        assert!(!outline.holds(-8.0, -8.0) && !outline.holds(50.0, 50.1 + 60.1));
        for buffer in [0.0, f64::NAN] {
            let outline = Outline::new(&frame(), buffer);
            assert!(outline.holds(0.0, 50.0) && outline.holds(100.0, 100.0));
            assert!(!outline.holds(-0.1, 50.0) && !outline.holds(50.0, 50.0));
        }
    }

    #[test]
    fn odd_polygons_hold_nothing() {
        for polygon in [
            Polygon::new(LineString::new(Vec::new()), Vec::new()),
            Polygon::new(
                vec![(f64::NAN, 0.0), (1.0, f64::INFINITY)].into(),
                Vec::new(),
            ),
            Polygon::new(vec![(1.0, 1.0), (1.0, 1.0)].into(), Vec::new()),
        ] {
            for buffer in [10.0, f64::INFINITY] {
                assert!(!Outline::new(&polygon, buffer).holds(1.0, 1.0));
            }
        }
    }
}
