//! A table proves its own units: the way between its positions against the distance that it logs,
//! distance times width against area, mass over area against yield, flow and time against both.
//!
//! Rule: the evidence decides, and the finding says which evidence. A unit that nothing says is
//! taken as the evidence shows; a unit that the file says is overruled only by strong proof (two
//! independent proofs within 3 %, or one of 200 pairs that fits another unit within 2 % and misses
//! the stated one by 20 %). Without proof the assumption stands, and is told as such.
//!
//! Each quantity has a unknown unit; each proof is one equation between the factors of units
//! (`equations.rs`); the cheapest reading of all columns together wins (`solve.rs`).

mod candidates;
mod equations;
mod measure;
mod passes;
mod same;
mod solve;
mod told;

use super::{Mapping, Title};
use candidates::Quantity;
use tramline_model::{Crop, Finding, Place, Property};

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
pub(crate) const ROWS: usize = 4_096;

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

/// Settles the units of a table by its own evidence, and tells what was decided and why.
pub(crate) fn settle(
    mapping: &mut Mapping,
    titles: &[Title],
    sample: &Sample,
    place: &Place,
) -> Vec<Finding> {
    let mut findings = same::settle(mapping, titles, sample, place);
    let quantities = Quantity::all(mapping, sample);
    let equations = equations::all(mapping, &quantities, sample);
    if !equations.is_empty() {
        let solved = solve::solve(&quantities, &equations);
        findings.extend(told::settle(
            mapping,
            titles,
            &quantities,
            &equations,
            &solved,
            place,
        ));
    }
    findings.extend(told::taken_alike(mapping, titles, place));
    findings
}

#[cfg(test)]
mod tests;
