//! The tables of a PMTiles archive, version 3: numbers of tiles, directories and the header.
//!
//! Rule: a directory is columns of small differences, compressed; the root fits into the first
//! 16 KiB together with the header, and points to leaves where there are too many tiles.

use crate::encode::varint;
use crate::error::TileError;
use crate::place::Address;
use flate2::Compression;
use flate2::write::GzEncoder;
use std::io::Write;

pub(crate) const HEADER_BYTES: usize = 127;
const ROOT_BYTES: usize = 16_384 - HEADER_BYTES;
/// Entries of a leaf; twice as many while the root is too long.
const LEAF: usize = 4_096;

/// Place of a tile in the data.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Entry {
    pub(crate) number: u64,
    pub(crate) offset: u64,
    pub(crate) length: u32,
    /// Tiles that it holds for, zero for a leaf.
    pub(crate) run: u32,
}

/// Number of a tile: those of lower zooms, then along a Hilbert curve.
pub(crate) fn number(tile: Address) -> u64 {
    let zoom = u32::from(tile.zoom);
    let lower = ((1_u64 << (2 * zoom)) - 1) / 3;
    let (mut x, mut y) = (u64::from(tile.x), u64::from(tile.y));
    let mut along = 0;
    for bit in (0..zoom).rev() {
        let side = 1_u64 << bit;
        let (east, south) = (x & side, y & side);
        along += ((3 * (east >> bit)) ^ (south >> bit)) << (2 * bit);
        (x, y) = (x & (side - 1), y & (side - 1));
        if south == 0 {
            if east != 0 {
                (x, y) = (side - 1 - x, side - 1 - y);
            }
            (x, y) = (y, x);
        }
    }
    lower + along
}

pub(crate) fn compress(bytes: &[u8]) -> std::io::Result<Vec<u8>> {
    let mut encoder = GzEncoder::new(Vec::with_capacity(bytes.len() / 2), Compression::default());
    encoder.write_all(bytes)?;
    encoder.finish()
}

fn directory(entries: &[Entry]) -> std::io::Result<Vec<u8>> {
    let mut bytes = Vec::with_capacity(entries.len() * 8);
    varint(&mut bytes, entries.len() as u64);
    let mut before = 0;
    for entry in entries {
        varint(&mut bytes, entry.number.saturating_sub(before));
        before = entry.number;
    }
    for entry in entries {
        varint(&mut bytes, u64::from(entry.run));
    }
    for entry in entries {
        varint(&mut bytes, u64::from(entry.length));
    }
    // Zero: right after the entry before.
    let mut end = None;
    for entry in entries {
        let follows = end == Some(entry.offset);
        varint(&mut bytes, if follows { 0 } else { entry.offset + 1 });
        end = Some(entry.offset + u64::from(entry.length));
    }
    compress(&bytes)
}

/// Root and leaves of the entries, which are sorted by number.
pub(crate) fn directories(entries: &[Entry]) -> Result<(Vec<u8>, Vec<u8>), TileError> {
    let root = directory(entries)?;
    if root.len() <= ROOT_BYTES {
        return Ok((root, Vec::new()));
    }
    let mut size = LEAF;
    while size <= entries.len() {
        let (root, leaves) = with_leaves(entries, size)?;
        if root.len() <= ROOT_BYTES {
            return Ok((root, leaves));
        }
        size *= 2;
    }
    let (root, leaves) = with_leaves(entries, size)?;
    Ok((root, leaves))
}

fn with_leaves(entries: &[Entry], size: usize) -> Result<(Vec<u8>, Vec<u8>), TileError> {
    let mut leaves = Vec::new();
    let mut root = Vec::new();
    for part in entries.chunks(size) {
        let leaf = directory(part)?;
        root.push(Entry {
            number: part.first().map_or(0, |entry| entry.number),
            offset: leaves.len() as u64,
            length: u32::try_from(leaf.len())
                .ok()
                .ok_or(TileError::TooLarge("directories"))?,
            run: 0,
        });
        leaves.extend_from_slice(&leaf);
    }
    Ok((directory(&root)?, leaves))
}

/// What the header tells.
pub(crate) struct Header {
    /// Bytes of root, metadata, leaves and tiles, which follow each other in this order.
    pub(crate) lengths: [u64; 4],
    pub(crate) tiles: u64,
    pub(crate) zooms: (u8, u8),
    /// West, south, east, north in degrees.
    pub(crate) bounds: [f64; 4],
}

impl Header {
    pub(crate) fn bytes(&self) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(HEADER_BYTES);
        bytes.extend_from_slice(b"PMTiles\x03");
        let mut offset = HEADER_BYTES as u64;
        for length in self.lengths {
            bytes.extend_from_slice(&offset.to_le_bytes());
            bytes.extend_from_slice(&length.to_le_bytes());
            offset += length;
        }
        // Addressed tiles, entries and contents: each tile stands for itself.
        for _ in 0..3 {
            bytes.extend_from_slice(&self.tiles.to_le_bytes());
        }
        let (min_zoom, max_zoom) = self.zooms;
        // Clustered; directories and tiles by gzip; vector tiles.
        bytes.extend_from_slice(&[1, 2, 2, 1, min_zoom, max_zoom]);
        let [west, south, east, north] = self.bounds;
        let degrees = |bytes: &mut Vec<u8>, degrees: f64| {
            bytes.extend_from_slice(&((degrees * 1e7).round() as i32).to_le_bytes());
        };
        for corner in [west, south, east, north] {
            degrees(&mut bytes, corner);
        }
        bytes.push(min_zoom.midpoint(max_zoom));
        degrees(&mut bytes, west.midpoint(east));
        degrees(&mut bytes, south.midpoint(north));
        bytes
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_along_the_curve() {
        let known = [
            ((0, 0, 0), 0),
            ((1, 0, 0), 1),
            ((1, 0, 1), 2),
            ((1, 1, 1), 3),
            ((1, 1, 0), 4),
            ((2, 0, 0), 5),
            ((2, 1, 0), 6),
            ((12, 3_423, 1_763), 19_078_479),
        ];
        for ((zoom, x, y), expected) in known {
            assert_eq!(Address::new(zoom, x, y).map(number), Some(expected));
        }
        let mut all: Vec<u64> = (0..64)
            .flat_map(|x| (0..64).filter_map(move |y| Address::new(6, x, y)))
            .map(number)
            .collect();
        all.sort_unstable();
        let first = 1_365;
        assert!(all.into_iter().eq(first..first + 4_096));
    }

    #[test]
    fn the_header_has_its_length() {
        let header = Header {
            lengths: [1, 2, 3, 4],
            tiles: 5,
            zooms: (3, 17),
            bounds: [-1.0, -2.0, 3.0, 4.0],
        };
        assert_eq!(header.bytes().len(), HEADER_BYTES);
    }
}
