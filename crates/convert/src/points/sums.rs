//! Sums in a fixed order with compensation, so that the same points give the same bits.

/// A compensated sum (Neumaier).
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Sum {
    sum: f64,
    compensation: f64,
}

impl Sum {
    #[inline]
    pub(crate) fn add(&mut self, value: f64) {
        let sum = self.sum + value;
        self.compensation += if self.sum.abs() >= value.abs() {
            (self.sum - sum) + value
        } else {
            (value - sum) + self.sum
        };
        self.sum = sum;
    }

    pub(crate) fn value(&self) -> f64 {
        self.sum + self.compensation
    }
}

/// Count, sum, least and greatest of the values that are not NaN.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Statistic {
    pub(crate) count: u64,
    pub(crate) sum: Sum,
    pub(crate) min: f64,
    pub(crate) max: f64,
}

impl Default for Statistic {
    fn default() -> Self {
        Self {
            count: 0,
            sum: Sum::default(),
            min: f64::INFINITY,
            max: f64::NEG_INFINITY,
        }
    }
}

impl Statistic {
    #[inline]
    pub(crate) fn add(&mut self, value: f64) {
        if value.is_nan() {
            return;
        }
        self.count += 1;
        self.sum.add(value);
        self.min = self.min.min(value);
        self.max = self.max.max(value);
    }

    /// Arithmetic mean.
    pub(crate) fn mean(&self) -> Option<f64> {
        (self.count > 0).then(|| self.sum.value() / self.count as f64)
    }
}

/// Mean and sample standard deviation in one pass (Welford).
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Spread {
    pub(crate) count: u64,
    mean: f64,
    squares: f64,
}

impl Spread {
    #[inline]
    pub(crate) fn add(&mut self, value: f64) {
        if value.is_nan() {
            return;
        }
        self.count += 1;
        let before = value - self.mean;
        self.mean += before / self.count as f64;
        self.squares += before * (value - self.mean);
    }

    /// Mean and sample standard deviation; `None` below two values.
    pub(crate) fn mean_and_deviation(&self) -> Option<(f64, f64)> {
        (self.count > 1).then(|| (self.mean, (self.squares / (self.count - 1) as f64).sqrt()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn small_values_survive_a_large_one() {
        let mut sum = Sum::default();
        for value in [1.0, 1e100, 1.0, -1e100] {
            sum.add(value);
        }
        assert_eq!(sum.value(), 2.0);
    }

    #[test]
    fn sample_deviation_of_known_numbers() {
        let mut spread = Spread::default();
        for value in [2.0, 4.0, 4.0, 4.0, 5.0, 5.0, 7.0, 9.0, f64::NAN] {
            spread.add(value);
        }
        let (mean, deviation) = spread.mean_and_deviation().expect("eight values");
        assert!((mean - 5.0).abs() < 1e-15);
        assert!((deviation - (32.0_f64 / 7.0).sqrt()).abs() < 1e-14);
    }
}
