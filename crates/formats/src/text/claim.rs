//! Which entries are tables with positions that the column dictionary knows.

use super::refusal;
use super::sniff::Layout;
use crate::claim::{Claim, Confidence, ReadOptions, Verdict};
use crate::source::{EntryId, Tree};

/// The id of the format, and of its folder.
pub(super) const ID: &str = "text";

/// First bytes that decide on the layout.
const HEAD: usize = 64 * 1024;
const EXTENSIONS: &[&str] = &["txt", "csv", "tsv", "tab", "asc", "dat", ""];

/// One claim for each table with positions.
pub(super) fn claim(tree: &Tree, options: &ReadOptions) -> Vec<Claim> {
    tree.ids()
        .filter_map(|id| claim_entry(tree, id, options))
        .collect()
}

fn claim_entry(tree: &Tree, id: EntryId, options: &ReadOptions) -> Option<Claim> {
    let name = tree.name(id);
    if !EXTENSIONS.contains(&tree.extension(id).as_str()) || name.starts_with("._") {
        return None;
    }
    let layout = sniff(tree, id)?;
    let mapping = layout.mapping(&options.column_map);
    let reason = layout.reason(&mapping)?;
    let other = refusal::other(tree, id, &layout, &mapping, options);
    let verdict = other.unwrap_or(Verdict::Read);
    let confidence = if layout.ag_leader {
        Confidence::Content
    } else {
        Confidence::General
    };
    Some(Claim {
        format: ID,
        confidence,
        main: id,
        entries: vec![id],
        reason,
        verdict,
    })
}

/// The layout of an entry by its first bytes.
pub(super) fn sniff(tree: &Tree, id: EntryId) -> Option<Layout> {
    let head = tree.head(id, HEAD);
    Layout::sniff(&head, head.len() < HEAD)
}

/// Whether an entry is text in rows and columns, whatever its name.
pub(crate) fn is_table(tree: &Tree, id: EntryId) -> bool {
    sniff(tree, id).is_some()
}
