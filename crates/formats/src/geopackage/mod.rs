//! GeoPackages: layers of points or as-applied polygons in a SQLite database, each layer one
//! machine file. Evidence: OGC 12-128r19.
//!
//! Rule: the database is hostile. It lies in memory, is only read, runs no code of its own (views,
//! triggers, generated columns, virtual tables, functions), and a budget of steps bounds each read.

mod database;
mod geometry;
mod read;
mod schema;

use crate::claim::{Claim, Confidence, Format, Verdict};
use crate::source::{EntryId, Tree};

use crate::claim::Sureness::Proven;
use crate::claim::covers;
use tramline_model::Provider;

pub static FORMAT: Format = Format {
    id: "geopackage",
    name: "GeoPackage",
    file_formats: &["GPKG"],
    reads: "layers of points or as-applied polygons, their columns by the column dictionary or a \
            column map, reprojected by their coordinate system",
    coverage: &[covers(
        Provider::Other,
        "layers of points or polygons with known columns",
        Proven,
        "GDAL's files of the same data",
    )],
    claim,
    read: read::read,
};

/// Of the first bytes of a database, and where the application is named in them.
const MAGIC: &[u8] = b"SQLite format 3\0";
const APPLICATION: std::ops::Range<usize> = 68..72;

fn claim(tree: &Tree) -> Vec<Claim> {
    tree.ids()
        .filter(|id| !tree.is_system_file(*id))
        .filter_map(|id| claim_entry(tree, id))
        .collect()
}

fn claim_entry(tree: &Tree, id: EntryId) -> Option<Claim> {
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
        format: FORMAT.id,
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
        verdict: match read::drawing(tree, id).filter(|_| magic) {
            Some(reason) => Verdict::NotMachineData { reason },
            None => Verdict::Read,
        },
    })
}
