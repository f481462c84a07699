//! What the columns of a dataset mean, from titles, metadata and the first rows.

use super::claim::Files;
use super::map::deere::Metadata;
use super::map::plan::{self, Feed};
use super::map::trimble;
use super::open::{Opened, arrays};
use super::raw::cells::{self, as_numbers, as_texts};
use super::raw::dbf::Header;
use super::raw::shp::{Geometry, Shapes, geometry};
use crate::claim::ReadOptions;
use crate::shared::columns::clock::{Clock, Setting};
use crate::shared::columns::describe::{from_word, no_work};
use crate::shared::columns::{Family, Mapping, TimeColumns, Title, map_titles, products, proof};
use crate::source::Tree;
use arrow_array::{Array, ArrayRef, Float64Array, StringArray};
use arrow_schema::{DataType, Field, Schema, SchemaRef};
use std::collections::HashSet;
use std::sync::Arc;
use tramline_model::records::{self, SourceColumn};
use tramline_model::{Crop, Finding, OperationType, Place, Property, ReadError};

/// What is known of the columns.
pub(super) struct Layout {
    pub(super) titles: Vec<Title>,
    pub(super) family: Family,
    pub(super) metadata: Option<Metadata>,
    /// An export of John Deere's Operations Center.
    pub(super) deere: bool,
    /// Within an AgGPS tree.
    pub(super) trimble: bool,
    pub(super) operation: OperationType,
    pub(super) operation_reason: String,
    /// What the file calls the work, in all of the first rows.
    pub(super) word: Option<String>,
    pub(super) feeds: Vec<Feed>,
    /// Columns of work that is none of the four types, which stand for no property.
    pub(super) own: Vec<Own>,
    pub(super) clock: Option<Clock>,
    /// The shapes give the area of a record; no column does.
    pub(super) area: bool,
    pub(super) polygons: bool,
    /// What the rows prove of units.
    pub(super) proved: Vec<Finding>,
}

/// A column that keeps its name and its kind.
pub(super) struct Own {
    pub(super) column: usize,
    field: Field,
}

/// What the first rows show.
struct Evidence<'a> {
    shapes: &'a Shapes,
    sample: &'a [ArrayRef],
    instants: Vec<Option<i64>>,
    crop: Option<&'static Crop>,
}

impl Evidence<'_> {
    fn settle(&self, mapping: &mut Mapping, titles: &[Title], place: &Place) -> Vec<Finding> {
        let numbers: Vec<Option<Float64Array>> = (0..titles.len())
            .map(|at| {
                let known = mapping.columns.get(at).and_then(Option::as_ref);
                let lost = mapping.lost.get(at).and_then(Option::as_ref);
                let asked = known.or(lost).is_some_and(|m| proof::asks(m.property));
                asked.then(|| self.sample.get(at).map(as_numbers)).flatten()
            })
            .collect();
        let rows = self.sample.first().map_or(0, Array::len);
        let position = |row: usize| {
            let (x, y) = (*self.shapes.x.get(row)?, *self.shapes.y.get(row)?);
            (x.is_finite() && y.is_finite()).then_some((x, y))
        };
        let number = |row: usize, at: usize| {
            let column = numbers.get(at)?.as_ref()?;
            (row < column.len() && column.is_valid(row)).then(|| column.value(row))
        };
        let instant = |row: usize| self.instants.get(row).copied().flatten();
        let first = proof::Sample::take(mapping, rows, position, instant, number, self.crop);
        proof::settle(mapping, titles, &first, place)
    }
}

/// Milliseconds of the first rows.
fn instants(clock: Option<&Clock>, sample: &[ArrayRef]) -> Vec<Option<i64>> {
    let Some(clock) = clock else {
        return Vec::new();
    };
    let texts = time_texts(clock.columns, sample);
    texts
        .iter()
        .map(|(date, time)| clock.read(date, time))
        .collect()
}

/// The crop of the whole table, where there is one that the tables know.
fn crop(
    mapping: &Mapping,
    sample: &[ArrayRef],
    metadata: Option<&Metadata>,
    deere: bool,
    options: &ReadOptions,
) -> Option<&'static Crop> {
    if let Some(given) = options.crop.clone().or_else(|| metadata?.crop()) {
        return Crop::find(&given);
    }
    let texts = as_texts(sample.get(mapping.column(Property::Crop)?)?);
    let mut texts = texts.iter().flatten();
    let first = texts.next()?;
    if texts.any(|text| text != first) {
        return None;
    }
    Crop::find(&plan::crop(first, deere)?)
}

