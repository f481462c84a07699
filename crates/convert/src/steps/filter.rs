//! The filtered output, profile `compat`: slow points go, then for harvest the points beyond so
//! many sample standard deviations of the mean, one pass, bounds inclusive.

use super::totals::{OUTLIER, SLOW_M_S, Totals};
use crate::configuration::{Configuration, FilterProfile};
use arrow_array::{Array, BooleanArray, Float64Array, RecordBatch};
use tramline_model::{Property, Unit};

/// Reason of slow points.
pub(crate) const SPEED: &str = "filter.speed";
/// Reason of outliers.
pub(crate) const OUTLIERS: &str = "filter.outlier";

/// The rules with their numbers.
#[derive(Debug, Default)]
pub(crate) struct Filter {
    /// Least speed in the output's unit.
    slow: Option<f64>,
    /// Column and its inclusive bounds.
    bounds: Option<(Property, f64, f64)>,
}

/// Which rows of a batch go, by reason.
pub(crate) struct Verdict {
    pub(crate) keep: BooleanArray,
    pub(crate) slow: BooleanArray,
    pub(crate) outliers: BooleanArray,
}

impl Filter {
    pub(crate) fn new(
        configuration: &Configuration,
        totals: &Totals,
        harvest: bool,
        speed: Option<&Unit>,
    ) -> Self {
        if configuration.filter_profile == FilterProfile::None {
            return Self::default();
        }
        let slow = speed.map(|unit| SLOW_M_S / unit.factor);
        let bounds = (harvest && configuration.operations_remove_outliers)
            .then(|| {
                let (property, spread) = OUTLIER
                    .into_iter()
                    .zip(&totals.spreads)
                    .find(|(_, spread)| spread.count > 0)?;
                let (mean, deviation) = spread.mean_and_deviation()?;
                let reach = configuration.operations_outliers_limit.max(0.0) * deviation;
                Some((property, mean - reach, mean + reach))
            })
            .flatten();
        Self { slow, bounds }
    }

    /// Judges a standard batch. A point without the value stays.
    pub(crate) fn judge(&self, batch: &RecordBatch) -> Verdict {
        let rows = batch.num_rows();
        let column = |property: Property| {
            batch
                .column_by_name(property.name())
                .and_then(|array| array.as_any().downcast_ref::<Float64Array>())
        };
        let fails = |property: Property, fails: &dyn Fn(f64) -> bool| -> Vec<bool> {
            column(property).map_or_else(
                || vec![false; rows],
                |array| array.iter().map(|value| value.is_some_and(fails)).collect(),
            )
        };
        let slow = match self.slow {
            Some(limit) => fails(Property::Speed, &|v| v < limit),
            None => vec![false; rows],
        };
        let mut outliers = match self.bounds {
            Some((property, low, high)) => fails(property, &|v| v < low || v > high),
            None => vec![false; rows],
        };
        for (outlier, slow) in outliers.iter_mut().zip(&slow) {
            *outlier &= !slow;
        }
        let keep: Vec<bool> = slow.iter().zip(&outliers).map(|(s, o)| !s && !o).collect();
        Verdict {
            keep: keep.into(),
            slow: slow.into(),
            outliers: outliers.into(),
        }
    }
}
