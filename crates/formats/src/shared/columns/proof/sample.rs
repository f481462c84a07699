//! The first rows of a table, as far as a proof asks for them.

use super::super::mapping::Mapping;
use super::candidates;
use tramline_model::{Crop, Property};

/// The first rows of a table as columns of numbers.
#[derive(Debug, Default)]
pub(crate) struct Sample {
    /// Longitude and latitude in degrees, by row.
    pub(crate) positions: Vec<Option<(f64, f64)>>,
    /// Seconds, by row; empty when the table has no instants.
    pub(crate) instants: Vec<Option<f64>>,
    /// The numbers of each source column, not a number where there is none; `None` for a column
    /// that no proof asks for.
    pub(crate) columns: Vec<Option<Vec<f64>>>,
    /// The crop, where all rows have one.
    pub(crate) crop: Option<&'static Crop>,
}

/// Rows that are looked at.
pub(crate) const ROWS: usize = 16_384;

/// Whether a column of this property takes part in a proof.
pub(crate) fn asks(property: Property) -> bool {
    candidates::takes_part(property)
        || matches!(property, Property::SectionId | Property::SamplingInterval)
}

impl Sample {
    /// The numbers of the columns that take part: `number(row, column)` reads a cell.
    pub(crate) fn take(
        mapping: &Mapping,
        rows: usize,
        position: impl Fn(usize) -> Option<(f64, f64)>,
        instant_ms: impl Fn(usize) -> Option<i64>,
        number: impl Fn(usize, usize) -> Option<f64>,
        crop: Option<&'static Crop>,
    ) -> Self {
        let rows = rows.min(ROWS);
        let wanted = |at: usize| {
            let known = mapping.columns.get(at).and_then(Option::as_ref);
            let lost = mapping.lost.get(at).and_then(Option::as_ref);
            known.or(lost).is_some_and(|m| asks(m.property))
        };
        let column = |at: usize| {
            wanted(at).then(|| {
                (0..rows)
                    .map(|row| number(row, at).unwrap_or(f64::NAN))
                    .collect()
            })
        };
        Self {
            positions: (0..rows).map(position).collect(),
            instants: (0..rows)
                .map(|row| instant_ms(row).map(|ms| ms as f64 / 1_000.0))
                .collect(),
            columns: (0..mapping.columns.len()).map(column).collect(),
            crop,
        }
    }
}
