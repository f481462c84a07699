//! FlatGeobuf: a header, an optional index, then features one behind the other, each a flat buffer.
//! Evidence: the specification and schemas of version 3 (BSD-2-Clause).
//!
//! Rule: offsets and lengths of the file are never trusted: `raw` checks each against the bytes
//! that are there, and nothing is allocated from a length. The public crate asserts and allocates
//! by what the file says, so it only writes the fixtures.

mod order;
mod raw;
mod read;

use crate::claim::{Claim, Confidence, Format, Verdict};
use crate::source::{EntryId, Tree};

pub static FORMAT: Format = Format {
    id: "flatgeobuf",
    name: "FlatGeobuf",
    file_formats: &["FGB"],
    reads: "points or as-applied polygons, their columns by the column dictionary or a column map, \
            reprojected by their coordinate system",
    claim,
    read: read::read,
};

fn claim(tree: &Tree) -> Vec<Claim> {
    tree.ids()
        .filter(|id| !tree.is_system_file(*id) && tree.extension(*id) == "fgb")
        .map(|id| claim_entry(tree, id))
        .collect()
}

fn claim_entry(tree: &Tree, id: EntryId) -> Claim {
    let magic = raw::is_magic(&tree.head(id, 8));
    Claim {
        format: FORMAT.id,
        confidence: if magic {
            Confidence::Content
        } else {
            Confidence::Name
        },
        main: id,
        entries: vec![id],
        reason: if magic {
            "FlatGeobuf"
        } else {
            "a file named .fgb"
        }
        .to_owned(),
        verdict: Verdict::Read,
    }
}
