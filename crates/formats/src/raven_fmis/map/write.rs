//! Rows to record batches: the raw values under the dictionary's names, and the points by lane.

use super::super::findings;
use super::plan::{Lane, Plan, State};
use crate::raven_fmis::raw::job::Segment;
use crate::raven_fmis::raw::tab::{self, FIXED, Row};
use crate::shared::columns::clock::Clock;
use crate::shared::ddi;
use crate::shared::words::counted;
use arrow_array::builder::{
    Float64Builder, Int64Builder, StringBuilder, TimestampMillisecondBuilder,
};
use arrow_array::{ArrayRef, RecordBatch};
use arrow_schema::{Field, Schema, SchemaRef};
use std::sync::Arc;
use tramline_model::records::{self, BATCH_ROWS, SourceColumn};
use tramline_model::{Finding, Place, Property, ReadError, Receiver, Severity, Unit};

/// Builders of the raw batch.
struct Raw {
    schema: SchemaRef,
    position: [Float64Builder; 2],
    instant: TimestampMillisecondBuilder,
    number: StringBuilder,
    values: Vec<Float64Builder>,
    rows: usize,
}

/// Builders of the points.
struct Points {
    schema: SchemaRef,
    position: [Float64Builder; 2],
    instant: TimestampMillisecondBuilder,
    elevation: Float64Builder,
    distance: Float64Builder,
    speed: Float64Builder,
    state: StringBuilder,
    width: Float64Builder,
    section: Int64Builder,
    slots: Vec<Float64Builder>,
    rows: usize,
}

/// Turns the rows of one table into batches.
pub(super) struct Writer<'a> {
    plan: &'a Plan,
    clock: Option<&'a Clock>,
    place: &'a Place,
    raw: Raw,
    points: Points,
    /// Numbers of the row behind the fixed fields.
    cells: Vec<Option<f64>>,
    way_m: Option<f64>,
    no_position: u64,
    no_instant: u64,
}

fn floats(count: usize) -> Vec<Float64Builder> {
    (0..count).map(|_| Float64Builder::new()).collect()
}

impl<'a> Writer<'a> {
    pub(super) fn new(
        segment: &Segment,
        plan: &'a Plan,
        clock: Option<&'a Clock>,
        place: &'a Place,
    ) -> Self {
        let instant = || TimestampMillisecondBuilder::new().with_timezone("UTC");
        Self {
            plan,
            clock,
            place,
            raw: Raw {
                schema: raw_schema(segment, clock.is_some()),
                position: Default::default(),
                instant: instant(),
                number: StringBuilder::new(),
                values: floats(3 + segment.columns.len()),
                rows: 0,
            },
            points: Points {
                schema: plan.schema(clock.is_some()),
                position: Default::default(),
                instant: instant(),
                elevation: Float64Builder::new(),
                distance: Float64Builder::new(),
                speed: Float64Builder::new(),
                state: StringBuilder::new(),
                width: Float64Builder::new(),
                section: Int64Builder::new(),
                slots: floats(plan.slots.len()),
                rows: 0,
            },
            cells: Vec::new(),
            way_m: None,
            no_position: 0,
            no_instant: 0,
        }
    }

    /// Takes a row.
    pub(super) fn row(
        &mut self,
        row: Row<'_>,
        receiver: &mut dyn Receiver,
    ) -> Result<(), ReadError> {
        let lanes = self.plan.lanes.len();
        if self.raw.rows >= BATCH_ROWS || self.points.rows + lanes > BATCH_ROWS {
            self.flush(receiver)?;
        }
        let position = row.number(3).zip(row.number(2));
        self.no_position += u64::from(position.is_none());
        let instant = self.clock.and_then(|clock| clock.read(row.instant(), ""));
        self.no_instant += u64::from(self.clock.is_some() && instant.is_none());
        let (elevation, way, speed) = (row.number(4), row.number(5), row.number(6));
        self.cells.clear();
        self.cells.extend(row.fields().skip(FIXED).map(tab::number));
        self.raw
            .number
            .append_value(row.fields().next().unwrap_or_default());
        self.raw
            .row(position, instant, &[elevation, way, speed], &self.cells);
        // A counter that goes back began anew.
        let driven = way.zip(self.way_m).map(|(now, before)| now - before);
        self.way_m = way.or(self.way_m);
        let driven = driven.filter(|driven| *driven >= 0.0);
        for index in 0..lanes {
            self.point(index, position, instant, [elevation, driven, speed]);
        }
        Ok(())
    }

