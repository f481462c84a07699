//! The ground below a record: as long as its distance, as wide as its swath, along its heading.
//!
//! Rules: the anchor says where in the interval the position lies. Records that follow each other
//! in a segment share an edge on the bisector of their headings, so that a strip has neither gaps
//! nor wedges; where the turn is sharper than 45 degrees, the edges lie too far apart or the inner
//! edge would cross, each keeps its rectangle.

use crate::anchor::Anchor;
use crate::records::Records;
use crate::track::{Tracks, turn_deg};

/// Sharper turns are not joined.
const MITRE_DEG: f32 = 45.0;

/// Corners in the order left back, right back, right front, left front: metres east and north.
pub type Quad = [(f64, f64); 4];

/// How footprints are laid out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Layout {
    /// Each record alone.
    Rectangles,
    /// Neighbours share an edge.
    Joined,
}

/// The footprints of the records that have place, heading, way and width.
pub struct Footprints<'a> {
    records: &'a Records,
    tracks: &'a Tracks,
    anchor: Anchor,
    layout: Layout,
}

#[derive(Clone, Copy)]
struct Edge {
    x: f64,
    y: f64,
    heading: f64,
}

impl Edge {
    /// Left and right end of an edge across the heading.
    fn ends(self, half_m: f64) -> [(f64, f64); 2] {
        let (sin, cos) = self.heading.sin_cos();
        [
            (self.x - cos * half_m, self.y + sin * half_m),
            (self.x + cos * half_m, self.y - sin * half_m),
        ]
    }
}

impl<'a> Footprints<'a> {
    /// Footprints of the records in their tracks; `layout` tells whether neighbours share an edge.
    pub fn new(records: &'a Records, tracks: &'a Tracks, anchor: Anchor, layout: Layout) -> Self {
        Self {
            records,
            tracks,
            anchor,
            layout,
        }
    }

    /// Back and front edge of a record's rectangle.
    fn edges(&self, row: usize) -> Option<(Edge, Edge)> {
        let distance = f64::from(self.records.distance_m[row]);
        let width = f64::from(self.records.width_m[row]);
        let heading = f64::from(self.tracks.heading_deg[row]).to_radians();
        let (x, y) = (self.tracks.x[row], self.tracks.y[row]);
        let sound = self.tracks.segment[row] != crate::track::NONE
            && distance > 0.0
            && distance < 1_000.0
            && width > 0.0
            && width < 1_000.0
            && heading.is_finite();
        if !sound {
            return None;
        }
        let (back, front) = match self.anchor {
            Anchor::Start => (0.0, distance),
            Anchor::Middle => (-distance / 2.0, distance / 2.0),
            Anchor::End => (-distance, 0.0),
        };
        let (sin, cos) = heading.sin_cos();
        let at = |along: f64| Edge {
            x: x + sin * along,
            y: y + cos * along,
            heading,
        };
        Some((at(back), at(front)))
    }

    /// The edge that two records in a row share.
    fn joint(&self, row: usize, next: usize) -> Option<Edge> {
        let (_, front) = self.edges(row)?;
        let (back, _) = self.edges(next)?;
        let turn = turn_deg(self.tracks.heading_deg[row], self.tracks.heading_deg[next]);
        let (width, next_width) = (self.records.width_m[row], self.records.width_m[next]);
        let reach = f64::from(self.records.distance_m[row] + self.records.distance_m[next]) * 0.5;
        let apart = (front.x - back.x).hypot(front.y - back.y);
        let close = apart <= reach.max(0.5);
        if turn > MITRE_DEG || width != next_width || !close {
            return None;
        }
        let (sin_a, cos_a) = front.heading.sin_cos();
        let (sin_b, cos_b) = back.heading.sin_cos();
        Some(Edge {
            x: f64::midpoint(front.x, back.x),
            y: f64::midpoint(front.y, back.y),
            heading: (sin_a + sin_b).atan2(cos_a + cos_b),
        })
    }

    /// The footprint of a record between the ones before and after it in the segment.
    pub fn of(&self, row: usize, before: Option<usize>, after: Option<usize>) -> Option<Quad> {
        let (back, front) = self.edges(row)?;
        let half = f64::from(self.records.width_m[row]) / 2.0;
        let quad = |back: Edge, front: Edge| {
            let ([a, b], [d, c]) = (back.ends(half), front.ends(half));
            [a, b, c, d]
        };
        let rectangle = quad(back, front);
        if self.layout == Layout::Rectangles {
            return Some(rectangle);
        }
        let back = before
            .and_then(|before| self.joint(before, row))
            .unwrap_or(back);
        let front = after
            .and_then(|after| self.joint(row, after))
            .unwrap_or(front);
        let joined = quad(back, front);
        Some(if is_convex(&joined) {
            joined
        } else {
            rectangle
        })
    }

    /// Calls `each(row, footprint)` for the working rows in the order of the tracks.
    pub fn for_each(&self, wanted: impl Fn(usize) -> bool, mut each: impl FnMut(usize, Quad)) {
        for segment in 0..self.tracks.segments.len() {
            let rows = self.tracks.rows(segment);
            for (place, row) in rows.iter().enumerate() {
                let row = *row as usize;
                if !wanted(row) {
                    continue;
                }
                let neighbour = |place: Option<usize>| {
                    place
                        .and_then(|place| rows.get(place))
                        .map(|row| *row as usize)
                        .filter(|row| wanted(*row))
                };
                let before = neighbour(place.checked_sub(1));
                let after = neighbour(Some(place + 1));
                if let Some(quad) = self.of(row, before, after) {
                    each(row, quad);
                }
            }
        }
    }
}

/// Whether the corners turn left all the way round.
fn is_convex(quad: &Quad) -> bool {
    (0..4).all(|i| {
        let (a, b, c) = (quad[i], quad[(i + 1) % 4], quad[(i + 2) % 4]);
        (b.0 - a.0) * (c.1 - b.1) - (b.1 - a.1) * (c.0 - b.0) > 0.0
    })
}

/// Area of a footprint in square metres.
pub fn area_m2(quad: &Quad) -> f64 {
    // Relative to a corner, so that places far from the origin lose no digits.
    let base = quad[0];
    let moved: Quad = quad.map(|(x, y)| (x - base.0, y - base.1));
    let twice = |i: usize| {
        let (a, b) = (moved[i], moved[(i + 1) % 4]);
        a.0 * b.1 - b.0 * a.1
    };
    (twice(0) + twice(1) + twice(2) + twice(3)) / 2.0
}
