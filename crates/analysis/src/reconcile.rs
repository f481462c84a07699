//! Several machines in one field: what one shows more than the others where their passes lie side
//! by side.
//!
//! Rule: the machine with the most records is the measure. Another one's factor is the ratio of
//! the medians over pairs of neighbours within one and a half swaths, told from 200 pairs on, and
//! worth applying outside of 0.97 to 1.03.

use crate::grid::Grid;
use crate::statistics::median;
use std::collections::BTreeMap;
use std::ops::ControlFlow;

const SWATHS: f64 = 1.5;
const PAIRS: usize = 200;
/// Neighbours of one record that count.
const EACH: usize = 4;

/// What one machine shows beside the measure.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Compared {
    /// Number of the machine, as in the column given.
    pub machine: u32,
    /// Its values times this are those of the measure.
    pub factor: f64,
    /// Neighbours that were compared.
    pub pairs: usize,
}

impl Compared {
    /// Whether it is worth applying.
    pub fn matters(&self) -> bool {
        self.pairs >= PAIRS && !(0.97..=1.03).contains(&self.factor)
    }
}

/// Compares each machine with the one that has the most records; rows with a value that is no
/// number do not count. Empty for a single machine.
pub fn compare(
    x: &[f64],
    y: &[f64],
    machine: &[u32],
    value: &[f64],
    width_m: f64,
) -> Vec<Compared> {
    let mut counts: BTreeMap<u32, usize> = BTreeMap::new();
    for (machine, value) in machine.iter().zip(value) {
        if value.is_finite() {
            *counts.entry(*machine).or_default() += 1;
        }
    }
    let Some((&measure, _)) = counts.iter().max_by_key(|(_, count)| **count) else {
        return Vec::new();
    };
    let reach = SWATHS * width_m;
    if counts.len() < 2 || !(reach > 0.0 && reach < 1_000.0) {
        return Vec::new();
    }
    let rows = (0..value.len()).filter(|row| machine[*row] == measure && value[*row].is_finite());
    let grid = Grid::new(x, y, rows.clone().collect::<Vec<_>>().into_iter(), reach);
    counts
        .keys()
        .filter(|machine| **machine != measure)
        .filter_map(|other| {
            let (mut own, mut measured) = (Vec::new(), Vec::new());
            for row in 0..value.len() {
                if machine[row] != *other || !value[row].is_finite() {
                    continue;
                }
                let mut near = 0;
                grid.search(x[row], y[row], reach, |neighbour, _| {
                    own.push(value[row]);
                    measured.push(value[neighbour]);
                    near += 1;
                    if near < EACH {
                        ControlFlow::Continue(())
                    } else {
                        ControlFlow::Break(())
                    }
                });
            }
            let pairs = own.len();
            let (own, measured) = (median(&mut own)?, median(&mut measured)?);
            (own > 0.0 && pairs >= PAIRS).then(|| Compared {
                machine: *other,
                factor: measured / own,
                pairs,
            })
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn passes_side_by_side_tell_the_factor() {
        let (mut x, mut y, mut machine, mut value) = (vec![], vec![], vec![], vec![]);
        for pass in 0..20_u32 {
            for step in 0..100_u32 {
                x.push(f64::from(pass) * 6.0);
                y.push(f64::from(step) * 2.0);
                machine.push(u32::from(pass % 4 == 3));
                let yields = 8_000.0 + 500.0 * (f64::from(step) / 15.0).sin();
                value.push(if pass % 4 == 3 { yields * 0.9 } else { yields });
            }
        }
        let found = compare(&x, &y, &machine, &value, 6.0);
        assert_eq!(found.len(), 1);
        assert_eq!(found[0].machine, 1);
        assert!((found[0].factor - 1.0 / 0.9).abs() < 0.01, "{found:?}");
        assert!(found[0].matters());
        assert!(compare(&x, &y, &vec![0; x.len()], &value, 6.0).is_empty());
    }
}