    fn point(
        &mut self,
        index: usize,
        position: Option<(f64, f64)>,
        instant: Option<i64>,
        [elevation, driven, speed]: [Option<f64>; 3],
    ) {
        let Some(lane) = self.plan.lanes.get(index) else {
            return;
        };
        let cell = |at: usize| self.cells.get(at).copied().flatten();
        let points = &mut self.points;
        let [longitude, latitude] = &mut points.position;
        longitude.append_option(position.map(|p| p.0));
        latitude.append_option(position.map(|p| p.1));
        points.instant.append_option(instant);
        points.elevation.append_option(elevation);
        points.distance.append_option(driven);
        points
            .speed
            .append_option(speed.filter(|speed| *speed >= 0.0));
        let on = working(lane, cell);
        points
            .state
            .append_option(on.map(|on| if on { "On" } else { "Off" }));
        let width = lane
            .width
            .and_then(cell)
            .filter(|mm| (0.0..200_000.0).contains(mm));
        points
            .width
            .append_option(width.map(|mm| mm * self.plan.width_m));
        points.section.append_option(lane.section);
        for (slot, builder) in self.plan.slots.iter().zip(&mut points.slots) {
            let value = slot.columns.get(index).copied().flatten().and_then(cell);
            // Below zero where nothing can be stands for no value.
            let value = value.filter(|v| *v >= 0.0 || slot.property == Property::DownForce);
            builder.append_option(value.map(|value| value * slot.factor));
        }
        points.rows += 1;
    }

    /// Hands over the rows collected so far.
    pub(super) fn flush(&mut self, receiver: &mut dyn Receiver) -> Result<(), ReadError> {
        if self.raw.rows == 0 {
            return Ok(());
        }
        let batch = |schema: &SchemaRef, arrays| {
            RecordBatch::try_new(Arc::clone(schema), arrays)
                .map_err(|e| ReadError::malformed(self.place.clone(), e.to_string(), ""))
        };
        let instants = self.clock.is_some();
        let raw = self.raw.take(instants);
        receiver.raw(&batch(&self.raw.schema, raw)?)?;
        let points = self.points.take(self.plan, instants);
        receiver.points(&batch(&self.points.schema, points)?)?;
        Ok(())
    }

    /// What was counted over the rows.
    pub(super) fn findings(&self) -> Vec<Finding> {
        let cases = [
            (
                &findings::NO_POSITION,
                self.no_position,
                "without a position",
            ),
            (
                &findings::INSTANT_NOT_BELIEVED,
                self.no_instant,
                "without a plausible time: their points have no time",
            ),
        ];
        let found = cases.into_iter().filter(|(_, count, _)| *count > 0);
        found
            .map(|(code, count, text)| {
                let text = format!("{} {text}", counted(count, "row"));
                Finding::new(code, Severity::Warning, self.place.clone(), text).value("rows", count)
            })
            .collect()
    }
}

impl Raw {
    fn row(
        &mut self,
        position: Option<(f64, f64)>,
        instant: Option<i64>,
        fixed: &[Option<f64>],
        cells: &[Option<f64>],
    ) {
        let [longitude, latitude] = &mut self.position;
        longitude.append_option(position.map(|p| p.0));
        latitude.append_option(position.map(|p| p.1));
        self.instant.append_option(instant);
        let mut all = fixed.iter().chain(cells);
        for builder in &mut self.values {
            builder.append_option(all.next().copied().flatten());
        }
        self.rows += 1;
    }

    fn take(&mut self, instants: bool) -> Vec<ArrayRef> {
        self.rows = 0;
        let mut arrays: Vec<ArrayRef> = Vec::new();
        for builder in &mut self.position {
            arrays.push(Arc::new(builder.finish()));
        }
        let instant = self.instant.finish();
        if instants {
            arrays.push(Arc::new(instant));
        }
        arrays.push(Arc::new(self.number.finish()));
        for builder in &mut self.values {
            arrays.push(Arc::new(builder.finish()));
        }
        arrays
    }
}

