//! All tiles of a source as one PMTiles archive, which a map reads piece by piece from a plain
//! web server.
//!
//! Rule: written in one go from front to end, so the compressed tiles are held until the
//! directory is known.

use crate::directory::{self, Entry, Header};
use crate::draw;
use crate::error::TileError;
use crate::index;
use crate::options::Options;
use crate::place::{self, Address, MAX_ZOOM};
use crate::points::{Source, Values};
use crate::source::{Pick, read_parquet};
use crate::tile;
use serde_json::{Map, Value, json};
use std::collections::HashSet;
use std::io::Write;
use std::path::Path;
use std::thread::Builder;

/// More are not a field but points all over the world.
const TILES: usize = 1 << 20;
/// Times that footprints may lie in the same tile of a zoom, on average over [`TILES`].
const LAYERS: usize = 64;
/// Tiles that a thread makes before the others are waited for.
const SHARE: usize = 32;
const THREADS: usize = 8;

/// Writes the tiles of a stored file, points or polygons, of the zooms that suit it
/// ([`Source::zooms`]); how many there are.
///
/// # Errors
/// Those of [`read_parquet`] and [`pmtiles`].
pub fn write_pmtiles(
    parquet: &Path,
    pick: &Pick,
    most_bytes: usize,
    out: impl Write,
) -> Result<usize, TileError> {
    let source = read_parquet(parquet, pick, most_bytes)?;
    let (min_zoom, max_zoom) = source.zooms();
    pmtiles(&source, min_zoom, max_zoom, &Options::default(), out)
}

/// Writes the tiles of the zooms; how many there are. All features are in those of `max_zoom`, as
/// far as the options let a tile grow.
///
/// # Errors
/// [`TileError::Zooms`], [`TileError::TooManyTiles`], [`TileError::TooLarge`], or
/// [`TileError::Write`] when the destination fails.
pub fn pmtiles<W: Write>(
    source: &Source,
    min_zoom: u8,
    max_zoom: u8,
    options: &Options,
    mut writer: W,
) -> Result<usize, TileError> {
    if min_zoom > max_zoom || max_zoom > MAX_ZOOM {
        let (min, max) = (min_zoom, max_zoom);
        return Err(TileError::Zooms { min, max });
    }
    let all_from_zoom = options.all_from_zoom.unwrap_or(source.finest_zoom());
    let options = Options {
        all_from_zoom: Some(all_from_zoom.min(max_zoom)),
        ..*options
    };
    let mut addresses: Vec<(u64, Address)> = Vec::new();
    for zoom in min_zoom..=max_zoom {
        let room = TILES - addresses.len();
        let tiles = tiles_of(source, zoom, &options, room)?;
        addresses.extend(
            tiles
                .into_iter()
                .map(|tile| (directory::number(tile), tile)),
        );
        if addresses.len() > TILES {
            return Err(TileError::TooManyTiles(TILES));
        }
    }
    addresses.sort_unstable_by_key(|(number, _)| *number);
    let (entries, tiles) = make(source, &addresses, &options)?;
    let (root, leaves) = directory::directories(&entries)?;
    let metadata = metadata(source, min_zoom, max_zoom);
    let metadata = directory::compress(metadata.to_string().as_bytes())?;
    let parts = [&root, &metadata, &leaves, &tiles];
    let header = Header {
        lengths: parts.map(|part| part.len() as u64),
        tiles: entries.len() as u64,
        zooms: (min_zoom, max_zoom),
        bounds: source.bounds().unwrap_or_default(),
    };
    writer.write_all(&header.bytes())?;
    for part in parts {
        writer.write_all(part)?;
    }
    writer.flush()?;
    Ok(entries.len())
}

