//! The ground as square cells of half a metre, each worked or not: who comes first owns the cell.
//!
//! Rule: a cell belongs to a footprint if its centre does. Memory follows the ground that was
//! worked (tiles of 256 m), not its extent.

use crate::footprint::Quad;
use std::collections::HashMap;

/// Cells along the side of a tile, a multiple of 64.
const SIDE: i64 = 512;
const WORDS: usize = (SIDE * SIDE / 64) as usize;
/// Tiles that are kept at most: 2,000 km² of worked ground in 1 GiB.
const TILES: usize = 32_768;

type Tile = Box<[u64; WORDS]>;

/// Worked cells.
pub struct Bitmap {
    cell_m: f64,
    tiles: HashMap<(i64, i64), Tile>,
    last: Option<((i64, i64), Tile)>,
}

/// Cells of one footprint.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Marked {
    /// Cells that it covers.
    pub cells: u32,
    /// Of these the ones that were worked before.
    pub before: u32,
}

impl Marked {
    /// Share of the footprint that was worked before.
    pub fn share(self) -> f64 {
        if self.cells == 0 {
            0.0
        } else {
            f64::from(self.before) / f64::from(self.cells)
        }
    }
}

impl Bitmap {
    /// An empty bitmap of square cells with sides of `cell_m` metres, of 1 cm at least.
    pub fn new(cell_m: f64) -> Self {
        Self {
            cell_m: cell_m.max(0.01),
            tiles: HashMap::new(),
            last: None,
        }
    }

    /// Square metres of one cell.
    pub fn cell_m2(&self) -> f64 {
        self.cell_m * self.cell_m
    }

    /// Marks the cells of a convex footprint and counts those that were marked before.
    pub fn mark(&mut self, quad: &Quad) -> Marked {
        let scaled = quad.map(|(x, y)| (x / self.cell_m, y / self.cell_m));
        let bounds = scaled.iter().fold(
            (
                f64::INFINITY,
                f64::NEG_INFINITY,
                f64::INFINITY,
                f64::NEG_INFINITY,
            ),
            |b, (x, y)| (b.0.min(*x), b.1.max(*x), b.2.min(*y), b.3.max(*y)),
        );
        let sound = bounds.1 - bounds.0 < 10_000.0
            && bounds.3 - bounds.2 < 10_000.0
            && bounds.0.abs() < 1e12
            && bounds.2.abs() < 1e12;
        let mut marked = Marked::default();
        if !sound {
            return marked;
        }
        // Cell (i, j) has its centre at (i + 0.5, j + 0.5).
        let first = (bounds.2 - 0.5).ceil() as i64;
        let last = (bounds.3 - 0.5).ceil() as i64;
        for line in first..last {
            let centre = line as f64 + 0.5;
            let (mut low, mut high) = (f64::INFINITY, f64::NEG_INFINITY);
            for corner in 0..4 {
                let (a, b) = (scaled[corner], scaled[(corner + 1) % 4]);
                if (a.1 <= centre) != (b.1 <= centre) {
                    let x = a.0 + (b.0 - a.0) * (centre - a.1) / (b.1 - a.1);
                    low = low.min(x);
                    high = high.max(x);
                }
            }
            if low < high {
                let span = ((low - 0.5).ceil() as i64, (high - 0.5).ceil() as i64);
                self.mark_span(line, span.0, span.1, &mut marked);
            }
        }
        marked
    }

    /// As [`Bitmap::mark`], for a polygon of any shape: closed rings by the even-odd rule. `None`
    /// for one that is too large to be looked at in cells.
    pub fn mark_rings(&mut self, rings: &[&[(f64, f64)]]) -> Option<Marked> {
        const MOST_CROSSINGS: i64 = 1 << 20;
        let cell = |value: f64| (value / self.cell_m - 0.5).ceil() as i64;
        let edges = || {
            rings
                .iter()
                .flat_map(|ring| ring.windows(2))
                .filter_map(|pair| match pair {
                    [a, b] if (a.1 - b.1).abs() > 0.0 => Some((*a, *b)),
                    _ => None,
                })
        };
        let sound = |(x, y): &(f64, f64)| x.abs() < 1e9 && y.abs() < 1e9;
        if !rings.iter().copied().flatten().all(sound) {
            return None;
        }
        let lines: i64 = edges().map(|(a, b)| (cell(a.1) - cell(b.1)).abs()).sum();
        if lines > MOST_CROSSINGS {
            return None;
        }
        let mut crossings: Vec<(i64, i64)> = Vec::new();
        for (a, b) in edges() {
            for line in cell(a.1.min(b.1))..cell(a.1.max(b.1)) {
                let centre = (line as f64 + 0.5) * self.cell_m;
                let x = a.0 + (b.0 - a.0) * (centre - a.1) / (b.1 - a.1);
                crossings.push((line, cell(x)));
            }
        }
        crossings.sort_unstable();
        let mut marked = Marked::default();
        let spans = || crossings.chunks_exact(2);
        let wide = |pair: &[(i64, i64)]| matches!(pair, [a, b] if b.1 - a.1 > 10_000);
        if spans().any(wide) {
            return None;
        }
        for pair in spans() {
            if let [(line, from), (other, to)] = *pair
                && line == other
            {
                self.mark_span(line, from, to, &mut marked);
            }
        }
        Some(marked)
    }

