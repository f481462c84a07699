//! From the table's columns to standard columns: which column feeds which property, in which
//! unit, and what is the same in all rows and so belongs to the description.

use super::deere::{self, Metadata};
use crate::shapefile::raw::cells::{as_numbers, as_texts};
use crate::shapefile::raw::dbf::Header;
use crate::shared::columns::{Mapping, TimeColumns, Title};
use arrow_array::{Array, ArrayRef, Float64Array, Int64Array, StringArray};
use arrow_schema::{Field, Schema, SchemaRef};
use std::collections::BTreeMap;
use std::sync::Arc;
use tramline_model::records::{self, SourceColumn};
use tramline_model::{Kind, OperationType, Property, Unit};

/// One standard column and where it comes from.
#[derive(Clone, Debug)]
pub(crate) struct Feed {
    /// Index in the table.
    pub(crate) column: usize,
    pub(crate) property: Property,
    pub(crate) unit: Option<&'static Unit>,
    pub(crate) assumed: bool,
}

/// The titles of a table with the units that a metadata file gives.
pub(crate) fn titles(header: &Header, metadata: Option<&Metadata>) -> Vec<Title> {
    let unit = |name: &str| metadata.and_then(|m| m.unit(name));
    header
        .columns
        .iter()
        .map(|c| Title {
            name: c.name.clone(),
            unit: unit(&c.name),
        })
        .collect()
}

/// The columns that feed properties: the first of each property, geometry and time aside. Deere
/// calls the rate of every work `AppliedRate`: in planting it is the seed rate.
pub(crate) fn feeds(mapping: &Mapping, operation: &OperationType) -> Vec<Feed> {
    let mut feeds: Vec<Feed> = Vec::new();
    for (column, meaning) in mapping.columns.iter().enumerate() {
        let Some(meaning) = meaning else { continue };
        let property = match (meaning.property, operation) {
            (Property::Longitude | Property::Latitude | Property::Timestamp, _) => continue,
            (Property::AppliedRate, OperationType::Planted) => Property::SeedRate,
            (Property::AppliedRateTarget, OperationType::Planted) => Property::SeedRateTarget,
            (property, _) => property,
        };
        if feeds.iter().all(|f| f.property != property) {
            feeds.push(Feed {
                column,
                property,
                unit: meaning.unit,
                assumed: meaning.assumed,
            });
        }
    }
    feeds
}

/// Whether a property says something about the work; names and places alone do not.
pub(crate) fn is_measured(property: Property) -> bool {
    use Property as P;
    !matches!(
        property,
        P::Longitude
            | P::Latitude
            | P::Timestamp
            | P::Elevation
            | P::SectionId
            | P::Crop
            | P::Variety
            | P::Product
            | P::ProductIndex
            | P::Machinery
    )
}

/// Whether a property is text that is often the same in a whole file.
pub(crate) fn may_be_constant(property: Property) -> bool {
    use Property as P;
    matches!(property, P::Crop | P::Variety | P::Product | P::Machinery)
}

/// Follows which columns have one text in all rows.
#[derive(Debug, Default)]
pub(crate) struct Constants {
    /// Column to its only text; `None` once it has two.
    seen: BTreeMap<usize, Option<String>>,
}

impl Constants {
    pub(crate) fn add(&mut self, column: usize, cells: &ArrayRef) {
        for text in as_texts(cells).iter().flatten() {
            match self.seen.get_mut(&column) {
                None => {
                    self.seen.insert(column, Some(text.to_owned()));
                }
                Some(slot) if slot.as_deref() != Some(text) => *slot = None,
                Some(_) => {}
            }
        }
    }

    /// Whether a column may still have one text.
    pub(crate) fn open(&self, column: usize) -> bool {
        self.seen.get(&column).is_none_or(Option::is_some)
    }

    pub(crate) fn get(&self, column: usize) -> Option<&str> {
        self.seen.get(&column)?.as_deref()
    }
}

/// The crop of a cell: Deere's numbers by name, the two letters of Yield Editor sets (`ww`) in
/// words, other text as it is.
pub(crate) fn crop(text: &str, deere: bool) -> Option<String> {
    match text.parse::<f64>() {
        Ok(number) if deere => deere::crop_of_number(number).map(str::to_owned),
        Ok(_) => None,
        Err(_) if text.eq_ignore_ascii_case("ww") => Some("winter wheat".to_owned()),
        Err(_) if text.eq_ignore_ascii_case("sw") => Some("spring wheat".to_owned()),
        Err(_) => Some(text.to_owned()),
    }
}

