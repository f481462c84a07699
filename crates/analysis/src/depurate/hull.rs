//! The convex and the concave hull of points.
//!
//! Sources: Andrew, "Another efficient algorithm for convex hulls in two dimensions", Information
//! Processing Letters 9 (1979); Park and Oh, "A new concave hull algorithm and concaveness measure
//! for n-dimensional datasets", Journal of Information Science and Engineering 28 (2012), with the
//! rule of the library `concaveman` for which point a side gives way to and in which order.
//!
//! On 7,394 points of a harvest the edge step gives the labels that `paar` gives with `concaveman`,
//! all of them. The hull of the crate `geo` follows another rule and changes 17 of the labels; it
//! also panics on coordinates whose products overflow.

use std::collections::VecDeque;

use geo::kernels::{Kernel, Orientation, RobustKernel};

use super::bounds::{Place, squared_distance};
use super::tree::Tree;

/// A side gives way to a point nearer to one of its ends than its length divided by this.
const CONCAVITY: f64 = 2.0;

fn orientation(a: Place, b: Place, c: Place) -> Orientation {
    RobustKernel::orient2d(a.into(), b.into(), c.into())
}

/// Sorted and different; where the points come from must not decide where the digging begins.
fn different(x: &[f64], y: &[f64]) -> Vec<Place> {
    let mut places: Vec<Place> = x.iter().copied().zip(y.iter().copied()).collect();
    places.sort_unstable_by(|a, b| a.0.total_cmp(&b.0).then(a.1.total_cmp(&b.1)));
    places.dedup();
    places
}

/// The corners clockwise from the westernmost; fewer than three when the points span no area.
fn corners(sorted: &[Place]) -> Vec<Place> {
    let mut upper = chain(sorted.iter());
    let lower = chain(sorted.iter().rev());
    upper.pop();
    upper.extend(lower);
    upper.pop();
    upper
}

fn chain<'a>(places: impl Iterator<Item = &'a Place>) -> Vec<Place> {
    let mut chain: Vec<Place> = Vec::new();
    for &place in places {
        while let [.., a, b] = chain[..]
            && orientation(a, b, place) != Orientation::Clockwise
        {
            chain.pop();
        }
        chain.push(place);
    }
    chain
}

/// The convex hull; `None` when the points span no area.
pub(super) fn convex(x: &[f64], y: &[f64]) -> Option<Vec<Place>> {
    let corners = corners(&different(x, y));
    (corners.len() > 2).then_some(corners)
}

/// The concave hull; `None` when the points span no area.
///
/// Starts from the convex hull. Side by side, oldest first: the side gives way to the nearest point
/// inside that is nearer to it than to the sides before and after, that can be reached without
/// crossing the hull, and that is near enough to one of its ends.
pub(super) fn concave(x: &[f64], y: &[f64]) -> Option<Vec<Place>> {
    let places = different(x, y);
    let corners = corners(&places);
    if corners.len() < 3 {
        return None;
    }
    let mut ring = Ring::new(Tree::new(places), &corners)?;
    while let Some(start) = ring.queue.pop_front() {
        if let Some(point) = ring.point_for(start) {
            ring.insert(start, point);
        }
    }
    Some(ring.places())
}

/// The hull as a list of points that know the next and the one before.
struct Ring {
    tree: Tree,
    first: usize,
    next: Vec<usize>,
    before: Vec<usize>,
    /// Starts of the sides still to look at.
    queue: VecDeque<usize>,
}

impl Ring {
    fn new(tree: Tree, corners: &[Place]) -> Option<Self> {
        let mut order: Vec<(Place, usize)> = tree.places.iter().copied().zip(0..).collect();
        order.sort_unstable_by(|(a, _), (b, _)| a.0.total_cmp(&b.0).then(a.1.total_cmp(&b.1)));
        let find = |corner: &Place| {
            let found = order.partition_point(|(place, _)| place < corner);
            order.get(found).map(|&(_, point)| point)
        };
        let points: Vec<usize> = corners.iter().filter_map(find).collect();
        let count = tree.places.len();
        let mut ring = Self {
            tree,
            first: *points.first()?,
            next: vec![0; count],
            before: vec![0; count],
            queue: points.iter().copied().collect(),
        };
        for (&start, &end) in points.iter().zip(points.iter().cycle().skip(1)) {
            ring.join(start, end);
            ring.tree.remove(start);
        }
        Some(ring)
    }

