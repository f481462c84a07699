//! Polygons with holes on the grid.
//!
//! Rules: as for footprints, a pixel belongs to the polygon that has its centre, by the even-odd rule
//! over all rings; who comes first owns it. A polygon with no centre in it, as it is narrower than
//! a pixel, gets the pixels below its edges. One whose edges cross more lines of pixels than
//! any field's do gets those of its corners only, so that cost follows the input.

use super::{Canvas, NO_OWNER, is_on_earth, near};

/// Crossings of edges and lines of pixels that are sorted for one polygon.
const MOST_CROSSINGS: f64 = 4e6;

impl Canvas {
    /// Gives the free pixels in a polygon to `row`. `rings` are longitudes and latitudes, outer ones
    /// and holes in any order and winding, closed or not. A polygon with a corner that is nowhere on
    /// Earth gets none.
    pub fn burn_polygon(&mut self, row: u32, rings: &[Vec<(f64, f64)>]) {
        let Some(first) = rings.iter().flatten().next() else {
            return;
        };
        if row == NO_OWNER || !rings.iter().flatten().all(is_on_earth) {
            return;
        }
        let first = near(first.0, self.middle_deg);
        let rings: Vec<Vec<(f64, f64)>> = rings
            .iter()
            .map(|ring| ring.iter().map(|c| self.pixel_of(*c, first)).collect())
            .collect();
        let finite = |(x, y): &(f64, f64)| x.is_finite() && y.is_finite();
        if !rings.iter().flatten().all(finite) {
            return;
        }
        let spanned: f64 = edges(&rings)
            .map(|(a, b)| {
                let (first, last) = self.lines_between(a.1, b.1);
                f64::from(last - first)
            })
            .sum();
        if spanned <= MOST_CROSSINGS && self.fill(row, &rings) {
            return;
        }
        let way: f64 = edges(&rings).map(|(a, b)| length(a, b)).sum();
        if way.max(spanned) > MOST_CROSSINGS {
            for corner in rings.iter().flatten() {
                self.take_at(*corner, row);
            }
            return;
        }
        for (a, b) in edges(&rings) {
            self.take_below(a, b, row);
        }
    }

    /// The lines of pixels whose centre lies between two heights: first, and behind the last.
    fn lines_between(&self, a: f64, b: f64) -> (u32, u32) {
        let limit = f64::from(self.lines);
        let line = |y: f64| (y - 0.5).ceil().clamp(0.0, limit) as u32;
        (line(a.min(b)), line(a.max(b)))
    }

    /// Takes the pixels whose centre is inside; false when there is none, taken or not.
    fn fill(&mut self, row: u32, rings: &[Vec<(f64, f64)>]) -> bool {
        let limit = f64::from(self.columns);
        let mut crossings: Vec<(u32, u32)> = Vec::new();
        for (a, b) in edges(rings) {
            let (first, last) = self.lines_between(a.1, b.1);
            for line in first..last {
                let centre = f64::from(line) + 0.5;
                let x = a.0 + (b.0 - a.0) * (centre - a.1) / (b.1 - a.1);
                crossings.push((line, (x - 0.5).ceil().clamp(0.0, limit) as u32));
            }
        }
        crossings.sort_unstable();
        let mut found = false;
        for pair in crossings.chunks_exact(2) {
            // Each line has an even number of crossings, as rings are closed.
            if let [(line, from), (_, to)] = *pair
                && from < to
            {
                found = true;
                self.take(line, from, to, row);
            }
        }
        found
    }

    fn take_at(&mut self, (x, y): (f64, f64), row: u32) {
        if x >= 0.0 && y >= 0.0 && x < f64::from(self.columns) && y < f64::from(self.lines) {
            self.take(y as u32, x as u32, x as u32 + 1, row);
        }
    }

    /// The pixels below an edge. One that is longer than the grid gets those of its ends.
    fn take_below(&mut self, a: (f64, f64), b: (f64, f64), row: u32) {
        let (dx, dy) = (b.0 - a.0, b.1 - a.1);
        let length = length(a, b);
        let inside = length <= f64::from(self.columns.max(self.lines));
        let steps = if inside { length as u32 } else { 1 };
        for step in 0..=steps {
            let share = f64::from(step) / f64::from(steps);
            self.take_at((a.0 + dx * share, a.1 + dy * share), row);
        }
    }
}

/// A place on the grid, in pixels.
type Place = (f64, f64);

/// Steps of a pixel from one place to the other.
fn length(a: Place, b: Place) -> f64 {
    let way = (b.0 - a.0).abs().max((b.1 - a.1).abs());
    way.ceil().max(1.0)
}

/// The edges of all rings, the last corner joined to the first.
fn edges(rings: &[Vec<Place>]) -> impl Iterator<Item = (Place, Place)> {
    rings.iter().flat_map(|ring| {
        let next = ring.iter().cycle().skip(1);
        ring.iter().copied().zip(next.copied())
    })
}
