//! Breaks between the classes of a map, and how well they fit.
//!
//! Rule: `count` classes have `count + 1` breaks that rise; a class holds what is above its lower
//! break up to its upper one, the first also the lowest value. Breaks that are equal are one break,
//! so there may be fewer classes; values that are all the same make one class from that value to
//! itself. By weight, values of which no more differ than there are classes have a class each. No values or no classes: no breaks. Numbers that are missing or infinite take no part.
//!
//! Sources: Fisher, "On grouping for maximum homogeneity", Journal of the American Statistical
//! Association 53 (1958); Jenks and Caspall, "Error on choroplethic maps", Annals of the Association
//! of American Geographers 61 (1971), for the goodness of variance fit.

use crate::statistics::quantile_of_sorted;

/// More different values than this are first put together, neighbours with neighbours.
const MOST_VALUES: usize = 1 << 16;

/// More classes than this are not made.
const MOST_CLASSES: usize = 256;

fn sorted(values: &[f64]) -> Vec<f64> {
    let finite = values.iter().copied().filter(|value| value.is_finite());
    // Minus zero would be another value than zero.
    let mut sorted: Vec<f64> = finite.map(|value| value + 0.0).collect();
    sorted.sort_unstable_by(f64::total_cmp);
    sorted
}

fn without_equals(mut breaks: Vec<f64>) -> Vec<f64> {
    let first = breaks.first().copied();
    breaks.dedup();
    if breaks.len() == 1 {
        breaks.extend(first);
    }
    breaks
}

/// Breaks by a function of the share of classes below (0 to 1).
fn breaks_at(count: usize, mut at: impl FnMut(f64) -> Option<f64>) -> Vec<f64> {
    let count = count.min(MOST_CLASSES);
    if count == 0 {
        return Vec::new();
    }
    let breaks = (0..=count).map(|index| at(index as f64 / count as f64));
    without_equals(breaks.collect::<Option<_>>().unwrap_or_default())
}

/// Breaks half-way between values of which no more than `count` differ: each has a class. `None` for more.
fn of_few(sorted: impl Iterator<Item = f64>, count: usize) -> Option<Vec<f64>> {
    let mut few: Vec<f64> = Vec::new();
    for value in sorted {
        if few.last() != Some(&value) {
            few.push(value);
        }
        if few.len() > count.min(MOST_CLASSES) {
            return None;
        }
    }
    let (first, last) = (*few.first()?, *few.last()?);
    let between = few.windows(2).map(|pair| f64::midpoint(pair[0], pair[1]));
    let breaks = std::iter::once(first).chain(between);
    Some(breaks.chain(std::iter::once(last)).collect())
}

/// As many values in each class, by the rule that R and numpy use by default (type 7).
pub fn quantile_breaks(values: &[f64], count: usize) -> Vec<f64> {
    let sorted = sorted(values);
    breaks_at(count, |share| quantile_of_sorted(&sorted, share))
}

/// As much weight, such as area, in each class. A value sits in the middle of its own weight, a
/// straight line lies between two; with equal weights that is `quantile_breaks`. Values whose
/// weight is not above zero take no part.
pub fn weighted_quantile_breaks(values: &[f64], weights: &[f64], count: usize) -> Vec<f64> {
    let mut pairs: Vec<(f64, f64)> = values
        .iter()
        .copied()
        .zip(weights.iter().copied())
        .filter(|(value, weight)| value.is_finite() && weight.is_finite() && *weight > 0.0)
        .collect();
    pairs.sort_unstable_by(|a, b| a.0.total_cmp(&b.0).then(a.1.total_cmp(&b.1)));
    // Of a few rates each is a class: quantiles would put the lowest two together.
    if let Some(few) = of_few(pairs.iter().map(|pair| pair.0), count) {
        return few;
    }
    let mut below = 0.0;
    let middles: Vec<f64> = pairs
        .iter()
        .map(|(_, weight)| {
            below += weight;
            below - weight / 2.0
        })
        .collect();
    let (first, last) = match (middles.first(), middles.last()) {
        (Some(&first), Some(&last)) => (first, last),
        _ => return Vec::new(),
    };
    breaks_at(count, |share| {
        let place = first + (last - first) * share;
        let high = middles.partition_point(|&middle| middle < place);
        let high = high.min(middles.len() - 1);
        let low = high.saturating_sub(1);
        let width = middles[high] - middles[low];
        let along = if width > 0.0 {
            ((place - middles[low]) / width).clamp(0.0, 1.0)
        } else {
            1.0
        };
        Some(pairs[low].0 + (pairs[high].0 - pairs[low].0) * along)
    })
}

/// Classes of equal width.
pub fn equal_breaks(values: &[f64], count: usize) -> Vec<f64> {
    let sorted = sorted(values);
    let (Some(&least), Some(&most)) = (sorted.first(), sorted.last()) else {
        return Vec::new();
    };
    breaks_at(count, |share| {
        Some(if share < 1.0 {
            least + (most - least) * share
        } else {
            most
        })
    })
}