impl Layout {
    /// Decides it by the files and their first rows. An error where no column is known.
    pub(super) fn find(
        tree: &Tree,
        files: &Files,
        opened: &Opened<'_>,
        options: &ReadOptions,
    ) -> Result<Self, ReadError> {
        let (table, rows) = (&opened.table, &opened.first.1);
        let metadata = files.metadata(tree);
        let titles = plan::titles(&table.header, metadata.as_ref());
        let names: Vec<&str> = titles.iter().map(|t| t.name.as_str()).collect();
        let first: Vec<usize> = (0..rows.len().min(proof::ROWS)).collect();
        let sample = arrays(table, rows, &first);
        let trimble = trimble::is_tree(&opened.place.entry);
        let mut mapping = if trimble {
            map_titles(
                &titles,
                &trimble::column_map(&names, &sample, &options.column_map),
            )
        } else {
            map_titles(&titles, &options.column_map)
        };
        options.used.note(&titles, &options.column_map);
        let word = mapping.operation.and_then(|at| same_text(sample.get(at)?));
        let (operation, operation_reason) =
            operation_type(options, metadata.as_ref(), word.as_deref(), &mapping);
        let word = word.filter(|word| from_word(word).is_some());
        let deere = metadata.is_some() || mapping.family == Family::DeereOperationsCenter;
        let setting = Setting {
            family: mapping.family,
            titles: &titles,
            options,
            // Deere writes its plain `Time` in UTC.
            utc: deere,
        };
        let clock = Clock::find(&setting, &mapping, |columns| time_texts(columns, &sample));
        let named = [Property::Product, Property::Crop].map(|p| mapping.column(p));
        let texts: Vec<(usize, StringArray)> = named
            .into_iter()
            .flatten()
            .filter_map(|at| Some((at, as_texts(sample.get(at)?))))
            .collect();
        products::settle(&mut mapping, Some(&operation), |at| {
            let column = texts.iter().find(|(column, _)| *column == at);
            column
                .into_iter()
                .flat_map(|(_, texts)| texts.iter().flatten())
        });
        let evidence = Evidence {
            shapes: &opened.first.0,
            sample: &sample,
            instants: instants(clock.as_ref(), &sample),
            crop: crop(&mapping, &sample, metadata.as_ref(), deere, options),
        };
        let proved = evidence.settle(&mut mapping, &titles, &opened.table_place);
        let feeds = plan::feeds(&mapping, &operation);
        let named = options.operation_type.is_some() || word.is_some();
        if !named && !feeds.iter().any(|f| plan::is_measured(f.property)) {
            return Err(no_known_columns(opened.table_place.clone(), &titles));
        }
        let polygons = geometry(opened.shapes.shape_type()) == Some(Geometry::Polygon);
        let own = match &operation {
            OperationType::Other(_) => own_columns(&table.header, &titles, &mapping),
            _ => Vec::new(),
        };
        Ok(Self {
            word,
            own,
            family: mapping.family,
            deere,
            trimble,
            operation,
            operation_reason,
            clock,
            proved,
            area: polygons && feeds.iter().all(|f| f.property != Property::Area),
            polygons,
            feeds,
            metadata,
            titles,
        })
    }

    /// The columns of the points.
    pub(super) fn schema(&self) -> SchemaRef {
        let shapes = (self.area, self.polygons);
        let time = self.clock.as_ref().filter(|clock| clock.gives_instants());
        let columns = time.map(|clock| clock.columns);
        let own = self.own.iter().map(|own| own.field.clone()).collect();
        plan::schema(&self.feeds, own, &self.titles, columns, shapes)
    }

    /// Whether the rows have instants.
    pub(super) fn has_instants(&self) -> bool {
        self.clock.as_ref().is_some_and(Clock::gives_instants)
    }

