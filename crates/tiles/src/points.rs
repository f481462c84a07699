//! The features in memory: keys in rising order, the row of each, and the columns as they came.
//!
//! Rule: twelve bytes a point and the columns that were asked for. A place is what its key says; a
//! footprint has its middle for it.

use crate::census::Census;
use crate::error::TileError;
use crate::footprints::Footprints;
use crate::index::{Frame, Index};
use crate::layer::{LAYER, SWATHS_LAYER};
use crate::place::{self, MAX_ZOOM};
use std::collections::HashSet;
use std::ops::Range;

/// Key of a row without text.
pub const NO_TEXT: u32 = u32::MAX;
/// Rows that are looked at to foretell the size of a tile.
const SAMPLE: usize = 2_048;
/// Zooms that the finest lies between: at 14 a unit is 60 cm at the equator, so that few points
/// stand right as well; above 17 a pixel is less than what a receiver is off.
const FINEST: (u8, u8) = (14, 17);
/// A tile of 512 pixels is 2^8 cells of two pixels wide.
const TWO_PIXELS: u32 = 8;
/// Share of places that stand alone in their cell of two pixels.
const APART: f64 = 0.9;

/// A named column.
#[derive(Clone, Debug)]
pub struct Column {
    /// Name of the column, which is that of the attribute.
    pub name: String,
    /// Symbol of the unit, if it has one.
    pub unit: Option<String>,
    /// The values by row.
    pub values: Values,
}

/// The values of a column by row.
#[derive(Clone, Debug)]
pub enum Values {
    /// What is not finite is absent.
    Numbers(Vec<f64>),
    /// A key beyond the texts is absent: [`NO_TEXT`].
    Texts {
        /// By row: place of its text in `texts`.
        keys: Vec<u32>,
        /// The texts, each once.
        texts: Vec<String>,
    },
}

impl Values {
    fn len(&self) -> usize {
        match self {
            Self::Numbers(numbers) => numbers.len(),
            Self::Texts { keys, .. } => keys.len(),
        }
    }
}

/// Points or footprints ready to be cut into tiles.
#[derive(Debug)]
pub struct Source {
    footprints: Option<Footprints>,
    index: Index,
    keys: Vec<u64>,
    rows: Vec<u32>,
    columns: Vec<Column>,
    census: Census,
    finest: u8,
    /// Bytes that a feature takes in a tile, about.
    point_bytes: f64,
}

impl Source {
    /// Rows whose place is no number or not on Earth have no point.
    ///
    /// # Errors
    /// [`TileError::Length`] or [`TileError::TooManyRows`].
    pub fn new(
        longitudes: &[f64],
        latitudes: &[f64],
        columns: Vec<Column>,
    ) -> Result<Self, TileError> {
        let places = longitudes.iter().zip(latitudes);
        let keys = places.map(|(longitude, latitude)| place::key(*longitude, *latitude));
        Self::with(keys, longitudes.len(), latitudes.len(), columns, None)
    }

    /// Rows without a footprint have no feature.
    ///
    /// # Errors
    /// [`TileError::Length`] or [`TileError::TooManyRows`].
    pub fn swaths(mut footprints: Footprints, columns: Vec<Column>) -> Result<Self, TileError> {
        let (keys, rows) = (footprints.take_keys(), footprints.len());
        footprints.shrink();
        Self::with(keys.into_iter(), rows, rows, columns, Some(footprints))
    }