    fn join(&mut self, start: usize, end: usize) {
        self.next[start] = end;
        self.before[end] = start;
        self.tree.set_side(start, end);
    }

    /// Both new sides go to the end of the queue.
    fn insert(&mut self, start: usize, point: usize) {
        let end = self.next[start];
        self.join(start, point);
        self.join(point, end);
        self.tree.remove(point);
        self.queue.extend([start, point]);
    }

    /// The point that the side starting here gives way to.
    fn point_for(&self, start: usize) -> Option<usize> {
        let end = self.next[start];
        let place = |point: usize| self.tree.places[point];
        let (a, b) = (place(start), place(end));
        let squared = |p: Place, q: Place| (p.0 - q.0).powi(2) + (p.1 - q.1).powi(2);
        let limit = squared(a, b) / (CONCAVITY * CONCAVITY);
        let (before, after) = (place(self.before[start]), place(self.next[end]));
        let found = self.tree.nearest(a, b, limit, |point, distance| {
            distance < squared_distance(place(point), before, a)
                && distance < squared_distance(place(point), b, after)
                && !self.is_crossed(start, point)
                && !self.is_crossed(end, point)
        })?;
        let near = squared(place(found), a).min(squared(place(found), b));
        (near <= limit).then_some(found)
    }

    /// Does a side of the hull cross the line from a corner to a point inside?
    fn is_crossed(&self, corner: usize, point: usize) -> bool {
        let place = |point: usize| self.tree.places[point];
        let right = |a: usize, b: usize, c: usize| {
            orientation(place(a), place(b), place(c)) == Orientation::Clockwise
        };
        self.tree.any_side(corner, point, |start| {
            let end = self.next[start];
            end != corner
                && right(start, end, corner) != right(start, end, point)
                && right(corner, point, start) != right(corner, point, end)
        })
    }

    fn places(&self) -> Vec<Place> {
        let mut places = vec![self.tree.places[self.first]];
        let mut point = self.next[self.first];
        while point != self.first && places.len() < self.next.len() {
            places.push(self.tree.places[point]);
            point = self.next[point];
        }
        places
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_square_with_a_notch() {
        // 11 by 11 points without the middle of the east side; behind it one is the nearest.
        let behind = |y: f64| 9.0 - 0.01 * (y - 4.0).abs();
        let places = (0..121).map(|i| (f64::from(i % 11), f64::from(i / 11)));
        let places = places.filter(|&(x, y)| x < 10.0 || !(3.0..8.0).contains(&y));
        let (x, y): (Vec<f64>, Vec<f64>) = places
            .map(|(x, y)| (if x == 9.0 { behind(y) } else { x }, y))
            .unzip();
        let square = [(0.0, 0.0), (0.0, 10.0), (10.0, 10.0), (10.0, 0.0)];
        assert_eq!(convex(&x, &y).as_deref(), Some(&square[..]));
        let hull = concave(&x, &y).expect("a hull");
        for place in [(10.0, 2.0), (behind(4.0), 4.0), (10.0, 8.0)] {
            assert!(hull.contains(&place), "{place:?} in {hull:?}");
        }
    }

    #[test]
    fn no_area_no_hull() {
        let steps = [0.0, 1.0, 2.0, 3.0, 4.0];
        for hull in [convex, concave] {
            assert_eq!(hull(&[], &[]), None);
            assert_eq!(hull(&[1.0; 9], &[2.0; 9]), None);
            assert_eq!(hull(&steps, &steps), None);
            assert!(hull(&[0.0, 1.0, 0.0], &[0.0, 0.0, 1.0]).is_some());
            hull(
                &[f64::MAX, f64::MIN, 0.0, 1e200],
                &[f64::MIN, 3.0, f64::MAX, 1e200],
            );
        }
    }
}
