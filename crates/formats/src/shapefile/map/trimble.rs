//! The open Trimble tree `AgGPS/Data/<client>/<farm>/<field>/<event>/`: names come from the
//! folders, values are metric whatever the display shows, `Units` tells the unit of the rates.
//! Evidence: the manual of the FM-1000 display; no sample. Farm Works writes the same tree.

use crate::shapefile::raw::cells::as_texts;
use crate::shared::columns::describe::from_word;
use crate::shared::columns::status;
use arrow_array::ArrayRef;
use std::collections::BTreeMap;
use tramline_model::{Dimension, OperationDescription, OperationType, Unit};

/// Layers of the tree that hold no logs: how their names begin, and what they are.
const OTHER_LAYERS: &[(&str, &str)] = &[
    ("boundary", "the boundary of a field"),
    ("boundaries", "boundaries of fields"),
    ("headland", "headlands of a field"),
    ("swath", "guidance lines"),
    ("guidance", "guidance lines"),
    ("linefeature", "lines mapped by hand"),
    ("areafeature", "areas mapped by hand"),
    ("pointfeature", "points mapped by hand"),
];
/// Other files of the tree: end of the lower-case path, and what they are.
const OTHER_FILES: &[(&str, &str)] = &[
    ("/eventhistory.dbf", "the list of the display's events"),
    ("/fieldlevel.xml", "the settings of a field"),
    ("/programlog.txt", "the display's own log"),
    (".pos", "a reference position"),
];

/// Where a path lies in the tree; folders that it does not reach are `None`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Place<'a> {
    client: Option<&'a str>,
    farm: Option<&'a str>,
    field: Option<&'a str>,
    event: Option<&'a str>,
}

impl<'a> Place<'a> {
    fn of(path: &'a str) -> Option<Self> {
        let mut parts = path
            .split('/')
            .skip_while(|part| !part.eq_ignore_ascii_case("AgGPS"))
            .skip(1);
        if !parts.next()?.eq_ignore_ascii_case("Data") {
            return None;
        }
        // The last part is the file.
        let mut folders: Vec<&str> = parts.collect();
        folders.pop();
        let folder = |at: usize| folders.get(at).copied().filter(|name| !name.is_empty());
        Some(Self {
            client: folder(0),
            farm: folder(1),
            field: folder(2),
            event: folder(3),
        })
    }
}

/// Whether a path lies in such a tree.
pub(crate) fn is_tree(path: &str) -> bool {
    path.split('/')
        .any(|part| part.eq_ignore_ascii_case("AgGPS"))
}

/// Whether a layer is the coverage of an event, the one that is machine data.
pub(crate) fn is_coverage(path: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or(path).to_lowercase();
    is_tree(path) && name.starts_with("coverage")
}

/// What a file of the tree is that holds no logs.
pub(crate) fn other(path: &str) -> Option<String> {
    if !is_tree(path) {
        return None;
    }
    let lower = path.to_lowercase();
    let name = lower.rsplit('/').next().unwrap_or(&lower);
    let what = if lower.split('/').any(|part| part == "prescriptions") {
        "a prescription"
    } else {
        let layer = OTHER_LAYERS
            .iter()
            .find(|(start, _)| name.starts_with(start));
        let file = || OTHER_FILES.iter().find(|(end, _)| lower.ends_with(end));
        layer.or_else(file)?.1
    };
    Some(format!(
        "not machine data: {what} of a Trimble AgGPS card; the logs are in the Coverage layers"
    ))
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
    let seeds = Unit::from_symbol(rate).is_some_and(|u| u.dimension == Dimension::CountPerArea);
    let kind = if seeds { "seedRate" } else { "appliedRate" };
    let with_unit = |end: &str| {
        if rate.is_empty() {
            format!("{kind}{end}")
        } else {
            format!("{kind}{end}:{rate}")
        }
    };
    // A text that nobody knows the words of stays as it is.
    let knows_states = |name: &str| {
        let at = names.iter().position(|n| *n == name);
        let cells = at.and_then(|at| cells.get(at));
        cells.is_some_and(|cells| {
            as_texts(cells)
                .iter()
                .flatten()
                .any(|t| status(t).is_some())
        })
    };
    let mut map = given.clone();
    let mut actual = false;
    for name in names {
        let lower = name.to_ascii_lowercase();
        let meaning = match lower.as_str() {
            "speed" => "speed:km/hr".to_owned(),
            "swath_wdth" => "equipmentWidth:m".to_owned(),
            "target" => with_unit("Target"),
            "height" => "elevation:m".to_owned(),
            "yaw" => "heading:arcdeg".to_owned(),
            "status_text" | "status_tex" if knows_states(name) => "recordingStatus".to_owned(),
            _ if !actual && (lower.starts_with("appl") || lower.starts_with("rate")) => {
                actual = true;
                with_unit("")
            }
            _ => continue,
        };
        map.entry((*name).to_owned()).or_insert(meaning);
    }
    map
}

/// Client, farm, field and event from the folders; the kind of work from the event's name where
/// neither a column nor the caller (`given`) tells it.
pub(crate) fn describe(path: &str, given: bool, operation: &mut OperationDescription) {
    let Some(place) = Place::of(path) else {
        return;
    };
    let owned = |name: Option<&str>| name.map(str::to_owned);
    operation.grower = owned(place.client);
    operation.farm = owned(place.farm);
    operation.field = owned(place.field);
    if let Some(event) = place.event {
        operation.name = event.to_owned();
        let unknown = matches!(operation.operation_type, OperationType::Other(_)) && !given;
        if let Some(kind) = from_word(event).filter(|_| unknown) {
            operation.operation_type = kind;
            operation.operation_reason = format!("the event is called `{event:.60}`");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_come_from_the_folders_that_are_there() {
        let place = Place::of("stick/aggps/DATA/A/B/C/D/Coverage.shp").unwrap_or_default();
        assert_eq!((place.client, place.event), (Some("A"), Some("D")));
        let place = Place::of("AgGPS/Data/A/B/C/Coverage.shp").unwrap_or_default();
        assert_eq!((place.field, place.event), (Some("C"), None));
        assert_eq!(Place::of("AgGPS/Prescriptions/x.shp"), None);
        assert_eq!(Place::of("Data/A/B/C/D/x.shp"), None);
    }

    #[test]
    fn files_without_logs_are_named() {
        for (path, word) in [
            ("AgGPS/Data/A/B/C/Boundary.shp", "boundary"),
            ("AgGPS/Data/A/B/C/Swaths.dbf", "guidance"),
            ("AgGPS/Data/A/B/C/D/EventHistory.dbf", "events"),
            ("AgGPS/Prescriptions/N 2026.shp", "prescription"),
            ("AgGPS/ProgramLog.txt", "log"),
        ] {
            let reason = other(path).unwrap_or_default();
            assert!(reason.contains(word), "{path}: {reason}");
        }
        assert_eq!(other("AgGPS/Data/A/B/C/D/Coverage.shp"), None);
        assert_eq!(other("Boundary.shp"), None);
    }
}
