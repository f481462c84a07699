//! A way from one plane to another that is looked up: exact at the nodes of a lattice, straight
//! between them.
//!
//! Rule: nodes lie 64 m apart up to 16 km, wider beyond. Map projections bend by a part in the
//! Earth's radius, so that the error is about the square of the step by eight radii: below half a
//! millimetre up to 16 km and 69 degrees of latitude, a centimetre at 100 km.

/// Metres between nodes.
const STEP_M: f64 = 64.0;
/// Steps of a side at most.
const MOST_STEPS: f64 = 256.0;

/// Nodes over a rectangle.
#[derive(Clone, Debug)]
pub struct Lattice {
    west: f64,
    south: f64,
    step: f64,
    columns: usize,
    rows: usize,
    nodes: Vec<(f64, f64)>,
}

impl Lattice {
    /// A lattice over a rectangle (west, south, east, north in metres); `exact` gives the place of
    /// a node on the other plane. `None` for what is no rectangle.
    pub fn new(bounds: [f64; 4], exact: impl Fn(f64, f64) -> (f64, f64)) -> Option<Self> {
        let [west, south, east, north] = bounds;
        let (width, height) = (east - west, north - south);
        if !(width >= 0.0 && height >= 0.0 && width.is_finite() && height.is_finite()) {
            return None;
        }
        let step = (width.max(height) / MOST_STEPS).max(STEP_M);
        let steps = |length: f64| (length / step).ceil().max(1.0) as usize;
        let (columns, rows) = (steps(width) + 1, steps(height) + 1);
        let nodes = (0..rows).flat_map(|row| (0..columns).map(move |column| (column, row)));
        let nodes = nodes
            .map(|(column, row)| exact(west + column as f64 * step, south + row as f64 * step))
            .collect();
        Some(Self {
            west,
            south,
            step,
            columns,
            rows,
            nodes,
        })
    }

    /// The place on the other plane; beyond the rectangle the outer cells go on.
    pub fn at(&self, x: f64, y: f64) -> (f64, f64) {
        let cell = |along: f64, count: usize| {
            let place = along / self.step;
            let index = (place.max(0.0) as usize).min(count.saturating_sub(2));
            (index, place - index as f64)
        };
        let (column, east) = cell(x - self.west, self.columns);
        let (row, north) = cell(y - self.south, self.rows);
        let first = row * self.columns + column;
        let node = |place: usize| {
            self.nodes
                .get(place)
                .copied()
                .unwrap_or((f64::NAN, f64::NAN))
        };
        let (a, b) = (node(first), node(first + 1));
        let (c, d) = (node(first + self.columns), node(first + self.columns + 1));
        let between = |a: f64, b: f64, c: f64, d: f64| {
            let (low, high) = (a + (b - a) * east, c + (d - c) * east);
            low + (high - low) * north
        };
        (between(a.0, b.0, c.0, d.0), between(a.1, b.1, c.1, d.1))
    }
}

#[cfg(test)]
mod tests {
    use super::Lattice;
    use crate::frame::LocalFrame;

    #[test]
    fn places_are_those_of_the_projection() {
        for latitude in [-48.0, 0.3, 52.0, 69.0] {
            let frame = LocalFrame::at(12.0, latitude).expect("a plane");
            for (reach, slack_m) in [(400.0, 5e-4), (8_000.0, 5e-4), (50_000.0, 0.02)] {
                let bounds = [-reach, -reach / 2.0, reach, reach];
                let lattice = Lattice::new(bounds, |x, y| frame.degrees(x, y)).expect("nodes");
                for (a, b) in [
                    (0.0, 0.0),
                    (0.313, 0.77),
                    (-0.999, 0.999),
                    (1.0, 1.0),
                    (-1.0, -0.5),
                ] {
                    let (x, y) = (a * reach, b * reach);
                    let (longitude, latitude) = lattice.at(x, y);
                    let (east, north) = frame.metres(longitude, latitude);
                    let off = (east - x).hypot(north - y);
                    assert!(off < slack_m, "{off} m at {x} {y} of {reach}");
                }
            }
        }
    }

    #[test]
    fn what_is_no_rectangle_has_none() {
        let plain = |x: f64, y: f64| (x, y);
        assert!(Lattice::new([0.0, 0.0, f64::NAN, 1.0], plain).is_none());
        assert!(Lattice::new([0.0, 0.0, -1.0, 1.0], plain).is_none());
        assert!(Lattice::new([0.0, 0.0, f64::INFINITY, 1.0], plain).is_none());
        let point = Lattice::new([5.0, 5.0, 5.0, 5.0], plain).expect("a point");
        assert_eq!(point.at(5.0, 5.0), (5.0, 5.0));
        assert!(point.at(f64::NAN, 0.0).0.is_nan());
    }
}
