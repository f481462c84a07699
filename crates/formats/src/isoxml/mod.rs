//! ISOXML, the task data of ISO 11783-10: what tractors and implements log to the terminal.
//!
//! `raw` reads XML and binary logs in the standard's own words, `map` turns them into points.
//! Rule: values are taken by header index, scaled by ISO 11783-11, and never guessed.

mod claim;
pub mod map;
pub mod raw;

use crate::claim::{Claim, Format, ReadOptions};
use crate::source::{Limits, Tree};
use tramline_model::{ReadError, Receiver};

pub static FORMAT: Format = Format {
    id: "isoxml",
    name: "ISOXML (ISO 11783-10), versions 1 to 4",
    file_formats: &["ISO11783"],
    reads: "time logs of every task: rates, yields, moisture, depth, sections, work state, totals",
    claim,
    read,
};

fn claim(tree: &Tree) -> Vec<Claim> {
    claim::claim(tree)
}

fn read(
    tree: &Tree,
    claim: &Claim,
    limits: &Limits,
    options: &ReadOptions,
    receiver: &mut dyn Receiver,
) -> Result<(), ReadError> {
    map::read(tree, claim, limits, options, receiver)
}
