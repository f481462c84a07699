//! The rings that a tile shows of a footprint.
//!
//! Rule: where all are shown, a footprint is what it is. Where one of a cell stands for the others it
//! fills their place: smaller than the cell it is the cell's square, else it is as long and as wide as
//! all of them together can be. So a field without gaps has none at any zoom.

use crate::census::Thinning;
use crate::clip::{Spot, Window, clip};
use crate::footprints::{Footprints, tidy, twice_area};
use crate::place::{self, AROUND, Address};

/// Width and height of a thinning's cells in steps; nothing where all are shown.
pub(crate) fn cell_size(address: Address, thinning: Thinning) -> Option<[i64; 2]> {
    match thinning {
        Thinning::All => None,
        Thinning::Cells(bits) => Some([
            address.side() >> (bits / 2),
            address.side() >> bits.div_ceil(2),
        ]),
    }
}

/// Steps that a thinned footprint reaches at most beyond its own box.
pub(crate) fn reach(address: Address, thinning: Thinning) -> i64 {
    let cell = cell_size(address, thinning);
    cell.map_or(0, |[width, height]| 4 * width.max(height))
}

/// Rings of one feature in units of a tile.
#[derive(Debug, Default)]
pub(crate) struct Rings {
    corners: Vec<[i32; 2]>,
    ends: Vec<usize>,
}

impl Rings {
    pub(crate) fn iter(&self) -> impl Iterator<Item = &[[i32; 2]]> {
        let mut start = 0;
        self.ends.iter().map(move |end| {
            let ring = self.corners.get(start..*end).unwrap_or_default();
            start = *end;
            ring
        })
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.ends.is_empty()
    }

    /// Whether anything is within an extent and not only in the buffer around it.
    pub(crate) fn within(&self, extent: i32) -> bool {
        self.iter().any(|ring| {
            let reaches = |axis: usize| {
                let low = ring.iter().map(|corner| corner[axis]).min();
                let high = ring.iter().map(|corner| corner[axis]).max();
                low.is_some_and(|low| low < extent) && high.is_some_and(|high| high > 0)
            };
            reaches(0) && reaches(1)
        })
    }
}

/// Draws the footprints of one tile.
pub(crate) struct Drawing<'a> {
    footprints: &'a Footprints,
    address: Address,
    thinning: Thinning,
    window: Window,
    rings: Rings,
    ring: Vec<Spot>,
    spare: Vec<Spot>,
    rounded: Vec<[i32; 2]>,
}

impl<'a> Drawing<'a> {
    pub(crate) fn new(
        footprints: &'a Footprints,
        address: Address,
        thinning: Thinning,
        buffer: i64,
    ) -> Self {
        let low = -(buffer * address.unit()) as f64;
        let high = (address.side() + buffer * address.unit()) as f64;
        Self {
            footprints,
            address,
            thinning,
            window: [low, low, high, high],
            rings: Rings::default(),
            ring: Vec::new(),
            spare: Vec::new(),
            rounded: Vec::new(),
        }
    }

    /// The rings of a row, so many worlds to the east.
    pub(crate) fn rings(&mut self, key: u64, row: u32, world: i64) -> &Rings {
        self.rings.corners.clear();
        self.rings.ends.clear();
        let corner = self.address.corner();
        let from = |steps: (u32, u32)| {
            let x = i64::from(steps.0) + world * AROUND - corner[0];
            [x as f64, (i64::from(steps.1) - corner[1]) as f64]
        };
        let middle = from(place::steps(key));
        let footprints = self.footprints;
        let cell = cell_size(self.address, self.thinning);
        let frame = footprints.frame(row);
        if let (Some([width, height]), Thinning::Cells(bits)) = (cell, self.thinning) {
            let bits = self.address.bits() + bits;
            let (first, _) = place::keys_of(place::cell(key, bits), bits);
            let [x, y] = from(place::steps(first));
            let size = [width as f64, height as f64];
            let shape = if frame[2] - frame[0] <= width && frame[3] - frame[1] <= height {
                let (east, south) = (x + size[0], y + size[1]);
                Some([[x, y], [east, y], [east, south], [x, south]])
            } else {
                let to_centre = [x + size[0] / 2.0 - middle[0], y + size[1] / 2.0 - middle[1]];
                let stretched = stretched(footprints, row, to_centre, size);
                stretched.map(|spots| spots.map(|[x, y]| [middle[0] + x, middle[1] + y]))
            };
            if let Some(shape) = shape {
                self.ring.clear();
                self.ring.extend(shape);
                self.close(false);
                return &self.rings;
            }
        }
        let mut outer = false;
        for ring in footprints.rings(row) {
            let hole = twice_area(ring) < 0;
            let spots = ring
                .iter()
                .map(|[x, y]| [middle[0] + f64::from(*x), middle[1] + f64::from(*y)]);
            self.ring.clear();
            self.ring.extend(spots);
            if !hole {
                outer = self.close(false);
            } else if outer {
                self.close(true);
            }
        }
        &self.rings
    }

    /// Cuts the ring, rounds it to units and adds it, unless nothing is left.
    fn close(&mut self, hole: bool) -> bool {
        clip(&mut self.ring, &mut self.spare, self.window);
        self.rounded.clear();
        let unit = self.address.unit() as f64;
        let units = |steps: f64| (steps / unit + 0.5).floor() as i32;
        self.rounded
            .extend(self.ring.iter().map(|spot| spot.map(units)));
        let any = tidy(&mut self.rounded, hole);
        if any {
            self.rings.corners.extend_from_slice(&self.rounded);
            self.rings.ends.push(self.rings.corners.len());
        }
        any
    }
}

/// The box along the longest side, where it is shorter than the cell on one of its axes: on that axis
/// it spans what a footprint of its length anywhere in the cell would.
fn stretched(
    footprints: &Footprints,
    row: u32,
    to_centre: Spot,
    size: [f64; 2],
) -> Option<[Spot; 4]> {
    let spot = |corner: &[i32; 2]| corner.map(f64::from);
    let corners = footprints.corners(row);
    let outer = footprints.rings(row).next().unwrap_or_default();
    let (mut along, mut longest) = ([0.0; 2], 0.0);
    let mut before = spot(outer.last()?);
    for corner in outer {
        let corner = spot(corner);
        let side = [corner[0] - before[0], corner[1] - before[1]];
        let length = (side[0] * side[0] + side[1] * side[1]).sqrt();
        if length > longest {
            (along, longest) = (side, length);
        }
        before = corner;
    }
    if longest <= 0.0 {
        return None;
    }
    let along = along.map(|part| part / longest);
    let across = [-along[1], along[0]];
    let span = |axis: Spot| {
        let on_axis = |[x, y]: Spot| x * axis[0] + y * axis[1];
        let places = corners.iter().map(|corner| on_axis(spot(corner)));
        let (low, high) = places.fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), place| {
            (low.min(place), high.max(place))
        });
        let (length, cell) = (high - low, on_axis_of(size, axis));
        let (centre, half) = (on_axis(to_centre), (cell + length) / 2.0);
        if length < cell {
            (centre - half, centre + half, true)
        } else {
            (low, high, false)
        }
    };
    let ((west, east, longer), (north, south, wider)) = (span(along), span(across));
    (longer || wider).then(|| {
        [(west, north), (east, north), (east, south), (west, south)]
            .map(|(u, v)| [u * along[0] + v * across[0], u * along[1] + v * across[1]])
    })
}

/// How long a cell is on an axis.
fn on_axis_of([width, height]: [f64; 2], axis: Spot) -> f64 {
    width * axis[0].abs() + height * axis[1].abs()
}