impl Points {
    fn take(&mut self, plan: &Plan, instants: bool) -> Vec<ArrayRef> {
        self.rows = 0;
        let mut arrays: Vec<ArrayRef> = Vec::new();
        for builder in &mut self.position {
            arrays.push(Arc::new(builder.finish()));
        }
        let mut put = |wanted: bool, array: ArrayRef| arrays.extend(wanted.then_some(array));
        put(instants, Arc::new(self.instant.finish()));
        put(plan.has_elevation, Arc::new(self.elevation.finish()));
        put(true, Arc::new(self.distance.finish()));
        put(true, Arc::new(self.speed.finish()));
        put(plan.has_state(), Arc::new(self.state.finish()));
        put(plan.has_width(), Arc::new(self.width.finish()));
        put(plan.has_sections(), Arc::new(self.section.finish()));
        for builder in &mut self.slots {
            put(true, Arc::new(builder.finish()));
        }
        arrays
    }
}

/// Whether a lane works; `None` where nothing tells.
fn working(lane: &Lane, cell: impl Fn(usize) -> Option<f64>) -> Option<bool> {
    let any = |states: &mut dyn Iterator<Item = Option<bool>>| {
        states.fold(None, |all: Option<bool>, one| match (all, one) {
            (Some(all), Some(one)) => Some(all || one),
            (all, one) => all.or(one),
        })
    };
    match &lane.state {
        State::Unknown => None,
        State::Columns(columns) => any(&mut columns.iter().map(|at| match cell(*at)? {
            0.0 => Some(false),
            1.0 => Some(true),
            _ => None,
        })),
        State::Bits(at, shift) => pair(cell(*at)?, *shift),
        State::AnyBits(columns) => any(&mut columns.iter().flat_map(|at| {
            let value = cell(*at);
            (0..32).step_by(2).map(move |shift| pair(value?, shift))
        })),
    }
}

/// Two bits of a condensed work state; 2 and 3 are error and not installed.
fn pair(value: f64, shift: u32) -> Option<bool> {
    if value.fract() != 0.0 || !(-2_147_483_648.0..4_294_967_296.0).contains(&value) {
        return None;
    }
    match (value as i64 >> shift) & 3 {
        0 => Some(false),
        1 => Some(true),
        _ => None,
    }
}

fn raw_schema(segment: &Segment, instants: bool) -> SchemaRef {
    let none = SourceColumn::default();
    let number = records::data_type(Property::Speed);
    let degree = Unit::from_symbol("arcdeg");
    let mut fields: Vec<Field> = vec![
        records::field(Property::Longitude, degree, &none),
        records::field(Property::Latitude, degree, &none),
    ];
    if instants {
        fields.push(records::field(Property::Timestamp, None, &none));
    }
    fields.push(records::raw_field(
        "id",
        records::data_type(Property::Crop),
        &none,
    ));
    for (name, unit) in [
        ("elevation (logged)", "m"),
        ("cumulative distance", "m"),
        ("speed (logged)", "m/s"),
    ] {
        let source = SourceColumn {
            name: name.to_owned(),
            unit: unit.to_owned(),
            ..none.clone()
        };
        fields.push(records::raw_field(name, number.clone(), &source));
    }
    for (at, column) in segment.columns.iter().enumerate() {
        let entry = ddi::lookup(column.ddi);
        let name = entry.map_or("unknown", |ddi| ddi.name);
        let source = SourceColumn {
            name: name.to_owned(),
            code: format!("{:04X}", column.ddi),
            unit: entry.map_or_else(String::new, |ddi| ddi.unit.to_owned()),
        };
        // The position keeps names apart that a file gives twice.
        let title = match column.section {
            Some(section) => format!("{} {name}, section {section}", at + 1),
            None => format!("{} {name}", at + 1),
        };
        fields.push(records::raw_field(&title, number.clone(), &source));
    }
    Arc::new(Schema::new(fields))
}
