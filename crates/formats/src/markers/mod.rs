//! Formats that are known and not read: recognised by name, content and tree, one claim for a
//! whole card, with the maker, the reason and the export that helps. The knowledge is data
//! (`table.rs`), the search is one (`find.rs`).

mod agdata;
mod agopengps;
mod find;
mod table;

use crate::claim::{Claim, Format, ReadOptions, Verdict};
use crate::source::{Limits, Tree};
use tramline_model::{Place, ReadError, Receiver};

/// The format's entry in the registry.
pub static FORMAT: Format = Format {
    id: find::ID,
    name: "known formats that are not read",
    file_formats: table::CODES,
    reads: "nothing: names the format, the reason and the export that helps",
    coverage: &[],
    claim: find::claim,
    sides: crate::claim::alone,
    read,
};

/// Never gives points: the verdict's text as an error.
fn read(
    tree: &Tree,
    claim: &Claim,
    _limits: &Limits,
    _options: &ReadOptions,
    _receiver: &mut dyn Receiver,
) -> Result<(), ReadError> {
    let place = Place::entry(tree.entry(claim.main).path.clone());
    let (text, hint) = match &claim.verdict {
        Verdict::Recognised { text, hint, .. } => (text.clone(), hint.clone()),
        Verdict::NotMachineData { reason } | Verdict::OtherData { reason } => {
            (reason.clone(), String::new())
        }
        Verdict::Read => (claim.reason.clone(), String::new()),
    };
    Err(ReadError::unsupported(place, text, hint))
}

/// A format that is known and not read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Known {
    /// The `fileFormat` code.
    pub code: &'static str,
    /// Who makes it.
    pub provider: tramline_model::Provider,
    /// Format and maker, for people.
    pub name: &'static str,
    /// What to do, or why there is no machine data in it.
    pub hint: &'static str,
}

/// Every format that is known and not read, once, in the order of the table.
pub fn catalogue() -> Vec<Known> {
    let mut named = std::collections::HashSet::new();
    table::MARKERS
        .iter()
        .filter(|marker| named.insert(marker.what))
        .map(|marker| {
            let (table::Say::Closed(hint) | table::Say::NoData(hint)) = marker.say;
            Known {
                code: marker.code,
                provider: marker.provider,
                name: marker.what,
                hint,
            }
        })
        .collect()
}
