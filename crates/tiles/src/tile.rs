//! One tile.
//!
//! Rule: a tile has what reaches into it or into the buffer around it, thinned as its zoom is: a
//! cell shows the same feature in all tiles.

use crate::census::Thinning;
use crate::draw::{Drawing, reach};
use crate::encode::Layer;
use crate::index::{self, Frame};
use crate::layer::EXTENT;
use crate::options::Options;
use crate::place::{self, AROUND, Address};
use crate::points::Source;

/// Features that a tile may have though they are too many bytes: where one a tile is shown, these
/// are its own and those of the tiles beside.
const LEAST: usize = 16;
/// The widest buffer, in units.
const BUFFER: u32 = 1_024;

/// A feature that a tile may show: its row, worlds to the east, and key.
type Found = (u32, i64, u64);

/// The tile, `None` if nothing is in it or it does not exist.
pub fn tile(source: &Source, zoom: u8, x: u32, y: u32, options: &Options) -> Option<Vec<u8>> {
    at(source, Address::new(zoom, x, y)?, options)
}

/// Features at most, and the thinning of a zoom that leaves no more.
pub(crate) fn thinning(source: &Source, zoom: u8, options: &Options) -> (u32, Thinning) {
    let foretold = options.bytes as f64 / source.point_bytes();
    let most = options.points.min(foretold as u32).max(1);
    (most, thinned(source, zoom, options, most))
}

fn thinned(source: &Source, zoom: u8, options: &Options, most: u32) -> Thinning {
    let all = zoom >= options.all_from_zoom.unwrap_or(source.finest_zoom());
    source.census().thinning(zoom, all, most)
}

pub(crate) fn at(source: &Source, address: Address, options: &Options) -> Option<Vec<u8>> {
    let zoom = address.zoom;
    let (mut most, mut thinning) = thinning(source, zoom, options);
    loop {
        let coarsest = thinning == Thinning::Cells(0);
        let mut layer = Layer::new(source.layer(), source.columns(), options.numbers);
        let fits = |layer: &Layer<'_>, shown: usize| {
            layer.len() <= options.bytes || coarsest && shown < LEAST
        };
        let any = show(source, address, thinning, options.buffer, &mut layer, fits)?;
        if layer.len() <= options.bytes || coarsest {
            return any.then(|| layer.finish());
        }
        // The sample did not foretell this tile.
        let before = thinning;
        while thinning == before {
            most /= 2;
            thinning = thinned(source, zoom, options, most);
        }
    }
}

/// Writes the features of the tile and its buffer by row, as long as they fit; whether any of them
/// is in the tile itself, `None` if there are none at all.
fn show(
    source: &Source,
    address: Address,
    thinning: Thinning,
    buffer: u32,
    layer: &mut Layer<'_>,
    fits: impl Fn(&Layer<'_>, usize) -> bool,
) -> Option<bool> {
    let buffer = i64::from(buffer.min(BUFFER));
    let found = found(source, address, thinning, buffer)?;
    let mut drawing = source
        .footprints()
        .map(|footprints| Drawing::new(footprints, address, thinning, buffer));
    let (mut shown, mut any) = (0, false);
    for (row, world, key) in found {
        if let Some(drawing) = &mut drawing {
            let rings = drawing.rings(key, row, world);
            if rings.is_empty() {
                continue;
            }
            any |= rings.within(EXTENT as i32);
            layer.polygon(row, rings);
        } else {
            let own = world == 0 && place::cell(key, address.bits()) == address.cell();
            let Some([x, y]) = spot(address, key, world, own, buffer) else {
                continue;
            };
            any |= own;
            layer.point(row, x, y);
        }
        shown += 1;
        if !fits(layer, shown) {
            break;
        }
    }
    Some(any)
}

/// Units of a point from the tile's corner, if it is the tile's own or in its buffer.
fn spot(address: Address, key: u64, world: i64, own: bool, buffer: i64) -> Option<[i32; 2]> {
    let (x, y) = place::steps(key);
    let [west, north] = address.corner();
    let steps = [i64::from(x) + world * AROUND - west, i64::from(y) - north];
    let units = steps.map(|steps| address.units(steps));
    let near = -buffer..=i64::from(EXTENT) + buffer;
    let near = buffer > 0 && units.iter().all(|units| near.contains(&i64::from(*units)));
    (own || near).then_some(units)
}

/// What may be in the tile or its buffer, left by the thinning, in the order of rows. A tile of
/// points without one of its own has none.
fn found(source: &Source, address: Address, thinning: Thinning, buffer: i64) -> Option<Vec<Found>> {
    let points = source.footprints().is_none();
    if points && !source.has(address.cell(), address.bits()) {
        return None;
    }
    let ([west, north], side) = (address.corner(), address.side());
    let tile: Frame = [west, north, west + side, north + side];
    // A unit more: what is beyond may be rounded to the edge.
    let reach = if points { 0 } else { reach(address, thinning) };
    let window = index::widened(tile, (buffer + 1) * address.unit() + reach);
    let mut found = Vec::new();
    for world in -1..=1 {
        let window = index::moved_east(window, -world * AROUND);
        let mut next = 0;
        for run in source.index().touching(window) {
            let mut place = run.start.max(next);
            while place < run.end {
                let (feature, after) = match thinning {
                    Thinning::All => (source.feature(place), place + 1),
                    Thinning::Cells(bits) => {
                        let cell = source.cell_around(place, address.bits() + bits);
                        let end = cell.end;
                        (source.first_row(cell), end)
                    }
                };
                if let Some((key, row)) = feature
                    && index::touch(source.frame(key, row), window)
                {
                    found.push((row, world, key));
                }
                place = after;
            }
            next = place;
        }
    }
    found.sort_unstable();
    Some(found)
}
