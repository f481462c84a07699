//! Counting the main rate into bars.

/// Bars between `breaks`: one more break than counts.
#[derive(Clone, Debug, PartialEq)]
pub struct Histogram {
    /// Name of the property, as in `units.json`, whose unit the breaks are in.
    pub property: String,
    /// Edges of the bars, from low to high.
    pub breaks: Vec<f64>,
    /// Values in each bar.
    pub counts: Vec<u64>,
}

/// About so many bars.
const BARS: f64 = 24.0;

impl Histogram {
    /// Bars of a round width from the lowest to the highest percent; what lies outside is in the
    /// outermost bars. `None` where nothing is known or all values are one.
    pub fn of(property: &str, values: impl Iterator<Item = f64>) -> Option<Self> {
        let mut known: Vec<f64> = values.filter(|value| value.is_finite()).collect();
        known.sort_by(f64::total_cmp);
        let at = |part: f64| known.get((known.len().saturating_sub(1) as f64 * part) as usize);
        let (low, high) = (*at(0.01)?, *at(0.99)?);
        let width = round_step((high - low) / BARS)?;
        let first = (low / width).floor();
        let bars = ((high / width).floor() - first + 1.0).clamp(1.0, 4.0 * BARS) as usize;
        let mut counts = vec![0_u64; bars];
        for value in &known {
            let bar = ((value / width).floor() - first).clamp(0.0, (bars - 1) as f64);
            if let Some(count) = counts.get_mut(bar as usize) {
                *count += 1;
            }
        }
        Some(Self {
            property: property.to_owned(),
            breaks: (0..=bars).map(|bar| (first + bar as f64) * width).collect(),
            counts,
        })
    }
}

/// The next of 1, 2, 5 times a power of ten; `None` for nothing, less or no number.
pub(super) fn round_step(least: f64) -> Option<f64> {
    if !(least.is_finite() && least > 1e-12) {
        return None;
    }
    let power = 10_f64.powf(least.log10().floor());
    let step = [1.0, 2.0, 5.0, 10.0]
        .into_iter()
        .map(|times| times * power)
        .find(|step| *step >= least * 0.999_999);
    step.filter(|step| step.is_finite())
}
