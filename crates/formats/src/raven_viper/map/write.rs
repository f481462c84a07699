//! Second pass: each fix is a row, with the values that hold until the next record of their kind.

use super::super::raw::{Record, Sections};
use super::survey::Survey;
use arrow_array::builder::{Float64Builder, StringBuilder};
use arrow_array::{ArrayRef, RecordBatch};
use arrow_schema::{DataType, Field, Schema, SchemaRef};
use std::sync::Arc;
use tramline_model::records::{self, BATCH_ROWS, SourceColumn};
use tramline_model::{Place, Property, ReadError, Receiver, Unit};

/// Which columns the points have.
#[derive(Clone, Copy)]
pub(super) struct Columns {
    pub(super) elevation: bool,
    pub(super) speed: bool,
    pub(super) heading: bool,
    pub(super) state: bool,
    pub(super) rate: bool,
    pub(super) target: bool,
}

impl Columns {
    pub(super) fn of(survey: &Survey, liquid: bool) -> Self {
        Self {
            elevation: survey.elevations > 0,
            speed: survey.speeds > 0,
            heading: survey.headings > 0,
            state: survey.states > 0,
            rate: liquid && survey.products > 0,
            target: liquid && survey.targets > 0,
        }
    }

    fn numbers(self) -> [(bool, Property, &'static str, &'static str, &'static str); 5] {
        [
            (self.elevation, Property::Elevation, "m", "altitude", "113"),
            (true, Property::Distance, "m", "cumulative distance", "113"),
            (self.speed, Property::Speed, "m/s", "speed", "113"),
            (self.heading, Property::Heading, "arcdeg", "heading", "156"),
            (
                self.rate,
                Property::AppliedRate,
                "L/ha",
                "actual rate",
                "111",
            ),
        ]
    }

    fn target(self) -> Option<Field> {
        let unit = Unit::from_symbol("L/ha");
        self.target.then(|| {
            records::field(
                Property::AppliedRateTarget,
                unit,
                &source("target rate", "111", ""),
            )
        })
    }

    /// The schema of the points.
    pub(super) fn schema(self) -> SchemaRef {
        let degree = Unit::from_symbol("arcdeg");
        let mut fields = vec![
            records::field(
                Property::Longitude,
                degree,
                &source("longitude", "113", "rad"),
            ),
            records::field(
                Property::Latitude,
                degree,
                &source("latitude", "113", "rad"),
            ),
        ];
        for (wanted, property, unit, name, code) in self.numbers() {
            let field =
                || records::field(property, Unit::from_symbol(unit), &source(name, code, ""));
            fields.extend(wanted.then(field));
        }
        fields.extend(self.target());
        let state = || {
            records::field(
                Property::RecordingStatus,
                None,
                &source("sections", "118", ""),
            )
        };
        fields.extend(self.state.then(state));
        Arc::new(Schema::new(fields))
    }
}

fn source(name: &str, code: &str, unit: &str) -> SourceColumn {
    SourceColumn {
        name: name.to_owned(),
        code: code.to_owned(),
        unit: unit.to_owned(),
    }
}

/// Names and units of the raw columns behind the position.
const RAW: [(&str, &str); 10] = [
    ("seconds", "s"),
    ("seconds since the first fix", "s"),
    ("altitude", "m"),
    ("speed", "m/s"),
    ("cumulative distance", "m"),
    ("heading", "deg"),
    ("cross track", "m"),
    ("actual rate", ""),
    ("target rate", ""),
    ("sections on", ""),
];

fn raw_schema() -> SchemaRef {
    let degree = Unit::from_symbol("arcdeg");
    let none = SourceColumn::default();
    let mut fields = vec![
        records::field(Property::Longitude, degree, &none),
        records::field(Property::Latitude, degree, &none),
    ];
    fields.extend(
        RAW.map(|(name, unit)| {
            records::raw_field(name, DataType::Float64, &source(name, "", unit))
        }),
    );
    Arc::new(Schema::new(fields))
}

/// What holds for the fixes that follow.
#[derive(Default)]
struct Held {
    actual: Option<f64>,
    target: Option<f64>,
    sections: Option<Sections>,
    heading: Option<f64>,
    cross_track_m: Option<f64>,
}

/// Turns records into batches.
pub(super) struct Writer<'a> {
    columns: Columns,
    place: &'a Place,
    schema: SchemaRef,
    raw_schema: SchemaRef,
    held: Held,
    first_s: Option<u32>,
    way_m: Option<f64>,
    position: [Float64Builder; 2],
    numbers: [Float64Builder; 6],
    state: StringBuilder,
    raw: [Float64Builder; 10],
    rows: usize,
    pub(super) written: u64,
}

