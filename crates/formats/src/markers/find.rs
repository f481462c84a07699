//! Searches a tree for the known formats of the table. One claim is one dataset: a card folder,
//! or the files of one format in one folder. No entry is claimed twice.

use super::table::{Find, MARKERS, Marker, Say};
use crate::claim::{Claim, Confidence, ReadOptions, Verdict};
use crate::shared::glob::glob;
use crate::source::{EntryId, Tree};
use std::collections::{BTreeMap, HashMap, HashSet};

/// The id of the format, and of its folder.
pub(super) const ID: &str = "markers";

/// A stub of that size stands for no ISOXML data: Voyager 2 cards carry one of 208 bytes.
const STUB_BYTES: u64 = 1_024;
/// Layers of the open formats, which their readers take even within a card.
const OPEN_LAYERS: [&str; 13] = [
    "shp", "shx", "dbf", "prj", "cpg", "sbn", "sbx", "csv", "geojson", "jdl", "fdl", "fdd", "fdr",
];
const HEAD: usize = 512;
/// Files whose first bytes are looked at for a beginning, at most.
const LOOKED_AT: usize = 4_096;
/// Ends of names whose beginnings need no look.
const COMMON: [&str; 16] = [
    ".xml", ".bin", ".csv", ".txt", ".shp", ".dbf", ".shx", ".prj", ".json", ".geojson", ".jdl",
    ".fdl", ".fdd", ".adm", ".jpg", ".pdf",
];

/// What is known of an entry without its content.
struct Seen {
    id: EntryId,
    /// Path in lower case.
    path: String,
    /// Where the name begins in the path.
    name_at: usize,
    size: u64,
}

impl Seen {
    fn name(&self) -> &str {
        self.path.get(self.name_at..).unwrap_or_default()
    }

    fn folder(&self) -> &str {
        self.path.get(..self.name_at).unwrap_or_default()
    }

    /// The folder and those above it, each with its slash, to the root.
    fn folders(&self) -> impl Iterator<Item = &str> {
        std::iter::successors(Some(self.folder()), |folder| above(folder))
    }

    fn matches(&self, patterns: &[&str]) -> bool {
        patterns
            .iter()
            .any(|pattern| glob(pattern.as_bytes(), self.name().as_bytes()))
    }

    /// The path down to the outermost folder of one of these names, with a slash.
    fn root<'a>(&'a self, folders: &[&str]) -> Option<&'a str> {
        let mut from = 0;
        while let Some(len) = self.folder().get(from..).and_then(|rest| rest.find('/')) {
            let part = self.path.get(from..from + len)?;
            if folders
                .iter()
                .any(|folder| glob(folder.as_bytes(), part.as_bytes()))
            {
                return self.path.get(..=from + len);
            }
            from += len + 1;
        }
        None
    }
}

/// The folder above one, both with their slash; empty is the root.
fn above(folder: &str) -> Option<&str> {
    let folder = folder.strip_suffix('/')?;
    folder.get(..folder.rfind('/').map_or(0, |slash| slash + 1))
}

/// All claims of the table on a tree.
pub(super) fn claim(tree: &Tree, _: &ReadOptions) -> Vec<Claim> {
    let mut free: Vec<Seen> = tree
        .ids()
        .filter(|id| !tree.is_system_file(*id))
        .map(|id| {
            let path = tree.entry(id).path.to_lowercase();
            let name_at = path.rfind('/').map_or(0, |slash| slash + 1);
            Seen {
                id,
                path,
                name_at,
                size: tree.entry(id).size,
            }
        })
        .collect();
    let mut claims = super::agopengps::claim(tree);
    let fields: HashSet<EntryId> = claims
        .iter()
        .flat_map(|c| c.entries.iter().copied())
        .collect();
    free.retain(|seen| !fields.contains(&seen.id));
    for marker in MARKERS {
        let sets = match &marker.find {
            Find::Begins { bytes, sides } => begins(tree, &free, bytes, sides),
            Find::Below {
                folders,
                marks,
                unless,
            } => below(&free, folders, marks, unless),
            Find::Files { marks, sides, .. } => beside(&free, marks, sides),
        };
        if sets.is_empty() {
            continue;
        }
        let mut taken = vec![false; tree.entries().len()];
        for set in sets {
            for id in set.main.iter().chain(&set.others) {
                if let Some(slot) = taken.get_mut(id.index()) {
                    *slot = true;
                }
            }
            claims.extend(judge(tree, marker, set));
        }
        free.retain(|seen| !taken.get(seen.id.index()).copied().unwrap_or(false));
    }
    claims
}

