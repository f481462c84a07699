//! The range over which the colours of a picture are spread.
//!
//! Rules: from the 2nd to the 98th percentile of what the picture shows, so that neither a spike nor a stop
//! flattens the rest. A range is never narrower than its least span, so that noise does not look like
//! a pattern; it is then widened on both sides alike. Where zero means that nothing was put out or
//! gathered, zeros on less than a tenth of the ground take no part: turns with the sections off.

use crate::statistics::quantile_by_selection;

/// Shares of the ground below the low end and up to the high end.
const SHARES: [f64; 2] = [0.02, 0.98];
/// Zeros on a smaller share of the ground take no part.
const OFF_SHARE: f64 = 0.1;

/// The least distance between the ends.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum LeastSpan {
    /// A share of the median's size.
    OfMedian(f64),
    /// In the unit of the values.
    Of(f64),
}

/// The ends of a range for `values`, one for each equal piece of ground; reorders them. What is not finite
/// takes no part. `None` without values.
pub fn percentile_range(
    values: &mut Vec<f64>,
    zero_is_off: bool,
    least: LeastSpan,
) -> Option<(f64, f64)> {
    values.retain(|value| value.is_finite());
    if zero_is_off {
        let zeros = values.iter().filter(|value| **value == 0.0).count();
        if zeros > 0 && (zeros as f64) < values.len() as f64 * OFF_SHARE {
            values.retain(|value| *value != 0.0);
        }
    }
    let [low, high] = SHARES.map(|share| quantile_by_selection(values, share));
    let (low, high) = (low?, high?);
    let span = match least {
        LeastSpan::OfMedian(share) => quantile_by_selection(values, 0.5)?.abs() * share,
        LeastSpan::Of(span) => span,
    };
    if high - low >= span {
        return Some((low, high));
    }
    let middle = f64::midpoint(low, high);
    Some((middle - span / 2.0, middle + span / 2.0))
}

#[cfg(test)]
mod tests {
    use super::*;

    const SPAN: LeastSpan = LeastSpan::OfMedian(0.05);

    fn range(values: impl IntoIterator<Item = f64>, zero_is_off: bool) -> (f64, f64) {
        let mut values: Vec<f64> = values.into_iter().collect();
        percentile_range(&mut values, zero_is_off, SPAN).expect("a range")
    }

    #[test]
    fn two_of_a_hundred_lie_beyond_each_end() {
        assert_eq!(range((0..=100).map(f64::from), false), (2.0, 98.0));
        // A spike of a thousand times the rest changes nothing.
        let spiked = (0..=100).map(|v| if v == 100 { 1e5 } else { f64::from(v) });
        assert_eq!(range(spiked, false), (2.0, 98.0));
        let odd = [f64::NAN, 5.0, f64::INFINITY, 7.0];
        let (low, high) = range(odd, false);
        assert!(low >= 5.0 && high <= 7.0);
    }

    #[test]
    fn ripple_stays_within_a_part_of_the_ramp() {
        let ripple = (0..1000).map(|v| 200.0 + 0.02 * f64::from(v % 2));
        let (low, high) = range(ripple, true);
        assert!((high - low - 10.0).abs() < 0.01, "{low} to {high}");
        assert!((f64::midpoint(low, high) - 200.01).abs() < 0.02);
        assert_eq!(range([0.0; 9], true), (0.0, 0.0));
        let mut hills = vec![300.0, 300.2];
        let range = percentile_range(&mut hills, false, LeastSpan::Of(1.0));
        let (low, high) = range.expect("a range");
        assert!((high - low - 1.0).abs() < 1e-9);
    }

    #[test]
    fn a_few_zeros_are_turns_and_many_are_a_rate() {
        let some = |zeros: usize| {
            let rest = (0..100 - zeros).map(|v| 100.0 + v as f64);
            std::iter::repeat_n(0.0, zeros).chain(rest)
        };
        assert!(range(some(5), true).0 > 100.0);
        assert_eq!(range(some(5), false).0, 0.0);
        assert_eq!(range(some(30), true).0, 0.0);
    }

    #[test]
    fn without_values() {
        assert_eq!(percentile_range(&mut vec![f64::NAN], true, SPAN), None);
    }
}
