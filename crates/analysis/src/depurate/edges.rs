//! The edge step: the outline of the field, and which points lie inside it by at least a distance.
//!
//! The distance to the outline is exact. A buffered polygon, which other programs take, rounds its
//! corners with short straight lines and is off by some millimetres there.

use geo::{Coord, LineString, Polygon};

use super::{Edges, hull, tree};

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
    from: Coord<f64>,
    to: Coord<f64>,
}

impl Side {
    /// Does a ray from the point to the east cross this side?
    fn crosses(&self, x: f64, y: f64) -> bool {
        let Self { from, to } = self;
        (from.y > y) != (to.y > y) && x < from.x + (y - from.y) / (to.y - from.y) * (to.x - from.x)
    }

    fn squared_distance(&self, x: f64, y: f64) -> f64 {
        tree::squared_distance((x, y), self.from.x_y(), self.to.x_y())
    }
}

/// The sides of a polygon in bands from south to north, each widened by the buffer.
pub(super) struct Outline {
    south: f64,
    north: f64,
    band_m: f64,
    starts: Vec<usize>,
    sides: Vec<Side>,
    buffer_m: f64,
}

/// No more bands than this, and no more entries per side.
const MOST_BANDS: usize = 4096;
const MOST_ENTRIES_PER_SIDE: usize = 16;

impl Outline {
    /// `buffer_m`: how far inside a point must lie; below zero: how far outside it may.
    pub(super) fn new(polygon: &Polygon<f64>, buffer_m: f64) -> Self {
        let buffer_m = if buffer_m.is_nan() { 0.0 } else { buffer_m };
        let sides: Vec<Side> = std::iter::once(polygon.exterior())
            .chain(polygon.interiors())
            .flat_map(LineString::lines)
            .map(|line| Side {
                from: line.start,
                to: line.end,
            })
            .filter(|side| {
                [side.from.x, side.from.y, side.to.x, side.to.y]
                    .iter()
                    .all(|place| place.is_finite())
            })
            .collect();
        let ends = || sides.iter().flat_map(|side| [side.from.y, side.to.y]);
        let south = ends().fold(f64::INFINITY, f64::min);
        let north = ends().fold(f64::NEG_INFINITY, f64::max);
        let mut outline = Self {
            south,
            north,
            band_m: 1.0,
            starts: Vec::new(),
            sides: Vec::new(),
            buffer_m,
        };
        let mut bands = sides.len().clamp(1, MOST_BANDS);
        loop {
            outline.band_m = (north - south) / bands as f64;
            let entries: usize = sides
                .iter()
                .map(|side| outline.span(side, bands))
                .map(|(low, high)| high - low + 1)
                .sum();
            if bands == 1 || entries <= sides.len() * MOST_ENTRIES_PER_SIDE {
                break;
            }
            bands /= 2;
        }
        outline.fill(&sides, bands);
        outline
    }

    fn fill(&mut self, sides: &[Side], bands: usize) {
        let mut lists: Vec<Vec<Side>> = vec![Vec::new(); bands];
        for side in sides {
            let (low, high) = self.span(side, bands);
            for list in lists.iter_mut().take(high + 1).skip(low) {
                list.push(*side);
            }
        }
        self.starts.push(0);
        for list in lists {
            self.sides.extend(list);
            self.starts.push(self.sides.len());
        }
    }

    fn band(&self, y: f64, bands: usize) -> usize {
        (((y - self.south) / self.band_m) as usize).min(bands.saturating_sub(1))
    }

    fn span(&self, side: &Side, bands: usize) -> (usize, usize) {
        let margin = self.buffer_m.abs();
        let low = self.band(side.from.y.min(side.to.y) - margin, bands);
        let high = self.band(side.from.y.max(side.to.y) + margin, bands);
        (low.min(high), high)
    }

    /// Is the point inside by the buffer, the buffer's line included?
    pub(super) fn holds(&self, x: f64, y: f64) -> bool {
        let margin = self.buffer_m.abs();
        if !(y >= self.south - margin && y <= self.north + margin) {
            return false;
        }
        let band = self.band(y, self.starts.len().saturating_sub(1));
        let (Some(&start), Some(&end)) = (self.starts.get(band), self.starts.get(band + 1)) else {
            return false;
        };
        let (mut inside, mut nearest) = (false, f64::INFINITY);
        for side in self.sides.get(start..end).unwrap_or_default() {
            inside ^= side.crosses(x, y);
            nearest = nearest.min(side.squared_distance(x, y));
        }
        let distance = nearest.sqrt();
        if self.buffer_m > 0.0 {
            inside && distance >= margin
        } else {
            inside || distance <= margin
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
