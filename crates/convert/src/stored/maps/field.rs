//! One map of a field over several machine files: passes of several machines or days on one canvas with
//! common classes.
//!
//! Rule: memory is bounded as for one map: all parts together have at most as many rows. Where parts
//! overlap, the ground belongs to the first. Parts whose values have another unit have no common map.

use super::corners::Corners;
use super::folder::class_entry;
use super::{
    ClassColours, MOST_ROWS, Map, MapError, MapLayer, MapPlane, PAGE_PX, burnt, column,
    is_of_polygons, layers, open, unreadable,
};
use crate::paint::Patch;
use std::path::Path;
use tramline_model::Property;
use tramline_outputs::page::ClassMap;

/// The stored points of one machine file.
#[derive(Clone, Copy, Debug)]
pub struct FieldPart<'a> {
    /// `filtered.parquet` or `standard.parquet`.
    pub points: &'a Path,
    /// `polygon.parquet`, which is needed where the source logged polygons.
    pub ground: Option<&'a Path>,
}

impl<'a> FieldPart<'a> {
    /// The file whose rows have ground; `None` where there is none.
    fn rows(self) -> Option<&'a Path> {
        match is_of_polygons(self.points) {
            true => self.ground,
            false => Some(self.points),
        }
    }
}

/// The map of a property over all parts, in the order in which they own the ground; `None` where a part
/// lacks it or its ground, or units differ.
///
/// # Errors
/// Those of [`Map::read`]; [`MapError::TooManyRows`] for all parts together.
pub fn field_map(
    parts: &[FieldPart<'_>],
    property: &str,
    colours: ClassColours,
) -> Result<Option<ClassMap>, MapError> {
    let paths: Option<Vec<&Path>> = parts.iter().map(|part| part.rows()).collect();
    let Some(paths) = paths.filter(|paths| !paths.is_empty()) else {
        return Ok(None);
    };
    let Some((layer, has_area)) = common_layer(&paths, property)? else {
        return Ok(None);
    };
    let mut rows = 0_usize;
    for path in &paths {
        let own = open(path)?.metadata().file_metadata().num_rows();
        rows = rows.saturating_add(usize::try_from(own).unwrap_or(0));
    }
    if rows > MOST_ROWS {
        return Err(MapError::TooManyRows { rows });
    }
    let mut all: Vec<Corners> = Vec::new();
    // The first row of each part, and the end.
    let mut starts = vec![0_usize];
    let (mut values, mut areas) = (Vec::new(), Vec::new());
    for path in &paths {
        let corners = Corners::read(path)?;
        let start = starts.last().copied().unwrap_or(0) + corners.rows();
        values.extend(column(path, layer.property)?);
        if has_area {
            areas.extend(column(path, Property::Area)?);
        }
        if values.len() != start {
            return Err(unreadable(path, "its columns are not of one length"));
        }
        starts.push(start);
        all.push(corners);
    }
    let at = |row: usize| {
        let part = starts
            .partition_point(|start| *start <= row)
            .checked_sub(1)?;
        Some((all.get(part)?, row - starts.get(part)?))
    };
    let ground = |row: usize| -> Option<Patch> {
        let (part, row) = at(row)?;
        part.of(row)
    };
    let rated =
        |row: usize| at(row).is_none_or(|(part, row)| part.rated.get(row).copied().unwrap_or(true));
    let (canvas, shown) = burnt(
        values.len(),
        &ground,
        &rated,
        MapPlane::WebMercator,
        PAGE_PX,
    )?;
    drop(all);
    let map = Map {
        canvas,
        layers: vec![layer],
        areas,
        shown,
    };
    let image = map.image_of(&values, layer, colours)?;
    Ok(image.map(|image| ClassMap {
        entry: class_entry(&map, layer, &image.legend),
        png: image.png,
        small: image.small,
        areas_m2: image.areas_m2,
    }))
}

/// The property where all files have it in one unit, and whether all have areas.
fn common_layer(paths: &[&Path], property: &str) -> Result<Option<(MapLayer, bool)>, MapError> {
    let mut common: Option<MapLayer> = None;
    let mut has_area = true;
    let mut area_unit = None;
    for path in paths {
        let list = layers(path)?;
        let layer = list.iter().find(|layer| layer.property.name() == property);
        let same = |one: &MapLayer| common.is_none_or(|known| known == *one);
        let Some(layer) = layer.copied().filter(same) else {
            return Ok(None);
        };
        common = Some(layer);
        let area = list.iter().find(|layer| layer.property == Property::Area);
        let unit = area.map(MapLayer::unit_symbol);
        has_area &= unit.is_some() && area_unit.is_none_or(|known| Some(known) == unit);
        area_unit = area_unit.or(unit);
    }
    Ok(common.map(|layer| (layer, has_area)))
}
