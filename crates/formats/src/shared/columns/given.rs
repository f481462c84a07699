//! The caller's word for a column: `Title=property:unit`.
//!
//! Rule: it is used or refused by name, never dropped. A title may be written as the file shows it,
//! with its bracket or without. A unit that the caller leaves out is the one that the file says.

use super::by_words;
use super::look_up::System;
use super::mapping::{Meaning, UnitWord};
use super::title::{Title, normal};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex};
use tramline_model::{Dimension, Kind, Property, Unit, did_you_mean};

/// The key that names a coordinate system and no column.
pub const CRS: &str = "crs";
/// Titles that a refusal lists.
const LISTED: usize = 40;

/// What an entry of the caller's map says of a column.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Given {
    /// The property.
    pub property: Property,
    /// The unit, where the entry names one.
    pub unit: Option<&'static Unit>,
}

impl Given {
    /// Reads `property` or `property:unit`.
    ///
    /// # Errors
    ///
    /// The property or the unit is not known, or the unit does not measure the property: what is
    /// wrong, what there is, and what is most like it.
    pub fn parse(title: &str, text: &str) -> Result<Self, String> {
        let (name, unit) = text
            .split_once(':')
            .map_or((text, None), |(p, u)| (p, Some(u)));
        let name = name.trim();
        let Some(property) = Property::from_name(name) else {
            let known = Property::ALL.iter().map(|p| p.name());
            return Err(format!(
                "`{name:.80}`, given for the column `{title:.80}`, is not a property{} (the properties are {})",
                did_you_mean(name, known.clone()),
                known.collect::<Vec<_>>().join(", ")
            ));
        };
        let Some(text) = unit.map(str::trim).filter(|u| !u.is_empty()) else {
            return Ok(Self {
                property,
                unit: None,
            });
        };
        let units = units_of(property);
        let refuse = |what: String| {
            let list: Vec<&str> = units.iter().map(|u| u.symbol).collect();
            let there = if list.is_empty() {
                "it has no unit".to_owned()
            } else {
                format!("its units are {}", list.join(", "))
            };
            Err(format!(
                "{what}, given for the column `{title:.80}`{} ({there})",
                did_you_mean(text, list.iter().copied())
            ))
        };
        match Unit::parse(text) {
            Some(unit) if property.accepts(unit.dimension) => Ok(Self {
                property,
                unit: Some(unit),
            }),
            Some(_) => refuse(format!(
                "`{text:.80}` is a unit, but not one of `{}`",
                property.name()
            )),
            None => refuse(format!(
                "`{text:.80}` is not a known unit of `{}`",
                property.name()
            )),
        }
    }
}

/// The units that a column of the property may have.
fn units_of(property: Property) -> Vec<&'static Unit> {
    if property.kind() != Kind::Number {
        return Vec::new();
    }
    let mut list: Vec<&Unit> = Unit::all()
        .iter()
        .filter(|u| property.accepts(u.dimension))
        .collect();
    list.retain(|u| u.symbol != "percentage");
    list
}

/// Checks what can be known of a map without its file.
///
/// # Errors
///
/// Everything that is refused, one sentence each.
pub fn check(map: &BTreeMap<String, String>) -> Result<(), Vec<String>> {
    let refused: Vec<String> = map
        .iter()
        .filter(|(title, _)| title.as_str() != CRS)
        .filter_map(|(title, text)| Given::parse(title, text).err())
        .collect();
    if refused.is_empty() {
        Ok(())
    } else {
        Err(refused)
    }
}

/// The key of the map that means a title.
pub(crate) fn key_of<'m>(title: &Title, map: &'m BTreeMap<String, String>) -> Option<&'m str> {
    let name = normal(&title.name);
    let means = |key: &str| {
        let split = Title::from_text(key);
        let same_unit = split.unit.is_none()
            || split.unit.as_deref().and_then(Unit::parse)
                == title.unit.as_deref().and_then(Unit::parse);
        key != CRS && (normal(key) == name || (normal(&split.name) == name && same_unit))
    };
    if let Some((key, _)) = map.get_key_value(title.name.as_str()) {
        return Some(key);
    }
    map.keys().map(String::as_str).find(|key| means(key))
}

/// What the caller's map says of a title.
pub(super) fn look_up(
    title: &Title,
    map: &BTreeMap<String, String>,
    system: System,
) -> Option<Meaning> {
    let key = key_of(title, map)?;
    let given = Given::parse(key, map.get(key)?).ok()?;
    let property = given.property;
    if property.kind() != Kind::Number {
        return Some(Meaning::of(property, None, false));
    }
    let said = title.unit.as_deref().and_then(Unit::parse);
    let said = given
        .unit
        .or(said.filter(|u| property.accepts(u.dimension)));
    if let Some(unit) = said {
        let mut meaning = Meaning::of(property, Some(unit), false);
        if given.unit.is_some() {
            meaning.word = UnitWord::Caller;
        }
        return Some(meaning);
    }
    let unit = match property.dimension() {
        Dimension::None => None,
        Dimension::Force => Some("N"),
        Dimension::Count => Some("seeds"),
        Dimension::VolumePerTime => Some("L/s"),
        Dimension::AreaPerTime => Some("ha/h"),
        Dimension::Temperature => Some("C"),
        _ => Some(by_words::symbol(property, system)),
    };
    let fixed = matches!(
        property.dimension(),
        Dimension::Ratio | Dimension::Time | Dimension::Angle | Dimension::None
    );
    Some(Meaning::of(property, unit.map(Unit::known), !fixed))
}

