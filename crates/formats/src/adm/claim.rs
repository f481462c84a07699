//! Which entries are an ADM card: the folder that holds the catalog, and its documents.

use crate::claim::{Claim, Confidence, ReadOptions, Verdict};
use crate::source::{EntryId, Tree};
use std::collections::BTreeMap;
use tramline_model::Provider;

/// The id of the format, and of its folder.
pub(super) const ID: &str = "adm";

/// One claim for each folder with `.adm` files; documents belong to the folder above theirs.
pub(crate) fn claim(tree: &Tree, _: &ReadOptions) -> Vec<Claim> {
    let mut cards: BTreeMap<String, Vec<EntryId>> = BTreeMap::new();
    for id in tree.ids().filter(|id| !tree.is_system_file(*id)) {
        let is_version = tree.name(id).eq_ignore_ascii_case("AdmVersion.info");
        if tree.extension(id) == "adm" || is_version {
            cards
                .entry(card_folder(tree.folder(id)))
                .or_default()
                .push(id);
        }
    }
    cards
        .into_values()
        .filter_map(|entries| card(tree, entries))
        .collect()
}

/// The card's folder, in lower case: that above `documents`.
fn card_folder(folder: &str) -> String {
    let folder = folder.to_lowercase();
    let above = folder
        .strip_suffix("/documents")
        .or_else(|| (folder == "documents").then_some(""));
    above.unwrap_or(&folder).to_owned()
}

fn card(tree: &Tree, entries: Vec<EntryId>) -> Option<Claim> {
    let named = |name: &str| {
        let mut found = entries.iter().copied();
        found.find(|id| tree.name(*id).eq_ignore_ascii_case(name))
    };
    let starts = |prefix: &str| {
        entries.iter().any(|id| {
            let name = tree.name(*id).to_lowercase();
            name.starts_with(prefix) && name.ends_with(".adm")
        })
    };
    let catalog = named("Catalog.adm");
    let main = catalog
        .or_else(|| named("AdmVersion.info"))
        .or_else(|| entries.first().copied())?;
    let has_logs = starts("loggeddata") && starts("operationdata");
    let (verdict, confidence) = match catalog {
        Some(_) if has_logs => (Verdict::Read, Confidence::Certain),
        Some(_) => {
            let reason = "ADM card without logged data: setup, plans or orders only".to_owned();
            (Verdict::NotMachineData { reason }, Confidence::Certain)
        }
        None => {
            let verdict = Verdict::Recognised {
                file_format: "ADAPTADM",
                provider: Provider::Other,
                text: "files of an ADM card whose `Catalog.adm` is not in its folder".to_owned(),
                hint: "send the whole `adm` folder with its `documents`, as it was written"
                    .to_owned(),
            };
            (verdict, Confidence::Name)
        }
    };
    Some(Claim {
        format: ID,
        confidence,
        main,
        entries,
        reason: "an ADM card".to_owned(),
        verdict,
    })
}
