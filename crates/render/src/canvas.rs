//! A north-up grid whose pixels know the record that owns them.
//!
//! Rules: a pixel belongs to the footprint that has its centre; who comes first owns it. A
//! footprint with fewer pixels than it is long, because it is narrower or shorter than a pixel,
//! also gets the pixels below its middle line. Memory is bounded by the size of the grid.

#[path = "canvas_polygon.rs"]
mod polygon;

use crate::free::{Free, MOST_COLUMNS};
use crate::projection::{Plane, Projection};

/// The owner of a pixel that nobody owns.
pub const NO_OWNER: u32 = u32::MAX;

/// Corners of a convex footprint as longitude and latitude, in the order left back, right back,
/// right front, left front.
pub type Quad = [(f64, f64); 4];

/// A smaller pixel is not made.
const LEAST_PIXEL_M: f64 = 0.001;

/// The grid.
#[derive(Clone)]
pub struct Canvas {
    columns: u32,
    lines: u32,
    /// West and north edge and the side of a pixel, in metres of the projection.
    west: f64,
    north: f64,
    pixel: f64,
    middle_deg: f64,
    projection: Projection,
    plane: Plane,
    owners: Vec<u32>,
    free: Free,
}

impl Canvas {
    /// A grid in Web Mercator: see [`Canvas::on`].
    pub fn new(bounds: [f64; 4], pixel_m: f64, most_px: u32) -> Option<Self> {
        Self::on(Projection::WebMercator, bounds, pixel_m, most_px)
    }

    /// A grid over `bounds` (west, south, east, north in degrees) with a margin of one pixel.
    ///
    /// `pixel_m` is the side of a pixel on the ground at the middle latitude; it becomes coarser
    /// until no side has more than `most_px` pixels (at most 8192). A west that is above the east
    /// crosses the antimeridian. `None` if the bounds are no place on Earth or the pixel no length.
    pub fn on(
        projection: Projection,
        bounds: [f64; 4],
        pixel_m: f64,
        most_px: u32,
    ) -> Option<Self> {
        let [west_deg, south_deg, mut east_deg, north_deg] = bounds;
        let sound = west_deg.abs() <= 180.0
            && east_deg.abs() <= 180.0
            && south_deg >= -90.0
            && south_deg <= north_deg
            && north_deg <= 90.0
            && pixel_m.is_finite()
            && pixel_m > 0.0;
        if !sound {
            return None;
        }
        if west_deg > east_deg {
            east_deg += 360.0;
        }
        let most = f64::from(most_px.clamp(3, MOST_COLUMNS) - 2);
        let plane = Plane::new(projection)?;
        let [west, south, east, north] =
            plane.around([west_deg, south_deg, east_deg, north_deg])?;
        let scale = plane.scale_at(f64::midpoint(south_deg, north_deg));
        let pixel = (pixel_m.max(LEAST_PIXEL_M) * scale)
            .max((east - west) / most)
            .max((north - south) / most);
        // A hair less than a whole pixel more is none: the division above must fit.
        let pixels = |length: f64| (length / pixel - 1e-6).ceil().clamp(1.0, most) as u32 + 2;
        let (columns, lines) = (pixels(east - west), pixels(north - south));
        Some(Self {
            columns,
            lines,
            west: f64::midpoint(west, east) - pixel * f64::from(columns) / 2.0,
            north: f64::midpoint(south, north) + pixel * f64::from(lines) / 2.0,
            pixel,
            middle_deg: f64::midpoint(west_deg, east_deg),
            projection,
            plane,
            owners: vec![NO_OWNER; columns as usize * lines as usize],
            free: Free::new(columns, lines),
        })
    }

    /// A grid of cells, each of which owns its pixel: cells count from 0 along the lines, from the
    /// north-west. `west`, `north` and the side of a cell are metres of the projection. `None` for no cells,
    /// more than 8192 on a side, and edges that are no numbers.
    pub fn of_cells(
        projection: Projection,
        (west, north): (f64, f64),
        side: f64,
        (columns, lines): (u32, u32),
    ) -> Option<Self> {
        let sized = |count: u32| (1..=MOST_COLUMNS).contains(&count);
        let sound = west.is_finite() && north.is_finite() && side.is_finite() && side > 0.0;
        if !(sound && sized(columns) && sized(lines)) {
            return None;
        }
        let plane = Plane::new(projection)?;
        let middle = west + side * f64::from(columns) / 2.0;
        Some(Self {
            columns,
            lines,
            west,
            north,
            pixel: side,
            middle_deg: plane.degrees(middle, north).0,
            projection,
            plane,
            owners: (0..columns * lines).collect(),
            free: Free::new(columns, lines),
        })
    }

