//! Which entries make an ISOXML data set: a `TASKDATA.XML` in any letter case at any depth, with
//! the files of its own folder that belong to it.

use super::job_folder::{is_of_display, job_folder};
use crate::claim::{Claim, Confidence, ReadOptions, Verdict};
use crate::source::{EntryId, Tree};
use std::collections::BTreeMap;

/// The id of the format, and of its folder.
pub(super) const ID: &str = "isoxml";

/// First bytes that are looked at for the root element.
const HEAD_BYTES: usize = 4_096;
const ROOT: &[u8] = b"<ISO11783_TaskData";

/// One claim for each main file.
pub(super) fn claim(tree: &Tree, _: &ReadOptions) -> Vec<Claim> {
    let mut folders: BTreeMap<&str, Vec<EntryId>> = BTreeMap::new();
    for id in tree.ids().filter(|id| !is_shadow(tree, *id)) {
        folders.entry(tree.folder(id)).or_default().push(id);
    }
    folders
        .values()
        .flat_map(|files| claims_of_folder(tree, files, &folders))
        .collect()
}

fn claims_of_folder(
    tree: &Tree,
    files: &[EntryId],
    folders: &BTreeMap<&str, Vec<EntryId>>,
) -> Vec<Claim> {
    let named = |id: &&EntryId| tree.name(**id).eq_ignore_ascii_case("TASKDATA.XML");
    let mut mains: Vec<(EntryId, bool)> = files
        .iter()
        .filter(named)
        .map(|id| (*id, has_root(tree, *id)))
        .collect();
    if mains.is_empty() {
        // Renamed by hand or by a browser: `TASKDATA (1).XML`.
        let renamed = |id: &&EntryId| {
            tree.extension(**id) == "xml"
                && !is_device_description(tree, **id)
                && has_root(tree, **id)
        };
        mains = files.iter().filter(renamed).map(|id| (*id, true)).collect();
    }
    let Some(folder) = mains.first().map(|(main, _)| tree.folder(*main)) else {
        return Vec::new();
    };
    let own = files.iter().copied().filter(|id| belongs(tree, *id));
    let mut belonging: Vec<EntryId> = own.collect();
    let job = job_folder(folder).and_then(|job| folders.get(job));
    let beside = job.into_iter().flatten().copied();
    belonging.extend(beside.filter(|id| is_of_display(tree, *id)));
    let main_entries: Vec<EntryId> = mains.iter().map(|(id, _)| *id).collect();
    mains
        .into_iter()
        .map(|(main, root)| {
            let mut entries = vec![main];
            entries.extend(belonging.iter().filter(|id| !main_entries.contains(id)));
            Claim {
                format: ID,
                confidence: if root {
                    Confidence::Certain
                } else {
                    Confidence::Content
                },
                main,
                entries,
                reason: if root {
                    format!("{} with root element ISO11783_TaskData", tree.name(main))
                } else {
                    "named TASKDATA.XML, root element not seen in its first bytes".to_owned()
                },
                verdict: Verdict::Read,
            }
        })
        .collect()
}

/// What a Macintosh leaves beside the files.
fn is_shadow(tree: &Tree, id: EntryId) -> bool {
    tree.name(id).starts_with("._")
        || tree
            .folder(id)
            .split('/')
            .any(|part| part == "__MACOSX" || part == "_MACOSX")
}

/// `DDOP.XML`: the devices of a terminal, in the words of task data and without any.
fn is_device_description(tree: &Tree, id: EntryId) -> bool {
    let name = tree.name(id).to_ascii_lowercase();
    name.starts_with("ddop")
}

/// Whether the first bytes hold the root element, in any encoding of the Latin letters.
fn has_root(tree: &Tree, id: EntryId) -> bool {
    let mut head = tree.head(id, HEAD_BYTES);
    head.retain(|byte| *byte != 0);
    head.windows(ROOT.len()).any(|window| window == ROOT)
}

/// Whether a file in the folder of a main file is part of the set: by the standard's names, or
/// as a terminal's own file beside them.
fn belongs(tree: &Tree, id: EntryId) -> bool {
    is_of_set(&tree.name(id).to_ascii_lowercase())
}