    /// The columns of the table as they stand, behind the position and the instant.
    pub(super) fn raw_schema(&self, header: &Header) -> SchemaRef {
        let number = |name: &str| Field::new(name, DataType::Float64, true);
        let mut fields = vec![number("longitude"), number("latitude")];
        if self.has_instants() {
            fields.push(Field::new(
                "timestamp",
                records::data_type(Property::Timestamp),
                true,
            ));
        }
        let mut taken: HashSet<String> = fields.iter().map(|f| f.name().clone()).collect();
        for (column, title) in header.columns.iter().zip(&self.titles) {
            let mut name = title.name.clone();
            let mut copy = 2;
            while !taken.insert(name.clone()) {
                name = format!("{}_{copy}", title.name);
                copy += 1;
            }
            let source = SourceColumn {
                name: title.name.clone(),
                code: String::new(),
                unit: title.unit.clone().unwrap_or_default(),
            };
            fields.push(records::raw_field(&name, cells::data_type(column), &source));
        }
        Arc::new(Schema::new(fields))
    }
}

/// Texts of date and time of rows, or of the one column and nothing.
pub(super) fn time_texts(columns: TimeColumns, cells: &[ArrayRef]) -> Vec<(String, String)> {
    let rows = cells.first().map_or(0, |cells| cells.len());
    let column = |at: usize| {
        let texts = cells.get(at).map(as_texts);
        let text = move |row: usize| match &texts {
            Some(texts) if texts.is_valid(row) => texts.value(row).to_owned(),
            _ => String::new(),
        };
        (0..rows).map(text).collect::<Vec<String>>()
    };
    match columns {
        TimeColumns::One(at) => {
            let texts = column(at).into_iter();
            texts.map(|text| (text, String::new())).collect()
        }
        TimeColumns::DateAndTime { date, time } => {
            column(date).into_iter().zip(column(time)).collect()
        }
    }
}

/// The one text of a column; `None` where rows differ.
fn same_text(cells: &ArrayRef) -> Option<String> {
    let texts = as_texts(cells);
    let mut texts = texts.iter().flatten();
    let first = texts.next()?;
    texts
        .all(|text| text == first)
        .then(|| first.trim().to_owned())
}

/// The columns that stand for no property, under a name that none has.
fn own_columns(header: &Header, titles: &[Title], mapping: &Mapping) -> Vec<Own> {
    let mut names = HashSet::new();
    let columns = header.columns.iter().zip(titles).enumerate();
    columns
        .filter(|(at, _)| mapping.columns.get(*at).is_some_and(Option::is_none))
        .filter(|(_, (_, title))| Property::from_name(&title.name).is_none())
        .filter(|(_, (_, title))| names.insert(title.name.clone()))
        .map(|(column, (described, title))| {
            let source = SourceColumn {
                name: title.name.clone(),
                code: String::new(),
                unit: title.unit.clone().unwrap_or_default(),
            };
            Own {
                column,
                field: records::raw_field(&title.name, cells::data_type(described), &source),
            }
        })
        .collect()
}

/// The kind of work, and why.
fn operation_type(
    options: &ReadOptions,
    metadata: Option<&Metadata>,
    word: Option<&str>,
    mapping: &Mapping,
) -> (OperationType, String) {
    if let Some(given) = &options.operation_type {
        return (given.clone(), "given by the caller".to_owned());
    }
    if let Some((word, kind)) = metadata.and_then(Metadata::operation) {
        return (kind, format!("metadata file says `{word}`"));
    }
    if let Some((word, kind)) = word.and_then(|word| Some((word, from_word(word)?))) {
        return (kind, format!("the file calls the work `{word:.80}`"));
    }
    match &mapping.operation_type {
        Some(kind) => (kind.clone(), mapping.reason.clone()),
        None => (no_work(word), "no column tells the work".to_owned()),
    }
}

fn no_known_columns(place: Place, titles: &[Title]) -> ReadError {
    let names: Vec<&str> = titles.iter().take(20).map(|t| t.name.as_str()).collect();
    let what = if names.is_empty() {
        "missing required properties: the .dbf has no columns".to_owned()
    } else {
        let more = if titles.len() > names.len() {
            ", …"
        } else {
            ""
        };
        format!(
            "missing required properties: no known column among {}{more}",
            names.join(", ")
        )
    };
    ReadError::unsupported(
        place,
        what,
        "map the columns to properties (`--column TITLE=PROPERTY:UNIT`)",
    )
}
