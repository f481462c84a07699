//! Rows of cells to record batches: the common end of the text and the GeoJSON reader.
//!
//! Takes one row at a time through a closure and keeps builders per column, never a map or struct
//! per row. Gives the raw batch under the source's names and the standard points, which share
//! their arrays wherever the values are the same.

use super::{Family, Mapping, Title, crop_name, number, status};
use arrow_array::builder::{
    BinaryBuilder, Float64Builder, Int64Builder, StringBuilder, TimestampMillisecondBuilder,
};
use arrow_array::{ArrayRef, RecordBatch};
use arrow_schema::{Field, Schema, SchemaRef};
use std::collections::HashSet;
use std::sync::Arc;
use tramline_model::records::{self, BATCH_ROWS, SourceColumn};
use tramline_model::{Kind, Place, Property, ReadError, Receiver, Unit};

/// Longest text of a cell that is kept.
const TEXT_BYTES: usize = 1 << 20;
/// Text and outlines of a batch after which it is handed on, whatever its rows.
const BATCH_BYTES: usize = 64 << 20;
/// Longest text that can be a name of the whole file.
const NAME_BYTES: usize = 256;

/// One cell of a row.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Cell<'a> {
    /// Absent.
    Null,
    /// A number; one that is not finite counts as absent.
    Number(f64),
    /// Any other text.
    Text(&'a str),
}

impl<'a> Cell<'a> {
    /// A cell of a text file: quotes and blanks around it go, marks of absence are null.
    pub fn from_text(text: &'a str) -> Self {
        let mut text = text.trim();
        if text.len() >= 2 && text.starts_with('"') && text.ends_with('"') {
            text = text.get(1..text.len() - 1).unwrap_or_default().trim();
        }
        match text {
            "" | "NA" | "N/A" | "n/a" | "NaN" | "nan" | "NULL" | "null" => Self::Null,
            other => Self::Text(other),
        }
    }

    /// The number in the cell; `decimal_comma` reads `1,5`.
    pub fn number(self, decimal_comma: bool) -> Option<f64> {
        match self {
            Self::Null => None,
            Self::Number(value) => value.is_finite().then_some(value),
            Self::Text(text) => number::parse(text, decimal_comma),
        }
    }
}

/// What the first rows show of one column.
#[derive(Clone, Debug, Default)]
pub struct Profile {
    filled: usize,
    numbers: usize,
    /// Whole numbers of more digits than a float keeps: identifiers.
    long: bool,
    first: Option<String>,
    varied: bool,
}

impl Profile {
    /// Takes one more cell into account; `decimal_comma` reads `1,5`.
    pub fn observe(&mut self, cell: Cell<'_>, decimal_comma: bool) {
        if cell == Cell::Null {
            return;
        }
        self.filled += 1;
        self.numbers += usize::from(cell.number(decimal_comma).is_some());
        let number;
        let text = match cell {
            Cell::Text(text) => text,
            Cell::Number(value) => {
                number = value.to_string();
                &number
            }
            Cell::Null => return,
        };
        self.long |= text.len() > 15 && text.bytes().all(|b| b.is_ascii_digit());
        match &self.first {
            _ if text.len() > NAME_BYTES => self.varied = true,
            None => self.first = Some(text.to_owned()),
            Some(first) => self.varied |= first != text,
        }
    }

    /// The one value that all filled cells have.
    pub fn constant(&self) -> Option<&str> {
        self.first.as_deref().filter(|_| !self.varied)
    }

    /// Whether the column holds numbers: 19 of 20 filled cells do.
    pub fn is_numeric(&self) -> bool {
        self.filled > 0 && !self.long && self.numbers * 20 >= self.filled * 19
    }
}

enum Store {
    Number(Float64Builder),
    Text(StringBuilder),
    /// The position column that the batch already has under its standard name.
    Skipped,
}

/// Where a standard column takes its values.
enum Feed {
    Longitude,
    Latitude,
    Instant,
    Area(Float64Builder),
    /// Seconds since the row before, by a clock that only counts.
    Interval(Float64Builder),
    Outline(BinaryBuilder),
    /// The source column as it is.
    Same(usize),
    Status(usize, StringBuilder),
    Crop(usize, StringBuilder),
    Integer(usize, Int64Builder),
}