/// As [`belongs`], of a name in lower case.
fn is_of_set(name: &str) -> bool {
    let (stem, extension) = name.rsplit_once('.').unwrap_or((name, ""));
    match extension {
        "xml" => {
            is_numbered(stem)
                || matches!(stem, "linklist" | "matchids" | "sync" | "tctaskcsettings")
        }
        "bin" | "syn" | "quad" | "ref" | "jsn" => true,
        "cm" => super::claas::is_track(name),
        // Prescriptions and copies of logs under the name of the log or grid.
        _ => {
            let stem = name.split('.').next().unwrap_or_default();
            (stem.starts_with("tlg") || stem.starts_with("grd")) && is_numbered(stem)
        }
    }
}

/// Three letters and digits: `TLG00001`, `DVC00000`, four digits in old files.
fn is_numbered(stem: &str) -> bool {
    stem.split_at_checked(3).is_some_and(|(letters, digits)| {
        letters.bytes().all(|b| b.is_ascii_alphabetic())
            && digits.len() >= 4
            && digits.bytes().all(|b| b.is_ascii_digit())
    })
}

/// The set of a main file or log, which lies in one folder.
pub(super) fn sides(given: &str, other: &str) -> bool {
    let main = |name: &str| name.starts_with("taskdata") && name.ends_with(".xml");
    let of_set = |name: &str| {
        let (stem, extension) = name.rsplit_once('.').unwrap_or((name, ""));
        matches!(extension, "xml" | "bin") && is_numbered(stem)
    };
    (main(given) || of_set(given))
        && !other.contains('/')
        && (other == "taskdata.xml" || is_of_set(other))
}

#[cfg(test)]
mod tests {
    use super::*;

    const TASKDATA: &str = "<?xml version=\"1.0\"?><ISO11783_TaskData/>";

    fn tree(files: &[(&str, &str)]) -> Tree {
        Tree::from_files(
            files
                .iter()
                .map(|(path, text)| ((*path).to_owned(), text.as_bytes().to_vec())),
        )
    }

    fn claimed(tree: &Tree, claim: &Claim) -> Vec<String> {
        claim
            .entries
            .iter()
            .map(|id| tree.entry(*id).path.clone())
            .collect()
    }

    #[test]
    fn each_set_takes_the_files_of_its_folder() {
        let tree = tree(&[
            ("a/b c/TaskData.xml", TASKDATA),
            ("a/b c/tlg00001.BIN", ""),
            ("a/b c/TLG00001.xml", ""),
            ("a/b c/GRD00001.shp", ""),
            ("a/b c/field.shp", ""),
            ("a/b c/photo.jpg", ""),
            ("a/b c/._TASKDATA.XML", "Mac"),
            ("x/TASKDATA.XML", TASKDATA),
            ("x/LINKLIST.XML", ""),
            ("__MACOSX/x/TASKDATA.XML", TASKDATA),
        ]);
        let claims = claim(&tree, &ReadOptions::default());
        assert_eq!(claims.len(), 2);
        assert_eq!(
            claimed(&tree, &claims[0]),
            [
                "a/b c/TaskData.xml",
                "a/b c/GRD00001.shp",
                "a/b c/TLG00001.xml",
                "a/b c/tlg00001.BIN"
            ]
        );
        assert_eq!(
            claimed(&tree, &claims[1]),
            ["x/TASKDATA.XML", "x/LINKLIST.XML"]
        );
        assert!(claims.iter().all(|c| c.confidence == Confidence::Certain));
    }

    #[test]
    fn utf16_and_renamed_main_files_are_found() {
        let utf16: Vec<u8> = TASKDATA.encode_utf16().flat_map(u16::to_be_bytes).collect();
        let tree = Tree::from_files([
            ("TASKDATA.XML".to_owned(), utf16),
            (
                "b/TASKDATA (1).XML".to_owned(),
                TASKDATA.as_bytes().to_vec(),
            ),
            ("c/other.xml".to_owned(), b"<other/>".to_vec()),
        ]);
        let claims = claim(&tree, &ReadOptions::default());
        assert_eq!(claims.len(), 2);
        assert!(claims.iter().all(|c| c.confidence == Confidence::Certain));
    }

    #[test]
    fn a_link_list_alone_is_no_set() {
        let tree = tree(&[("LINKLIST.XML", "<ISO11783LinkListFile/>")]);
        assert!(claim(&tree, &ReadOptions::default()).is_empty());
    }
}
