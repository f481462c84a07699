//! The distance between sections that lie beside each other, which is the mean of their widths.
//!
//! Rule: only rows that follow each other in the table, of one instant and of different sections;
//! the distance counts across the way of the section, since a section may log a little ahead of
//! the next one.

use super::measure::{Ratio, ratio};
use super::sample::Sample;
use crate::shared::ground;
use std::collections::HashMap;

/// A shorter way of a section has no direction.
const WAY_METRES: f64 = 0.3;
/// Sections that are followed.
const SECTIONS: usize = 512;
/// One row of so many changes the section where sections lie beside each other.
const CHANGES: usize = 8;

/// Whether the rows go from section to section, and not through one section after the other.
pub(super) fn interleaved(sections: &[f64]) -> bool {
    let changes = sections.windows(2).filter(|pair| match pair {
        [a, b] => !a.is_nan() && !b.is_nan() && a != b,
        _ => false,
    });
    changes.count() * CHANGES > sections.len()
}

/// Metres across the way from one section to the next, over the mean of their widths.
pub(super) fn spacing(sample: &Sample, sections: &[f64], widths: &[f64]) -> Option<Ratio> {
    let origin = sample.positions.iter().flatten().next().copied()?;
    let (north, east) = ground::metres_per_degree(origin.1);
    let place = |row: usize| {
        let position = sample.positions.get(row).copied().flatten();
        position.map(|(x, y)| ((x - origin.0) * east, (y - origin.1) * north))
    };
    let mut ways: HashMap<u64, Way> = HashMap::new();
    let mut pairs = Vec::new();
    for row in 0..sections.len() {
        let (Some(here), Some(section)) = (place(row), sections.get(row)) else {
            continue;
        };
        if ways.len() >= SECTIONS && !ways.contains_key(&section.to_bits()) {
            continue;
        }
        let way = ways.entry(section.to_bits()).or_insert(Way {
            from: here,
            direction: None,
        });
        let direction = way.go(here);
        let Some(before) = row.checked_sub(1) else {
            continue;
        };
        let instants = [before, row].map(|r| sample.instants.get(r).copied().flatten());
        let beside = instants[0] == instants[1] && sections.get(before) != Some(section);
        if let (true, Some((ux, uy)), Some(there)) = (beside, direction, place(before)) {
            let (dx, dy) = (here.0 - there.0, here.1 - there.1);
            let width = [before, row].map(|r| widths.get(r).copied().unwrap_or(f64::NAN));
            pairs.push(((dx * uy - dy * ux).abs(), f64::midpoint(width[0], width[1])));
        }
    }
    ratio(pairs.into_iter())
}

/// Where a section comes from, and its direction as a vector of length 1.
struct Way {
    from: (f64, f64),
    direction: Option<(f64, f64)>,
}

impl Way {
    fn go(&mut self, here: (f64, f64)) -> Option<(f64, f64)> {
        let (x, y) = (here.0 - self.from.0, here.1 - self.from.1);
        let length = x.hypot(y);
        if length >= WAY_METRES {
            self.from = here;
            self.direction = Some((x / length, y / length));
        }
        self.direction
    }
}
