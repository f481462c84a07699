//! External files: `<XFR A="DVC00000"/>` stands for the children of `DVC00000.XML`.

use super::{TaskData, findings};
use crate::shared::words::what;
use crate::shared::xml::{self, Element, Repair};
use crate::source::{EntryId, Limits, Tree};
use std::collections::{HashMap, HashSet};
use tramline_model::{Finding, Place, ReadError, Severity};

/// Top-level elements in order, with external files in place of their XFR. Notes in `data` the
/// entries read and what is missing. Only the main file's limits are errors.
pub(super) fn external_files(
    tree: &Tree,
    main: EntryId,
    root: Element,
    limits: &Limits,
    data: &mut TaskData,
) -> Result<Vec<Element>, ReadError> {
    let folder = Folder::of(tree, main);
    data.entries.push(main);
    let mut seen: HashSet<EntryId> = HashSet::from([main]);
    // One level per file that is being spliced: its entry and the children still to come.
    let mut open = vec![(main, root.children.into_iter())];
    let mut elements = Vec::new();
    while let Some((holder, children)) = open.last_mut() {
        let holder = *holder;
        let Some(element) = children.next() else {
            open.pop();
            continue;
        };
        let name = match element.tag.as_str() {
            "XFR" => element.text("A"),
            // Some software lists external files as attached ones.
            "AFE" => element
                .text("A")
                .filter(|name| folder.names_external_file(name)),
            _ => {
                elements.push(element);
                continue;
            }
        };
        let Some(name) = name else { continue };
        let place = Place::inside(tree.entry(holder).path.clone(), format!("XFR `{name:.60}`"));
        let Some(entry) = folder.xml(tree, name) else {
            data.findings.push(
                Finding::new(
                    &findings::EXTERNAL_FILE_MISSING,
                    Severity::Warning,
                    place,
                    format!("the external file `{name:.60}` is missing in the folder"),
                )
                .value("file", format!("{name:.60}"))
                .hint("copy the whole folder TASKDATA from the stick"),
            );
            continue;
        };
        if !seen.insert(entry) {
            let in_loop = open.iter().any(|(open, _)| *open == entry);
            let text = if in_loop {
                "external files include each other in a loop; the inner one was skipped"
            } else {
                "the external file is named more than once; it was read once"
            };
            let code = &findings::EXTERNAL_FILE_REPEATED;
            let finding = Finding::new(code, Severity::Warning, place, text);
            let finding = finding.value("file", format!("{name:.60}"));
            data.findings.push(finding.value("inLoop", in_loop));
            continue;
        }
        let file = format!("{name:.60}");
        match xml::read(tree, entry, limits, Repair::No) {
            Ok(document) => {
                data.findings.extend(document.findings);
                data.entries.push(entry);
                if let Some(root) = document.root {
                    open.push((entry, root.children.into_iter()));
                }
            }
            Err(limit @ ReadError::Limit { .. }) => return Err(limit),
            Err(error) => {
                let text = what(&error);
                let place = match &error {
                    ReadError::Malformed { place, .. }
                    | ReadError::Unsupported { place, .. }
                    | ReadError::Io { place, .. } => place.clone(),
                    _ => place,
                };
                data.findings.push(
                    Finding::new(
                        &findings::EXTERNAL_FILE_UNREADABLE,
                        Severity::Error,
                        place,
                        format!("the external file cannot be read: {text}"),
                    )
                    .value("file", file)
                    .value("detail", text)
                    .hint(error.hint()),
                );
            }
        }
    }
    if let Some(links) = folder.xml(tree, "LINKLIST")
        && !data.entries.contains(&links)
    {
        data.entries.push(links);
    }
    Ok(elements)
}

/// Files of one folder by name in lower case.
struct Folder {
    by_name: HashMap<String, Vec<EntryId>>,
}

impl Folder {
    fn of(tree: &Tree, main: EntryId) -> Self {
        let mut by_name: HashMap<String, Vec<EntryId>> = HashMap::new();
        let folder = tree.folder(main);
        for id in tree.ids().filter(|id| tree.folder(*id) == folder) {
            by_name
                .entry(tree.name(id).to_lowercase())
                .or_default()
                .push(id);
        }
        Self { by_name }
    }

    /// The XML file of a name with or without extension; an exact match first.
    fn xml(&self, tree: &Tree, name: &str) -> Option<EntryId> {
        let stem = without_extension(name);
        let candidates = self.by_name.get(&format!("{stem}.xml").to_lowercase())?;
        let exact = candidates
            .iter()
            .find(|id| without_extension(tree.name(**id)) == stem);
        exact.or(candidates.first()).copied()
    }

    /// Three letters, five digits, and there: `DVC00000`.
    fn names_external_file(&self, name: &str) -> bool {
        let stem = without_extension(name);
        let (letters, digits) = stem.split_at_checked(3).unwrap_or_default();
        digits.len() == 5
            && digits.bytes().all(|b| b.is_ascii_digit())
            && [
                "DVC", "TSK", "PFD", "CTR", "FRM", "PDT", "PGP", "CTP", "VPN", "WKR", "CPC", "OTQ",
            ]
            .iter()
            .any(|tag| tag.eq_ignore_ascii_case(letters))
            && self
                .by_name
                .contains_key(&format!("{stem}.xml").to_lowercase())
    }
}

/// A file name without `.xml` or `.bin`, in any letter case.
pub(super) fn without_extension(name: &str) -> &str {
    match name.rsplit_once('.') {
        Some((stem, extension))
            if extension.eq_ignore_ascii_case("xml") || extension.eq_ignore_ascii_case("bin") =>
        {
            stem
        }
        _ => name,
    }
}
