//! The open Trimble tree `AgGPS/Data/<client>/<farm>/<field>/<event>/`: names come from the
//! folders, values are metric whatever the display shows, `Units` tells the unit of the rates.

use arrow_array::ArrayRef;
use std::collections::BTreeMap;
use tramline_model::{OperationDescription, Unit};

use crate::shapefile::raw::cells::as_texts;

/// Whether a path lies in such a tree.
pub(crate) fn is_tree(path: &str) -> bool {
    path.split('/')
        .any(|part| part.eq_ignore_ascii_case("AgGPS"))
}

/// The caller's column map with the meanings that the tree gives added.
pub(crate) fn column_map(
    names: &[&str],
    cells: &[ArrayRef],
    given: &BTreeMap<String, String>,
) -> BTreeMap<String, String> {
    let units = names
        .iter()
        .position(|n| n.eq_ignore_ascii_case("Units"))
        .and_then(|i| cells.get(i));
    let rate = units
        .map(as_texts)
        .and_then(|texts| texts.iter().flatten().find_map(Unit::parse))
        .map_or("", |unit| unit.symbol);
    let with_unit = |property: &str| {
        if rate.is_empty() {
            property.to_owned()
        } else {
            format!("{property}:{rate}")
        }
    };
    let mut map = given.clone();
    let mut actual = false;
    for name in names {
        let lower = name.to_ascii_lowercase();
        let meaning = match lower.as_str() {
            "speed" => "speed:km/hr".to_owned(),
            "swath_wdth" => "equipmentWidth:m".to_owned(),
            "target" => with_unit("appliedRateTarget"),
            "height" => "elevation:m".to_owned(),
            "yaw" => "heading:arcdeg".to_owned(),
            _ if !actual && (lower.starts_with("appl") || lower.starts_with("rate")) => {
                actual = true;
                with_unit("appliedRate")
            }
            _ => continue,
        };
        map.entry((*name).to_owned()).or_insert(meaning);
    }
    map
}

/// Client, farm, field and event from the folders.
pub(crate) fn describe(path: &str, operation: &mut OperationDescription) {
    let mut parts = path
        .split('/')
        .skip_while(|part| !part.eq_ignore_ascii_case("AgGPS"))
        .skip(1);
    if !parts
        .next()
        .is_some_and(|part| part.eq_ignore_ascii_case("Data"))
    {
        return;
    }
    let folders: Vec<&str> = parts.collect();
    if let [client, farm, field, event, _] = folders.as_slice() {
        operation.grower = Some((*client).to_owned());
        operation.farm = Some((*farm).to_owned());
        operation.field = Some((*field).to_owned());
        operation.name = (*event).to_owned();
    }
}