/// The builders of one machine file.
pub struct Table {
    stores: Vec<Store>,
    longitude: Float64Builder,
    latitude: Float64Builder,
    instants: Option<TimestampMillisecondBuilder>,
    feeds: Vec<Feed>,
    raw_schema: SchemaRef,
    points_schema: SchemaRef,
    commas: Vec<bool>,
    family: Family,
    /// Seconds since the row before, of the next row.
    pub interval: Option<f64>,
    /// Square metres of the polygon of the next row.
    pub area: Option<f64>,
    /// The polygon of the next row, well-known binary in degrees.
    pub outline: Option<Vec<u8>>,
    in_batch: usize,
    text_bytes: usize,
    /// Texts that are too long to be kept, and became null.
    pub long_texts: u64,
    /// Rows taken so far.
    pub rows: u64,
    /// Cells of number columns that hold something else, and became null.
    pub misfits: u64,
    /// Status cells that are neither on nor off.
    pub strange_status: u64,
}

/// What a table is made from.
pub struct Plan<'a> {
    /// Titles of the source columns.
    pub titles: &'a [Title],
    /// What they mean.
    pub mapping: &'a Mapping,
    /// What the first rows show of each column.
    pub profiles: &'a [Profile],
    /// Source columns that are the position, and so are not repeated in the raw batch.
    pub position: &'a [usize],
    /// Whether rows have instants.
    pub instants: bool,
    /// Rows have no instants and a clock that only counts: [`Table::interval`] is told.
    pub intervals: bool,
    /// By column: its numbers are written with a decimal comma. May end early.
    pub commas: &'a [bool],
    /// Rows stand for polygons: [`Table::area`] and [`Table::outline`] are told.
    pub areas: bool,
}

impl Table {
    /// An empty table for the columns of a plan.
    pub fn new(plan: &Plan<'_>) -> Self {
        let degree = Unit::from_symbol("arcdeg");
        let none = SourceColumn::default();
        let lon_lat = [Property::Longitude, Property::Latitude];
        let mut raw: Vec<Field> = lon_lat.map(|p| records::field(p, degree, &none)).to_vec();
        let mut points = raw.clone();
        let mut feeds = vec![Feed::Longitude, Feed::Latitude];
        if plan.instants {
            let field = records::field(Property::Timestamp, None, &none);
            raw.push(field.clone());
            points.push(field);
            feeds.push(Feed::Instant);
        }
        let interval = Property::SamplingInterval;
        if plan.intervals && plan.mapping.column(interval).is_none() {
            points.push(records::field(interval, Unit::from_symbol("s"), &none));
            feeds.push(Feed::Interval(Float64Builder::new()));
        }
        if plan.areas && plan.mapping.column(Property::Area).is_none() {
            points.push(records::field(
                Property::Area,
                Unit::from_symbol("m2"),
                &none,
            ));
            feeds.push(Feed::Area(Float64Builder::new()));
        }
        let mut taken: HashSet<String> = raw.iter().map(|f| f.name().clone()).collect();
        let mut stores = Vec::with_capacity(plan.titles.len());
        for (index, title) in plan.titles.iter().enumerate() {
            let meaning = plan.mapping.columns.get(index).and_then(Option::as_ref);
            let source = SourceColumn {
                name: title.name.clone(),
                code: String::new(),
                unit: title.unit.clone().unwrap_or_default(),
            };
            let kind = meaning.map(|m| m.property.kind());
            let numeric = match kind {
                Some(Kind::Number) => true,
                Some(Kind::Text | Kind::Instant) => false,
                _ => plan.profiles.get(index).is_some_and(Profile::is_numeric),
            };
            let known = plan.instants && title.name == "timestamp";
            if plan.position.contains(&index) || known {
                stores.push(Store::Skipped);
                continue;
            }
            let name = unique(&title.name, index, &mut taken);
            let store = if numeric {
                Store::Number(Float64Builder::new())
            } else {
                Store::Text(StringBuilder::new())
            };
            let data_type = if numeric {
                records::data_type(Property::Speed)
            } else {
                records::data_type(Property::Crop)
            };
            let own = records::raw_field(&name, data_type, &source);
            raw.push(own.clone());
            stores.push(store);
            let Some(meaning) = meaning else {
                // Work that is none of the four types keeps what stands for no property.
                if Property::from_name(&name).is_none() {
                    points.push(own);
                    feeds.push(Feed::Same(index));
                }
                continue;
            };
            let feed = match (meaning.property, kind) {
                (Property::Longitude | Property::Latitude | Property::Timestamp, _) => continue,
                (Property::RecordingStatus, _) => Feed::Status(index, StringBuilder::new()),
                (Property::Crop, _) => Feed::Crop(index, StringBuilder::new()),
                (_, Some(Kind::Integer)) => Feed::Integer(index, Int64Builder::new()),
                _ => Feed::Same(index),
            };
            let mut field = records::field(meaning.property, meaning.unit, &source);
            if meaning.unit.is_some() {
                let mut metadata = field.metadata().clone();
                let how = if meaning.assumed { "assumed" } else { "logged" };
                metadata.insert(records::PROVENANCE.to_owned(), how.to_owned());
                field = field.with_metadata(metadata);
            }
            points.push(field);
            feeds.push(feed);
        }
        if plan.areas {
            points.push(records::outline_field());
            feeds.push(Feed::Outline(BinaryBuilder::new()));
        }
        Self {
            stores,
            longitude: Float64Builder::new(),
            latitude: Float64Builder::new(),
            instants: plan
                .instants
                .then(|| TimestampMillisecondBuilder::new().with_timezone("UTC")),
            feeds,
            raw_schema: Arc::new(Schema::new(raw)),
            points_schema: Arc::new(Schema::new(points)),
            commas: plan.commas.to_vec(),
            family: plan.mapping.family,
            interval: None,
            area: None,
            outline: None,
            in_batch: 0,
            text_bytes: 0,
            long_texts: 0,
            rows: 0,
            misfits: 0,
            strange_status: 0,
        }
    }

