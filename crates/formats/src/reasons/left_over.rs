//! The reason why a part of a dataset is in none of its machine files, for people.
//!
//! Rule: what was read for a machine file is named there; everything else of the set is named here.

use crate::claim::Claim;
use crate::registry;
use crate::shared::glob::glob;
use crate::source::{EntryId, Tree};

/// Names of ISOXML sets, in lower case, and what a file of that name is.
const ISOXML: &[(&str, &str)] = &[
    (
        "grd*.bin",
        "a grid of planned rates (prescription), no logged work",
    ),
    (
        "grd*",
        "a prescription beside the grids of the set, no logged work",
    ),
    ("plg*", "a log of single points, it has no rates or widths"),
    (
        "linklist.xml",
        "the list of links to other systems' identifiers, no logged work",
    ),
    (
        "matchids.xml",
        "a program's own list of identifiers, no logged work",
    ),
    (
        "cov*.bin",
        "the terminal's own picture of the covered ground, not described by its maker",
    ),
    ("*.jsn", "settings of the terminal, no logged work"),
    ("*.quad", "an index of the terminal's map, no logged work"),
    (
        "*.syn",
        "a copy of a time log that the terminal keeps for itself",
    ),
    ("*.ref", "a setting of the terminal, no logged work"),
    ("sync.xml", "a setting of the terminal, no logged work"),
    ("*.ini", "settings of the job"),
    (
        "*.cov",
        "the display's own picture of the covered ground: the task data beside it have the work",
    ),
    (
        "*.dfr",
        "the display's own file: the task data beside it have the work",
    ),
    (
        "*.gps",
        "the display's own track: the task data beside it have the work",
    ),
    (
        "*.wl",
        "the display's own file: the task data beside it have the work",
    ),
    (
        "tctaskcsettings.xml",
        "a setting of the terminal, no logged work",
    ),
];

/// Names of ADM cards.
const ADM: &[(&str, &str)] = &[
    ("admversion.info", "the version of the card"),
    (
        "operationdata*",
        "records that no logged operation of the card names",
    ),
    (
        "section*",
        "sections of an operation that no logged data name",
    ),
    ("meter*", "meters of an operation that no logged data name"),
    ("loggeddata*", "logged data without an operation"),
    ("plan*", "a plan, no logged work"),
    ("recommendation*", "a recommendation, no logged work"),
    ("workorder*", "a work order, no logged work"),
    ("workitem*", "a work order, no logged work"),
    ("prescription*", "a prescription, no logged work"),
    ("guidance*", "guidance lines, no logged work"),
    ("summary*", "totals that the display counted, no records"),
    ("referencelayers*", "reference layers, no logged work"),
    (
        "proprietaryvalues*",
        "the maker's own values, no logged work",
    ),
];

/// Why an entry of a claimed dataset belongs to none of the machine files that came of it.
pub fn reason_left_over(tree: &Tree, claim: &Claim, entry: EntryId) -> String {
    let name = tree.name(entry).to_lowercase();
    let known = |list: &[(&str, &'static str)]| {
        let found = list
            .iter()
            .find(|(pattern, _)| glob(pattern.as_bytes(), name.as_bytes()));
        found.map(|(_, what)| *what)
    };
    let what = match claim.format {
        "isoxml" => time_log(tree, entry, &name)
            .or_else(|| known(ISOXML))
            .or_else(|| external(&name)),
        "adm" => known(ADM),
        _ => None,
    };
    if crate::isoxml::claas::is_track(&name) {
        return crate::isoxml::claas::track(tree, entry);
    }
    let format = registry::by_id(claim.format).map_or("dataset", |format| format.name);
    let main = tree.name(claim.main);
    match what {
        Some(what) => format!("{what} (of the set of `{main}`)"),
        None => {
            format!("a part of the set of `{main}` ({format}) that no machine file was made of")
        }
    }
}

/// What is wrong with a time log that is in no machine file.
fn time_log(tree: &Tree, entry: EntryId, name: &str) -> Option<&'static str> {
    let stem = name.strip_prefix("tlg")?.split('.').next()?;
    let has = |extension: &str| {
        tree.sibling(entry, &format!("tlg{stem}.{extension}"))
            .is_some()
    };
    Some(match (has("bin"), has("xml")) {
        (true, false) => "a time log whose .xml is missing: copy the whole folder again",
        (false, true) => "a time log whose .bin is missing: copy the whole folder again",
        _ => "a time log that no task names, with no record in it",
    })
}

/// `DVC00001.xml`: an external part that the task data do not name.
fn external(name: &str) -> Option<&'static str> {
    let stem = name.strip_suffix(".xml")?;
    let digits = stem.get(3..)?;
    let numbered = digits.len() >= 4 && digits.bytes().all(|b| b.is_ascii_digit());
    numbered.then_some("an external part that the task data do not name, so it was not read")
}