    fn mark_span(&mut self, line: i64, from: i64, to: i64, marked: &mut Marked) {
        let row = line.div_euclid(SIDE);
        let mut x = from;
        while x < to {
            let column = x.div_euclid(SIDE);
            let end = to.min((column + 1) * SIDE);
            let Some(tile) = self.tile((column, row)) else {
                return;
            };
            let base = line.rem_euclid(SIDE) * SIDE;
            let mut bit = base + x.rem_euclid(SIDE);
            let stop = bit + (end - x);
            while bit < stop {
                let offset = bit % 64;
                let count = (64 - offset).min(stop - bit);
                let mask = if count == 64 {
                    u64::MAX
                } else {
                    ((1_u64 << count) - 1) << offset
                };
                if let Some(word) = tile.get_mut((bit / 64) as usize) {
                    marked.cells += count as u32;
                    marked.before += (*word & mask).count_ones();
                    *word |= mask;
                }
                bit += count;
            }
            x = end;
        }
    }

    /// A tile, made when there is room; the last one stays at hand.
    fn tile(&mut self, key: (i64, i64)) -> Option<&mut Tile> {
        let at_hand = self.last.as_ref().is_some_and(|(known, _)| *known == key);
        if !at_hand {
            if let Some((known, tile)) = self.last.take() {
                self.tiles.insert(known, tile);
            }
            let tile = match self.tiles.remove(&key) {
                Some(tile) => tile,
                None if self.tiles.len() < TILES => Box::new([0; WORDS]),
                None => return None,
            };
            self.last = Some((key, tile));
        }
        self.last.as_mut().map(|(_, tile)| tile)
    }

    /// Cells that are worked.
    pub fn cells(&self) -> u64 {
        let count = |tile: &Tile| tile.iter().map(|w| u64::from(w.count_ones())).sum::<u64>();
        let kept: u64 = self.tiles.values().map(count).sum();
        kept + self.last.as_ref().map_or(0, |(_, tile)| count(tile))
    }

    /// Worked ground in square metres.
    pub fn area_m2(&self) -> f64 {
        self.cells() as f64 * self.cell_m2()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rectangle(x: f64, y: f64, length: f64, width: f64, degrees: f64) -> Quad {
        let (sin, cos) = degrees.to_radians().sin_cos();
        [
            (-width / 2.0, 0.0),
            (width / 2.0, 0.0),
            (width / 2.0, length),
            (-width / 2.0, length),
        ]
        .map(|(a, b): (f64, f64)| (x + a * cos + b * sin, y + b * cos - a * sin))
    }

    #[test]
    fn areas_of_turned_rectangles() {
        for degrees in [0.0, 17.0, 45.0, 90.0, 211.0] {
            let mut bitmap = Bitmap::new(0.25);
            let marked = bitmap.mark(&rectangle(-300.3, 1_000.1, 80.0, 40.0, degrees));
            assert_eq!(marked.before, 0);
            assert_eq!(u64::from(marked.cells), bitmap.cells());
            assert!((bitmap.area_m2() / 3_200.0 - 1.0).abs() < 4e-3, "{degrees}");
        }
    }

    #[test]
    fn the_second_pass_finds_the_ground_worked() {
        let mut bitmap = Bitmap::new(0.5);
        let first = bitmap.mark(&rectangle(0.0, 0.0, 100.0, 10.0, 33.0));
        let again = bitmap.mark(&rectangle(0.0, 0.0, 100.0, 10.0, 33.0));
        assert_eq!((again.cells, again.before), (first.cells, first.cells));
        assert_eq!(again.share(), 1.0);
    }

    #[test]
    fn footprints_beyond_all_measure_mark_nothing() {
        let mut bitmap = Bitmap::new(0.5);
        for quad in [
            [(f64::NAN, 0.0), (1.0, 0.0), (1.0, 1.0), (0.0, 1.0)],
            [(0.0, 0.0), (1e300, 0.0), (1e300, 1.0), (0.0, 1.0)],
            [(1e18, 0.0), (1e18, 1.0), (1e18, 1.0), (1e18, 0.0)],
        ] {
            assert_eq!(bitmap.mark(&quad).cells, 0);
        }
    }
}
