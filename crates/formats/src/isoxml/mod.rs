//! isoxml reader.

mod claim;
pub mod map;
pub mod raw;

use crate::claim::{Claim, Format, ReadOptions};
use crate::source::{Limits, Tree};
use tramline_model::{ReadError, Receiver};

pub static FORMAT: Format = Format {
    id: "isoxml",
    name: "isoxml",
    file_formats: &["ISO11783"],
    reads: "",
    claim,
    read,
};

fn claim(tree: &Tree) -> Vec<Claim> {
    claim::claim(tree)
}

fn read(
    _tree: &Tree,
    _claim: &Claim,
    _limits: &Limits,
    _options: &ReadOptions,
    _receiver: &mut dyn Receiver,
) -> Result<(), ReadError> {
    Ok(())
}
