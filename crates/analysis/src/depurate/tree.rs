//! A tree of boxes over fixed points, for the concave hull: which points are still inside, and which
//! sides of the hull start at the others. Both sets change; a change costs one way up the tree.

use std::cmp::{Ordering, Reverse};
use std::collections::BinaryHeap;

use super::bounds::{Bounds, Place, squared_distance};

/// What the search has still to look at: the nearest first, of equals the first in the tree.
struct Ahead {
    squared: f64,
    node: usize,
}

impl Ord for Ahead {
    fn cmp(&self, other: &Self) -> Ordering {
        let near = self.squared.total_cmp(&other.squared);
        near.then(self.node.cmp(&other.node))
    }
}

impl PartialOrd for Ahead {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Ahead {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

impl Eq for Ahead {}

/// Node 1 is the root, node `n` has the children `2n` and `2n + 1`; the points are the last nodes.
pub(super) struct Tree {
    pub(super) places: Vec<Place>,
    first_leaf: usize,
    inside: Vec<Bounds>,
    sides: Vec<Bounds>,
}

impl Tree {
    /// Reorders the points; from then on a point is its index in `places`. All are inside.
    pub(super) fn new(mut places: Vec<Place>) -> Self {
        let first_leaf = places.len().next_power_of_two();
        halve(&mut places, first_leaf);
        let mut inside = vec![Bounds::EMPTY; 2 * first_leaf];
        for (slot, &place) in inside.iter_mut().skip(first_leaf).zip(&places) {
            *slot = Bounds::around(place, place);
        }
        for node in (1..first_leaf).rev() {
            inside[node] = inside[2 * node].with(inside[2 * node + 1]);
        }
        Self {
            places,
            first_leaf,
            inside,
            sides: vec![Bounds::EMPTY; 2 * first_leaf],
        }
    }

    pub(super) fn remove(&mut self, point: usize) {
        set(&mut self.inside, self.first_leaf + point, Bounds::EMPTY);
    }

    /// The side that starts at the point now ends elsewhere.
    pub(super) fn set_side(&mut self, point: usize, end: usize) {
        let bounds = Bounds::around(self.places[point], self.places[end]);
        set(&mut self.sides, self.first_leaf + point, bounds);
    }

    /// The point inside that is nearest to the side from `a` to `b`, among those that please.
    pub(super) fn nearest(
        &self,
        a: Place,
        b: Place,
        farthest_squared: f64,
        mut pleases: impl FnMut(usize, f64) -> bool,
    ) -> Option<usize> {
        let mut ahead = BinaryHeap::from([Reverse(Ahead {
            squared: 0.0,
            node: 1,
        })]);
        while let Some(Reverse(Ahead { squared, node })) = ahead.pop() {
            if let Some(point) = node.checked_sub(self.first_leaf) {
                // The tree of a single point has its leaf at the root.
                if point < self.places.len() && pleases(point, squared) {
                    return Some(point);
                }
                continue;
            }
            for child in [2 * node, 2 * node + 1] {
                let bounds = self.inside[child];
                if bounds.low.0 > bounds.high.0 {
                    continue;
                }
                let squared = if child >= self.first_leaf {
                    squared_distance(bounds.low, a, b)
                } else {
                    bounds.squared_distance_to_side(a, b)
                };
                if squared <= farthest_squared {
                    ahead.push(Reverse(Ahead {
                        squared,
                        node: child,
                    }));
                }
            }
        }
        None
    }

    /// Does any side whose box meets that of the line from `a` to `b` please?
    pub(super) fn any_side(&self, a: usize, b: usize, pleases: impl Fn(usize) -> bool) -> bool {
        let bounds = Bounds::around(self.places[a], self.places[b]);
        let mut nodes = vec![1];
        while let Some(node) = nodes.pop() {
            if !self.sides[node].meets(bounds) {
                continue;
            }
            match node.checked_sub(self.first_leaf) {
                Some(point) if pleases(point) => return true,
                Some(_) => {}
                None => nodes.extend([2 * node, 2 * node + 1]),
            }
        }
        false
    }
}

/// Sorts so that each half of the leaves, and each half of a half, lies apart.
fn halve(places: &mut [Place], leaves: usize) {
    let half = leaves / 2;
    if places.len() <= 1 || half == 0 {
        return;
    }
    if half < places.len() {
        let bounds = places.iter().fold(Bounds::EMPTY, |bounds, &place| {
            bounds.with(Bounds::around(place, place))
        });
        let wide = bounds.high.0 - bounds.low.0 >= bounds.high.1 - bounds.low.1;
        places.select_nth_unstable_by(half, |a, b| {
            let (by_x, by_y) = (a.0.total_cmp(&b.0), a.1.total_cmp(&b.1));
            if wide {
                by_x.then(by_y)
            } else {
                by_y.then(by_x)
            }
        });
    }
    let (low, high) = places.split_at_mut(half.min(places.len()));
    halve(low, half);
    halve(high, half);
}

fn set(boxes: &mut [Bounds], leaf: usize, bounds: Bounds) {
    boxes[leaf] = bounds;
    let mut node = leaf / 2;
    while node > 0 {
        boxes[node] = boxes[2 * node].with(boxes[2 * node + 1]);
        node /= 2;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_nearest_of_those_left() {
        let places: Vec<Place> = (0..77)
            .map(|i| (f64::from(i * 31 % 77), f64::from(i * 13 % 41)))
            .collect();
        let mut tree = Tree::new(places);
        let mut left: Vec<usize> = (0..77).collect();
        let (a, b) = ((-3.0, 5.0), (60.5, 33.25));
        while !left.is_empty() {
            let found = tree
                .nearest(a, b, f64::INFINITY, |_, _| true)
                .expect("one is left");
            let squared = |point: usize| squared_distance(tree.places[point], a, b);
            assert!(left.iter().all(|&other| squared(found) <= squared(other)));
            left.retain(|&other| other != found);
            tree.remove(found);
        }
        assert_eq!(tree.nearest(a, b, f64::INFINITY, |_, _| true), None);
    }

    #[test]
    fn sides_are_found_by_their_boxes() {
        let places = vec![
            (0.0, 0.0),
            (10.0, 0.0),
            (4.0, -5.0),
            (4.0, 5.0),
            (50.0, 50.0),
        ];
        let mut tree = Tree::new(places.clone());
        let at = |tree: &Tree, place: Place| {
            tree.places
                .iter()
                .position(|&other| other == place)
                .expect("a place")
        };
        let [a, b, c, d, far] = [0, 1, 2, 3, 4].map(|i| at(&tree, places[i]));
        assert!(!tree.any_side(c, d, |_| true));
        tree.set_side(a, b);
        assert!(tree.any_side(c, d, |point| point == a));
        assert!(!tree.any_side(d, far, |_| true));
        tree.set_side(a, c);
        assert!(!tree.any_side(b, b, |_| true));
    }

    #[test]
    fn few_points() {
        for count in 0..4 {
            let tree = Tree::new(vec![(1.0, 2.0); count]);
            let found = tree.nearest((0.0, 0.0), (5.0, 0.0), 9.0, |_, _| true);
            assert_eq!(found.is_some(), count > 0);
        }
    }
}