/// The class of a value, counted from 0; what is outside belongs to the nearest. `None` without
/// classes or for what is not a number.
pub fn class_of(value: f64, breaks: &[f64]) -> Option<usize> {
    let last = breaks.len().checked_sub(2)?;
    let below = breaks.partition_point(|&upper| upper < value);
    (!value.is_nan()).then(|| below.saturating_sub(1).min(last))
}

/// The share of the values' variance that lies between the classes, 0 to 1. `None` without spread.
pub fn goodness_of_variance_fit(values: &[f64], breaks: &[f64]) -> Option<f64> {
    let sorted = sorted(values);
    let squares = |values: &[f64]| {
        let mean = values.iter().sum::<f64>() / values.len() as f64;
        values.iter().map(|v| (v - mean).powi(2)).sum::<f64>()
    };
    let class = |value: &f64| class_of(*value, breaks);
    let within: f64 = sorted
        .chunk_by(|a, b| class(a) == class(b))
        .map(squares)
        .sum();
    let all = squares(&sorted);
    (all > 0.0).then(|| 1.0 - within / all)
}

/// The breaks that leave the least variance within classes: no other choice is better. A break is
/// the highest value of its class.
pub fn natural_breaks(values: &[f64], count: usize) -> Vec<f64> {
    let groups = Groups::of(&sorted(values));
    if count == 0 || groups.highest.is_empty() {
        return Vec::new();
    }
    let count = count.min(groups.highest.len()).min(MOST_CLASSES);
    let mut breaks = Vec::with_capacity(count + 1);
    let mut end = groups.highest.len();
    for starts in groups.best_starts(count).iter().rev() {
        breaks.extend(groups.highest.get(end - 1));
        end = starts
            .get(end - 1)
            .map_or(1, |&start| start.max(1) as usize);
    }
    let lowest_class = groups.highest.get(end - 1).copied();
    // A class of the lowest value alone needs a break of its own above that value.
    breaks.extend(match groups.highest.get(end) {
        Some(&next) if lowest_class == Some(groups.least) => {
            Some(f64::midpoint(groups.least, next))
        }
        _ => lowest_class,
    });
    breaks.push(groups.least);
    breaks.reverse();
    without_equals(breaks)
}

/// Different values with sums up to each, from which the variance of any run follows at once.
struct Groups {
    least: f64,
    highest: Vec<f64>,
    counts: Vec<f64>,
    sums: Vec<f64>,
    squares: Vec<f64>,
}

impl Groups {
    fn of(sorted: &[f64]) -> Self {
        let middle = quantile_of_sorted(sorted, 0.5).unwrap_or(0.0);
        let different = sorted.chunk_by(|a, b| a == b).count();
        let together = different.div_ceil(MOST_VALUES).max(1);
        let mut groups = Self {
            least: sorted.first().copied().unwrap_or(0.0),
            highest: Vec::new(),
            counts: vec![0.0],
            sums: vec![0.0],
            squares: vec![0.0],
        };
        let (mut count, mut sum, mut square) = (0.0, 0.0, 0.0);
        for (index, run) in sorted.chunk_by(|a, b| a == b).enumerate() {
            // From the middle: large values that differ little keep their digits.
            let off = run[0] - middle;
            count += run.len() as f64;
            sum += off * run.len() as f64;
            square += off * off * run.len() as f64;
            if (index + 1) % together == 0 || index + 1 == different {
                groups.highest.push(run[0]);
                groups.counts.push(count);
                groups.sums.push(sum);
                groups.squares.push(square);
            }
        }
        groups
    }

    /// Squares of what the groups `start..=last` differ from their mean.
    fn cost(&self, start: usize, last: usize) -> f64 {
        let sum = self.sums[last + 1] - self.sums[start];
        let count = self.counts[last + 1] - self.counts[start];
        (self.squares[last + 1] - self.squares[start] - sum * sum / count).max(0.0)
    }

