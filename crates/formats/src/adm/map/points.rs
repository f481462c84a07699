//! From rows to batches: the standard points, and the raw form with every meter.

use super::super::raw::{Meter, Record};
use super::plan::Plan;
use super::row::Row;
use crate::shared::ground;
use arrow_array::builder::{
    Float64Builder, Int64Builder, StringBuilder, TimestampMillisecondBuilder,
};
use arrow_array::{ArrayRef, RecordBatch};
use arrow_schema::{DataType, Field, Schema, SchemaRef, TimeUnit};
use std::collections::HashSet;
use std::sync::Arc;
use tramline_model::records::{self, BATCH_ROWS, SourceColumn};
use tramline_model::{Property, Receiver, Stop};

pub(crate) struct Writer<'a> {
    plan: &'a Plan,
    longitude: Float64Builder,
    latitude: Float64Builder,
    timestamp: TimestampMillisecondBuilder,
    elevation: Float64Builder,
    status: StringBuilder,
    width: Float64Builder,
    section: Int64Builder,
    values: Vec<Float64Builder>,
    own_elevation: bool,
    rows: usize,
    /// Where the course comes from when none is logged.
    last: Option<(f64, f64)>,
    heading: Option<f64>,
}

impl<'a> Writer<'a> {
    pub(crate) fn new(plan: &'a Plan) -> Self {
        let logged = plan
            .columns
            .iter()
            .any(|c| c.property == Property::Elevation);
        Self {
            plan,
            longitude: Float64Builder::new(),
            latitude: Float64Builder::new(),
            timestamp: TimestampMillisecondBuilder::new(),
            elevation: Float64Builder::new(),
            status: StringBuilder::new(),
            width: Float64Builder::new(),
            section: Int64Builder::new(),
            values: std::iter::repeat_with(Float64Builder::new)
                .take(plan.columns.len())
                .collect(),
            own_elevation: plan.has_elevation && !logged,
            rows: 0,
            last: None,
            heading: None,
        }
    }

    pub(crate) fn push(
        &mut self,
        record: &Record<'_>,
        row: &Row,
        receiver: &mut dyn Receiver,
    ) -> Result<(), Stop> {
        let plan = self.plan;
        let place = record.place.map(|[x, y, _]| (y, x));
        self.turn(place, row);
        let lanes = if plan.lanes { plan.sections.len() } else { 1 };
        if self.rows + lanes > BATCH_ROWS {
            self.flush(receiver)?;
        }
        for lane in 0..lanes {
            let section = plan.sections.get(lane).filter(|_| plan.lanes);
            let here = match (place, self.heading, section) {
                (Some(place), Some(heading), Some(section)) if section.lateral_m != 0.0 => {
                    Some(ground::moved(place, heading, 0.0, section.lateral_m))
                }
                _ => place,
            };
            self.latitude.append_option(here.map(|p| p.0));
            self.longitude.append_option(here.map(|p| p.1));
            self.timestamp.append_option(record.time);
            if self.own_elevation {
                self.elevation
                    .append_option(record.place.map(|[_, _, z]| z));
            }
            let (on, width_m) = state(plan, row, section.map(|_| lane));
            if plan.has_state() {
                self.status
                    .append_option(on.map(|on| if on { "On" } else { "Off" }));
            }
            if plan.full_width_m.is_some() {
                self.width.append_option(width_m);
            }
            if let Some(section) = section {
                self.section.append_value(section.number);
            }
            let moved = plan
                .columns
                .iter()
                .find(|column| column.property == Property::Distance)
                .and_then(|column| row.first(&column.meters))
                .is_some_and(|metres| metres > 0.1);
            for (builder, column) in self.values.iter_mut().zip(&plan.columns) {
                let own = section
                    .and_then(|_| column.own.get(lane).copied().flatten())
                    .and_then(|index| row.first(&[index]));
                let value = own.or_else(|| row.first(&column.meters));
                // 655.35 % is a display's "not available".
                let value = value.filter(|v| {
                    column.property != Property::HarvestMoisture || (-1e-6..=100.0).contains(v)
                });
                // A speed of 0 over ground that was passed was not measured.
                let value =
                    value.filter(|v| column.property != Property::Speed || *v != 0.0 || !moved);
                builder.append_option(value.map(|base| column.unit.from_base(base)));
            }
            self.rows += 1;
        }
        Ok(())
    }

    /// The logged course, else the way since the last place.
    fn turn(&mut self, place: Option<(f64, f64)>, row: &Row) {
        let logged = self
            .plan
            .columns
            .iter()
            .find(|c| c.property == Property::Heading);
        if let Some(heading) = logged.and_then(|column| row.first(&column.meters)) {
            self.heading = Some(heading);
        } else if let (Some(last), Some(place)) = (self.last, place)
            && ground::distance_m(last, place) > 0.3
        {
            self.heading = ground::bearing(last, place);
        }
        self.last = place.or(self.last);
    }

