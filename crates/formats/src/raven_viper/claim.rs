//! Which entries are a native job: each `.jdf` that begins as one, with the files of its folder.

use super::raw::begins;
use crate::claim::{Claim, Confidence, ReadOptions, Verdict};
use crate::source::{EntryId, Tree};
use std::collections::BTreeMap;

/// The id of the format, and of its folder.
pub(super) const ID: &str = "raven_viper";

const HEAD: usize = 4_096;
/// Files that the display packs beside the log.
const SIDES: [&str; 4] = ["jhf", "ab", "id", "sct"];

/// One claim for each `.jdf`. A folder with ISOXML or an FMIS export in it belongs to those.
pub(super) fn claim(tree: &Tree, _: &ReadOptions) -> Vec<Claim> {
    let mut folders: BTreeMap<&str, (Vec<EntryId>, Vec<EntryId>)> = BTreeMap::new();
    for id in tree.ids().filter(|id| !tree.is_system_file(*id)) {
        let extension = tree.extension(id);
        if extension == "jdf" {
            folders.entry(tree.folder(id)).or_default().0.push(id);
        } else if SIDES.contains(&extension.as_str())
            || tree.name(id).eq_ignore_ascii_case("DDOP.XML")
        {
            folders.entry(tree.folder(id)).or_default().1.push(id);
        }
    }
    let mut claims = Vec::new();
    for (logs, sides) in folders.into_values() {
        let of_others = |id: &EntryId| {
            ["TASKDATA.XML", "jobdata.xml"]
                .iter()
                .any(|name| tree.sibling(*id, name).is_some())
        };
        let only = logs.len() == 1;
        for main in logs {
            if of_others(&main) || !begins(&tree.head(main, HEAD)) {
                continue;
            }
            let stem = |id: EntryId| {
                let name = tree.name(id).to_lowercase();
                name.rsplit_once('.').map(|(stem, _)| stem.to_owned())
            };
            let own = |id: &EntryId| {
                only || stem(*id) == stem(main) || tree.name(*id).eq_ignore_ascii_case("DDOP.XML")
            };
            let mut entries = vec![main];
            entries.extend(sides.iter().copied().filter(own));
            claims.push(Claim {
                format: ID,
                confidence: Confidence::Certain,
                main,
                entries,
                reason: "records of a Raven Viper 4 job".to_owned(),
                verdict: Verdict::Read,
            });
        }
    }
    claims.sort_by_key(|claim| claim.main);
    claims
}

/// What the display packs beside a log, under its name.
pub(super) fn sides(given: &str, other: &str) -> bool {
    let Some(stem) = given.strip_suffix(".jdf") else {
        return false;
    };
    let side = other
        .strip_prefix(stem)
        .and_then(|rest| rest.strip_prefix('.'));
    other == "ddop.xml" || side.is_some_and(|side| SIDES.contains(&side))
}