/// The entries of one dataset: those that the marks match, and the rest.
#[derive(Default)]
struct Set {
    main: Vec<EntryId>,
    others: Vec<EntryId>,
}

fn below(free: &[Seen], folders: &[&str], marks: &[&str], unless: &[&str]) -> Vec<Set> {
    let mut roots: BTreeMap<&str, (Set, bool)> = BTreeMap::new();
    let real_tasks: HashSet<&str> = free
        .iter()
        .filter(|seen| seen.name() == "taskdata.xml" && seen.size > STUB_BYTES)
        .map(Seen::folder)
        .collect();
    for seen in free {
        let Some(root) = seen.root(folders) else {
            continue;
        };
        let (set, spoilt) = roots.entry(root).or_default();
        *spoilt |= seen.matches(unless);
        let extension = seen
            .name()
            .rsplit_once('.')
            .map_or("", |(_, extension)| extension);
        let layer = OPEN_LAYERS.contains(&extension) && !seen.path.contains("/productlayers/");
        if seen.matches(marks) && !layer {
            set.main.push(seen.id);
        } else if !layer && !seen.folders().any(|folder| real_tasks.contains(folder)) {
            set.others.push(seen.id);
        }
    }
    roots.retain(|_, (set, spoilt)| !set.main.is_empty() && !*spoilt);
    if folders.contains(&"*.cn1") {
        add_stubs(free, folders, &mut roots);
    }
    roots.into_values().map(|(set, _)| set).collect()
}

/// Gives the ISOXML stub beside a card's folder to the first card there.
fn add_stubs(free: &[Seen], folders: &[&str], roots: &mut BTreeMap<&str, (Set, bool)>) {
    let mut cards: HashMap<&str, Vec<EntryId>> = HashMap::new();
    for root in roots.keys() {
        cards.entry(above(root).unwrap_or_default()).or_default();
    }
    let stubs = free.iter().filter(|seen| {
        seen.name() == "taskdata.xml" && seen.size <= STUB_BYTES && seen.root(folders).is_none()
    });
    for seen in stubs {
        let card = seen.folders().find(|folder| cards.contains_key(folder));
        if let Some(stubs) = card.and_then(|card| cards.get_mut(card)) {
            stubs.push(seen.id);
        }
    }
    for (root, (set, _)) in roots {
        let stubs = cards.remove(above(root).unwrap_or_default());
        set.others.extend(stubs.unwrap_or_default());
    }
}

fn beside(free: &[Seen], marks: &[&str], sides: &[&str]) -> Vec<Set> {
    sets(free, sides, |seen| seen.matches(marks))
}

/// Files that begin with these bytes, whatever their name.
fn begins(tree: &Tree, free: &[Seen], bytes: &[u8], sides: &[&str]) -> Vec<Set> {
    let found: HashSet<EntryId> = free
        .iter()
        .filter(|seen| seen.size >= bytes.len() as u64 && !seen.matches(sides))
        .filter(|seen| !COMMON.iter().any(|end| seen.name().ends_with(end)))
        .take(LOOKED_AT)
        .filter(|seen| tree.head(seen.id, bytes.len()) == bytes)
        .map(|seen| seen.id)
        .collect();
    sets(free, sides, |seen| found.contains(&seen.id))
}

/// By folder: the files of a kind, and those of `sides` with them.
fn sets(free: &[Seen], sides: &[&str], is_main: impl Fn(&Seen) -> bool) -> Vec<Set> {
    let mut folders: BTreeMap<&str, Set> = BTreeMap::new();
    for seen in free.iter().filter(|seen| is_main(seen)) {
        folders.entry(seen.folder()).or_default().main.push(seen.id);
    }
    if !folders.is_empty() && !sides.is_empty() {
        for seen in free
            .iter()
            .filter(|seen| seen.matches(sides) && !is_main(seen))
        {
            if let Some(set) = folders.get_mut(seen.folder()) {
                set.others.push(seen.id);
            }
        }
    }
    folders.into_values().collect()
}