/// Which entries of the caller's map were used, over all tables of an upload, and what titles the
/// tables have. Clones share what is noted.
#[derive(Clone, Debug, Default)]
pub struct Used(Arc<Mutex<Noted>>);

#[derive(Debug, Default)]
struct Noted {
    keys: BTreeSet<String>,
    titles: BTreeSet<String>,
}

impl Used {
    /// Notes the titles of a table, and which keys of the map mean one of them.
    pub fn note(&self, titles: &[Title], map: &BTreeMap<String, String>) {
        if map.is_empty() {
            return;
        }
        let mut noted = match self.0.lock() {
            Ok(noted) => noted,
            Err(poisoned) => poisoned.into_inner(),
        };
        for title in titles {
            if let Some(key) = key_of(title, map) {
                noted.keys.insert(key.to_owned());
            }
            if noted.titles.len() < LISTED {
                noted.titles.insert(title.shown());
            }
        }
    }

    /// Entries that no table has a column for, one sentence each. Empty when no table was seen:
    /// then something else was refused.
    pub fn refusals(&self, map: &BTreeMap<String, String>) -> Vec<String> {
        let noted = match self.0.lock() {
            Ok(noted) => noted,
            Err(poisoned) => poisoned.into_inner(),
        };
        if noted.titles.is_empty() {
            return Vec::new();
        }
        let titles: Vec<&str> = noted.titles.iter().map(String::as_str).collect();
        map.keys()
            .filter(|key| key.as_str() != CRS && !noted.keys.contains(*key))
            .map(|key| {
                format!(
                    "no table has a column `{key:.80}`{} (the columns are {})",
                    did_you_mean(key, titles.iter().copied()),
                    titles.join(", ")
                )
            })
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_entry_is_understood_or_refused_by_name() {
        for (text, property, unit) in [
            (
                "dryMassPerArea:dt/ha",
                Property::DryMassPerArea,
                Some("q/ha"),
            ),
            (
                "dryMassPerArea:sc/ha",
                Property::DryMassPerArea,
                Some("sc/ha"),
            ),
            (
                "dryMassPerArea:qq/ha",
                Property::DryMassPerArea,
                Some("q/ha"),
            ),
            (
                "wetMassPerArea:t/fed",
                Property::WetMassPerArea,
                Some("t/fed"),
            ),
            (
                "appliedRate:lb/1000ft2",
                Property::AppliedRate,
                Some("lb/1000ft2"),
            ),
            ("dryMassPerArea", Property::DryMassPerArea, None),
            ("crop", Property::Crop, None),
            (" longitude : deg ", Property::Longitude, Some("arcdeg")),
        ] {
            let given = Given::parse("x", text).expect("understood");
            let unit_found = given.unit.map(|u| u.symbol);
            assert_eq!((given.property, unit_found), (property, unit), "{text}");
        }
        for (text, words) in [
            ("dryMassPerArea:bananas", &["bananas", "t/ha", "lb/ac"][..]),
            (
                "dryMassPerArea:bu/ac",
                &["bu/ac", "not one of `dryMassPerArea`", "kg/ha"],
            ),
            (
                "dryMassPerArea:tonnes per hectare",
                &["not a known unit of", "t/ha"],
            ),
            (
                "dryMassPerHectare:t/ha",
                &["not a property", "dryMassPerArea"],
            ),
            ("crop:t/ha", &["no unit"]),
            ("", &["not a property"]),
        ] {
            let refusal = Given::parse("Masa", text).expect_err("refused");
            for word in words.iter().chain(&["Masa"]) {
                assert!(refusal.contains(word), "{text}: {refusal}");
            }
        }
    }

    #[test]
    fn a_title_is_meant_with_its_bracket_or_without() {
        let title = Title::from_text("(seco)Masa de rend.(tonne/ha)");
        for (key, meant) in [
            ("(seco)Masa de rend.(tonne/ha)", true),
            ("(seco)Masa de rend.", true),
            ("(SECO) masa de rend", true),
            ("(seco)Masa de rend.(lb/ac)", false),
            ("Masa", false),
        ] {
            let map = BTreeMap::from([(key.to_owned(), "dryMassPerArea".to_owned())]);
            assert_eq!(key_of(&title, &map).is_some(), meant, "{key}");
            let meaning = look_up(&title, &map, System::Unknown);
            assert_eq!(
                meaning.and_then(|m| m.unit).map(|u| u.symbol),
                meant.then_some("t/ha")
            );
        }
    }

    #[test]
    fn what_no_table_has_is_refused_with_what_there_is() {
        let map = BTreeMap::from([
            ("Masa".to_owned(), "dryMassPerArea".to_owned()),
            ("Anch. de fja.".to_owned(), "equipmentWidth".to_owned()),
            (CRS.to_owned(), "EPSG:28355".to_owned()),
        ]);
        let used = Used::default();
        assert!(used.refusals(&map).is_empty());
        used.note(
            &["Anch. de fja.(m)", "Massa(t/ha)"].map(Title::from_text),
            &map,
        );
        let refusals = used.refusals(&map);
        assert_eq!(refusals.len(), 1);
        assert!(
            refusals[0].contains("`Masa`") && refusals[0].contains("Massa(t/ha)"),
            "{refusals:?}"
        );
    }
}
