//! For each point: how many others lie within a distance and the sum of their values.
//!
//! Points are sorted into square cells. A cell whose points all lie within reach counts as one, so
//! a machine that logs a hundred thousand records while it stands still costs no more than a pass.
//! Nothing is kept per pair: memory is linear in the points.

/// What lies around a point; the point itself is not part of it, others at the same place are.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(crate) struct Around {
    pub(crate) count: usize,
    pub(crate) sum: f64,
}

impl Around {
    /// The mean of the neighbours; `None` without any.
    pub(crate) fn mean(self) -> Option<f64> {
        (self.count > 0).then(|| self.sum / self.count as f64)
    }
}

/// Cells along the reach: few make long lists, many make long searches.
const CELLS_IN_REACH: i64 = 2;

/// Makes the cells a little larger, so that a division that rounds moves no neighbour out of reach.
const MARGIN: f64 = 1.0 + 1e-9;

struct Point {
    place: (i64, i64),
    x: f64,
    y: f64,
    value: f64,
    index: usize,
}

/// Neighbouring points in the sorted list, and the box around them.
struct Cell {
    place: (i64, i64),
    start: usize,
    end: usize,
    sum: f64,
    low: (f64, f64),
    high: (f64, f64),
}

impl Cell {
    fn of(points: &[Point], start: usize, end: usize) -> Option<Self> {
        let members = points.get(start..end)?;
        let first = members.first()?;
        let mut cell = Self {
            place: first.place,
            start,
            end,
            sum: 0.0,
            low: (first.x, first.y),
            high: (first.x, first.y),
        };
        for point in members {
            cell.sum += point.value;
            cell.low = (cell.low.0.min(point.x), cell.low.1.min(point.y));
            cell.high = (cell.high.0.max(point.x), cell.high.1.max(point.y));
        }
        Some(cell)
    }

    /// Squared distances from a point to the nearest and the farthest place of the box.
    fn distances(&self, x: f64, y: f64) -> (f64, f64) {
        let near_x = (self.low.0 - x).max(x - self.high.0).max(0.0);
        let near_y = (self.low.1 - y).max(y - self.high.1).max(0.0);
        let far_x = (x - self.low.0).abs().max((self.high.0 - x).abs());
        let far_y = (y - self.low.1).abs().max((self.high.1 - y).abs());
        (
            near_x * near_x + near_y * near_y,
            far_x * far_x + far_y * far_y,
        )
    }
}

/// Counts and sums within `reach_m` (included). All columns must be finite; a reach that is not
/// above zero finds nothing.
pub(crate) fn sums_within(x: &[f64], y: &[f64], value: &[f64], reach_m: f64) -> Vec<Around> {
    let mut found = vec![Around::default(); x.len()];
    if reach_m.is_nan() || reach_m <= 0.0 {
        return found;
    }
    let points = sorted(x, y, value, reach_m / CELLS_IN_REACH as f64 * MARGIN);
    let mut cells = Vec::new();
    let mut start = 0;
    for group in points.chunk_by(|a, b| a.place == b.place) {
        cells.extend(Cell::of(&points, start, start + group.len()));
        start += group.len();
    }
    let squared_reach = reach_m * reach_m;
    let mut near = Vec::new();
    for (own, cell) in cells.iter().enumerate() {
        near.clear();
        gather(&cells, cell.place, &mut near);
        for point in &points[cell.start..cell.end] {
            let mut around = Around::default();
            for &other in &near {
                add(
                    &points,
                    &cells[other],
                    own == other,
                    point,
                    squared_reach,
                    &mut around,
                );
            }
            if let Some(slot) = found.get_mut(point.index) {
                *slot = around;
            }
        }
    }
    found
}

fn add(
    points: &[Point],
    cell: &Cell,
    own: bool,
    point: &Point,
    squared_reach: f64,
    around: &mut Around,
) {
    let (nearest, farthest) = cell.distances(point.x, point.y);
    if nearest > squared_reach {
        return;
    }
    if farthest <= squared_reach {
        around.count += cell.end - cell.start - usize::from(own);
        around.sum += cell.sum - if own { point.value } else { 0.0 };
        return;
    }
    for other in &points[cell.start..cell.end] {
        let (east, north) = (other.x - point.x, other.y - point.y);
        if east * east + north * north <= squared_reach && other.index != point.index {
            around.count += 1;
            around.sum += other.value;
        }
    }
}

/// The points by cell, south to north and west to east; within a cell in the given order.
fn sorted(x: &[f64], y: &[f64], value: &[f64], cell_m: f64) -> Vec<Point> {
    let west = x.iter().copied().fold(f64::INFINITY, f64::min);
    let south = y.iter().copied().fold(f64::INFINITY, f64::min);
    let mut points: Vec<Point> = x
        .iter()
        .zip(y)
        .zip(value)
        .enumerate()
        .map(|(index, ((&x, &y), &value))| Point {
            place: (
                ((y - south) / cell_m).floor() as i64,
                ((x - west) / cell_m).floor() as i64,
            ),
            x,
            y,
            value,
            index,
        })
        .collect();
    points.sort_unstable_by_key(|point| (point.place, point.index));
    points
}

/// The cells that can hold neighbours of the points of a cell.
fn gather(cells: &[Cell], (row, column): (i64, i64), near: &mut Vec<usize>) {
    for step in -CELLS_IN_REACH..=CELLS_IN_REACH {
        let row = row.saturating_add(step);
        let from = (row, column.saturating_sub(CELLS_IN_REACH));
        let to = (row, column.saturating_add(CELLS_IN_REACH));
        let start = cells.partition_point(|cell| cell.place < from);
        near.extend((start..cells.len()).take_while(|&index| cells[index].place <= to));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Scattered, with ties at exactly the reach and a heap at one place.
    fn scatter() -> (Vec<f64>, Vec<f64>, Vec<f64>) {
        let mut x: Vec<f64> = (0..400).map(|i| f64::from(i * 7919 % 211)).collect();
        let mut y: Vec<f64> = (0..400).map(|i| f64::from(i * 104_729 % 97)).collect();
        x.extend([50.0; 60]);
        y.extend([50.0; 60]);
        let value = (0..x.len()).map(|i| (i % 13) as f64).collect();
        (x, y, value)
    }

    #[test]
    fn as_counted_pair_by_pair() {
        let (x, y, value) = scatter();
        for reach in [0.5, 1.0, 5.0, 13.0, 40.0, 500.0, f64::INFINITY] {
            let found = sums_within(&x, &y, &value, reach);
            for (i, around) in found.iter().enumerate() {
                let mut expected = Around::default();
                for j in (0..x.len()).filter(|&j| j != i) {
                    if (x[i] - x[j]).powi(2) + (y[i] - y[j]).powi(2) <= reach * reach {
                        expected.count += 1;
                        expected.sum += value[j];
                    }
                }
                assert_eq!(*around, expected, "point {i}, reach {reach}");
            }
        }
    }

    #[test]
    fn far_and_few_points_are_no_trouble() {
        assert!(sums_within(&[], &[], &[], 40.0).is_empty());
        let lonely = sums_within(&[1e300, -1e300], &[0.0, 1e300], &[1.0, 2.0], 40.0);
        assert_eq!(lonely, [Around::default(); 2]);
        assert_eq!(lonely[0].mean(), None);
        for reach in [0.0, -1.0, f64::NAN] {
            let none = sums_within(&[0.0, 0.0], &[0.0, 0.0], &[1.0, 2.0], reach);
            assert_eq!(none, [Around::default(); 2]);
        }
    }
}
