//! Places in square cells, to find the ones near a place without looking at all.
//!
//! Rule: memory is linear in the places, whatever the extent: the cells grow until there are at
//! most four for each place.

use std::ops::ControlFlow;

/// An index over places; those that are no numbers are in no cell.
pub struct Grid {
    x: Vec<f64>,
    y: Vec<f64>,
    /// Rows of the places, cell by cell.
    rows: Vec<u32>,
    starts: Vec<u32>,
    west: f64,
    south: f64,
    cell_m: f64,
    across: usize,
    up: usize,
}

impl Grid {
    /// Cells of `cell_m`, or larger ones where the places lie far apart. `rows` numbers the places.
    pub fn new(
        x: &[f64],
        y: &[f64],
        rows: impl Iterator<Item = usize> + Clone,
        cell_m: f64,
    ) -> Self {
        let places = || {
            rows.clone().filter_map(|row| {
                let (x, y) = (*x.get(row)?, *y.get(row)?);
                (x.is_finite() && y.is_finite()).then_some((row, x, y))
            })
        };
        let mut count = 0_usize;
        let (mut west, mut south) = (f64::INFINITY, f64::INFINITY);
        let (mut east, mut north) = (f64::NEG_INFINITY, f64::NEG_INFINITY);
        for (_, x, y) in places() {
            count += 1;
            west = west.min(x);
            east = east.max(x);
            south = south.min(y);
            north = north.max(y);
        }
        let mut cell_m = if cell_m > 1e-3 && cell_m.is_finite() {
            cell_m
        } else {
            1e-3
        };
        let cells = |extent: f64, cell: f64| (extent / cell).floor().max(0.0) + 1.0;
        let allowed = (count.max(16) * 4) as f64;
        while count > 0 && cells(east - west, cell_m) * cells(north - south, cell_m) > allowed {
            cell_m *= 1.5;
        }
        let (across, up) = if count == 0 {
            (1, 1)
        } else {
            (
                cells(east - west, cell_m) as usize,
                cells(north - south, cell_m) as usize,
            )
        };
        let mut grid = Self {
            x: Vec::with_capacity(count),
            y: Vec::with_capacity(count),
            rows: vec![0; count],
            starts: vec![0; across * up + 1],
            west,
            south,
            cell_m,
            across,
            up,
        };
        for (_, x, y) in places() {
            let cell = grid.cell_of(x, y);
            if let Some(slot) = grid.starts.get_mut(cell + 1) {
                *slot += 1;
            }
        }
        let mut sum = 0;
        for slot in &mut grid.starts {
            sum += *slot;
            *slot = sum;
        }
        let mut next = grid.starts.clone();
        let (mut xs, mut ys) = (vec![0.0; count], vec![0.0; count]);
        for (row, x, y) in places() {
            let cell = grid.cell_of(x, y);
            if let Some(slot) = next.get_mut(cell) {
                let at = *slot as usize;
                *slot += 1;
                if let (Some(a), Some(b), Some(r)) =
                    (xs.get_mut(at), ys.get_mut(at), grid.rows.get_mut(at))
                {
                    (*a, *b, *r) = (x, y, row as u32);
                }
            }
        }
        (grid.x, grid.y) = (xs, ys);
        grid
    }

    fn column(&self, x: f64) -> usize {
        (((x - self.west) / self.cell_m).max(0.0) as usize).min(self.across - 1)
    }

    fn line(&self, y: f64) -> usize {
        (((y - self.south) / self.cell_m).max(0.0) as usize).min(self.up - 1)
    }

    fn cell_of(&self, x: f64, y: f64) -> usize {
        self.line(y) * self.across + self.column(x)
    }

    /// Calls `found(row, squared distance)` for every place within `reach_m`, in a fixed order.
    #[inline]
    pub fn for_each_within(&self, x: f64, y: f64, reach_m: f64, mut found: impl FnMut(usize, f64)) {
        self.search(x, y, reach_m, |row, squared| {
            found(row, squared);
            ControlFlow::Continue(())
        });
    }

    /// The same until `found` breaks: where records are heaped up, nobody needs all of them.
    #[inline]
    pub fn search(
        &self,
        x: f64,
        y: f64,
        reach_m: f64,
        mut found: impl FnMut(usize, f64) -> ControlFlow<()>,
    ) {
        if self.rows.is_empty() || !(x.is_finite() && y.is_finite()) {
            return;
        }
        let limit = reach_m * reach_m;
        let (from, to) = (self.column(x - reach_m), self.column(x + reach_m));
        for line in self.line(y - reach_m)..=self.line(y + reach_m) {
            let first = line * self.across;
            let start = self.starts.get(first + from).copied().unwrap_or(0) as usize;
            let end = self.starts.get(first + to + 1).copied().unwrap_or(0) as usize;
            let (Some(xs), Some(ys), Some(rows)) = (
                self.x.get(start..end),
                self.y.get(start..end),
                self.rows.get(start..end),
            ) else {
                continue;
            };
            for ((px, py), row) in xs.iter().zip(ys).zip(rows) {
                let (dx, dy) = (px - x, py - y);
                let squared = dx * dx + dy * dy;
                if squared <= limit && found(*row as usize, squared).is_break() {
                    return;
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_what_a_full_search_finds() {
        let places = 400;
        let x: Vec<f64> = (0..places).map(|i| f64::from(i * 37 % 101) * 1.7).collect();
        let y: Vec<f64> = (0..places).map(|i| f64::from(i * 53 % 97) * 2.3).collect();
        for cell in [0.5, 7.0, 1_000.0] {
            let grid = Grid::new(&x, &y, 0..x.len(), cell);
            for reach in [0.1, 9.0, 60.0] {
                for probe in 0..x.len() {
                    let mut near = Vec::new();
                    grid.for_each_within(x[probe], y[probe], reach, |row, _| near.push(row));
                    near.sort_unstable();
                    let expected: Vec<usize> = (0..x.len())
                        .filter(|i| (x[*i] - x[probe]).hypot(y[*i] - y[probe]) <= reach)
                        .collect();
                    assert_eq!(near, expected);
                }
            }
        }
    }

    #[test]
    fn far_apart_and_absent_places_cost_no_memory() {
        let x = [0.0, 1e9, f64::NAN, f64::INFINITY];
        let grid = Grid::new(&x, &[0.0, 1e9, 0.0, 0.0], 0..4, 1.0);
        assert!(grid.starts.len() < 1_000);
        let mut found = Vec::new();
        grid.for_each_within(0.0, 0.0, 5.0, |row, _| found.push(row));
        assert_eq!(found, [0]);
        Grid::new(&[], &[], 0..0, 1.0).for_each_within(0.0, 0.0, 5.0, |_, _| unreachable!());
    }
}