impl<'a> Writer<'a> {
    pub(super) fn new(columns: Columns, place: &'a Place) -> Self {
        Self {
            columns,
            place,
            schema: columns.schema(),
            raw_schema: raw_schema(),
            held: Held::default(),
            first_s: None,
            way_m: None,
            position: Default::default(),
            numbers: Default::default(),
            state: StringBuilder::new(),
            raw: Default::default(),
            rows: 0,
            written: 0,
        }
    }

    /// Takes a record.
    pub(super) fn record(
        &mut self,
        record: Record,
        receiver: &mut dyn Receiver,
    ) -> Result<(), ReadError> {
        match record {
            Record::Product { actual, target } => {
                (self.held.actual, self.held.target) = (actual, target);
            }
            Record::Sections(sections) => self.held.sections = Some(sections),
            Record::Guidance {
                heading,
                cross_track_m,
            } => {
                (self.held.heading, self.held.cross_track_m) = (heading, cross_track_m);
            }
            Record::Fix {
                seconds,
                position,
                elevation_m,
                speed_m_s,
                way_m,
            } => {
                let first = *self.first_s.get_or_insert(seconds);
                let elapsed = seconds.checked_sub(first).map(f64::from);
                // A counter that goes back began anew.
                let driven = way_m.zip(self.way_m).map(|(now, before)| now - before);
                let driven = driven.filter(|driven| *driven >= 0.0);
                self.way_m = way_m.or(self.way_m);
                let Held {
                    actual,
                    target,
                    heading,
                    cross_track_m,
                    sections,
                } = self.held;
                let on = sections.map(|sections| f64::from(sections.on));
                let [longitude, latitude] = &mut self.position;
                longitude.append_option(position.map(|place| place.1));
                latitude.append_option(position.map(|place| place.0));
                put(
                    &mut self.numbers,
                    [elevation_m, driven, speed_m_s, heading, actual, target],
                );
                self.state
                    .append_option(sections.map(|s| if s.on > 0 { "On" } else { "Off" }));
                let raw = [
                    Some(f64::from(seconds)),
                    elapsed,
                    elevation_m,
                    speed_m_s,
                    way_m,
                    heading,
                    cross_track_m,
                    actual,
                    target,
                    on,
                ];
                put(&mut self.raw, raw);
                self.rows += 1;
                self.written += 1;
                if self.rows >= BATCH_ROWS {
                    self.flush(receiver)?;
                }
            }
        }
        Ok(())
    }

    /// Hands over the rows collected so far.
    pub(super) fn flush(&mut self, receiver: &mut dyn Receiver) -> Result<(), ReadError> {
        if std::mem::take(&mut self.rows) == 0 {
            return Ok(());
        }
        let batch = |schema: &SchemaRef, arrays| {
            RecordBatch::try_new(Arc::clone(schema), arrays)
                .map_err(|e| ReadError::malformed(self.place.clone(), e.to_string(), ""))
        };
        let position = self
            .position
            .each_mut()
            .map(|b| Arc::new(b.finish()) as ArrayRef);
        let mut raw = position.to_vec();
        raw.extend(
            self.raw
                .each_mut()
                .map(|b| Arc::new(b.finish()) as ArrayRef),
        );
        receiver.raw(&batch(&self.raw_schema, raw)?)?;
        let columns = self.columns;
        let wanted = columns.numbers().map(|(wanted, ..)| wanted).into_iter();
        let wanted = wanted.chain([columns.target]);
        let numbers = self
            .numbers
            .each_mut()
            .map(|b| Arc::new(b.finish()) as ArrayRef);
        let mut points = position.to_vec();
        points.extend(
            numbers
                .into_iter()
                .zip(wanted)
                .filter_map(|(array, wanted)| wanted.then_some(array)),
        );
        let state = self.state.finish();
        if columns.state {
            points.push(Arc::new(state));
        }
        receiver.points(&batch(&self.schema, points)?)?;
        Ok(())
    }
}

fn put<const N: usize>(builders: &mut [Float64Builder; N], values: [Option<f64>; N]) {
    for (builder, value) in builders.iter_mut().zip(values) {
        builder.append_option(value);
    }
}
