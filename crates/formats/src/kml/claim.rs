//! Which entries are KML or KMZ, and whether one is a drawing.

use crate::claim::{Claim, Confidence, ReadOptions, Verdict};
use crate::shared::columns::{Title, map_titles};
use crate::shared::other_data::other_data_unasked;
use crate::source::{EntryId, Limits, Tree};
use std::collections::BTreeSet;

/// The id of the format, and of its folder.
pub(super) const ID: &str = "kml";

/// Largest KMZ that is looked into.
const KMZ_BYTES: u64 = 64 << 20;
/// First bytes of a document that decide on the claim: styles and schema stand before placemarks.
const HEAD: usize = 512 << 10;
const DRAWING: &str = "KML drawing: a drawing for maps (boundary or guidance) without known values in \
                       its placemarks, so it has no machine records";

/// One claim for each document.
pub(super) fn claim(tree: &Tree, options: &ReadOptions) -> Vec<Claim> {
    tree.ids()
        .filter(|id| !tree.is_system_file(*id))
        .filter(|id| ["kml", "kmz"].contains(&tree.extension(*id).as_str()))
        .map(|id| claim_entry(tree, id, options))
        .collect()
}

fn claim_entry(tree: &Tree, id: EntryId, options: &ReadOptions) -> Claim {
    let data = names(&head(tree, id));
    let titles: Vec<&str> = data.iter().map(String::as_str).collect();
    let other = other_data_unasked(&titles, options);
    let verdict = match (other, has_values(&data, options)) {
        (Some(reason), _) => Verdict::OtherData { reason },
        (None, true) => Verdict::Read,
        (None, false) => Verdict::NotMachineData {
            reason: DRAWING.to_owned(),
        },
    };
    Claim {
        format: ID,
        confidence: Confidence::Name,
        main: id,
        entries: vec![id],
        reason: match verdict {
            Verdict::Read | Verdict::OtherData { .. } => "KML with data of placemarks",
            _ => "KML drawing",
        }
        .to_owned(),
        verdict,
    }
}

/// The first text of a document, also in a KMZ; empty when there is none.
fn head(tree: &Tree, id: EntryId) -> String {
    let bytes = if tree.extension(id) == "kmz" {
        inner(tree, id, &Limits::default())
            .map_or_else(Vec::new, |(inner, id)| inner.head(id, HEAD))
    } else {
        tree.head(id, HEAD)
    };
    String::from_utf8_lossy(&bytes).into_owned()
}

/// The document in a KMZ: `doc.kml`, else the first.
pub(super) fn inner(tree: &Tree, id: EntryId, limits: &Limits) -> Option<(Tree, EntryId)> {
    let bytes = tree.bytes(id, KMZ_BYTES).ok()?;
    let inner = Tree::from_zip_bytes("document.zip", bytes, limits).ok()?;
    let documents = || inner.ids().filter(|id| inner.extension(*id) == "kml");
    let main = documents().find(|id| inner.name(*id).eq_ignore_ascii_case("doc.kml"));
    let id = main.or_else(|| documents().next())?;
    Some((inner, id))
}

/// Names of `Data` and `SimpleData` in a text.
fn names(text: &str) -> BTreeSet<String> {
    const MOST: usize = 512;
    let mut names = BTreeSet::new();
    for (at, mark) in text.match_indices("Data ") {
        let tag = text.get(at + mark.len()..).unwrap_or_default();
        let tag = tag.split('>').next().unwrap_or_default();
        let name = tag.split_once("name=").and_then(|(_, rest)| {
            let quote = rest.chars().next()?;
            rest.get(1..)?.split(quote).next()
        });
        names.extend(name.map(str::to_owned));
        if names.len() >= MOST {
            break;
        }
    }
    names
}

fn has_values(names: &BTreeSet<String>, options: &ReadOptions) -> bool {
    let titles: Vec<Title> = names.iter().map(|name| Title::from_text(name)).collect();
    map_titles(&titles, &options.column_map).has_values()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn data_of_placemarks_decides() {
        let data = r#"<Data name="a"/><SimpleData name='yield(t/ha)'>1</SimpleData>"#;
        let found = names(data);
        assert_eq!(found.iter().collect::<Vec<_>>(), ["a", "yield(t/ha)"]);
        assert!(has_values(&found, &ReadOptions::default()));
        let id = names("<SchemaData schemaUrl=\"#x\"><Data name=\"id\">");
        let mut options = ReadOptions::default();
        assert!(!has_values(&id, &options));
        let meaning = "wetMassPerArea:t/ha".to_owned();
        options.column_map.insert("id".to_owned(), meaning);
        assert!(has_values(&id, &options));
        assert!(names("<Data ").is_empty() && names("Data name=").is_empty());
    }
}