    /// Metres east and north of a place in degrees on the plane of the grid; not numbers where it does
    /// not reach.
    pub fn metres(&self, longitude: f64, latitude: f64) -> (f64, f64) {
        self.plane
            .metres(near(longitude, self.middle_deg), latitude)
    }

    /// The plane of the grid.
    pub fn projection(&self) -> Projection {
        self.projection
    }

    /// Columns and lines.
    pub fn size(&self) -> (u32, u32) {
        (self.columns, self.lines)
    }

    /// Metres of the projection from pixels, in the order of GDAL: west edge, width of a pixel, 0,
    /// north edge, 0, minus the height of a pixel.
    pub fn geo_transform(&self) -> [f64; 6] {
        [self.west, self.pixel, 0.0, self.north, 0.0, -self.pixel]
    }

    /// The edges of the grid in degrees: west, south, east, north (those of its north-west and
    /// south-east corner where the grid is not along the degrees). West is above east where the
    /// grid crosses the antimeridian.
    pub fn extent_degrees(&self) -> [f64; 4] {
        let around = |degrees: f64| {
            if degrees > 180.0 {
                degrees - 360.0
            } else if degrees < -180.0 {
                degrees + 360.0
            } else {
                degrees
            }
        };
        let width = self.pixel * f64::from(self.columns);
        let height = self.pixel * f64::from(self.lines);
        let (west, north) = self.plane.degrees(self.west, self.north);
        let (east, south) = self.plane.degrees(self.west + width, self.north - height);
        if east - west >= 360.0 {
            return [-180.0, south, 180.0, north];
        }
        [around(west), south, around(east), north]
    }

    /// The record that owns a pixel, counted from the north-west.
    pub fn owner_of(&self, column: u32, line: u32) -> Option<u32> {
        let inside = column < self.columns && line < self.lines;
        let place = line as usize * self.columns as usize + column as usize;
        let owner = self.owners.get(place).filter(|_| inside)?;
        (*owner != NO_OWNER).then_some(*owner)
    }

    /// The owners of one line, counted from the north; none beyond the last.
    pub fn line(&self, line: u32) -> &[u32] {
        let columns = self.columns as usize;
        let start = line as usize * columns;
        self.owners.get(start..start + columns).unwrap_or_default()
    }

    /// The owners of each line from the north, `NO_OWNER` where there is none.
    pub fn lines(&self) -> impl Iterator<Item = &[u32]> {
        self.owners.chunks_exact(self.columns as usize)
    }

    /// Gives the free pixels below a footprint to `row`. A footprint that is nowhere on Earth gets
    /// none.
    pub fn burn(&mut self, row: u32, corners: &Quad) {
        let Some(quad) = self.pixels_of(corners) else {
            return;
        };
        if row == NO_OWNER {
            return;
        }
        let (mut top, mut bottom) = (f64::INFINITY, f64::NEG_INFINITY);
        for (_, y) in quad {
            top = top.min(y);
            bottom = bottom.max(y);
        }
        // Pixel (i, j) has its centre at (i + 0.5, j + 0.5).
        let limit = f64::from(self.lines);
        let first = (top - 0.5).ceil().clamp(0.0, limit) as u32;
        let last = (bottom - 0.5).ceil().clamp(0.0, limit) as u32;
        let limit = f64::from(self.columns);
        let mut found = 0_u32;
        for line in first..last {
            let centre = f64::from(line) + 0.5;
            let (mut low, mut high) = (f64::INFINITY, f64::NEG_INFINITY);
            for corner in 0..4 {
                let (a, b) = (quad[corner], quad[(corner + 1) % 4]);
                if (a.1 <= centre) != (b.1 <= centre) {
                    let x = a.0 + (b.0 - a.0) * (centre - a.1) / (b.1 - a.1);
                    low = low.min(x);
                    high = high.max(x);
                }
            }
            if low < high {
                let from = (low - 0.5).ceil().clamp(0.0, limit) as u32;
                let to = (high - 0.5).ceil().clamp(0.0, limit) as u32;
                found = found.saturating_add(to.saturating_sub(from));
                self.take(line, from, to, row);
            }
        }
        self.burn_middle(row, &quad, found);
    }

