//! A property smoothed onto square cells.
//!
//! Rules: the value of a cell is the mean of the ground around it, weighted by how much ground that is and by
//! the square of `1 - (d / r)²`, where `d` is the distance between the middles of the cells and `r` the
//! radius. A cell of which less than a twentieth was worked has no value: nothing is drawn where
//! nobody worked, and no hole is filled.
//!
//! Source of the weight: Beaton and Tukey, "The fitting of power series, meaning polynomials,
//! illustrated on band-spectroscopic data", Technometrics 16 (1974), the biweight.

/// The least share of a cell's ground.
const LEAST_SHARE: f64 = 0.05;

/// Cells along lines from the north-west, with what lies in each of them.
#[derive(Clone, Debug)]
pub struct Cells {
    columns: usize,
    lines: usize,
    /// Value times ground, and ground in square metres.
    sums: Vec<(f64, f64)>,
}

impl Cells {
    /// Empty cells.
    pub fn new(columns: u32, lines: u32) -> Self {
        let (columns, lines) = (columns as usize, lines as usize);
        Self {
            columns,
            lines,
            sums: vec![(0.0, 0.0); columns * lines],
        }
    }

    /// Adds a piece of ground with its value to a cell. Values that are not finite, and cells that do not
    /// exist, take no part.
    pub fn add(&mut self, column: usize, line: usize, value: f64, ground_m2: f64) {
        if !value.is_finite() || column >= self.columns {
            return;
        }
        if let Some((sum, ground)) = self.sums.get_mut(line * self.columns + column) {
            *sum += value * ground_m2;
            *ground += ground_m2;
        }
    }

    /// The smoothed values of cells of `side_m`, not a number where there is none.
    pub fn smoothed(&self, side_m: f64, radius_m: f64) -> Vec<f64> {
        let reach = (radius_m / side_m).floor().clamp(0.0, 64.0) as isize;
        let mut around = Vec::new();
        for down in -reach..=reach {
            for right in -reach..=reach {
                let share = (right as f64).hypot(down as f64) * side_m / radius_m;
                if share < 1.0 || (right, down) == (0, 0) {
                    let weight = if share < 1.0 {
                        (1.0 - share * share).powi(2)
                    } else {
                        1.0
                    };
                    around.push((right, down, weight));
                }
            }
        }
        let least = LEAST_SHARE * side_m * side_m;
        let mut values = Vec::with_capacity(self.sums.len());
        for line in 0..self.lines {
            for column in 0..self.columns {
                let own = self.at(column as isize, line as isize).1;
                if own < least || own <= 0.0 {
                    values.push(f64::NAN);
                    continue;
                }
                let (mut sum, mut ground) = (0.0, 0.0);
                for (right, down, weight) in &around {
                    let there = self.at(column as isize + right, line as isize + down);
                    sum += there.0 * weight;
                    ground += there.1 * weight;
                }
                values.push(sum / ground);
            }
        }
        values
    }

    fn at(&self, column: isize, line: isize) -> (f64, f64) {
        let (Ok(column), Ok(line)) = (usize::try_from(column), usize::try_from(line)) else {
            return (0.0, 0.0);
        };
        let place = (column < self.columns).then_some(line * self.columns + column);
        let there = place.and_then(|place| self.sums.get(place));
        there.copied().unwrap_or((0.0, 0.0))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A yield of two waves, 160 and 220 metres long, in t/ha.
    fn truth(x: f64, y: f64) -> f64 {
        let wave = |metres: f64, length: f64| (metres / length * std::f64::consts::TAU).sin();
        8.0 + 1.5 * wave(x, 160.0) + wave(y, 220.0)
    }

    /// Noise of a monitor, evenly within 1.2 t/ha on both sides, from a seed.
    fn noise(seed: &mut u64) -> f64 {
        *seed = seed
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        ((*seed >> 11) as f64 / (1_u64 << 53) as f64 - 0.5) * 2.4
    }

    #[test]
    fn the_grid_is_nearer_to_the_truth_than_the_swaths_and_keeps_the_total() {
        // Swaths of 6 m, a record every 2 m; the field is 300 m by 400 m with a corner cut off.
        let (mut cells, mut seed) = (Cells::new(30, 40), 7);
        let (mut swaths, mut total, mut records) = (0.0, 0.0, 0.0);
        for swath in 0..50 {
            for step in 0..200 {
                let (x, y) = (f64::from(swath) * 6.0 + 3.0, f64::from(step) * 2.0 + 1.0);
                if x + y > 600.0 {
                    continue;
                }
                let value = truth(x, y) + noise(&mut seed);
                swaths += (value - truth(x, y)).powi(2);
                total += value * 12.0;
                records += 1.0;
                // The ground of a record, in pieces of 1 m by 2 m.
                for piece in 0..6 {
                    let x = x - 2.5 + f64::from(piece);
                    cells.add((x / 10.0) as usize, (y / 10.0) as usize, value, 2.0);
                }
            }
        }
        let values = cells.smoothed(10.0, 20.0);
        let (mut grid, mut kept, mut count) = (0.0, 0.0, 0.0);
        for (place, value) in values.iter().enumerate() {
            let ground = cells.sums[place].1;
            assert_eq!(value.is_nan(), ground < 5.0);
            if value.is_nan() {
                continue;
            }
            let (column, line) = ((place % 30) as f64, (place / 30) as f64);
            grid += (value - truth(column * 10.0 + 5.0, line * 10.0 + 5.0)).powi(2);
            kept += value * ground;
            count += 1.0;
        }
        let (grid, swaths) = ((grid / count).sqrt(), (swaths / records).sqrt());
        assert!(grid < swaths / 3.0, "{grid} against {swaths}");
        assert!((kept / total - 1.0_f64).abs() < 0.005, "{kept} of {total}");
    }

    #[test]
    fn nothing_is_made_up() {
        let mut cells = Cells::new(5, 1);
        cells.add(0, 0, 4.0, 100.0);
        cells.add(1, 0, f64::NAN, 100.0);
        cells.add(2, 0, 9.0, 4.0);
        cells.add(4, 0, 6.0, 100.0);
        cells.add(9, 9, 6.0, 100.0);
        let values = cells.smoothed(10.0, 20.0);
        assert_eq!((values[0], values[4]), (4.0, 6.0));
        assert!(values[1].is_nan() && values[2].is_nan() && values[3].is_nan());
        assert_eq!(cells.smoothed(10.0, 0.0)[4], 6.0);
        assert!(Cells::new(0, 0).smoothed(10.0, 20.0).is_empty());
    }
}
