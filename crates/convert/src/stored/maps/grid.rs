//! Properties smoothed onto a grid of ten metres: what people look at beside the swaths.
//!
//! Rules: the cells lie on whole tens of metres of the field's zone of UTM. The ground of each record goes
//! into the cells below it; their values are smoothed over a radius of twenty metres. Cells grow
//! where the map's own pixels are coarser than five metres.

use super::{Map, MapError, MapLayer, MapPlane, column};
use crate::colours::{self, nature};
use crate::configuration::Configuration;
use serde_json::{Value, json};
use std::path::Path;
use tramline_analysis::smooth::Cells;
use tramline_model::Property;
use tramline_render::{
    Band, Canvas, NO_OWNER, Nature, geotiff, index_of, png, qgis_style, sidecar,
};

/// The list of the images of the grid.
pub const GRID_LIST: &str = "grid.json";
/// Side of a cell.
const SIDE_M: f64 = 10.0;
/// As far as a record has a say.
const RADIUS_M: f64 = 20.0;

/// A smoothed property.
struct SmoothedMap {
    /// Each cell owns its pixel.
    canvas: Canvas,
    /// By cell; not a number where nothing was worked.
    values: Vec<f64>,
}

impl SmoothedMap {
    /// Smooths the values of the rows of a map.
    fn of(map: &Map, values: &[f64]) -> Option<Self> {
        let pixels = &map.canvas;
        let [west, pixel, _, north, ..] = pixels.geo_transform();
        let side = SIDE_M * (2.0 * pixel / SIDE_M).ceil().max(1.0);
        let (columns, lines) = pixels.size();
        let (left, top) = ((west / side).floor() * side, (north / side).ceil() * side);
        let count = |length: f64| (length / side).ceil().clamp(1.0, 8192.0) as u32;
        let size = (
            count(west - left + pixel * f64::from(columns)),
            count(top - north + pixel * f64::from(lines)),
        );
        let canvas = Canvas::of_cells(pixels.projection(), (left, top), side, size)?;
        let mut cells = Cells::new(size.0, size.1);
        let ground = pixel * pixel;
        let cell =
            |from: f64, place: usize| ((from + (place as f64 + 0.5) * pixel) / side) as usize;
        for (line, owners) in pixels.lines().enumerate() {
            let below = cell(top - north, line);
            for (column, owner) in owners.iter().enumerate().filter(|(_, o)| **o != NO_OWNER) {
                if let Some(value) = values.get(*owner as usize) {
                    cells.add(cell(west - left, column), below, *value, ground);
                }
            }
        }
        let values = cells.smoothed(side, RADIUS_M.max(2.0 * side));
        Some(Self { canvas, values })
    }
}

/// What is smoothed unless it is chosen: neither what says something of the log only, nor amounts of single
/// records, which depend on how far apart they are.
fn is_smoothed(property: Property) -> bool {
    let of_record = [
        Property::WetMass,
        Property::WetVolume,
        Property::DryMass,
        Property::DryVolume,
        Property::FuelUsed,
    ];
    nature(property) != Nature::Plain && !of_record.contains(&property)
}

/// Writes `<property>.png` with its sidecar and `<property>.tif` with its style for the named
/// properties, or for all that are mapped, and [`GRID_LIST`]; gives the names of the images.
///
/// # Errors
/// Those of [`Map::read`], [`MapError::NoProperty`], and when the folder cannot be written.
pub fn write_grid(
    points: &Path,
    properties: Option<&[String]>,
    configuration: &Configuration,
    folder: &Path,
) -> Result<Vec<String>, MapError> {
    let map = Map::read(points, MapPlane::Utm)?;
    let layers: Vec<MapLayer> = match properties {
        Some(names) => {
            let layers = names.iter().map(|name| map.layer(name));
            layers.collect::<Result<_, _>>()?
        }
        None => {
            let layers = map.layers().iter().copied();
            layers.filter(|layer| is_smoothed(layer.property)).collect()
        }
    };
    super::folder::create(folder)?;
    let (mut names, mut list) = (Vec::new(), Vec::new());
    for layer in layers {
        let values = column(points, layer.property)?;
        let smoothed =
            SmoothedMap::of(&map, &values).filter(|s| s.values.iter().any(|v| v.is_finite()));
        let Some(smoothed) = smoothed else {
            continue;
        };
        list.push(write_one(&smoothed, layer, configuration, folder)?);
        names.push(format!("{}.png", layer.property.name()));
    }
    let text =
        serde_json::to_vec_pretty(&list).map_err(|cause| super::unreadable(folder, cause))?;
    super::folder::write(folder, GRID_LIST, &text)?;
    Ok(names)
}

/// Writes the files of a property; what the list says of them.
fn write_one(
    smoothed: &SmoothedMap,
    layer: MapLayer,
    configuration: &Configuration,
    folder: &Path,
) -> Result<Value, MapError> {
    let SmoothedMap { canvas, values } = smoothed;
    let property = layer.property;
    let known = || values.iter().copied().filter(|value| value.is_finite());
    let full = (
        known().fold(f64::INFINITY, f64::min),
        known().fold(f64::NEG_INFINITY, f64::max),
    );
    let stretch = configuration.image_stretch;
    let (min, max) = colours::ends(stretch, property, layer.unit, full, &mut known().collect());
    let ramp = colours::ramp(configuration, property);
    let indices: Vec<u8> = values
        .iter()
        .map(|value| index_of(*value, min, max))
        .collect();
    let name = property.name();
    let band = Band {
        name,
        unit: layer.unit_symbol(),
    };
    let write = |name: &str, bytes: &[u8]| super::folder::write(folder, name, bytes);
    write(
        &format!("{name}.png"),
        &png(canvas, &indices, &ramp.palette())?,
    )?;
    write(&format!("{name}.png.aux.xml"), sidecar(canvas).as_bytes())?;
    write(&format!("{name}.tif"), &geotiff(canvas, values, band)?)?;
    let style = qgis_style(&ramp, min, max, layer.unit_symbol());
    write(&format!("{name}.qml"), style.as_bytes())?;
    let stops: serde_json::Map<String, Value> = ramp
        .listing()
        .into_iter()
        .map(|(stop, colour)| (stop, json!(colour)))
        .collect();
    let [xmin, ymin, xmax, ymax] = canvas.extent_degrees();
    let [_, side, ..] = canvas.geo_transform();
    Ok(json!({
        "property": name,
        "ramp": stops,
        "legend": { "min": min, "max": max, "least": full.0, "greatest": full.1, "unit": layer.unit_symbol() },
        "extent": { "xmin": xmin, "ymin": ymin, "xmax": xmax, "ymax": ymax },
        "cellInMetres": side,
        "radiusInMetres": RADIUS_M.max(2.0 * side),
        "file": format!("{name}.png"),
    }))
}