    /// Schema of the standard points, for `begin`.
    pub fn points_schema(&self) -> SchemaRef {
        Arc::clone(&self.points_schema)
    }

    /// Adds a row. Position in degrees, instant in milliseconds; `cell` gives the source columns.
    pub fn push<'c>(
        &mut self,
        position: Option<(f64, f64)>,
        instant: Option<i64>,
        cell: impl Fn(usize) -> Cell<'c>,
    ) {
        self.longitude.append_option(position.map(|p| p.0));
        self.latitude.append_option(position.map(|p| p.1));
        if let Some(builder) = &mut self.instants {
            builder.append_option(instant);
        }
        for (index, store) in self.stores.iter_mut().enumerate() {
            match store {
                Store::Skipped => {}
                Store::Number(builder) => {
                    let cell = cell(index);
                    let value = cell.number(self.commas.get(index).copied().unwrap_or(false));
                    self.misfits += u64::from(value.is_none() && cell != Cell::Null);
                    builder.append_option(value);
                }
                Store::Text(builder) => match cell(index) {
                    Cell::Null => builder.append_null(),
                    Cell::Text(text) if text.len() > TEXT_BYTES => {
                        self.long_texts += 1;
                        builder.append_null();
                    }
                    Cell::Text(text) => {
                        self.text_bytes += text.len();
                        builder.append_value(text);
                    }
                    Cell::Number(value) => builder.append_value(value.to_string()),
                },
            }
        }
        let (area, outline) = (self.area.take(), self.outline.take());
        let interval = self.interval.take();
        self.text_bytes += outline.as_ref().map_or(0, Vec::len);
        for feed in &mut self.feeds {
            match feed {
                Feed::Area(builder) => builder.append_option(area),
                Feed::Interval(builder) => builder.append_option(interval),
                Feed::Outline(builder) => builder.append_option(outline.as_deref()),
                Feed::Status(index, builder) => {
                    let cell = cell(*index);
                    let word = match cell {
                        Cell::Null => None,
                        Cell::Text(text) => status(text),
                        Cell::Number(value) => status(&value.to_string()),
                    };
                    self.strange_status += u64::from(word.is_none() && cell != Cell::Null);
                    builder.append_option(word);
                }
                Feed::Crop(index, builder) => match cell(*index) {
                    Cell::Text(text) if text.len() <= TEXT_BYTES => {
                        builder.append_value(crop_name(self.family, text));
                    }
                    Cell::Null | Cell::Text(_) => builder.append_null(),
                    Cell::Number(value) => {
                        builder.append_value(crop_name(self.family, &value.to_string()));
                    }
                },
                Feed::Integer(index, builder) => {
                    let comma = self.commas.get(*index).copied().unwrap_or(false);
                    let value = cell(*index).number(comma);
                    let whole = value.filter(|v| v.fract() == 0.0 && v.abs() < 9e15);
                    builder.append_option(whole.map(|v| v as i64));
                }
                Feed::Longitude | Feed::Latitude | Feed::Instant | Feed::Same(_) => {}
            }
        }
        self.in_batch += 1;
        self.rows += 1;
    }

    /// Whether a batch is complete.
    pub fn is_full(&self) -> bool {
        self.in_batch >= BATCH_ROWS || self.text_bytes >= BATCH_BYTES
    }

    /// Hands the rows collected so far to the receiver.
    ///
    /// # Errors
    ///
    /// The columns do not make a batch, or the receiver wants no more.
    pub fn flush(&mut self, place: &Place, receiver: &mut dyn Receiver) -> Result<(), ReadError> {
        if self.in_batch == 0 {
            return Ok(());
        }
        self.in_batch = 0;
        self.text_bytes = 0;
        let longitude: ArrayRef = Arc::new(self.longitude.finish());
        let latitude: ArrayRef = Arc::new(self.latitude.finish());
        let instants: Option<ArrayRef> = self
            .instants
            .as_mut()
            .map(|builder| Arc::new(builder.finish()) as ArrayRef);
        let stored: Vec<Option<ArrayRef>> = self
            .stores
            .iter_mut()
            .map(|store| match store {
                Store::Number(builder) => Some(Arc::new(builder.finish()) as ArrayRef),
                Store::Text(builder) => Some(Arc::new(builder.finish()) as ArrayRef),
                Store::Skipped => None,
            })
            .collect();
        let mut raw = vec![Arc::clone(&longitude), Arc::clone(&latitude)];
        raw.extend(instants.clone());
        raw.extend(stored.iter().flatten().cloned());
        let mut points = Vec::with_capacity(self.feeds.len());
        for feed in &mut self.feeds {
            points.extend(match feed {
                Feed::Longitude => Some(Arc::clone(&longitude)),
                Feed::Latitude => Some(Arc::clone(&latitude)),
                Feed::Instant => instants.clone(),
                Feed::Same(index) => stored.get(*index).cloned().flatten(),
                Feed::Area(builder) | Feed::Interval(builder) => {
                    Some(Arc::new(builder.finish()) as ArrayRef)
                }
                Feed::Outline(builder) => Some(Arc::new(builder.finish()) as ArrayRef),
                Feed::Status(_, builder) | Feed::Crop(_, builder) => {
                    Some(Arc::new(builder.finish()) as ArrayRef)
                }
                Feed::Integer(_, builder) => Some(Arc::new(builder.finish()) as ArrayRef),
            });
        }
        let batch = |schema: &SchemaRef, arrays| {
            RecordBatch::try_new(Arc::clone(schema), arrays)
                .map_err(|e| ReadError::malformed(place.clone(), e.to_string(), ""))
        };
        receiver.raw(&batch(&self.raw_schema, raw)?)?;
        receiver.points(&batch(&self.points_schema, points)?)?;
        Ok(())
    }
}

/// A name that no other column of the raw batch has.
fn unique(name: &str, index: usize, taken: &mut HashSet<String>) -> String {
    let mut candidate = if name.is_empty() {
        format!("column {}", index + 1)
    } else {
        name.to_owned()
    };
    if taken.contains(&candidate) {
        candidate = format!("{candidate} ({})", index + 1);
    }
    while taken.contains(&candidate) {
        candidate.push('\'');
    }
    taken.insert(candidate.clone());
    candidate
}
