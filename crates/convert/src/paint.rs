//! Footprints and polygons burnt onto a grid that lies around all of them.
//!
//! Rule: pixels of half a metre on the ground, finer where swaths are narrow, coarser where a side
//! would have more than 4,096 of them.

use tramline_render::{Canvas, NO_OWNER, Projection, Quad};

/// Pixels of a side at most.
const MOST_PX: u32 = 4_096;
/// Wanted side of a pixel on the ground; narrow sections get finer ones.
const PIXEL_M: f64 = 0.5;
const LEAST_PIXEL_M: f64 = 0.25;
/// Gaps between passes that are closed.
const SEAM_PX: u32 = 2;
/// Pixels that stand for all the painted ones, at most.
const MOST_SAMPLES: usize = 1 << 16;
/// Half the side of a square that stands for a row without footprint.
const HALF_M: f64 = 1.5;
/// Metres in a degree of latitude.
const DEGREE_M: f64 = 111_320.0;

/// The ground of a row, in degrees.
pub(crate) enum Patch {
    /// A convex footprint.
    Quad(Quad),
    /// A polygon of the source, or several: outer rings and holes.
    Rings(Vec<Vec<(f64, f64)>>),
}

/// Where the ground lies, in degrees.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Bounds {
    degrees: [f64; 4],
    narrowest_m: f64,
}

impl Bounds {
    /// Around the ground of all rows; `None` where there is none.
    pub(crate) fn of(rows: usize, ground: &dyn Fn(usize) -> Option<Patch>) -> Option<Self> {
        let [mut west, mut south] = [f64::INFINITY; 2];
        let [mut east, mut north] = [f64::NEG_INFINITY; 2];
        let mut narrowest_m = f64::INFINITY;
        for patch in (0..rows).filter_map(ground) {
            let mut widen = |(x, y): (f64, f64)| {
                (west, south) = (west.min(x), south.min(y));
                (east, north) = (east.max(x), north.max(y));
            };
            let quad = match patch {
                Patch::Quad(quad) => quad,
                Patch::Rings(rings) => {
                    rings.into_iter().flatten().for_each(widen);
                    continue;
                }
            };
            quad.into_iter().for_each(&mut widen);
            let [a, b, ..] = quad;
            let cos = a.1.to_radians().cos();
            let across = ((b.0 - a.0) * cos).hypot(b.1 - a.1) * DEGREE_M;
            if across > 0.1 {
                narrowest_m = narrowest_m.min(across);
            }
        }
        (west <= east && south <= north).then_some(Self {
            degrees: [west, south, east, north],
            narrowest_m,
        })
    }

    pub(crate) fn middle(&self) -> (f64, f64) {
        let [west, south, east, north] = self.degrees;
        (f64::midpoint(west, east), f64::midpoint(south, north))
    }

    /// A grid over the bounds; `None` where they are no place on Earth.
    pub(crate) fn canvas(&self, projection: Projection) -> Option<Canvas> {
        self.canvas_within(projection, MOST_PX)
    }

    /// [`Bounds::canvas`] with at most so many pixels on a side.
    pub(crate) fn canvas_within(&self, projection: Projection, most_px: u32) -> Option<Canvas> {
        let pixel_m = (self.narrowest_m / 6.0).clamp(LEAST_PIXEL_M, PIXEL_M);
        Canvas::on(projection, self.degrees, pixel_m, most_px.min(MOST_PX))
    }
}

/// Burns the ground of all rows: those that have the main rate (`rated`) first, so that one that only drove
/// over the ground does not hide it. Then closes the seams.
pub(crate) fn burn(
    canvas: &mut Canvas,
    rows: usize,
    ground: &dyn Fn(usize) -> Option<Patch>,
    rated: &dyn Fn(usize) -> bool,
) {
    for first in [true, false] {
        for row in (0..rows).filter(|row| rated(*row) == first) {
            match ground(row) {
                Some(Patch::Quad(quad)) => canvas.burn(row as u32, &quad),
                Some(Patch::Rings(rings)) => canvas.burn_polygon(row as u32, &rings),
                None => {}
            }
        }
    }
    canvas.close_seams(SEAM_PX);
}

/// The owners of painted pixels, evenly picked out of all: as much ground for each.
pub(crate) fn samples(canvas: &Canvas) -> Vec<u32> {
    let painted = || {
        let owners = canvas.lines().flatten().copied();
        owners.filter(|owner| *owner != NO_OWNER)
    };
    // Odd, so that it does not keep step with the lines of the grid.
    let step = painted().count().div_ceil(MOST_SAMPLES) | 1;
    painted().step_by(step).collect()
}

/// The square of three metres that stands for a row without footprint.
pub(crate) fn square(longitude: f64, latitude: f64) -> Option<Quad> {
    let half_y = HALF_M / DEGREE_M;
    let half_x = half_y / latitude.to_radians().cos().max(0.01);
    let (x, y) = (longitude, latitude);
    (x.is_finite() && y.is_finite()).then_some([
        (x - half_x, y - half_y),
        (x + half_x, y - half_y),
        (x + half_x, y + half_y),
        (x - half_x, y + half_y),
    ])
}
