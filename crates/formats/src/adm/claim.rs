//! Which entries are an ADM card: the folder that holds the catalog, and its documents.

use crate::claim::{Claim, Confidence, ReadOptions, Verdict};
use crate::source::{EntryId, Tree};
use std::collections::BTreeMap;
use tramline_model::Provider;

/// The id of the format, and of its folder.
pub(super) const ID: &str = "adm";

/// First bytes of the catalog.
const HEAD: usize = 64;

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
    if let Some(other) = catalog.and_then(|catalog| other_catalog(tree, catalog)) {
        return Some(Claim {
            format: ID,
            confidence: Confidence::Name,
            main,
            entries,
            reason: "a folder with a Catalog.adm".to_owned(),
            verdict: other,
        });
    }
    let (verdict, confidence) = match catalog {
        Some(_) if has_logs => (Verdict::Read, Confidence::Certain),
        Some(_) => {
            let reason = "an ADM card without logged data: only setup, plans or orders".to_owned();
            (Verdict::NotMachineData { reason }, Confidence::Certain)
        }
        None => {
            let verdict = Verdict::Recognised {
                file_format: "ADAPTADM",
                provider: Provider::Other,
                text: "files of an ADM card, but its `Catalog.adm` is missing in the folder"
                    .to_owned(),
                hint: "upload the whole `adm` folder with its `documents`, as it was written"
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

/// Why a catalog is that of no version that is read; `None` for one that is. Version 1 is gzip,
/// version 2 protobuf and says so in its version file; cards before had plain texts or their own
/// binary form.
fn other_catalog(tree: &Tree, catalog: EntryId) -> Option<Verdict> {
    let head = tree.head(catalog, HEAD);
    let text = head.strip_prefix(b"\xef\xbb\xbf").unwrap_or(&head);
    let text = text.trim_ascii_start();
    let packed = head.starts_with(b"\x1f\x8b");
    let said = said_version(tree, catalog);
    let old = said
        .as_deref()
        .is_some_and(|version| version.starts_with("0."))
        || text.starts_with(b"{")
        || text.starts_with(b"<");
    let what = if head.is_empty() || packed && !old {
        return None;
    } else if old {
        "an ADM card of a version before 1, which is not described"
    } else if head.starts_with(b"PK") {
        "a zip with the name `Catalog.adm`, which is not the catalog of an ADM card"
    } else {
        return None;
    };
    let said = said.map_or(String::new(), |version| {
        format!(" (it states version {version:.20})")
    });
    Some(Verdict::Recognised {
        file_format: "ADAPTADM",
        provider: Provider::Other,
        text: format!("{what}{said}"),
        hint:
            "open the data in the program that wrote them and export the ADM again (with a current \
               ADAPT plugin), or export a shapefile or ISOXML"
                .to_owned(),
    })
}

/// `AdmVersion` or `PluginVersion` of the card's version file.
fn said_version(tree: &Tree, catalog: EntryId) -> Option<String> {
    let info = tree.sibling(catalog, "AdmVersion.info")?;
    let json: serde_json::Value = serde_json::from_slice(&tree.head(info, 4_096)).ok()?;
    let said = json
        .get("AdmVersion")
        .or_else(|| json.get("PluginVersion"))?;
    said.as_str().map(str::to_owned)
}

/// The card of a catalog or version file: its `.adm` files, also those in `documents`.
pub(crate) fn sides(given: &str, other: &str) -> bool {
    let of_card = |name: &str| name.ends_with(".adm") || name == "admversion.info";
    let name = other.strip_prefix("documents/").unwrap_or(other);
    matches!(given, "catalog.adm" | "admversion.info") && (name.is_empty() || of_card(name))
}
