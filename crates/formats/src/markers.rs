//! Formats that are known and not read, by name, content and tree, and the reason why an entry
//! was left out.

use crate::claim::{Claim, Format, ReadOptions};
use crate::source::{EntryId, Limits, Tree};
use tramline_model::{Place, ReadError, Receiver};

pub static FORMAT: Format = Format {
    id: "markers",
    name: "known formats that are not read",
    file_formats: &[],
    reads: "nothing: names the format and the way out",
    claim,
    read,
};

fn claim(_tree: &Tree) -> Vec<Claim> {
    Vec::new()
}

fn read(
    tree: &Tree,
    claim: &Claim,
    _limits: &Limits,
    _options: &ReadOptions,
    _receiver: &mut dyn Receiver,
) -> Result<(), ReadError> {
    let place = Place::entry(tree.entry(claim.main).path.clone());
    Err(ReadError::unsupported(place, claim.reason.clone(), ""))
}

/// Why no format claimed an entry, for people.
pub fn reason_unclaimed(_tree: &Tree, _entry: EntryId) -> String {
    "unrecognised: no format claims this file".to_owned()
}
