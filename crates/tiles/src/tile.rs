//! One tile.
//!
//! Rule: a tile has the points in it, thinned as its zoom is; those within the buffer around it
//! come from the tiles beside it, thinned as there.

use crate::EXTENT;
use crate::census::Thinning;
use crate::encode::Layer;
use crate::place::{self, Address};
use crate::points::Source;

/// Halvings of a tile that make a block of 64 units, in which the buffer is looked up.
const BLOCK: u32 = 6;
/// The widest buffer, in units.
const BUFFER: u32 = 1_024;

/// How numbers are written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Numbers {
    /// Seven digits, unless the number is above 16 million.
    #[default]
    Short,
    /// As they are.
    Exact,
}

/// What a tile may be.
#[derive(Clone, Copy, Debug)]
pub struct Options {
    /// Units around the tile from which it has points as well.
    pub buffer: u32,
    /// Points of a tile at most, without those of the buffer.
    pub points: u32,
    /// Bytes of a tile at most, before compression.
    pub bytes: usize,
    pub numbers: Numbers,
    /// The zoom from which on all points are shown; else [`Source::finest_zoom`].
    pub all_from_zoom: Option<u8>,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            buffer: 64,
            points: 20_000,
            bytes: 500_000,
            numbers: Numbers::Short,
            all_from_zoom: None,
        }
    }
}

/// A point of a tile: row and units from the corner.
type Placed = (u32, i32, i32);

/// The tile, `None` if it has no points or does not exist.
pub fn tile(source: &Source, zoom: u8, x: u32, y: u32, options: &Options) -> Option<Vec<u8>> {
    at(source, Address::new(zoom, x, y)?, options)
}

pub(crate) fn at(source: &Source, address: Address, options: &Options) -> Option<Vec<u8>> {
    let zoom = address.zoom;
    if source.range(address.cell(), address.bits()).is_empty() {
        return None;
    }
    let all = zoom >= options.all_from_zoom.unwrap_or(source.finest_zoom());
    let foretold = options.bytes as f64 / source.point_bytes();
    let mut most = options.points.min(foretold as u32).max(1);
    let mut thinning = source.census().thinning(zoom, all, most);
    loop {
        let points = placed(source, address, thinning, options.buffer);
        let mut layer = Layer::new(source.columns(), options.numbers);
        let coarsest = thinning == Thinning::Cells(0);
        for (row, x, y) in points {
            layer.point(row, x, y);
            if layer.len() > options.bytes && !coarsest {
                break;
            }
        }
        if layer.len() <= options.bytes || coarsest {
            return Some(layer.finish());
        }
        // The sample did not foretell this tile.
        let before = thinning;
        while thinning == before {
            most /= 2;
            thinning = source.census().thinning(zoom, all, most);
        }
    }
}

/// Points of the tile and its buffer, by row.
fn placed(source: &Source, address: Address, thinning: Thinning, buffer: u32) -> Vec<Placed> {
    let mut points = Vec::new();
    let bits = address.bits();
    collect(source, address.cell(), bits, thinning, bits, |key, row| {
        let (x, y) = address.units(key);
        points.push((row, x, y));
    });
    let buffer = buffer.min(BUFFER);
    if buffer > 0 {
        around(source, address, thinning, buffer, &mut points);
    }
    points.sort_unstable();
    points
}

/// Points of the buffer: blocks of the tiles beside are looked up, as large as a cell at least, so
/// that a cell is thinned whole.
fn around(
    source: &Source,
    address: Address,
    thinning: Thinning,
    buffer: u32,
    points: &mut Vec<Placed>,
) {
    let halvings = match thinning {
        Thinning::Cells(bits) => (bits / 2).min(BLOCK),
        Thinning::All => BLOCK,
    };
    let blocks = 1_u32 << halvings;
    // Half a unit may round to the buffer's last.
    let deep = (buffer + 1).div_ceil(EXTENT >> halvings).min(blocks);
    let extent = EXTENT as i32;
    let reach = -(buffer as i32)..=extent + buffer as i32;
    for (east, south) in (-1..=1).flat_map(|east| (-1..=1).map(move |south| (east, south))) {
        let Some(beside) = address
            .beside(east, south)
            .filter(|_| (east, south) != (0, 0))
        else {
            continue;
        };
        let side = |direction: i32| match direction {
            -1 => blocks - deep..blocks,
            1 => 0..deep,
            _ => 0..blocks,
        };
        let bits = address.bits();
        for (x, y) in side(east).flat_map(|x| side(south).map(move |y| (x, y))) {
            let block = beside.cell() << (2 * halvings) | place::interleave(x, y);
            collect(
                source,
                block,
                bits + 2 * halvings,
                thinning,
                bits,
                |key, row| {
                    let (x, y) = beside.units(key);
                    let (x, y) = (x + east * extent, y + south * extent);
                    if reach.contains(&x) && reach.contains(&y) {
                        points.push((row, x, y));
                    }
                },
            );
        }
    }
}

/// The points of a cell that are left by the thinning of tiles of so many bits.
fn collect(
    source: &Source,
    cell: u64,
    bits: u32,
    thinning: Thinning,
    tile_bits: u32,
    mut each: impl FnMut(u64, u32),
) {
    let points = source.points(source.range(cell, bits));
    let Thinning::Cells(further) = thinning else {
        return points.for_each(|(key, row)| each(key, row));
    };
    let mut first: Option<(u64, u64, u32)> = None;
    for (key, row) in points {
        let cell = place::cell(key, tile_bits + further);
        first = match first {
            Some((open, _, first_row)) if open == cell => {
                if row < first_row {
                    Some((cell, key, row))
                } else {
                    first
                }
            }
            closed => {
                if let Some((_, key, row)) = closed {
                    each(key, row);
                }
                Some((cell, key, row))
            }
        };
    }
    if let Some((_, key, row)) = first {
        each(key, row);
    }
}