/// One claim for the real files of a set, one for the empty and one for those of other content.
fn judge(tree: &Tree, marker: &Marker, set: Set) -> Vec<Claim> {
    let magic = match &marker.find {
        Find::Files { magic, .. } => *magic,
        Find::Below { .. } | Find::Begins { .. } => None,
    };
    let whole_card = matches!(marker.find, Find::Below { .. });
    let (mut real, mut empty, mut noise) = (Vec::new(), Vec::new(), Vec::new());
    for id in set.main {
        if tree.problem(id).is_none() && tree.entry(id).size == 0 && !whole_card {
            empty.push(id);
        } else if magic.is_some_and(|magic| !magic(&plain(&tree.head(id, HEAD)))) {
            noise.push(id);
        } else {
            real.push(id);
        }
    }
    let mut claims = Vec::new();
    let groups = [
        (real, Kind::Real),
        (empty, Kind::Empty),
        (noise, Kind::Noise),
    ];
    let mut others = Some(set.others);
    for (main, kind) in groups {
        let Some(first) = main.first().copied() else {
            continue;
        };
        let mut entries = main;
        entries.extend(others.take().unwrap_or_default());
        entries.sort_unstable();
        let problem = tree.problem(first).filter(|_| !matches!(kind, Kind::Empty));
        claims.push(Claim {
            format: ID,
            confidence: if matches!(kind, Kind::Real) {
                marker.confidence
            } else {
                Confidence::Name
            },
            main: first,
            reason: format!("{}, by `{}`", marker.what, tree.name(first)),
            verdict: verdict(
                marker,
                kind,
                entries.len(),
                problem,
                look(tree, marker, &entries),
            ),
            entries,
        });
    }
    claims
}

/// What is seen inside the files of a set, in words.
fn look(tree: &Tree, marker: &Marker, entries: &[EntryId]) -> Option<String> {
    let look = marker.look?;
    let told: Vec<String> = entries
        .iter()
        .filter_map(|id| look(tree, *id))
        .take(4)
        .collect();
    (!told.is_empty()).then(|| told.join("; "))
}

#[derive(Clone, Copy)]
enum Kind {
    Real,
    Empty,
    Noise,
}

fn verdict(
    marker: &Marker,
    kind: Kind,
    files: usize,
    problem: Option<&str>,
    inside: Option<String>,
) -> Verdict {
    let what = marker.what;
    let (why, hint) = match (&marker.say, kind) {
        (Say::NoData(why), Kind::Real) => {
            return Verdict::NotMachineData {
                reason: format!("{what}: {why}"),
            };
        }
        (Say::Closed(hint), _) => (
            "the format is closed and no open reader for it exists",
            *hint,
        ),
        (Say::NoData(_), _) => ("", ""),
    };
    let again = "copy the file from the display again";
    let (text, hint) = match (problem, kind) {
        (Some(problem), _) => (
            format!("the file is named like {what}, but cannot be read: {problem}"),
            again,
        ),
        (None, Kind::Empty) => (
            format!("the file is named like {what}, but is empty (0 bytes)"),
            again,
        ),
        (None, Kind::Noise) => (
            format!(
                "could not be recognised: the file is named like {what}, but its content is not"
            ),
            again,
        ),
        (None, Kind::Real) => {
            let files = if files == 1 {
                "1 file".to_owned()
            } else {
                format!("{files} files")
            };
            let inside = inside.map_or(String::new(), |inside| format!("{inside}; "));
            let text = format!("unsupported format: {what}, {files}; {inside}{why}");
            (text, hint)
        }
    };
    if matches!(marker.say, Say::NoData(_)) {
        return Verdict::NotMachineData { reason: text };
    }
    let hint = match (&marker.say, kind) {
        (Say::Closed(_), Kind::Real) => format!(
            "{hint}; or ask the operator for a bridge if there is a converter for `{}`",
            marker.code
        ),
        _ => hint.to_owned(),
    };
    Verdict::Recognised {
        file_format: marker.code,
        provider: marker.provider,
        text,
        hint,
    }
}

/// UTF-16 heads as their ASCII bytes, so that a magic word is found in them too.
fn plain(head: &[u8]) -> Vec<u8> {
    if head.starts_with(b"\xff\xfe") || head.starts_with(b"\xfe\xff") {
        return head.iter().copied().filter(|byte| *byte != 0).collect();
    }
    head.to_vec()
}
