//! Which entries are GeoPackages, and whether one is a drawing.

use super::database::MAGIC;
use super::read::no_work;
use crate::claim::{Claim, Confidence, ReadOptions, Verdict};
use crate::source::{EntryId, Tree};

/// The id of the format, and of its folder.
pub(super) const ID: &str = "geopackage";

/// Where the first bytes of a database name the application.
const APPLICATION: std::ops::Range<usize> = 68..72;

/// One claim for each database.
pub(super) fn claim(tree: &Tree, options: &ReadOptions) -> Vec<Claim> {
    tree.ids()
        .filter(|id| !tree.is_system_file(*id))
        .filter_map(|id| claim_entry(tree, id, options))
        .collect()
}

fn claim_entry(tree: &Tree, id: EntryId, options: &ReadOptions) -> Option<Claim> {
    let named = tree.extension(id) == "gpkg";
    if !named && !["sqlite", "db", "gpkx", ""].contains(&tree.extension(id).as_str()) {
        return None;
    }
    let head = tree.head(id, 100);
    let magic = head.starts_with(MAGIC);
    let application = matches!(head.get(APPLICATION), Some(b"GPKG" | b"GP10" | b"GP11"));
    let told = magic && application;
    if !named && !told {
        return None;
    }
    // Changes that the program had not written back yet.
    let beside = ["-wal", "-shm", "-journal"];
    let name = tree.name(id);
    let mut entries = vec![id];
    entries.extend(
        beside
            .iter()
            .filter_map(|end| tree.sibling(id, &format!("{name}{end}"))),
    );
    Some(Claim {
        format: ID,
        confidence: if magic {
            Confidence::Content
        } else {
            Confidence::Name
        },
        main: id,
        entries,
        reason: if magic {
            "GeoPackage"
        } else {
            "a file named .gpkg"
        }
        .to_owned(),
        verdict: match magic {
            true => no_work(tree, id, options).unwrap_or(Verdict::Read),
            false => Verdict::Read,
        },
    })
}
