//! How many points and cells the fullest tile of each zoom has.
//!
//! Rule: the thinning of a zoom follows its fullest tile, so that all its tiles are thinned alike.

use crate::place::MAX_ZOOM;

/// Bits below a tile's that make a cell: with 24 it is a unit.
const UNIT: u32 = 24;
/// Bits below a tile's that make a cell a pixel, of 512 a tile.
const PIXEL: u32 = 18;
const ZOOMS: usize = MAX_ZOOM as usize + 1;

/// Which points of a tile are shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Thinning {
    All,
    /// The first by row in each cell; the number is bits below the tile's.
    Cells(u32),
}

type CellsOfZooms = [[u32; UNIT as usize + 1]; ZOOMS];

/// Counts of the fullest tile by zoom, and of all cells by their bits.
#[derive(Debug)]
pub(crate) struct Census {
    points: [u32; ZOOMS],
    cells: CellsOfZooms,
    by_bits: [u32; u64::BITS as usize + 1],
}

impl Census {
    /// Counts sorted keys in one go: a key opens new cells of all bits beyond those it shares with
    /// the key before.
    pub(crate) fn of(keys: &[u64]) -> Self {
        let mut census = Self {
            points: [0; ZOOMS],
            cells: [[0; UNIT as usize + 1]; ZOOMS],
            by_bits: [0; u64::BITS as usize + 1],
        };
        // Counts when the open tile of each zoom began.
        let mut points_before = [0; ZOOMS];
        let mut cells_before = census.cells;
        let mut before: Option<u64> = None;
        for (count, key) in (0_u32..).zip(keys) {
            let shared = before.map(|before| (before ^ key).leading_zeros());
            before = Some(*key);
            let first_new = shared.map_or(0, |shared| shared + 1) as usize;
            for zoom in first_new.div_ceil(2)..ZOOMS {
                census.close(zoom, count, &mut points_before, &mut cells_before);
            }
            for cells in census.by_bits.iter_mut().skip(first_new) {
                *cells += 1;
            }
        }
        let count = u32::try_from(keys.len()).unwrap_or(u32::MAX);
        for zoom in 0..ZOOMS {
            census.close(zoom, count, &mut points_before, &mut cells_before);
        }
        census
    }

    fn close(
        &mut self,
        zoom: usize,
        count: u32,
        points_before: &mut [u32; ZOOMS],
        cells_before: &mut CellsOfZooms,
    ) {
        if let (Some(most), Some(before)) = (self.points.get_mut(zoom), points_before.get_mut(zoom))
        {
            *most = (*most).max(count - *before);
            *before = count;
        }
        let by_bits = self.by_bits.iter().skip(2 * zoom);
        if let (Some(most), Some(before)) = (self.cells.get_mut(zoom), cells_before.get_mut(zoom)) {
            for ((most, before), cells) in most.iter_mut().zip(before).zip(by_bits) {
                *most = (*most).max(*cells - *before);
                *before = *cells;
            }
        }
    }

    /// Cells that have points.
    pub(crate) fn cells(&self, bits: u32) -> u32 {
        self.by_bits.get(bits as usize).copied().unwrap_or(0)
    }

    /// What leaves no tile of the zoom more points than `most`; with `all`, every point if that can
    /// be, else one a pixel at the most.
    pub(crate) fn thinning(&self, zoom: u8, all: bool, most: u32) -> Thinning {
        let zoom = usize::from(zoom);
        if all && self.points.get(zoom).is_none_or(|points| *points <= most) {
            return Thinning::All;
        }
        let finest = if all { UNIT } else { PIXEL };
        let fits = |bits: &u32| {
            let cells = self.cells.get(zoom).and_then(|c| c.get(*bits as usize));
            cells.is_none_or(|cells| *cells <= most)
        };
        Thinning::Cells((0..=finest).rev().find(fits).unwrap_or(0))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::place::{interleave, keys_of};

    #[test]
    fn counts_of_a_grid() {
        // 64 by 64 places, one unit of zoom 20 apart, within one tile of zoom 20.
        let mut keys: Vec<u64> = (0..64)
            .flat_map(|x| (0..64).map(move |y| interleave(x, y)))
            .collect();
        keys.sort_unstable();
        let census = Census::of(&keys);
        assert_eq!(census.cells(64), 4_096);
        assert_eq!(census.cells(63), 2_048);
        assert_eq!(census.cells(62), 1_024);
        assert_eq!(census.cells(52), 1);
        assert_eq!(census.thinning(20, true, 4_096), Thinning::All);
        assert_eq!(census.thinning(20, true, 4_095), Thinning::Cells(23));
        assert_eq!(census.thinning(20, false, 4_096), Thinning::Cells(18));
        assert_eq!(census.thinning(0, true, 1), Thinning::Cells(24));
        assert_eq!(census.thinning(20, true, 0), Thinning::Cells(0));
    }

    #[test]
    fn nothing_and_one_place_many_times() {
        assert_eq!(Census::of(&[]).thinning(5, true, 0), Thinning::All);
        let census = Census::of(&[7; 1_000]);
        assert_eq!(census.cells(64), 1);
        assert_eq!(census.thinning(9, true, 10), Thinning::Cells(24));
    }

    #[test]
    fn the_fullest_tile_counts() {
        let (far, _) = keys_of(3, 2);
        let census = Census::of(&[0, 1, 2, far]);
        assert_eq!(census.thinning(1, true, 3), Thinning::All);
        assert_eq!(census.thinning(0, true, 3), Thinning::Cells(24));
    }
}
