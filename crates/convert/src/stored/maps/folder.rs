//! Maps of a stored file as files in a folder: images of classes with their list, GeoTIFF.
//!
//! Rule: a property without values has no file. Names are those of the properties.

use super::{ClassColours, Map, MapError, MapLayer, MapPlane, PAGE_PX, is_of_polygons, unreadable};
use crate::configuration::Configuration;
use serde_json::{Value, json};
use std::path::Path;
use tramline_outputs::disk;
use tramline_outputs::page::{ClassMap, main_rate};
use tramline_render::{ClassLegend, ClassRange};

/// The list of the images of classes.
pub const CLASSES_LIST: &str = "imagesV2.json";

/// What the contract says of an image of classes: `property`, `legend` with its ranges, and
/// `extent` in degrees; the unit beside them.
pub fn class_entry(map: &Map, layer: MapLayer, legend: &ClassLegend) -> Value {
    let range = |range: &ClassRange| json!({ "colorCode": range.colour_code(), "min": range.min, "max": range.max });
    let ranges: Vec<Value> = legend.ranges.iter().map(range).collect();
    let [xmin, ymin, xmax, ymax] = map.extent_degrees();
    json!({
        "property": layer.property.name(),
        "legend": { "ranges": ranges, "unit": legend.unit },
        "extent": { "xmin": xmin, "ymin": ymin, "xmax": xmax, "ymax": ymax },
    })
}

/// The map of what the work was about, for the page for people; `units` is `units.json`. `None` where
/// the operation has no rate, it has no values, or the source logged polygons and `ground`
/// (`polygon.parquet`) is not there.
///
/// # Errors
/// Those of [`Map::read`].
pub fn main_map(
    points: &Path,
    ground: Option<&Path>,
    operation: &str,
    units: &Value,
    colours: ClassColours,
) -> Result<Option<ClassMap>, MapError> {
    let Some(rate) = main_rate(operation, units) else {
        return Ok(None);
    };
    let points = if is_of_polygons(points) {
        match ground {
            Some(ground) => ground,
            None => return Ok(None),
        }
    } else {
        points
    };
    let map = Map::read_within(points, MapPlane::WebMercator, PAGE_PX)?;
    let layer = map.layer(rate)?;
    let image = map.classes(points, layer, colours)?;
    Ok(image.map(|image| ClassMap {
        entry: class_entry(&map, layer, &image.legend),
        png: image.png,
        small: image.small,
        areas_m2: image.areas_m2,
    }))
}

/// Writes `<property>.png` with its sidecar for each property, and [`CLASSES_LIST`]; gives the
/// names of the images.
///
/// # Errors
/// Those of [`Map::read`], and when the folder cannot be written.
pub fn write_classes(
    points: &Path,
    colours: ClassColours,
    folder: &Path,
) -> Result<Vec<String>, MapError> {
    let map = Map::read(points, MapPlane::WebMercator)?;
    create(folder)?;
    let (mut names, mut list) = (Vec::new(), Vec::new());
    for layer in map.layers() {
        let Some(image) = map.classes(points, *layer, colours)? else {
            continue;
        };
        let name = format!("{}.png", layer.property.name());
        write(folder, &name, &image.png)?;
        write(folder, &format!("{name}.aux.xml"), map.sidecar().as_bytes())?;
        let mut entry = class_entry(&map, *layer, &image.legend);
        entry["file"] = json!(name);
        list.push(entry);
        names.push(name);
    }
    let text = serde_json::to_vec_pretty(&list).map_err(|cause| unreadable(folder, cause))?;
    write(folder, CLASSES_LIST, &text)?;
    Ok(names)
}

/// Writes `<property>.tif` with its style for QGIS for the named properties, or for all; gives the names
/// of the rasters.
///
/// # Errors
/// Those of [`Map::read`], [`MapError::NoProperty`], and when the folder cannot be written.
pub fn write_geotiffs(
    points: &Path,
    plane: MapPlane,
    properties: Option<&[String]>,
    configuration: &Configuration,
    folder: &Path,
) -> Result<Vec<String>, MapError> {
    let map = Map::read(points, plane)?;
    let layers = match properties {
        Some(properties) => properties
            .iter()
            .map(|name| map.layer(name))
            .collect::<Result<Vec<_>, _>>()?,
        None => map.layers().to_vec(),
    };
    create(folder)?;
    let mut names = Vec::new();
    for layer in layers {
        let Some(bytes) = map.geotiff(points, layer)? else {
            continue;
        };
        let name = format!("{}.tif", layer.property.name());
        write(folder, &name, &bytes)?;
        if let Some(style) = map.qgis_style(points, layer, configuration)? {
            let style_name = format!("{}.qml", layer.property.name());
            write(folder, &style_name, style.as_bytes())?;
        }
        names.push(name);
    }
    Ok(names)
}

pub(super) fn create(folder: &Path) -> Result<(), MapError> {
    disk::create_folder(folder).map_err(|cause| MapError::Write {
        name: folder.display().to_string(),
        cause,
    })
}

pub(super) fn write(folder: &Path, name: &str, bytes: &[u8]) -> Result<(), MapError> {
    disk::write(&folder.join(name), bytes).map_err(|cause| MapError::Write {
        name: name.to_owned(),
        cause,
    })
}
