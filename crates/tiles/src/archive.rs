//! All tiles of a source as one PMTiles archive, which a map reads piece by piece from a plain
//! web server.
//!
//! Rule: written in one go from front to end, so the compressed tiles are held until the
//! directory is known.

use crate::directory::{self, Entry, Header};
use crate::place::{Address, MAX_ZOOM};
use crate::points::{Source, Values};
use crate::tile::{self, Options};
use crate::{LAYER, TileError};
use serde_json::{Map, Value, json};
use std::io::Write;
use std::thread::Builder;

/// More are not a field but points all over the world.
const TILES: usize = 1 << 20;
/// Tiles that a thread makes before the others are waited for.
const SHARE: usize = 32;
const THREADS: usize = 8;

/// Writes the tiles of the zooms; how many there are. All points are in those of `max_zoom`, as
/// far as the options let a tile grow.
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
        let cells = source.cells(2 * u32::from(zoom)).take(room + 1);
        let tiles = cells.filter_map(|cell| Address::of_cell(zoom, cell));
        addresses.extend(tiles.map(|tile| (directory::number(tile), tile)));
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
    json!({
        "name": "Points of a machine file",
        "type": "overlay",
        "generator": "Tramline",
        "vector_layers": [{
            "id": LAYER, "fields": fields, "minzoom": min_zoom, "maxzoom": max_zoom,
        }],
        "units": units,
    })
}
