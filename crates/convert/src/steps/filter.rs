//! Which points are in the filtered output. Profile `compat`: slow points go, then for harvest the points beyond so
//! many sample standard deviations of the mean, one pass, bounds inclusive.

use super::analysis::CODES;
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

/// Which rows of a batch stay, and which go by reason.
pub(crate) struct Verdict {
    pub(crate) keep: BooleanArray,
    pub(crate) refused: Vec<(&'static str, BooleanArray)>,
}

impl Verdict {
    /// Of the places in the list of codes; rows that are no candidates are in neither.
    pub(crate) fn of_reasons(
        rows: usize,
        reasons: &[u8],
        candidate: impl Fn(usize) -> bool,
    ) -> Self {
        let reason = |row: usize| reasons.get(row).copied().unwrap_or(0);
        let mask = |code: u8| -> BooleanArray {
            (0..rows)
                .map(|row| Some(reason(row) == code && candidate(row)))
                .collect()
        };
        let mut present: Vec<u8> = (0..rows).map(reason).filter(|code| *code != 0).collect();
        present.sort_unstable();
        present.dedup();
        Self {
            keep: mask(0),
            refused: present
                .into_iter()
                .filter_map(|code| Some((*CODES.get(usize::from(code))?, mask(code))))
                .collect(),
        }
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
            refused: vec![(SPEED, slow.into()), (OUTLIERS, outliers.into())],
        }
    }
}
