//! Delimited text with positions: Ag Leader Basic and Advanced text, SMS exports, CropScan and
//! Yield Editor tables, and any other table whose titles the column dictionary knows.
//!
//! Rule: the whole file streams; what cannot be read as its column says becomes null and is
//! counted. Text that is no table with positions is not claimed.

mod decode;
mod read;
mod sniff;

use crate::claim::{Claim, Confidence, Format, ReadOptions, Verdict};
use crate::source::{EntryId, Limits, Tree};
use sniff::Layout;
use std::collections::BTreeMap;
use tramline_model::{ReadError, Receiver};

use crate::claim::Sureness::{Proven, Sampled};
use crate::claim::covers;
use tramline_model::Provider;

pub static FORMAT: Format = Format {
    id: "text",
    name: "delimited text",
    file_formats: &["CSV"],
    reads: "Ag Leader Basic and Advanced text, SMS text exports (US, metric, French), Yield Editor, \
            CropScan, and any CSV with longitude, latitude and a column that the dictionary or a \
            column map knows",
    coverage: &[
        covers(
            Provider::AgLeader,
            "Basic and Advanced text, SMS text (US, metric, French)",
            Proven,
            "public files; one equals the shapefile of the same harvest",
        ),
        covers(
            Provider::Other,
            "CropScan, Yield Editor, any CSV with known columns",
            Sampled,
            "public files of four other makers and studies",
        ),
    ],
    claim,
    read,
};

/// First bytes that decide on the layout.
const HEAD: usize = 64 * 1024;
const EXTENSIONS: &[&str] = &["txt", "csv", "tsv", "tab", "asc", "dat", ""];

fn claim(tree: &Tree) -> Vec<Claim> {
    tree.ids().filter_map(|id| claim_entry(tree, id)).collect()
}

fn claim_entry(tree: &Tree, id: EntryId) -> Option<Claim> {
    let name = tree.name(id);
    if !EXTENSIONS.contains(&tree.extension(id).as_str()) || name.starts_with("._") {
        return None;
    }
    let layout = sniff(tree, id)?;
    let reason = layout.reason(&layout.mapping(&BTreeMap::new()))?;
    let confidence = if layout.ag_leader {
        Confidence::Content
    } else {
        Confidence::General
    };
    Some(Claim {
        format: FORMAT.id,
        confidence,
        main: id,
        entries: vec![id],
        reason,
        verdict: Verdict::Read,
    })
}

/// The layout of an entry by its first bytes.
fn sniff(tree: &Tree, id: EntryId) -> Option<Layout> {
    let head = tree.head(id, HEAD);
    Layout::sniff(&head, head.len() < HEAD)
}

fn read(
    tree: &Tree,
    claim: &Claim,
    limits: &Limits,
    options: &ReadOptions,
    receiver: &mut dyn Receiver,
) -> Result<(), ReadError> {
    let Some(layout) = sniff(tree, claim.main) else {
        let what = "the csv has no rows of one length after its header";
        return Err(ReadError::malformed(
            tree.place(claim.main),
            what,
            "export the table again",
        ));
    };
    read::read(tree, claim.main, &layout, limits, options, receiver)
}