    fn with(
        keys: impl Iterator<Item = Option<u64>>,
        wanted: usize,
        positions: usize,
        columns: Vec<Column>,
        footprints: Option<Footprints>,
    ) -> Result<Self, TileError> {
        let lengths = columns
            .iter()
            .map(|column| (&*column.name, column.values.len()));
        for (name, found) in std::iter::once(("latitude", positions)).chain(lengths) {
            if found != wanted {
                let name = name.to_owned();
                return Err(TileError::Length {
                    name,
                    found,
                    wanted,
                });
            }
        }
        if u32::try_from(wanted).is_err() {
            return Err(TileError::TooManyRows(wanted));
        }
        let mut order: Vec<(u64, u32)> = Vec::with_capacity(wanted);
        order.extend(
            (0_u32..)
                .zip(keys)
                .filter_map(|(row, key)| Some((key?, row))),
        );
        order.sort_unstable();
        let (keys, rows): (Vec<u64>, Vec<u32>) = order.into_iter().unzip();
        let census = Census::of(&keys);
        let finest = finest(&census);
        let geometry = footprints.as_ref().map_or(0.0, |footprints| {
            // Three bytes a corner or more, and the commands.
            footprints.corners_of_one() * 3.0 + 2.0
        });
        let features = keys.iter().zip(&rows);
        let frames = features.map(|(key, row)| frame(footprints.as_ref(), *key, *row));
        Ok(Self {
            index: Index::of(frames),
            point_bytes: point_bytes(&rows, &columns) + geometry,
            keys,
            rows,
            columns,
            census,
            finest,
            footprints,
        })
    }

    /// Rows that have a place or a footprint.
    pub fn len(&self) -> usize {
        self.keys.len()
    }

    /// Whether no row has a place or a footprint.
    pub fn is_empty(&self) -> bool {
        self.keys.is_empty()
    }

    /// The columns, which become attributes of the features.
    pub fn columns(&self) -> &[Column] {
        &self.columns
    }

    /// Bytes that it holds in memory, about.
    pub fn memory_bytes(&self) -> usize {
        let column = |column: &Column| match &column.values {
            Values::Numbers(numbers) => numbers.capacity() * 8,
            Values::Texts { keys, texts } => {
                keys.capacity() * 4 + texts.iter().map(|text| text.len() + 24).sum::<usize>()
            }
        };
        let footprints = self.footprints.as_ref().map_or(0, Footprints::memory_bytes);
        let index = self.index.memory_bytes() + footprints;
        index
            + self.keys.capacity() * 8
            + self.rows.capacity() * 4
            + self.columns.iter().map(column).sum::<usize>()
            + size_of::<Self>()
    }

