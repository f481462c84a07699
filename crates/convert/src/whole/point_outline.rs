//! The geometry of the summary for files that know no width: the union of buffers around the
//! points. Points are snapped to a grid first, so that memory does not follow the points.

use crate::points::way::step_metres;
use geo::algorithm::bool_ops::unary_union;
use geo::algorithm::orient::{Direction, Orient};
use geo::{Area, Coord, LineString, MultiPolygon, Polygon, Simplify, Validation};
use serde_json::{Value, json};
use std::collections::HashSet;

/// Cells that are united at most; beyond, the grid becomes coarser.
const CELLS: usize = 20_000;
/// Least radius of a buffer, in metres.
const LEAST_RADIUS: f64 = 1.0;
/// Greatest radius of a buffer: no implement is wider than this twice.
const GREATEST_RADIUS: f64 = 100.0;

/// Cosine of 22.5 degrees: from the circle to the corners of the octagon around it.
const AROUND: f64 = 0.923_879_532_511_286_7;

/// Cells where points are.
pub(crate) struct PointOutline {
    origin: (f64, f64),
    metres_per_degree: (f64, f64),
    cell: f64,
    radius: f64,
    cells: HashSet<(i64, i64)>,
    last: Option<(i64, i64)>,
}

impl PointOutline {
    /// `bounds` are west, south, east, north of all points.
    pub(crate) fn new(bounds: [f64; 4], radius: f64) -> Self {
        let [west, south, east, north] = bounds;
        let origin = ((west + east) / 2.0, (south + north) / 2.0);
        let (_, north_m) = step_metres(origin, (origin.0, origin.1 + 1e-3));
        let (east_m, _) = step_metres(origin, (origin.0 + 1e-3, origin.1));
        let radius = if radius.is_finite() {
            radius
        } else {
            LEAST_RADIUS
        };
        let radius = radius.clamp(LEAST_RADIUS, GREATEST_RADIUS);
        Self {
            origin,
            metres_per_degree: (east_m.max(1e-6) * 1e3, north_m.abs().max(1e-6) * 1e3),
            cell: radius / 2.0,
            radius,
            cells: HashSet::new(),
            last: None,
        }
    }

    pub(crate) fn add(&mut self, longitude: f64, latitude: f64) {
        let east = (longitude - self.origin.0) * self.metres_per_degree.0;
        let north = (latitude - self.origin.1) * self.metres_per_degree.1;
        let cell = (
            (east / self.cell).round() as i64,
            (north / self.cell).round() as i64,
        );
        if self.last == Some(cell) {
            return;
        }
        self.last = Some(cell);
        self.cells.insert(cell);
        while self.cells.len() > CELLS {
            self.cell *= 2.0;
            self.cells = self
                .cells
                .iter()
                .map(|(x, y)| (halve(*x), halve(*y)))
                .collect();
            self.last = None;
        }
    }

    /// A GeoJSON MultiPolygon in degrees: rings closed, exteriors counter-clockwise.
    pub(crate) fn geometry(self) -> Value {
        let mut cells: Vec<(i64, i64)> = self.cells.into_iter().collect();
        cells.sort_unstable();
        // A coarse grid needs wider buffers to stay joined.
        // Octagons around the circle, not in it: the strips of neighbouring passes overlap a little
        // and become one, where corners alone would touch.
        let radius = self.radius.max(self.cell * 0.75) / AROUND;
        let diagonal = radius * std::f64::consts::FRAC_1_SQRT_2;
        let corners = [
            (radius, 0.0),
            (diagonal, diagonal),
            (0.0, radius),
            (-diagonal, diagonal),
            (-radius, 0.0),
            (-diagonal, -diagonal),
            (0.0, -radius),
            (diagonal, -diagonal),
        ];
        let octagons: Vec<Polygon<f64>> = cells
            .iter()
            .map(|(x, y)| {
                let center = (*x as f64 * self.cell, *y as f64 * self.cell);
                let ring = corners
                    .iter()
                    .map(|(dx, dy)| Coord {
                        x: center.0 + dx,
                        y: center.1 + dy,
                    })
                    .collect::<Vec<_>>();
                Polygon::new(LineString::new(ring), Vec::new())
            })
            .collect();
        let union = smooth(unary_union(&octagons), radius);
        let place = |c: &Coord<f64>| {
            let longitude = self.origin.0 + c.x / self.metres_per_degree.0;
            let latitude = self.origin.1 + c.y / self.metres_per_degree.1;
            json!([round(longitude), round(latitude)])
        };
        let polygons: Vec<Value> = union
            .iter()
            .map(|polygon| {
                let rings = std::iter::once(polygon.exterior()).chain(polygon.interiors());
                Value::Array(
                    rings
                        .map(|ring| Value::Array(ring.coords().map(place).collect()))
                        .collect(),
                )
            })
            .collect();
        json!({ "type": "MultiPolygon", "coordinates": polygons })
    }
}

/// Without the gaps between neighbouring buffers and without the scallops of their rims.
fn smooth(union: MultiPolygon<f64>, radius: f64) -> MultiPolygon<f64> {
    let least = 4.0 * radius * radius;
    let filled: MultiPolygon<f64> = union
        .into_iter()
        .map(|polygon| {
            let (exterior, mut interiors) = polygon.into_inner();
            let wide =
                |ring: &LineString| Polygon::new(ring.clone(), Vec::new()).unsigned_area() >= least;
            interiors.retain(wide);
            Polygon::new(exterior, interiors)
        })
        .collect();
    // Strips side by side may touch when their rims move too far: then they move less.
    let simple = [4.0, 6.0, 8.0, 12.0, 16.0, 32.0]
        .into_iter()
        .map(|part| filled.simplify(radius / part))
        .find(Validation::is_valid);
    let best = simple.unwrap_or(filled);
    best.orient(Direction::Default)
}

/// The cell of double size that holds a cell.
fn halve(index: i64) -> i64 {
    (index as f64 / 2.0).round() as i64
}

/// A millimetre on the ground.
fn round(degrees: f64) -> f64 {
    (degrees * 1e8).round() / 1e8
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_strip_is_one_polygon_with_closed_counter_clockwise_rings() {
        let mut coverage = PointOutline::new([9.9, 50.0, 10.1, 50.0], 3.0);
        for step in 0..200_u32 {
            coverage.add(10.0 + f64::from(step) * 2e-5, 50.0);
        }
        let geometry = coverage.geometry();
        let polygons = geometry["coordinates"].as_array().expect("array");
        assert_eq!(polygons.len(), 1);
        let ring = polygons[0][0].as_array().expect("ring");
        assert_eq!(ring.first(), ring.last());
        let number = |v: &Value| v.as_f64().expect("number");
        let twice: f64 = ring
            .windows(2)
            .map(|w| number(&w[0][0]) * number(&w[1][1]) - number(&w[1][0]) * number(&w[0][1]))
            .sum();
        assert!(twice > 0.0, "clockwise");
    }

    #[test]
    fn many_cells_are_bounded() {
        let mut coverage = PointOutline::new([-1.0, -1.0, 1.0, 1.0], 1.0);
        for x in 0..300_u32 {
            for y in 0..300_u32 {
                coverage.add(f64::from(x) * 1e-3 - 0.15, f64::from(y) * 1e-3 - 0.15);
            }
        }
        assert!(coverage.cells.len() <= CELLS);
    }
}