/// The schema of the points.
pub(crate) fn schema(
    feeds: &[Feed],
    own: Vec<Field>,
    titles: &[Title],
    time: Option<TimeColumns>,
    (area, outlines): (bool, bool),
) -> SchemaRef {
    let degrees = Some(Unit::known("arcdeg"));
    let place = SourceColumn {
        name: records::OF_GEOMETRY.to_owned(),
        ..SourceColumn::default()
    };
    let mut fields = vec![
        records::field(Property::Longitude, degrees, &place),
        records::field(Property::Latitude, degrees, &place),
    ];
    let columns = match time {
        Some(TimeColumns::One(at)) => vec![at],
        Some(TimeColumns::DateAndTime { date, time }) => vec![date, time],
        None => Vec::new(),
    };
    let names: Vec<&str> = columns
        .into_iter()
        .filter_map(|i| titles.get(i))
        .map(|t| t.name.as_str())
        .collect();
    if !names.is_empty() {
        let source = SourceColumn {
            name: names.join(" "),
            ..SourceColumn::default()
        };
        fields.push(records::field(Property::Timestamp, None, &source));
    }
    for feed in feeds {
        let title = titles.get(feed.column);
        let source = SourceColumn {
            name: title.map(|t| t.name.clone()).unwrap_or_default(),
            code: String::new(),
            unit: title.and_then(|t| t.unit.clone()).unwrap_or_default(),
        };
        fields.push(with_provenance(
            records::field(feed.property, feed.unit, &source),
            "logged",
        ));
    }
    fields.extend(own);
    if area {
        let field = records::field(Property::Area, Some(Unit::known("m2")), &place);
        fields.push(with_provenance(field, "derived"));
    }
    if outlines {
        fields.push(records::outline_field());
    }
    Arc::new(Schema::new(fields))
}

fn with_provenance(field: Field, provenance: &str) -> Field {
    let mut metadata = field.metadata().clone();
    metadata.insert(records::PROVENANCE.to_owned(), provenance.to_owned());
    field.with_metadata(metadata)
}

/// The cells of a feed in the type of its property.
pub(crate) fn values(
    feed: &Feed,
    cells: &ArrayRef,
    deere: bool,
    metadata: Option<&Metadata>,
) -> ArrayRef {
    match (feed.property.kind(), feed.property) {
        (Kind::Number, _) => Arc::new(as_numbers(cells)),
        (Kind::Integer, _) => {
            let whole = |n: f64| (n.fract() == 0.0 && n.abs() < 9e15).then_some(n as i64);
            Arc::new(
                as_numbers(cells)
                    .iter()
                    .map(|n| n.and_then(whole))
                    .collect::<Int64Array>(),
            )
        }
        (_, Property::RecordingStatus) => Arc::new(recording(cells)),
        (_, Property::Crop) => {
            let crop = |text: Option<&str>| text.and_then(|t| crop(t, deere));
            Arc::new(as_texts(cells).iter().map(crop).collect::<StringArray>())
        }
        (_, Property::Machinery) => {
            let name = |key: &str| {
                metadata
                    .and_then(|m| m.machine_name(key))
                    .unwrap_or_else(|| key.to_owned())
            };
            Arc::new(
                as_texts(cells)
                    .iter()
                    .map(|t| t.map(name))
                    .collect::<StringArray>(),
            )
        }
        _ => Arc::new(as_texts(cells)),
    }
}

/// `On` or `Off`: words, or Ag Leader's status bits of which the lowest says working.
fn recording(cells: &ArrayRef) -> StringArray {
    if let Some(numbers) = cells.as_any().downcast_ref::<Float64Array>() {
        let word = |n: f64| {
            if n.rem_euclid(2.0) >= 1.0 {
                "On"
            } else {
                "Off"
            }
        };
        return numbers.iter().map(|n| n.map(word)).collect();
    }
    let word = |text: &str| match text.to_ascii_lowercase().as_str() {
        "on" | "t" | "true" | "yes" | "down" | "1" | "33" | "recording" | "working" => Some("On"),
        "off" | "f" | "false" | "no" | "up" | "0" | "32" => Some("Off"),
        _ => None,
    };
    as_texts(cells).iter().map(|t| t.and_then(word)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn crops_that_are_numbered_or_cut_short_get_a_name_that_the_tables_know() {
        let named = |text: &str, deere| crop(text, deere);
        assert_eq!(named("173", true).as_deref(), Some("corn"));
        assert_eq!((named("173", false), named("9999", true)), (None, None));
        for text in ["ww", "sw", "CORN"] {
            let name = named(text, false).unwrap_or_default();
            assert!(
                tramline_model::Crop::find(&name).is_some(),
                "{text} gives {name}"
            );
        }
    }
}
