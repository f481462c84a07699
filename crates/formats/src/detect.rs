//! Detection over the whole tree: every format claims entries, overlaps are settled once, and
//! every entry ends up claimed or listed with a reason.

use crate::claim::{Claim, ReadOptions};
use crate::registry::FORMATS;
use crate::source::{EntryId, Tree};
use std::cmp::Reverse;

/// An entry that no format claimed, and why.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unclaimed {
    /// The entry.
    pub entry: EntryId,
    /// Why, for people.
    pub reason: String,
}

/// The settled picture of a tree.
#[derive(Debug, Default)]
pub struct Detection {
    /// Disjoint claims, in the order of their main entries.
    pub claims: Vec<Claim>,
    /// Entries without a claim, in the order of their paths.
    pub unclaimed: Vec<Unclaimed>,
}

/// Asks every format (or the one whose `file_formats` has the hint), with what the caller knows, and
/// settles overlaps.
pub fn detect(tree: &Tree, file_format: Option<&str>, options: &ReadOptions) -> Detection {
    let mut claims: Vec<Claim> = FORMATS
        .iter()
        .filter(|format| {
            file_format.is_none_or(|hint| {
                format
                    .file_formats
                    .iter()
                    .any(|code| code.eq_ignore_ascii_case(hint))
            })
        })
        .flat_map(|format| (format.claim)(tree, options))
        .collect();
    // Stable: equal confidence keeps the order of the registry.
    claims.sort_by_key(|claim| Reverse(claim.confidence));
    let mut owner: Vec<bool> = tree.ids().map(|id| tree.is_system_file(id)).collect();
    let mut settled = Vec::new();
    for mut claim in claims {
        let taken = |id: &EntryId| owner.get(id.index()).copied().unwrap_or(true);
        if taken(&claim.main) {
            continue;
        }
        claim.entries.retain(|id| !taken(id));
        for id in &claim.entries {
            if let Some(slot) = owner.get_mut(id.index()) {
                *slot = true;
            }
        }
        settled.push(claim);
    }
    settled.sort_by_key(|claim| claim.main);
    let unclaimed = tree
        .ids()
        .filter(|id| tree.is_system_file(*id) || !owner.get(id.index()).copied().unwrap_or(false))
        .map(|entry| Unclaimed {
            entry,
            reason: crate::reasons::reason_unclaimed(tree, entry),
        })
        .collect();
    Detection {
        claims: settled,
        unclaimed,
    }
}

impl Detection {
    /// Claims that lead to machine files, read or failed.
    pub fn machine_data(&self) -> impl Iterator<Item = &Claim> {
        self.claims.iter().filter(|c| c.verdict.listed().is_none())
    }
}
