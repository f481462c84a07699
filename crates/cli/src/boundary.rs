//! `--boundary FILE`: the fields that the work is cut to, and that name it.

use anyhow::{Context, bail};
use std::path::Path;
use tramline_convert::fields::{Boundary, Clip, Locate, NamedField};
use tramline_formats::{Limits, Tree, boundaries};

/// Reads the fields of a file.
///
/// # Errors
/// The file cannot be read, holds no polygon, or holds one that is no boundary.
pub(crate) fn read(path: &Path) -> anyhow::Result<Vec<NamedField>> {
    let shown = path.display();
    let limits = Limits::default();
    let tree = Tree::open(path, &limits)
        .map_err(anyhow::Error::new)
        .with_context(|| format!("`--boundary`: cannot read `{shown}`"))?;
    let found = boundaries::read(&tree, &limits);
    if let Some((entry, reason)) = found.faults.first() {
        bail!(
            "`--boundary`: `{entry}` cannot be used as a boundary: {reason}\nwhat to do: draw it again \
             or export it as GeoJSON from the program that made it"
        );
    }
    if found.list.is_empty() {
        bail!(
            "`--boundary`: `{shown}` holds no polygon; give GeoJSON (.geojson or .json), KML, KMZ, or a \
             shapefile with its .dbf, .shx and .prj in a zip or folder"
        );
    }
    let field = |(number, outline): (usize, boundaries::Outline)| {
        let called = match &outline.name {
            Some(name) => format!("`{name}`"),
            None => format!("number {}", number + 1),
        };
        let boundary = Boundary::from_geojson(&outline.geometry).map_err(|fault| {
            let swapped = fault.text.contains("not longitude and latitude");
            let hint = match swapped {
                true => {
                    "give WGS 84 degrees with the longitude first; projected coordinates such as UTM have to \
                     be converted"
                }
                false => "repair the polygon, for example with `Fix geometries` in QGIS",
            };
            anyhow::anyhow!(
                "`--boundary`: the field {called} in `{shown}` is no valid boundary: {fault}\nwhat to do: {hint}"
            )
        })?;
        Ok(NamedField {
            name: outline.name.filter(|name| !name.trim().is_empty()),
            boundary,
        })
    };
    found.list.into_iter().enumerate().map(field).collect()
}

/// The fields as what cuts the work, and as what tells which of them it lies in.
pub(crate) fn options(fields: Vec<NamedField>, keep_outside: bool) -> (Clip, Option<Locate>) {
    let locate = (fields.len() > 1).then(|| Locate {
        boundaries: fields.iter().map(|field| field.boundary.clone()).collect(),
        least_percent: 0.0,
        tolerance_m: 0.0,
        outside: false,
    });
    let mut clip = Clip::new(fields);
    clip.keep_outside = keep_outside;
    (clip, locate)
}
