//! Pairs of points within a distance, and choice by chance.

use std::cmp::Ordering;

use super::class::Class;

/// East, north and value.
pub(super) type Point = [f64; 3];

/// Adds the pairs within reach to the classes, and makes means of the sums. Each pair is seen from
/// the first of the two only; `firsts` points are taken as such.
pub(super) fn add_pairs(
    points: &mut [Point],
    reach: f64,
    width: f64,
    firsts: usize,
    seed: u64,
    classes: &mut [Class],
) {
    let south = points
        .iter()
        .map(|point| point[1])
        .fold(f64::INFINITY, f64::min);
    // A little wider than the reach: a division that rounds must not hide a row that is near.
    let row = |point: &Point| ((point[1] - south) / (reach * (1.0 + 1e-9))) as i64;
    points.sort_unstable_by(|a, b| {
        let numbers = a.iter().zip(b).map(|(a, b)| a.total_cmp(b));
        let order = numbers.fold(Ordering::Equal, Ordering::then);
        row(a).cmp(&row(b)).then(order)
    });
    let rows: Vec<&[Point]> = points.chunk_by(|a, b| row(a) == row(b)).collect();
    let mut choice = Choice::new(points.len(), firsts, seed);
    for (index, own) in rows.iter().enumerate() {
        let next = rows.get(index + 1).filter(|next| {
            let rows = own.first().zip(next.first());
            rows.is_some_and(|(own, next)| row(next) == row(own).saturating_add(1))
        });
        for (place, point) in own.iter().enumerate() {
            if choice.next() {
                add_near(point, own.get(place + 1..), reach, width, classes);
                add_near(point, next.copied(), reach, width, classes);
            }
        }
    }
    for class in classes.iter_mut().filter(|class| class.pairs > 0) {
        class.distance_m /= class.pairs as f64;
        class.semivariance /= 2.0 * class.pairs as f64;
    }
}

/// Adds a point's pairs with those of a row, which is sorted from west to east.
fn add_near(a: &Point, row: Option<&[Point]>, reach: f64, width: f64, classes: &mut [Class]) {
    let row = row.unwrap_or_default();
    let last = classes.len().saturating_sub(1);
    let start = row.partition_point(|b| b[0] < a[0] - reach);
    for b in row.iter().skip(start) {
        let (east, north) = (b[0] - a[0], b[1] - a[1]);
        if east > reach {
            break;
        }
        let squared = east * east + north * north;
        if squared <= reach * reach {
            let distance = squared.sqrt();
            // Pairs at one place belong to the nearest class.
            let classes_away = distance / width;
            let whole = classes_away as usize;
            let class = whole.saturating_sub(usize::from(classes_away <= whole as f64));
            if let Some(class) = classes.get_mut(class.min(last)) {
                class.pairs += 1;
                class.distance_m += distance;
                class.semivariance += (b[2] - a[2]).powi(2);
            }
        }
    }
}

/// Takes some of many by chance, one after the other (selection sampling: Knuth, "The Art of
/// Computer Programming", volume 2, section 3.4.2).
pub(super) struct Choice {
    left: usize,
    wanted: usize,
    state: u64,
}

impl Choice {
    pub(super) fn new(all: usize, wanted: usize, seed: u64) -> Self {
        Self {
            left: all,
            wanted,
            state: seed,
        }
    }

    pub(super) fn next(&mut self) -> bool {
        let taken = share(&mut self.state) * (self.left as f64) < self.wanted as f64;
        self.left = self.left.saturating_sub(1);
        self.wanted = self.wanted.saturating_sub(usize::from(taken));
        taken
    }
}

/// The next number from 0 to 1 of the generator SplitMix64 (Steele, Lea and Flood, 2014).
pub(super) fn share(state: &mut u64) -> f64 {
    *state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let mut bits = *state;
    bits = (bits ^ (bits >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    bits = (bits ^ (bits >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    bits ^= bits >> 31;
    (bits >> 11) as f64 / (1_u64 << 53) as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_choice_is_as_large_as_asked_and_repeats() {
        let take = |seed| {
            let mut choice = Choice::new(1000, 137, seed);
            (0..1000).filter(|_| choice.next()).collect::<Vec<u32>>()
        };
        assert_eq!(take(1).len(), 137);
        assert_eq!(take(1), take(1));
        assert_ne!(take(1), take(2));
    }
}
