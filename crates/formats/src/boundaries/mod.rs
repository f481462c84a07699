//! Boundaries of fields out of an upload: GeoJSON, KML and KMZ, shapefiles of polygons.
//!
//! Rule: geometries go on as GeoJSON in WGS 84 degrees, not judged; a part that cannot be read is
//! named and does no harm to the others.

mod geojson;
mod kml;
mod outline;
mod shapes;

use crate::source::{EntryId, Limits, Tree};
use outline::Read;
use serde_json::Value;

/// Largest file that is read whole.
const FILE_BYTES: u64 = 64 << 20;
/// Fields of one upload.
pub const MOST: usize = 100;

/// A polygon with the name that its file gives it.
#[derive(Clone, Debug, PartialEq)]
pub struct Outline {
    /// The name of the field, where the file has one.
    pub name: Option<String>,
    /// A GeoJSON Polygon or MultiPolygon.
    pub geometry: Value,
    /// The entry that it comes from.
    pub entry: String,
}

/// What an upload holds, and what of it could not be read: entry and reason.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Outlines {
    /// The boundaries, in the order of the entries.
    pub list: Vec<Outline>,
    /// Entries that could not be read, each with the reason.
    pub faults: Vec<(String, String)>,
}

/// Reads every boundary of an upload, at most [`MOST`].
pub fn read(tree: &Tree, limits: &Limits) -> Outlines {
    let mut found = Outlines::default();
    for id in tree.ids() {
        if tree.is_system_file(id) {
            continue;
        }
        let entry = tree.entry(id).path.clone();
        let outlines = match tree.extension(id).as_str() {
            "geojson" | "json" => bytes(tree, id).and_then(|bytes| geojson::read(&bytes)),
            "kml" => bytes(tree, id).and_then(|bytes| kml::read(&bytes)),
            "kmz" => bytes(tree, id).and_then(|bytes| kmz(bytes, limits)),
            "shp" => shapes::read(tree, id, limits),
            _ => continue,
        };
        match outlines {
            Ok(list) => {
                for (name, geometry) in list {
                    if found.list.len() == MOST {
                        let reason = format!(
                            "an upload may have at most {MOST} fields; the rest is left out"
                        );
                        found.faults.push((entry.clone(), reason));
                        return found;
                    }
                    found.list.push(Outline {
                        name,
                        geometry,
                        entry: entry.clone(),
                    });
                }
            }
            Err(reason) => found.faults.push((entry, reason)),
        }
    }
    found
}

fn bytes(tree: &Tree, id: EntryId) -> Result<Vec<u8>, String> {
    tree.bytes(id, FILE_BYTES)
        .map_err(|cause| cause.to_string())
}

fn kmz(bytes: Vec<u8>, limits: &Limits) -> Read {
    let tree =
        Tree::from_zip_bytes("document.zip", bytes, limits).map_err(|cause| cause.to_string())?;
    let mut list = Vec::new();
    for id in tree.ids().filter(|id| tree.extension(*id) == "kml") {
        list.extend(kml::read(&self::bytes(&tree, id)?)?);
    }
    if list.is_empty() {
        return Err("the KMZ has no KML with a polygon".to_owned());
    }
    Ok(list)
}
