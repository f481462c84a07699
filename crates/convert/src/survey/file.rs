//! The row of one machine file, gathered while its batches pass.

use crate::describe::zone;
use crate::points::columns::Texts;
use arrow_array::{Array, Float64Array, RecordBatch, TimestampMillisecondArray};
use serde::Serialize;
use tramline_model::records::column_index;
use tramline_model::{Ending, OperationDescription, OperationType, Property, Provider, ReadError};

/// Names of crops, varieties or products that are kept of a machine file; more are not of use in a row.
const NAMES: usize = 8;

/// What a survey tells of one machine file.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct SurveyedFile {
    /// Title for people: task, field or file name.
    pub name: String,
    /// The contract's code of the format.
    pub file_format: String,
    /// Maker or service that the data comes from.
    pub provider: Provider,
    /// Kind of work.
    pub operation_type: OperationType,
    /// Why it cannot be read, with what to do; `None` where it is read.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub unreadable: Option<Unreadable>,
    /// Field, as the source names it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub field: Option<String>,
    /// Crops, as the source names them: the first eight.
    pub crops: Vec<String>,
    /// Varieties, as the source names them: the first eight.
    pub varieties: Vec<String>,
    /// Products, as the source names them: the first eight.
    pub products: Vec<String>,
    /// First day of the work in the field's time zone or as the source writes it, `YYYY-MM-DD`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub first_day: Option<String>,
    /// Last day of the work, as `first_day`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub last_day: Option<String>,
    /// Records that the source logged; 0 where it cannot be read to its end.
    pub records: u64,
    /// Points that were read.
    pub points: u64,
    /// Number of findings of its reader.
    pub findings: u64,
    /// Paths of the entries that it is made of.
    pub entries: Vec<String>,
    #[serde(skip)]
    seen: Seen,
}

/// Why a machine file cannot be read.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Unreadable {
    /// Place and cause.
    pub text: String,
    /// What the person can do; empty when there is nothing.
    pub hint: String,
}

/// What the batches have shown.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
struct Seen {
    /// First and last instant, in milliseconds since 1970 UTC.
    instants: Option<(i64, i64)>,
    /// Longitude and latitude of the first position, in degrees.
    place: Option<(f64, f64)>,
}

impl SurveyedFile {
    pub(super) fn begin(operation: OperationDescription) -> Self {
        let mut file = Self {
            name: operation.name,
            file_format: operation.file_format.to_owned(),
            provider: operation.provider,
            operation_type: operation.operation_type,
            unreadable: None,
            field: operation.field,
            crops: Vec::new(),
            varieties: Vec::new(),
            products: Vec::new(),
            first_day: None,
            last_day: None,
            records: 0,
            points: 0,
            findings: 0,
            entries: operation.entries,
            seen: Seen::default(),
        };
        add(&mut file.crops, operation.crop.as_deref());
        add(&mut file.varieties, operation.variety.as_deref());
        for product in &operation.products {
            add(&mut file.products, Some(&product.name));
        }
        file
    }

    pub(super) fn add(&mut self, batch: &RecordBatch) {
        self.points += batch.num_rows() as u64;
        for (names, property) in [
            (&mut self.crops, Property::Crop),
            (&mut self.varieties, Property::Variety),
            (&mut self.products, Property::Product),
        ] {
            let column = column_index(batch, property).map(|index| batch.column(index));
            let wanted = column.filter(|_| names.len() < NAMES);
            for name in wanted.and_then(Texts::read).unwrap_or_default().values {
                add(names, Some(&name));
            }
        }
        self.seen.add(batch);
    }

    pub(super) fn finish(&mut self, ending: &Ending) {
        self.records = ending.records;
        let zone = self.seen.place.and_then(|(x, y)| zone::name(x, y));
        let days = zone::days(self.seen.instants, zone, ending.days);
        (self.first_day, self.last_day) = days.unzip();
    }

    pub(super) fn fail(&mut self, error: &ReadError) {
        self.unreadable(&error.to_string(), error.hint());
    }

    pub(super) fn unreadable(&mut self, text: &str, hint: &str) {
        self.unreadable = Some(Unreadable {
            text: text.to_owned(),
            hint: hint.to_owned(),
        });
    }
}

impl Seen {
    fn add(&mut self, batch: &RecordBatch) {
        let column = |property| Some(batch.column(column_index(batch, property)?));
        let number = |property| column(property)?.as_any().downcast_ref::<Float64Array>();
        let (longitude, latitude) = (number(Property::Longitude), number(Property::Latitude));
        if let (None, Some(longitudes), Some(latitudes)) = (self.place, longitude, latitude) {
            let pairs = longitudes.iter().zip(latitudes);
            let mut known = pairs.filter_map(|(x, y)| x.zip(y));
            // 0/0 is no fix.
            self.place = known
                .find(|(x, y)| x.is_finite() && y.is_finite() && (x.abs() > 0.0 || y.abs() > 0.0));
        }
        let instants = column(Property::Timestamp)
            .and_then(|column| column.as_any().downcast_ref::<TimestampMillisecondArray>());
        for instant in instants.into_iter().flatten().flatten() {
            let (first, last) = self.instants.unwrap_or((instant, instant));
            self.instants = Some((first.min(instant), last.max(instant)));
        }
    }
}

/// Keeps a name that is new.
fn add(names: &mut Vec<String>, name: Option<&str>) {
    let name = name.map(str::trim).filter(|name| !name.is_empty());
    if let Some(name) = name.filter(|name| names.len() < NAMES && names.iter().all(|n| n != name)) {
        names.push(name.to_owned());
    }
}
