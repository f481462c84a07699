//! Which points are in the filtered output. Profile `compat`: slow points go, then for harvest the points beyond so
//! many sample standard deviations of the mean, one pass, bounds inclusive.

use crate::configuration::{Configuration, FilterProfile};
use crate::points::totals::{OUTLIER, SLOW_M_S, Totals};
use arrow_array::{Array, BooleanArray, Float64Array, RecordBatch};
use tramline_model::{FilterReason, Property, Unit};

/// The rules with their numbers.
#[derive(Debug, Default)]
pub(crate) struct Filter {
    /// Least speed in the output's unit.
    slow: Option<f64>,
    /// Column and its inclusive bounds.
    bounds: Option<(Property, f64, f64)>,
}

/// Which rows of a batch stay, and which go by reason.
pub(crate) struct Verdict {
    pub(crate) keep: BooleanArray,
    pub(crate) refused: Vec<(FilterReason, BooleanArray)>,
}

impl Verdict {
    /// Of the reasons by row; rows that are no candidates are in neither.
    pub(crate) fn of_reasons(
        rows: usize,
        reasons: &[Option<FilterReason>],
        candidate: impl Fn(usize) -> bool,
    ) -> Self {
        let reason = |row: usize| reasons.get(row).copied().flatten();
        let mask = |wanted: Option<FilterReason>| -> BooleanArray {
            (0..rows)
                .map(|row| Some(reason(row) == wanted && candidate(row)))
                .collect()
        };
        let present = |wanted: &FilterReason| (0..rows).any(|row| reason(row) == Some(*wanted));
        Self {
            keep: mask(None),
            refused: FilterReason::ALL
                .iter()
                .filter(|reason| present(reason))
                .map(|reason| (*reason, mask(Some(*reason))))
                .collect(),
        }
    }

    /// By row: it stays.
    pub(crate) fn kept(&self) -> impl Iterator<Item = bool> {
        self.keep.iter().map(|kept| kept == Some(true))
    }
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
            refused: vec![
                (FilterReason::Speed, slow.into()),
                (FilterReason::Outlier, outliers.into()),
            ],
        }
    }
}