    /// For 2 to `count` classes and each last group: where the last class starts. The start never
    /// moves back as the last group moves on, so each half of the groups searches its own part.
    fn best_starts(&self, count: usize) -> Vec<Vec<u32>> {
        let groups = self.highest.len();
        let mut costs: Vec<f64> = (0..groups).map(|last| self.cost(0, last)).collect();
        let mut all = Vec::new();
        for class in 1..count {
            let mut next = vec![0.0; groups];
            let mut starts = vec![0_u32; groups];
            // Parts to do: the last groups `low..high`, the starts `first..=farthest`.
            let mut parts = vec![(class, groups, class, groups - 1)];
            while let Some((low, high, first, farthest)) = parts.pop() {
                if low >= high {
                    continue;
                }
                let last = usize::midpoint(low, high);
                let mut best = (f64::INFINITY, first);
                for start in first..=farthest.min(last) {
                    let cost = costs[start - 1] + self.cost(start, last);
                    if cost < best.0 {
                        best = (cost, start);
                    }
                }
                next[last] = best.0;
                starts[last] = best.1 as u32;
                parts.push((low, last, first, best.1));
                parts.push((last + 1, high, best.1, farthest));
            }
            costs = next;
            all.push(starts);
        }
        all
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantiles_and_equal_widths() {
        let values = [4.0, 1.0, f64::NAN, 3.0, 2.0, 5.0, f64::INFINITY];
        assert_eq!(quantile_breaks(&values, 4), [1.0, 2.0, 3.0, 4.0, 5.0]);
        assert_eq!(equal_breaks(&values, 2), [1.0, 3.0, 5.0]);
        assert_eq!(quantile_breaks(&[0.0, 0.0, 0.0, 0.0, 8.0], 4), [0.0, 8.0]);
    }

    #[test]
    fn weights_move_the_breaks() {
        let values: Vec<f64> = (0..50).map(|i| f64::from(i * 37 % 50).sqrt()).collect();
        let plain = quantile_breaks(&values, 7);
        let weighted = weighted_quantile_breaks(&values, &[2.5; 50], 7);
        assert_eq!(plain.len(), weighted.len());
        for (plain, weighted) in plain.iter().zip(weighted) {
            assert!((plain - weighted).abs() < 1e-12);
        }
        // The middles of the weights lie at 0.5, 2 and 6.
        let breaks = weighted_quantile_breaks(&[10.0, 20.0, 40.0], &[1.0, 2.0, 6.0], 2);
        assert_eq!(breaks, [10.0, 20.0 + 20.0 * 1.25 / 4.0, 40.0]);
        let some = weighted_quantile_breaks(&[1.0, 2.0, 3.0], &[1.0, 0.0, f64::NAN], 3);
        assert_eq!(some, [1.0, 1.0]);
    }

    /// Every way to cut, tried.
    #[test]
    fn no_cut_is_better_than_the_natural_one() {
        let values: Vec<f64> = (0..14).map(|i| f64::from(i * i * 31 % 97)).collect();
        let mut sorted = values.clone();
        sorted.sort_unstable_by(f64::total_cmp);
        sorted.dedup();
        for count in 1..5_u32 {
            let fit = |breaks: &[f64]| goodness_of_variance_fit(&values, breaks).expect("spread");
            let mut best = 0.0_f64;
            for cuts in 0_u32..1 << (sorted.len() - 1) {
                if cuts.count_ones() == count - 1 {
                    let inner = sorted.windows(2).enumerate();
                    let inner = inner.filter(|(i, _)| cuts >> i & 1 == 1);
                    let mut breaks = vec![sorted[0]];
                    breaks.extend(inner.map(|(_, pair)| f64::midpoint(pair[0], pair[1])));
                    breaks.extend(sorted.last());
                    best = best.max(fit(&breaks));
                }
            }
            let found = natural_breaks(&values, count as usize);
            assert_eq!(found.len(), count as usize + 1);
            assert!((fit(&found) - best).abs() < 1e-12, "{count}: {found:?}");
        }
    }

    #[test]
    fn a_heap_at_the_lowest_value_is_its_own_class() {
        let breaks = natural_breaks(&[0.0, 0.0, -0.0, 8.0, 9.0], 2);
        assert_eq!(breaks, [0.0, 4.0, 9.0]);
        assert_eq!(natural_breaks(&[1.0, 2.0], 7), [1.0, 1.5, 2.0]);
    }

    #[test]
    fn many_values_are_put_together() {
        let values: Vec<f64> = (0..200_000).map(|i| f64::from(i) / 1000.0).collect();
        let breaks = natural_breaks(&values, 4);
        for (found, expected) in breaks.iter().zip([0.0, 50.0, 100.0, 150.0, 200.0]) {
            assert!((found - expected).abs() < 0.01, "{breaks:?}");
        }
    }

    #[test]
    fn classes_of_values() {
        let breaks = [1.0, 2.0, 3.0];
        let found = [0.0, 1.0, 2.0, 2.1, 3.0, 9.0, f64::NAN].map(|v| class_of(v, &breaks));
        let expected = [Some(0), Some(0), Some(0), Some(1), Some(1), Some(1), None];
        assert_eq!(found, expected);
        assert_eq!(class_of(1.0, &[]), None);
    }

    #[test]
    fn nothing_to_class() {
        let weighted = |values: &[f64], count| weighted_quantile_breaks(values, values, count);
        for breaks in [quantile_breaks, equal_breaks, natural_breaks, weighted] {
            assert!(breaks(&[], 7).is_empty() && breaks(&[f64::NAN], 7).is_empty());
            assert!(breaks(&[5.0, 6.0], 0).is_empty());
            assert_eq!(breaks(&[5.0; 9], 7), [5.0, 5.0]);
            assert!(breaks(&[1.0, 2.0, 3.0], usize::MAX).len() <= MOST_CLASSES + 1);
            breaks(&[f64::MAX, f64::MIN, 0.0, f64::MIN_POSITIVE], 3);
        }
        assert_eq!(goodness_of_variance_fit(&[5.0; 9], &[5.0, 5.0]), None);
    }
}