/// The tiles of a zoom that may have something, one more than `room` at most.
fn tiles_of(
    source: &Source,
    zoom: u8,
    options: &Options,
    room: usize,
) -> Result<Vec<Address>, TileError> {
    let tiles = |cells: &mut dyn Iterator<Item = u64>| {
        let tiles = cells.filter_map(|cell| Address::of_cell(zoom, cell));
        tiles.collect()
    };
    let Some(whole) = Address::new(zoom, 0, 0).filter(|_| source.footprints().is_some()) else {
        let bits = 2 * u32::from(zoom);
        return Ok(tiles(&mut source.cells(bits).take(room + 1)));
    };
    let (_, thinning) = tile::thinning(source, zoom, options);
    let reach = draw::reach(whole, thinning) + whole.unit();
    let (side, most) = (whole.side(), (1_i64 << zoom) - 1);
    let mut cells: HashSet<u64> = HashSet::new();
    let mut looked = 0;
    let mut before = None;
    for frame in source.frames() {
        let [west, north, east, south] =
            index::widened(frame, reach).map(|edge| edge.div_euclid(side));
        let (north, south) = (north.max(0), south.min(most));
        let touched = [west, north, east, south];
        if before.replace(touched) == Some(touched) {
            continue;
        }
        for (x, y) in (west..=east).flat_map(|x| (north..=south).map(move |y| (x, y))) {
            let around = x.rem_euclid(most + 1);
            cells.insert(place::interleave(around as u32, y as u32));
            looked += 1;
            if cells.len() > room || looked > LAYERS * TILES {
                return Err(TileError::TooManyTiles(TILES));
            }
        }
    }
    Ok(tiles(&mut cells.into_iter()))
}

/// The tiles one after the other, made on all processors.
fn make(
    source: &Source,
    addresses: &[(u64, Address)],
    options: &Options,
) -> Result<(Vec<Entry>, Vec<u8>), TileError> {
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    let mut entries = Vec::with_capacity(addresses.len());
    let mut data = Vec::new();
    let some = |part: &[(u64, Address)]| -> std::io::Result<Vec<(u64, Vec<u8>)>> {
        let tiles = part.iter().filter_map(|(number, address)| {
            tile::at(source, *address, options).map(|tile| (*number, tile))
        });
        let compressed = |(number, tile): (u64, Vec<u8>)| Ok((number, directory::compress(&tile)?));
        tiles.map(compressed).collect()
    };
    for round in addresses.chunks(SHARE * threads.min(THREADS)) {
        let made = std::thread::scope(|scope| {
            let some = &some;
            let mut parts = round.chunks(SHARE);
            let own = parts.next().unwrap_or_default();
            let others: Vec<_> = parts
                .map(|part| {
                    let other = Builder::new().spawn_scoped(scope, move || some(part));
                    (part, other)
                })
                .collect();
            let mut made = vec![some(own)];
            made.extend(others.into_iter().map(|(part, other)| match other {
                Ok(other) => other.join().unwrap_or_else(|_| some(part)),
                // No thread to be had.
                Err(_) => some(part),
            }));
            made
        });
        for part in made {
            for (number, tile) in part? {
                entries.push(Entry {
                    number,
                    offset: data.len() as u64,
                    length: u32::try_from(tile.len())
                        .ok()
                        .ok_or(TileError::TooLarge("tiles"))?,
                    run: 1,
                });
                data.extend_from_slice(&tile);
            }
        }
    }
    Ok((entries, data))
}

/// What a map needs to know of the layer, and the units of its fields.
fn metadata(source: &Source, min_zoom: u8, max_zoom: u8) -> Value {
    let (mut fields, mut units) = (Map::new(), Map::new());
    for column in source.columns() {
        let kind = match column.values {
            Values::Numbers(_) => "Number",
            Values::Texts { .. } => "String",
        };
        fields.insert(column.name.clone(), json!(kind));
        if let Some(unit) = &column.unit {
            units.insert(column.name.clone(), json!(unit));
        }
    }
    let name = match source.footprints() {
        None => "Points of a machine file",
        Some(_) => "Swaths of a machine file",
    };
    json!({
        "name": name,
        "type": "overlay",
        "generator": "Tramline",
        "vector_layers": [{
            "id": source.layer(), "fields": fields, "minzoom": min_zoom, "maxzoom": max_zoom,
        }],
        "units": units,
    })
}
