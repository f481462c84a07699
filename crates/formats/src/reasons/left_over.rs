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
        "a grid of planned rates (prescription), not logged work",
    ),
    (
        "grd*",
        "a prescription beside the grids of the set, not logged work",
    ),
    ("plg*", "a log of single points without rates or widths"),
    (
        "linklist.xml",
        "a list of identifiers in other systems, not logged work",
    ),
    (
        "matchids.xml",
        "a list of identifiers that a program keeps for itself, not logged work",
    ),
    (
        "cov*.bin",
        "the display's own picture of the covered ground, in a format that its maker does not publish",
    ),
    ("*.jsn", "settings of the display, not logged work"),
    ("*.quad", "an index of the display's map, not logged work"),
    (
        "*.syn",
        "a copy of a time log that the display keeps for itself",
    ),
    ("*.ref", "a setting of the display, not logged work"),
    ("sync.xml", "a setting of the display, not logged work"),
    ("*.ini", "settings of the task"),
    (
        "*.cov",
        "the display's own picture of the covered ground; the work is in the task data beside it",
    ),
    (
        "*.dfr",
        "the display's own file; the work is in the task data beside it",
    ),
    (
        "*.gps",
        "the display's own track; the work is in the task data beside it",
    ),
    (
        "*.wl",
        "the display's own file; the work is in the task data beside it",
    ),
    (
        "tctaskcsettings.xml",
        "a setting of the display, not logged work",
    ),
];

/// Names of ADM cards.
const ADM: &[(&str, &str)] = &[
    ("admversion.info", "the version of the card"),
    (
        "operationdata*",
        "records that no logged operation of the card refers to",
    ),
    (
        "section*",
        "sections of an operation that no logged data refer to",
    ),
    (
        "meter*",
        "meters of an operation that no logged data refer to",
    ),
    ("loggeddata*", "logged data without an operation"),
    ("plan*", "a plan, not logged work"),
    ("recommendation*", "a recommendation, not logged work"),
    ("workorder*", "a work order, not logged work"),
    ("workitem*", "a work order, not logged work"),
    ("prescription*", "a prescription, not logged work"),
    ("guidance*", "guidance lines, not logged work"),
    (
        "summary*",
        "totals that the display counted, without records",
    ),
    ("referencelayers*", "reference layers, not logged work"),
    (
        "proprietaryvalues*",
        "the maker's own values, not logged work",
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
            format!("a part of the set of `{main}` ({format}) that belongs to no machine file")
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
        _ => "a time log without records that no task refers to",
    })
}

/// `DVC00001.xml`: an external part that the task data do not name.
fn external(name: &str) -> Option<&'static str> {
    let stem = name.strip_suffix(".xml")?;
    let digits = stem.get(3..)?;
    let numbered = digits.len() >= 4 && digits.bytes().all(|b| b.is_ascii_digit());
    numbered.then_some("an external part that the task data do not name, so it is not read")
}