    pub(crate) fn flush(&mut self, receiver: &mut dyn Receiver) -> Result<(), Stop> {
        if self.rows == 0 {
            return Ok(());
        }
        self.rows = 0;
        let plan = self.plan;
        let mut arrays: Vec<ArrayRef> = vec![
            Arc::new(self.longitude.finish()),
            Arc::new(self.latitude.finish()),
            Arc::new(self.timestamp.finish().with_timezone("UTC")),
        ];
        if self.own_elevation {
            arrays.push(Arc::new(self.elevation.finish()));
        }
        if plan.has_state() {
            arrays.push(Arc::new(self.status.finish()));
        }
        if plan.full_width_m.is_some() {
            arrays.push(Arc::new(self.width.finish()));
        }
        if plan.lanes {
            arrays.push(Arc::new(self.section.finish()));
        }
        for builder in &mut self.values {
            arrays.push(Arc::new(builder.finish()));
        }
        let batch =
            RecordBatch::try_new(plan.schema(), arrays).map_err(|error| Stop(error.to_string()))?;
        receiver.points(&batch)
    }
}

/// Whether a section, or any, records; its width, or that of those that do.
fn state(plan: &Plan, row: &Row, lane: Option<usize>) -> (Option<bool>, Option<f64>) {
    if let Some(section) = lane.and_then(|lane| plan.sections.get(lane)) {
        let on = section.state.and_then(|meter| row.on(meter));
        return (on, section.width_m.or(plan.full_width_m));
    }
    let (mut any, mut width_m) = (None, 0.0);
    for section in &plan.sections {
        match section.state.and_then(|meter| row.on(meter)) {
            Some(true) => {
                any = Some(true);
                width_m += section.width_m.unwrap_or(0.0);
            }
            Some(false) if any.is_none() => any = Some(false),
            _ => {}
        }
    }
    let width_m = Some(width_m).filter(|w| *w > 0.0).or(plan.full_width_m);
    (any, width_m)
}

/// The raw form of one operation.
pub(crate) struct RawRows {
    schema: SchemaRef,
    longitude: Float64Builder,
    latitude: Float64Builder,
    timestamp: TimestampMillisecondBuilder,
    numbers: Vec<(usize, Float64Builder)>,
    members: Vec<(usize, StringBuilder)>,
    rows: usize,
}

impl RawRows {
    /// Columns for the meters that logged anything.
    pub(crate) fn new(meters: &[Meter], counts: &[u64]) -> Self {
        let mut fields = vec![
            Field::new("longitude", DataType::Float64, true),
            Field::new("latitude", DataType::Float64, true),
            Field::new(
                "timestamp",
                DataType::Timestamp(TimeUnit::Millisecond, Some("UTC".into())),
                true,
            ),
        ];
        let mut names: HashSet<String> = HashSet::new();
        let (mut numbers, mut members) = (Vec::new(), Vec::new());
        let logged = |index: usize| counts.get(index).is_some_and(|count| *count > 0);
        for wanted in [true, false] {
            for (index, meter) in meters.iter().enumerate() {
                if meter.is_number != wanted || !logged(index) {
                    continue;
                }
                let mut name = format!("{:.100} {}", meter.code, meter.element);
                if !names.insert(name.clone()) {
                    name = format!("{name} #{index}");
                }
                let source = SourceColumn {
                    name: meter.code.clone(),
                    code: meter.id.to_string(),
                    unit: meter.unit.clone(),
                };
                if wanted {
                    fields.push(records::raw_field(&name, DataType::Float64, &source));
                    numbers.push((index, Float64Builder::new()));
                } else {
                    fields.push(records::raw_field(&name, DataType::Utf8, &source));
                    members.push((index, StringBuilder::new()));
                }
            }
        }
        Self {
            schema: Arc::new(Schema::new(fields)),
            longitude: Float64Builder::new(),
            latitude: Float64Builder::new(),
            timestamp: TimestampMillisecondBuilder::new(),
            numbers,
            members,
            rows: 0,
        }
    }

    pub(crate) fn push(
        &mut self,
        record: &Record<'_>,
        row: &Row,
        receiver: &mut dyn Receiver,
    ) -> Result<(), Stop> {
        self.longitude
            .append_option(record.place.map(|[x, _, _]| x));
        self.latitude.append_option(record.place.map(|[_, y, _]| y));
        self.timestamp.append_option(record.time);
        for (index, builder) in &mut self.numbers {
            let value = row
                .numbers
                .get(*index)
                .copied()
                .filter(|value| value.is_finite());
            builder.append_option(value);
        }
        for (index, builder) in &mut self.members {
            builder.append_option(row.members.get(*index).filter(|text| !text.is_empty()));
        }
        self.rows += 1;
        if self.rows >= BATCH_ROWS {
            self.flush(receiver)?;
        }
        Ok(())
    }

    pub(crate) fn flush(&mut self, receiver: &mut dyn Receiver) -> Result<(), Stop> {
        if self.rows == 0 {
            return Ok(());
        }
        self.rows = 0;
        let mut arrays: Vec<ArrayRef> = vec![
            Arc::new(self.longitude.finish()),
            Arc::new(self.latitude.finish()),
            Arc::new(self.timestamp.finish().with_timezone("UTC")),
        ];
        for (_, builder) in &mut self.numbers {
            arrays.push(Arc::new(builder.finish()));
        }
        for (_, builder) in &mut self.members {
            arrays.push(Arc::new(builder.finish()));
        }
        let batch = RecordBatch::try_new(Arc::clone(&self.schema), arrays)
            .map_err(|error| Stop(error.to_string()))?;
        receiver.raw(&batch)
    }
}