    /// The pixels below the line from the middle of the back to the middle of the front, for a
    /// footprint that has fewer pixels than it is long.
    fn burn_middle(&mut self, row: u32, quad: &Quad, found: u32) {
        let middle =
            |a: (f64, f64), b: (f64, f64)| (f64::midpoint(a.0, b.0), f64::midpoint(a.1, b.1));
        let (back, front) = (middle(quad[0], quad[1]), middle(quad[2], quad[3]));
        let way = (front.0 - back.0, front.1 - back.1);
        let length = way.0.abs().max(way.1.abs()).ceil().max(1.0);
        // What is longer than the grid is clipped by it and has fewer pixels for that reason.
        if f64::from(found) >= length || length > f64::from(self.columns.max(self.lines)) {
            return;
        }
        for step in 0..length as u32 {
            let share = (f64::from(step) + 0.5) / length;
            let (x, y) = (back.0 + way.0 * share, back.1 + way.1 * share);
            if x >= 0.0 && y >= 0.0 && x < f64::from(self.columns) && y < f64::from(self.lines) {
                self.take(y as u32, x as u32, x as u32 + 1, row);
            }
        }
    }

    fn take(&mut self, line: u32, from: u32, to: u32, row: u32) {
        let start = line as usize * self.columns as usize;
        let owners = &mut self.owners;
        self.free.take(line, from, to, |from, to| {
            if let Some(run) = owners.get_mut(start + from..start + to) {
                run.fill(row);
            }
        });
    }

    /// Corners in pixels; a footprint stays in one piece where it crosses the antimeridian.
    fn pixels_of(&self, corners: &Quad) -> Option<Quad> {
        if !corners.iter().all(is_on_earth) {
            return None;
        }
        let first = near(corners[0].0, self.middle_deg);
        Some(corners.map(|corner| self.pixel_of(corner, first)))
    }

    /// A place in pixels, on the side of the antimeridian where `longitude` is.
    fn pixel_of(&self, place: (f64, f64), longitude: f64) -> (f64, f64) {
        let (x, y) = self.plane.metres(near(place.0, longitude), place.1);
        ((x - self.west) / self.pixel, (self.north - y) / self.pixel)
    }

    /// Closes seams: free pixels between owned ones, at most `most_px` in a row along a line or a
    /// column, get the nearer of the two owners. Passes that do not quite touch leave such seams.
    pub fn close_seams(&mut self, most_px: u32) {
        let columns = self.columns as usize;
        let most = most_px as usize;
        if most == 0 {
            return;
        }
        for start in (0..self.owners.len()).step_by(columns) {
            let mut last = None;
            for place in start..start + columns {
                close_between(&mut self.owners, &mut last, place, 1, most);
            }
        }
        let mut last = vec![None; columns];
        for start in (0..self.owners.len()).step_by(columns) {
            for (column, last) in last.iter_mut().enumerate() {
                close_between(&mut self.owners, last, start + column, columns, most);
            }
        }
        // What was closed is taken.
        for (line, owners) in (0_u32..).zip(self.owners.chunks_exact(columns)) {
            let mut from = 0;
            for run in owners.chunk_by(|a, b| (*a == NO_OWNER) == (*b == NO_OWNER)) {
                let to = from + run.len() as u32;
                if run.first() != Some(&NO_OWNER) {
                    self.free.take(line, from, to, |_, _| ());
                }
                from = to;
            }
        }
    }
}

fn is_on_earth((longitude, latitude): &(f64, f64)) -> bool {
    longitude.abs() <= 360.0 && latitude.abs() <= 90.0
}

/// The degrees of a meridian that are nearest to another one.
fn near(degrees: f64, to: f64) -> f64 {
    let off = degrees - to;
    if off.abs() <= 180.0 {
        degrees
    } else {
        degrees - (off / 360.0).round() * 360.0
    }
}

/// If `place` is owned and the pixels since the `last` owned one are few, shares them out.
fn close_between(
    owners: &mut [u32],
    last: &mut Option<usize>,
    place: usize,
    step: usize,
    most: usize,
) {
    let owner = owners[place];
    if owner == NO_OWNER {
        return;
    }
    if let Some(last) = *last {
        let gap = (place - last) / step - 1;
        if gap > 0 && gap <= most {
            let before = owners[last];
            for index in 1..=gap {
                let nearer = if index * 2 <= gap { before } else { owner };
                owners[last + index * step] = nearer;
            }
        }
    }
    *last = Some(place);
}

#[cfg(test)]
#[path = "canvas_tests.rs"]
mod tests;
