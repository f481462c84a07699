//! The ground of each record: corners as steps from its middle, which is the place of its key.
//!
//! Rule: 40 bytes for a footprint of four corners. Outer rings turn one way and holes the other, as
//! in a tile; a ring without area is none. A row whose polygon is broken, beyond the Earth or without
//! area has no footprint.

use crate::index::{self, Frame};
use crate::place;
use crate::wkb;

/// Polygons by row, as they are added.
#[derive(Debug, Default)]
pub struct Footprints {
    keys: Vec<u64>,
    corners: Vec<[i32; 2]>,
    /// Where each ring ends among the corners.
    rings: Vec<u32>,
    /// Where each row ends among the rings.
    rows: Vec<u32>,
    reading: Vec<[i64; 2]>,
}

/// Twice the area of a ring, positive if it turns with the clock where south is down.
pub(crate) fn twice_area<T: Copy + Into<i128>>(ring: &[[T; 2]]) -> i128 {
    let Some(last) = ring.last() else {
        return 0;
    };
    let wide = |[x, y]: [T; 2]| -> (i128, i128) { (x.into(), y.into()) };
    let mut before = wide(*last);
    let mut sum = 0;
    for corner in ring {
        let (x, y) = wide(*corner);
        sum += before.0 * y - x * before.1;
        before = (x, y);
    }
    sum
}

/// Leaves out a corner that repeats the one before, and turns the ring as it belongs; whether it
/// has area.
pub(crate) fn tidy<T: Copy + PartialEq + Into<i128>>(ring: &mut Vec<[T; 2]>, hole: bool) -> bool {
    ring.dedup();
    while ring.len() > 1 && ring.first() == ring.last() {
        ring.pop();
    }
    let area = twice_area(ring);
    if (area < 0) != hole {
        ring.reverse();
    }
    area != 0
}

impl Footprints {
    /// Footprints of no row yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// The polygon or multipolygon of the next row, well-known binary in degrees. One wider than half
    /// the world goes across the antimeridian.
    pub fn add(&mut self, wkb: Option<&[u8]>) {
        let (corners, rings) = (self.corners.len(), self.rings.len());
        let key = wkb.and_then(|wkb| self.read(wkb));
        if key.is_none() {
            self.corners.truncate(corners);
            self.rings.truncate(rings);
        }
        self.keys.push(key.unwrap_or(0));
        // As many as there are corners at most, and those were counted.
        self.rows.push(u32::try_from(self.rings.len()).unwrap_or(0));
    }

    fn read(&mut self, wkb: &[u8]) -> Option<u64> {
        let first_corner = self.corners.len();
        let mut first: Option<(u32, u32)> = None;
        let mut outer = false;
        let Self {
            corners,
            rings,
            reading,
            ..
        } = self;
        wkb::rings(wkb, |ring, hole| {
            reading.clear();
            for [longitude, latitude] in ring {
                let (x, y) = place::steps_of(*longitude, *latitude)?;
                let (first_x, first_y) = *first.get_or_insert((x, y));
                // The shorter way round the world.
                let east = x.wrapping_sub(first_x) as i32;
                reading.push([i64::from(east), i64::from(y) - i64::from(first_y)]);
            }
            let area = tidy(reading, hole);
            if !hole {
                outer = area;
            }
            if area && outer {
                for [x, y] in reading.iter() {
                    corners.push([i32::try_from(*x).ok()?, i32::try_from(*y).ok()?]);
                }
                rings.push(u32::try_from(corners.len()).ok()?);
            }
            Some(())
        })?;
        let (first_x, first_y) = first?;
        let own = corners.get_mut(first_corner..)?;
        let [west, north, east, south] = frame(own)?;
        let middle = [(west + east) >> 1, (north + south) >> 1];
        for [x, y] in own {
            *x = i32::try_from(i64::from(*x) - middle[0]).ok()?;
            *y = i32::try_from(i64::from(*y) - middle[1]).ok()?;
        }
        let x = (i64::from(first_x) + middle[0]).rem_euclid(place::AROUND);
        let y = i64::from(first_y) + middle[1];
        Some(place::interleave(
            u32::try_from(x).ok()?,
            u32::try_from(y).ok()?,
        ))
    }

    /// Rows that were added.
    pub fn len(&self) -> usize {
        self.rows.len()
    }

    /// Whether no row was added.
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// Key of each row that has a footprint.
    pub(crate) fn take_keys(&mut self) -> Vec<Option<u64>> {
        let keys = std::mem::take(&mut self.keys);
        let mut before = 0;
        let known = keys.into_iter().zip(&self.rows).map(|(key, end)| {
            let any = *end > before;
            before = *end;
            any.then_some(key)
        });
        known.collect()
    }

    pub(crate) fn shrink(&mut self) {
        self.corners.shrink_to_fit();
        self.rings.shrink_to_fit();
        self.rows.shrink_to_fit();
        self.reading = Vec::new();
    }

    pub(crate) fn memory_bytes(&self) -> usize {
        let numbers = self.rings.capacity() + self.rows.capacity();
        self.corners.capacity() * 8 + numbers * 4 + self.keys.capacity() * 8
    }

    /// Corners of a footprint, about.
    pub(crate) fn corners_of_one(&self) -> f64 {
        self.corners.len() as f64 / self.rows.len().max(1) as f64
    }

    /// The rings of a row, steps from its middle.
    pub(crate) fn rings(&self, row: u32) -> impl Iterator<Item = &[[i32; 2]]> {
        run(&self.rows, row as usize).map(|ring| {
            let corners = run(&self.rings, ring);
            self.corners.get(corners).unwrap_or_default()
        })
    }

    /// All corners of a row.
    pub(crate) fn corners(&self, row: u32) -> &[[i32; 2]] {
        let rings = run(&self.rows, row as usize);
        let start = run(&self.rings, rings.start).start;
        let end = rings
            .end
            .checked_sub(1)
            .and_then(|last| self.rings.get(last));
        let end = end.map_or(0, |end| *end as usize);
        self.corners.get(start..end).unwrap_or_default()
    }

    /// The box around a row, steps from its middle.
    pub(crate) fn frame(&self, row: u32) -> Frame {
        frame(self.corners(row)).unwrap_or_default()
    }
}

/// What lies between the end before and the own one.
fn run(ends: &[u32], place: usize) -> std::ops::Range<usize> {
    let before = place.checked_sub(1).and_then(|before| ends.get(before));
    let start = before.map_or(0, |end| *end as usize);
    start..ends.get(place).map_or(start, |end| *end as usize)
}

fn frame(corners: &[[i32; 2]]) -> Option<Frame> {
    let wide = |[x, y]: &[i32; 2]| [*x, *y, *x, *y].map(i64::from);
    corners.iter().map(wide).reduce(index::around)
}
