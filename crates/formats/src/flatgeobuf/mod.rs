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
use crate::columns::{Title, map_titles};
use crate::source::{EntryId, Tree};
use raw::Header;
use std::collections::BTreeMap;

use crate::claim::Sureness::Proven;
use crate::claim::covers;
use tramline_model::Provider;

pub static FORMAT: Format = Format {
    id: "flatgeobuf",
    name: "FlatGeobuf",
    file_formats: &["FGB"],
    reads: "points or as-applied polygons, their columns by the column dictionary or a column map, \
            reprojected by their coordinate system",
    coverage: &[covers(
        Provider::Other,
        "points or polygons with known columns",
        Proven,
        "GDAL's files of the same data",
    )],
    claim,
    read: read::read,
};

fn claim(tree: &Tree) -> Vec<Claim> {
    tree.ids()
        .filter(|id| !tree.is_system_file(*id) && tree.extension(*id) == "fgb")
        .map(|id| claim_entry(tree, id))
        .collect()
}

/// First bytes that decide on the claim: the header of most files.
const HEAD: usize = 64 << 10;

fn claim_entry(tree: &Tree, id: EntryId) -> Claim {
    let head = tree.head(id, HEAD);
    let magic = raw::is_magic(&head);
    let drawing = magic && is_drawing(&head);
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
        verdict: if drawing {
            let reason = "not machine data: polygons or lines without rates or yields, a boundary \
                          or guidance";
            Verdict::NotMachineData {
                reason: reason.to_owned(),
            }
        } else {
            Verdict::Read
        },
    }
}

/// Whether a file is of polygons or lines, and has no known value column.
fn is_drawing(head: &[u8]) -> bool {
    let header = head.get(12..).and_then(|bytes| {
        let length = u32::from_le_bytes(*head.get(8..12)?.first_chunk()?);
        Header::read(bytes.get(..length as usize)?, HEAD)
    });
    header.is_some_and(|header| {
        let names = header.columns.iter();
        let titles: Vec<Title> = names.map(|column| Title::from_text(&column.name)).collect();
        // Lines, polygons, several of them, and their curved kin.
        matches!(header.geometry, 2 | 3 | 5 | 6 | 8..=17)
            && !map_titles(&titles, &BTreeMap::new()).has_values()
    })
}
