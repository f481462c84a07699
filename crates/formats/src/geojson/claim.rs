//! Which entries are GeoJSON, and whether one holds only boundaries or guidance lines.

use crate::claim::{Claim, Confidence, ReadOptions, Verdict};
use crate::shared::columns::{Title, map_titles};
use crate::shared::other_data::other_data_unasked;
use crate::source::{EntryId, Tree};

/// The id of the format, and of its folder.
pub(super) const ID: &str = "geojson";

/// First bytes that decide on the claim.
pub(super) const HEAD: usize = 64 * 1024;

/// One claim for each document.
pub(super) fn claim(tree: &Tree, options: &ReadOptions) -> Vec<Claim> {
    tree.ids()
        .filter_map(|id| claim_entry(tree, id, options))
        .collect()
}

fn claim_entry(tree: &Tree, id: EntryId, options: &ReadOptions) -> Option<Claim> {
    let extension = tree.extension(id);
    if !["geojson", "json"].contains(&extension.as_str()) || tree.name(id).starts_with("._") {
        return None;
    }
    let head = tree.head(id, HEAD);
    let text = String::from_utf8_lossy(&head);
    let text = text.trim_start_matches('\u{feff}').trim_start();
    let says = |word: &str| text.contains(&format!("\"{word}\""));
    let looks = text.starts_with('{')
        && (says("FeatureCollection") || (says("Feature") && says("geometry")))
        && !says("layerType");
    // A damaged or strange file of that name is answered by the reader, with the reason.
    if !looks && extension != "geojson" {
        return None;
    }
    let area = says("Polygon") || says("MultiPolygon") || says("LineString");
    let point = says("Point") || says("MultiPoint");
    let boundary = area && !point && !has_values(text, options);
    let titles = titles(text);
    let names: Vec<&str> = titles.iter().map(|title| title.name.as_str()).collect();
    let other = other_data_unasked(&names, options).filter(|_| looks);
    let verdict = if let Some(reason) = other {
        Verdict::OtherData { reason }
    } else if boundary {
        let reason =
            "polygons or lines without rates or yields: a boundary or guidance line".to_owned();
        Verdict::NotMachineData { reason }
    } else {
        Verdict::Read
    };
    Some(Claim {
        format: ID,
        confidence: if looks {
            Confidence::Content
        } else {
            Confidence::Name
        },
        main: id,
        entries: vec![id],
        reason: if looks {
            "GeoJSON features"
        } else {
            "a file named .geojson"
        }
        .to_owned(),
        verdict,
    })
}

/// Whether any quoted word that stands before a colon is a known value.
fn has_values(text: &str, options: &ReadOptions) -> bool {
    map_titles(&titles(text), &options.column_map).has_values()
}

/// The quoted words that stand before a colon, each once.
fn titles(text: &str) -> Vec<Title> {
    let mut titles: Vec<Title> = Vec::new();
    let mut previous: Option<&str> = None;
    for part in text.split('"') {
        if part.trim_start().starts_with(':')
            && let Some(name) = previous
            && titles.len() < 512
            && !titles.iter().any(|t| t.name == name)
        {
            titles.push(Title::from_text(name));
        }
        previous = Some(part);
    }
    titles
}
