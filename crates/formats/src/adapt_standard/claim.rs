//! Which entries are data sets, and whether one holds work that was done.

use super::document::{self, Root, items};
use crate::claim::{Claim, Confidence, ReadOptions, Verdict};
use crate::source::{EntryId, Tree};

/// The id of the format, and of its folder.
pub(super) const ID: &str = "adapt_standard";

/// Documents up to this are judged by what they hold; longer ones are judged by the reader.
const HEAD: usize = 1 << 20;

pub(super) fn claim(tree: &Tree, _: &ReadOptions) -> Vec<Claim> {
    tree.ids()
        .filter(|id| tree.name(*id).eq_ignore_ascii_case("adapt.json") && !tree.is_system_file(*id))
        .filter_map(|id| claim_entry(tree, id))
        .collect()
}

fn claim_entry(tree: &Tree, main: EntryId) -> Option<Claim> {
    let head = tree.head(main, HEAD);
    let text = head.strip_prefix(b"\xef\xbb\xbf").unwrap_or(&head);
    // An empty or damaged one is answered by the reader, with the reason.
    if !text.trim_ascii_start().is_empty() && !text.trim_ascii_start().starts_with(b"{") {
        return None;
    }
    let whole = tree.entry(main).size <= head.len() as u64;
    let root = whole
        .then(|| document::parse(text, &tree.place(main)).ok())
        .flatten();
    let mut entries = vec![main];
    entries.extend(files(tree, main, root.as_ref()));
    let reason = root.as_ref().and_then(not_done);
    Some(Claim {
        format: ID,
        confidence: Confidence::Certain,
        main,
        entries,
        reason: "adapt.json of the ADAPT Standard".to_owned(),
        verdict: match reason {
            Some(reason) => Verdict::NotMachineData { reason },
            None => Verdict::Read,
        },
    })
}

/// The parquet and raster files beside the document, and those it names further down.
fn files(tree: &Tree, main: EntryId, root: Option<&Root>) -> Vec<EntryId> {
    let folder = tree.folder(main);
    let beside = |id: &EntryId| {
        *id != main
            && tree.folder(*id).eq_ignore_ascii_case(folder)
            && ["parquet", "tif", "tiff"].contains(&tree.extension(*id).as_str())
    };
    let mut list: Vec<EntryId> = tree.ids().filter(beside).collect();
    let records = root
        .and_then(|root| root.documents.as_ref())
        .map(|documents| items(&documents.work_records))
        .unwrap_or_default();
    let named = records
        .iter()
        .flat_map(|record| items(&record.operations))
        .filter_map(|operation| operation.spatial_records_file.as_deref());
    list.extend(named.filter_map(|name| named_file(tree, main, name).ok()));
    list.sort();
    list.dedup();
    list.retain(|id| *id != main);
    list
}

/// Why a file that a document names is not there.
pub(super) enum NoFile {
    /// The name leads out of the data set's folder.
    Outside,
    Missing,
}

/// The entry that a document names, within the document's own folder.
pub(super) fn named_file(tree: &Tree, main: EntryId, name: &str) -> Result<EntryId, NoFile> {
    let path = name.replace('\\', "/");
    let strange = |part: &str| part == ".." || part.contains(':');
    if path.starts_with('/') || path.split('/').any(strange) {
        return Err(NoFile::Outside);
    }
    let parts: Vec<&str> = path
        .split('/')
        .filter(|part| !part.is_empty() && *part != ".")
        .collect();
    let path = parts.join("/");
    tree.sibling(main, &path)
        .filter(|id| *id != main)
        .ok_or(NoFile::Missing)
}

/// Why a data set holds no work that was done.
fn not_done(root: &Root) -> Option<String> {
    let none = document::Documents::default();
    let documents = root.documents.as_ref().unwrap_or(&none);
    if !items(&documents.work_records).is_empty() {
        return None;
    }
    let others = documents.others();
    if !others.is_empty() {
        return Some(format!("{}: plans, not work done", others.join(", ")));
    }
    // A document of another kind that bears the name is answered by the reader.
    root.catalog
        .is_some()
        .then(|| "setup only: a catalog without work records".to_owned())
}

/// The records and rasters in the folder of the document.
pub(super) fn sides(given: &str, other: &str) -> bool {
    let extension = other
        .rsplit_once('.')
        .map_or("", |(_, extension)| extension);
    given == "adapt.json" && !other.contains('/') && matches!(extension, "parquet" | "tif" | "tiff")
}