    /// Name of the only layer: `points` or `swaths`.
    pub fn layer(&self) -> &'static str {
        match self.footprints {
            None => LAYER,
            Some(_) => SWATHS_LAYER,
        }
    }

    /// The zoom at which points are about two pixels apart, 14 to 17: from it on, tiles have all
    /// points.
    pub fn finest_zoom(&self) -> u8 {
        self.finest
    }

    /// Zooms for an archive: from where the whole is some pixels wide to the finest.
    pub fn zooms(&self) -> (u8, u8) {
        let Some([west, north, east, south]) = self.index.bounds() else {
            return (0, 0);
        };
        let side = (east - west).max(south - north);
        let fits = side.leading_zeros().saturating_sub(6);
        let least = u8::try_from(fits).unwrap_or(MAX_ZOOM);
        (least.min(self.finest), self.finest)
    }

    /// West, south, east, north in degrees.
    pub fn bounds(&self) -> Option<[f64; 4]> {
        let [west, north, east, south] = self.index.bounds()?;
        let (west, north) = place::degrees(west, north);
        let (east, south) = place::degrees(east, south);
        Some([west, south, east, north])
    }

    pub(crate) fn footprints(&self) -> Option<&Footprints> {
        self.footprints.as_ref()
    }

    pub(crate) fn index(&self) -> &Index {
        &self.index
    }

    pub(crate) fn census(&self) -> &Census {
        &self.census
    }

    pub(crate) fn point_bytes(&self) -> f64 {
        self.point_bytes
    }

    /// Key and row of the feature at a place in the order of keys.
    pub(crate) fn feature(&self, place: usize) -> Option<(u64, u32)> {
        self.keys
            .get(place)
            .copied()
            .zip(self.rows.get(place).copied())
    }

    /// The features around a place that share its cell of so many bits.
    pub(crate) fn cell_around(&self, place: usize, bits: u32) -> Range<usize> {
        let cell = self.keys.get(place).map(|key| place::cell(*key, bits));
        let same = |key: &&u64| Some(place::cell(**key, bits)) == cell;
        let (before, after) = self.keys.split_at(place.min(self.keys.len()));
        let start = place - before.iter().rev().take_while(same).count();
        start..place + after.iter().take_while(same).count().max(1)
    }

    /// The first row of a range in the order of keys, with its key.
    pub(crate) fn first_row(&self, range: Range<usize>) -> Option<(u64, u32)> {
        let rows = self.rows.get(range.clone())?.iter().enumerate();
        let (place, _) = rows.min_by_key(|(_, row)| **row)?;
        self.feature(range.start + place)
    }

    /// Whether a cell of so many bits has a feature.
    pub(crate) fn has(&self, cell: u64, bits: u32) -> bool {
        let (first, last) = place::keys_of(cell, bits);
        let start = self.keys.partition_point(|key| *key < first);
        self.keys.get(start).is_some_and(|key| *key <= last)
    }

    /// The box of a feature in the world.
    pub(crate) fn frame(&self, key: u64, row: u32) -> Frame {
        frame(self.footprints.as_ref(), key, row)
    }

    /// The boxes of all features, in the order of keys.
    pub(crate) fn frames(&self) -> impl Iterator<Item = Frame> {
        let features = self.keys.iter().zip(&self.rows);
        features.map(|(key, row)| self.frame(*key, *row))
    }

    /// Cells of so many bits that have points, in rising order.
    pub(crate) fn cells(&self, bits: u32) -> impl Iterator<Item = u64> {
        let mut rest = self.keys.as_slice();
        std::iter::from_fn(move || {
            let cell = place::cell(*rest.first()?, bits);
            let (_, last) = place::keys_of(cell, bits);
            // Doubling steps: cells of few and of many points are left alike fast.
            let mut reach = 1;
            while rest.get(reach).is_some_and(|key| *key <= last) {
                reach *= 2;
            }
            let near = rest.get(..reach).unwrap_or(rest);
            let size = near.partition_point(|key| *key <= last);
            rest = rest.get(size..).unwrap_or_default();
            Some(cell)
        })
    }
}

/// The box of a feature in the world.
fn frame(footprints: Option<&Footprints>, key: u64, row: u32) -> Frame {
    let (x, y) = place::steps(key);
    let [x, y] = [x, y].map(i64::from);
    let own = footprints.map_or([0; 4], |footprints| footprints.frame(row));
    [x + own[0], y + own[1], x + own[2], y + own[3]]
}

/// Zoom at which most places have a cell of two pixels of their own.
fn finest(census: &Census) -> u8 {
    let apart = f64::from(census.cells(u64::BITS)) * APART;
    let (least, most) = FINEST;
    let alone = |zoom: &u8| {
        let cells = census.cells(2 * (u32::from(*zoom) + TWO_PIXELS));
        f64::from(cells) >= apart
    };
    (least..most).find(alone).unwrap_or(most)
}

/// Place, row and two indices an attribute, and the values that do not repeat.
fn point_bytes(rows: &[u32], columns: &[Column]) -> f64 {
    let step = (rows.len() / SAMPLE).max(1);
    let sample: Vec<usize> = rows.iter().step_by(step).map(|row| *row as usize).collect();
    let mut bytes = 18.0;
    for column in columns {
        let Values::Numbers(numbers) = &column.values else {
            bytes += 3.0;
            continue;
        };
        let found = || {
            let number = |row: &usize| numbers.get(*row).copied();
            sample.iter().filter_map(number).filter(|n| n.is_finite())
        };
        let different: HashSet<u64> = found().map(f64::to_bits).collect();
        let all = sample.len().max(1) as f64;
        bytes += found().count() as f64 / all * 4.0 + different.len() as f64 / all * 7.0;
    }
    bytes
}
