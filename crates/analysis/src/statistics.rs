//! Quantiles, spreads and correlations, with the rule that R and numpy use by default (type 7).

/// The quantile `share` (0 to 1) of sorted values, between two neighbours in a straight line.
/// `None` without values.
pub fn quantile_of_sorted(sorted: &[f64], share: f64) -> Option<f64> {
    let last = sorted.len().checked_sub(1)?;
    let place = share.clamp(0.0, 1.0) * last as f64;
    let below = place.floor();
    let low = sorted.get(below as usize).copied()?;
    let high = sorted.get((below as usize + 1).min(last)).copied()?;
    Some(low + (high - low) * (place - below))
}

/// Sorts what is a number and gives the wanted quantiles. `None` without numbers.
pub fn quantiles<const N: usize>(values: &[f64], shares: [f64; N]) -> Option<[f64; N]> {
    let mut sorted: Vec<f64> = values.iter().copied().filter(|v| !v.is_nan()).collect();
    sorted.sort_unstable_by(f64::total_cmp);
    let mut found = [0.0; N];
    for (slot, share) in found.iter_mut().zip(shares) {
        *slot = quantile_of_sorted(&sorted, share)?;
    }
    Some(found)
}

/// The quantile `share` of values by selection; reorders them. `None` without values.
pub fn quantile_by_selection(values: &mut [f64], share: f64) -> Option<f64> {
    let last = values.len().checked_sub(1)?;
    let place = share.clamp(0.0, 1.0) * last as f64;
    let below = place.floor();
    let (_, low, above) = values.select_nth_unstable_by(below as usize, f64::total_cmp);
    let low = *low;
    let high = above.iter().copied().min_by(f64::total_cmp).unwrap_or(low);
    Some(low + (high - low) * (place - below))
}

/// The median; reorders the values. `None` without values.
pub fn median(values: &mut [f64]) -> Option<f64> {
    let count = values.len();
    if count == 0 {
        return None;
    }
    let middle = count / 2;
    let (below, upper, _) = values.select_nth_unstable_by(middle, f64::total_cmp);
    let upper = *upper;
    if count % 2 == 1 {
        return Some(upper);
    }
    let lower = below.iter().copied().max_by(f64::total_cmp)?;
    Some(f64::midpoint(lower, upper))
}

/// Mean and sample standard deviation (n − 1). `None` below two values.
pub fn mean_and_deviation(values: &[f64]) -> Option<(f64, f64)> {
    let count = values.len();
    if count < 2 {
        return None;
    }
    let mean = values.iter().sum::<f64>() / count as f64;
    let squares: f64 = values.iter().map(|v| (v - mean).powi(2)).sum();
    Some((mean, (squares / (count - 1) as f64).sqrt()))
}

/// Pearson's correlation. `None` without spread.
pub fn correlation(pairs: impl Iterator<Item = (f64, f64)> + Clone) -> Option<f64> {
    let (mut count, mut x, mut y) = (0.0, 0.0, 0.0);
    for (a, b) in pairs.clone() {
        count += 1.0;
        x += a;
        y += b;
    }
    if count < 3.0 {
        return None;
    }
    let (mean_x, mean_y) = (x / count, y / count);
    let (mut xx, mut yy, mut xy) = (0.0, 0.0, 0.0);
    for (a, b) in pairs {
        let (da, db) = (a - mean_x, b - mean_y);
        xx += da * da;
        yy += db * db;
        xy += da * db;
    }
    let scale = (xx * yy).sqrt();
    (scale > 0.0).then(|| xy / scale)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantiles_as_type_7() {
        let values = [3.0, 1.0, f64::NAN, 2.0, 4.0];
        assert_eq!(quantiles(&values, [0.0, 0.5, 1.0]), Some([1.0, 2.5, 4.0]));
        assert_eq!(quantiles(&values, [0.1]), Some([1.3]));
        assert_eq!(quantiles::<1>(&[], [0.5]), None);
    }

    #[test]
    fn selection_and_sorting_agree() {
        let values: Vec<f64> = (0..101).map(|i| f64::from(i * 37 % 101).powi(2)).collect();
        for share in [0.0, 0.02, 0.333, 0.5, 0.98, 1.0] {
            let [sorted] = quantiles(&values, [share]).expect("values");
            let selected = quantile_by_selection(&mut values.clone(), share).expect("values");
            assert_eq!(sorted, selected);
        }
    }

    #[test]
    fn medians_of_even_and_odd_counts() {
        assert_eq!(median(&mut [5.0, 1.0, 3.0]), Some(3.0));
        assert_eq!(median(&mut [4.0, 1.0, 3.0, 2.0]), Some(2.5));
        assert_eq!(median(&mut []), None);
    }

    #[test]
    fn a_line_correlates_fully() {
        let pairs = (0..9).map(|i| (f64::from(i), 3.0 - 2.0 * f64::from(i)));
        assert!((correlation(pairs).expect("spread") + 1.0).abs() < 1e-12);
    }
}
