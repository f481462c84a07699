//! GeoJSON with points (Farmobile, QGIS and sf exports, our own standard files) or as-applied
//! polygons, whose centroid stands for the point.
//!
//! Rule: two passes over the stream, none holds the file: the first learns the property names and
//! kinds from the first features, the second pushes record batches. Boundaries are not machine
//! data.

mod feature;
mod read;

use crate::claim::{Claim, Confidence, Format, Verdict};
use crate::columns::{Title, map_titles};
use crate::source::{EntryId, Tree};
use std::collections::BTreeMap;
use tramline_model::ReadError;

use crate::claim::Sureness::{Proven, Reported};
use crate::claim::covers;
use tramline_model::Provider;

pub static FORMAT: Format = Format {
    id: "geojson",
    name: "GeoJSON",
    file_formats: &["GEOJSON"],
    reads: "features with points (Farmobile and others) or as-applied polygons, their properties \
            by the column dictionary or a column map",
    coverage: &[
        covers(
            Provider::Farmobile,
            "Farmobile GeoJSON",
            Reported,
            "no public file; units are assumed, and said so",
        ),
        covers(
            Provider::Other,
            "points or as-applied polygons with known properties",
            Proven,
            "our own and GDAL's files of the same data",
        ),
    ],
    claim,
    read: read::read,
};

/// First bytes that decide on the claim.
const HEAD: usize = 64 * 1024;

fn claim(tree: &Tree) -> Vec<Claim> {
    tree.ids().filter_map(|id| claim_entry(tree, id)).collect()
}

fn claim_entry(tree: &Tree, id: EntryId) -> Option<Claim> {
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
    let boundary = area && !point && !has_values(text);
    let verdict = if boundary {
        let reason =
            "polygons or lines without rates or yields: a boundary or guidance line".to_owned();
        Verdict::NotMachineData { reason }
    } else {
        Verdict::Read
    };
    Some(Claim {
        format: FORMAT.id,
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
fn has_values(text: &str) -> bool {
    let mut titles: Vec<Title> = Vec::new();
    let mut parts = text.split('"');
    let mut previous: Option<&str> = None;
    while let Some(part) = parts.next() {
        if part.trim_start().starts_with(':')
            && let Some(name) = previous
            && titles.len() < 512
            && !titles.iter().any(|t| t.name == name)
        {
            titles.push(Title::from_text(name));
        }
        previous = Some(part);
    }
    map_titles(&titles, &BTreeMap::new()).has_values()
}

fn place_hint() -> &'static str {
    "export the data as GeoJSON again, in WGS 84 degrees"
}

/// The reader's own words for what the JSON parser found.
fn json_error(error: &serde_json::Error, place: tramline_model::Place) -> ReadError {
    let text = error.to_string();
    let what = match error.classify() {
        serde_json::error::Category::Io => format!("json could not be read: {text}"),
        serde_json::error::Category::Eof => format!("json is truncated: {text}"),
        _ if text.contains("recursion limit") => {
            format!("json is nested beyond the depth that is read: {text}")
        }
        serde_json::error::Category::Syntax => format!("invalid json: {text}"),
        serde_json::error::Category::Data => format!("json is no GeoJSON: {text}"),
    };
    ReadError::malformed(place, what, place_hint())
}
