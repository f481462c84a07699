//! Which entries are FlatGeobuf, and whether one is a drawing.

use super::raw::{Header, is_magic};
use crate::claim::{Claim, Confidence, ReadOptions, Verdict};
use crate::shared::columns::{Title, map_titles};
use crate::shared::other_data::other_data_unasked;
use crate::source::{EntryId, Tree};

/// The id of the format, and of its folder.
pub(super) const ID: &str = "flatgeobuf";

/// First bytes that decide on the claim: the header of most files.
const HEAD: usize = 64 << 10;

/// One claim for each file.
pub(super) fn claim(tree: &Tree, options: &ReadOptions) -> Vec<Claim> {
    tree.ids()
        .filter(|id| !tree.is_system_file(*id) && tree.extension(*id) == "fgb")
        .map(|id| claim_entry(tree, id, options))
        .collect()
}

fn claim_entry(tree: &Tree, id: EntryId, options: &ReadOptions) -> Claim {
    let head = tree.head(id, HEAD);
    let magic = is_magic(&head);
    let header = header_of(&head).filter(|_| magic);
    let drawing = header.as_ref().is_some_and(|h| is_drawing(h, options));
    let names = header.iter().flat_map(|header| &header.columns);
    let names: Vec<&str> = names.map(|column| column.name.as_str()).collect();
    let other = other_data_unasked(&names, options);
    Claim {
        format: ID,
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
        verdict: if let Some(reason) = other {
            Verdict::OtherData { reason }
        } else if drawing {
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

/// The header, as far as the first bytes hold it.
fn header_of(head: &[u8]) -> Option<Header> {
    let bytes = head.get(12..)?;
    let length = u32::from_le_bytes(*head.get(8..12)?.first_chunk()?);
    Header::read(bytes.get(..length as usize)?, HEAD)
}

/// Whether a file is of polygons or lines, and has no known value column.
fn is_drawing(header: &Header, options: &ReadOptions) -> bool {
    let names = header.columns.iter();
    let titles: Vec<Title> = names.map(|column| Title::from_text(&column.name)).collect();
    // Lines, polygons, several of them, and their curved kin.
    matches!(header.geometry, 2 | 3 | 5 | 6 | 8..=17)
        && !map_titles(&titles, &options.column_map).has_values()
}
