//! A table proves its own units: the way between its positions against the distance that it logs,
//! distance times width against area, mass over area against yield, flow and time against both.
//!
//! Rule: the evidence decides, and the finding says which evidence. A unit that nothing says is
//! taken as the evidence shows; a unit that the file says is overruled only by strong proof (two
//! independent proofs within 3 %, or one of 200 pairs that fits another unit within 2 % and misses
//! the stated one by 20 %). Without proof the assumption stands, and is told as such.
//!
//! Each quantity has an unknown unit; each proof is one equation between the factors of units
//! (`equations.rs`); the cheapest reading of all columns together wins (`solve.rs`).

mod abreast;
mod candidates;
mod equations;
mod measure;
mod passes;
mod same;
mod sample;
mod solve;
mod told;

pub(crate) use sample::{ROWS, Sample, asks};

use super::mapping::Mapping;
use super::title::Title;
use candidates::Quantity;
use tramline_model::{Finding, Place};

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
