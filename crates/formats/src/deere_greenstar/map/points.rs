//! From rows to points: one row for each record and lane, with late values put where they belong.
//!
//! Rule: grain takes its time through the machine, so mass and moisture logged at a time belong to
//! the place of `latency` earlier. They are shifted by time, over the borders of blocks, before
//! anything is dropped; what finds no place within the log is counted and told.

use super::plan::{Layout, Plan};
use crate::shared::ground;
use arrow_array::{
    ArrayRef, Float64Array, Int64Array, RecordBatch, StringArray, TimestampMillisecondArray,
};
use std::sync::Arc;
use tramline_model::records::BATCH_ROWS;
use tramline_model::{Property, Receiver, Stop};

/// A point that waits for its late values.
#[derive(Default)]
struct Columns {
    longitude: Vec<f64>,
    latitude: Vec<f64>,
    timestamp: Vec<Option<i64>>,
    heading: Vec<f64>,
    distance: Vec<f64>,
    elevation: Vec<f64>,
    on: Vec<Option<bool>>,
    width: Vec<f64>,
    section: Vec<i64>,
    product: Vec<Option<usize>>,
    values: Vec<Vec<f64>>,
}

/// A record: where its lanes begin among the points.
struct Record {
    time: i64,
    first: usize,
    lanes: usize,
}

pub(crate) struct Writer<'a> {
    layout: &'a Layout,
    columns: Columns,
    records: Vec<Record>,
    /// Points at which it is worth while to look for settled ones.
    next_look: usize,
    /// Longest latency met.
    latency_ms: i64,
    interval_ms: i64,
    /// Kilograms that were logged with no record at their place.
    pub(crate) stray_mass_kg: f64,
    pub(crate) mass_kg: f64,
}

impl<'a> Writer<'a> {
    pub(crate) fn new(layout: &'a Layout) -> Self {
        Self {
            layout,
            columns: Columns {
                values: vec![Vec::new(); layout.columns.len()],
                ..Columns::default()
            },
            records: Vec::new(),
            next_look: BATCH_ROWS,
            latency_ms: 0,
            interval_ms: 0,
            stray_mass_kg: 0.0,
            mass_kg: 0.0,
        }
    }

    /// Adds one row of a block.
    pub(crate) fn row(
        &mut self,
        plan: &Plan,
        row: &[f64],
        receiver: &mut dyn Receiver,
    ) -> Result<(), Stop> {
        let at = |index: Option<usize>| -> f64 {
            let value = index.and_then(|index| row.get(index)).copied();
            value.unwrap_or(f64::NAN)
        };
        let elapsed = at(plan.time);
        let time = plan.start_ms.saturating_add(elapsed.round() as i64);
        let timestamp = (elapsed.is_finite() && plan.start_ms > 0).then_some(time);
        let place = (at(plan.latitude), at(plan.longitude));
        let heading = at(plan.heading);
        self.interval_ms = plan.interval_ms;
        let first = self.columns.latitude.len();
        for lane in &plan.lanes {
            let mut here = place;
            if plan.lanes.len() > 1 && place.0.is_finite() && heading.is_finite() {
                here = ground::moved(place, heading, 0.0, lane.lateral_m);
            }
            let columns = &mut self.columns;
            columns.latitude.push(here.0);
            columns.longitude.push(here.1);
            columns.timestamp.push(timestamp);
            columns.heading.push(heading);
            let metres = plan.distance.map(|s| at(Some(s.index)) * s.factor);
            columns.distance.push(metres.unwrap_or(f64::NAN));
            let metres = plan.elevation.map(|s| at(Some(s.index)) * s.factor);
            columns.elevation.push(metres.unwrap_or(f64::NAN));
            let (mut on, mut width_m) = (None, 0.0);
            for section in &lane.sections {
                let Some((index, value)) = section.state else {
                    continue;
                };
                let state = at(Some(index));
                if state == value {
                    on = Some(true);
                    width_m += section.width_m;
                } else if !state.is_nan() && on.is_none() {
                    on = Some(false);
                }
            }
            columns.on.push(on);
            columns.width.push(if on == Some(true) {
                width_m
            } else {
                lane.width_m
            });
            columns.section.push(lane.number);
            columns.product.push(lane.product);
            let moved = columns.distance.last().is_some_and(|metres| *metres > 0.1);
            let feeds = columns.values.iter_mut().zip(&lane.feeds);
            for ((values, feed), column) in feeds.zip(&self.layout.columns) {
                let now = feed.filter(|feed| feed.latency_ms == 0);
                let value = now.map(|feed| at(Some(feed.source.index)) * feed.source.factor);
                // A speed of 0 over ground that was passed was not measured.
                let unmeasured = column.property == Property::Speed && moved && value == Some(0.0);
                values.push(value.filter(|_| !unmeasured).unwrap_or(f64::NAN));
            }
        }
        self.records.push(Record {
            time,
            first,
            lanes: plan.lanes.len(),
        });
        self.late_values(plan, row, time);
        if self.columns.latitude.len() >= self.next_look {
            self.settle(time, receiver)?;
            // What could not go yet is not looked at for each row.
            self.next_look = self.columns.latitude.len() + BATCH_ROWS;
        }
        Ok(())
    }

    fn late_values(&mut self, plan: &Plan, row: &[f64], time: i64) {
        for (number, lane) in plan.lanes.iter().enumerate() {
            for (index, feed) in lane.feeds.iter().enumerate() {
                let Some(feed) = feed.filter(|feed| feed.latency_ms > 0) else {
                    continue;
                };
                let value = row.get(feed.source.index).copied().unwrap_or(f64::NAN);
                let value = value * feed.source.factor;
                let property = self.layout.columns.get(index).map(|column| column.property);
                let is_mass = property == Some(Property::WetMass);
                if value.is_nan() {
                    continue;
                }
                self.latency_ms = self.latency_ms.max(feed.latency_ms);
                if is_mass {
                    self.mass_kg += value;
                }
                let point = self.point_at(time.saturating_sub(feed.latency_ms), number);
                let slot =
                    point.and_then(|point| self.columns.values.get_mut(index)?.get_mut(point));
                match slot {
                    Some(slot) if is_mass && !slot.is_nan() => *slot += value,
                    Some(slot) => *slot = value,
                    None if is_mass => self.stray_mass_kg += value,
                    None => {}
                }
            }
        }
    }

    /// The point of a lane in the record nearest to a time, if one is near enough.
    fn point_at(&self, time: i64, lane: usize) -> Option<usize> {
        let after = self.records.partition_point(|record| record.time < time);
        let near = |index: usize| {
            let record = self.records.get(index)?;
            Some((record.time.abs_diff(time), record))
        };
        let before = after.checked_sub(1).and_then(near);
        let (distance, record) = match (before, near(after)) {
            (Some(before), Some(after)) => {
                if before.0 < after.0 {
                    before
                } else {
                    after
                }
            }
            (one, other) => one.or(other)?,
        };
        let reach = self.interval_ms.max(1_000).unsigned_abs() * 3 / 2;
        if distance > reach || record.lanes == 0 {
            return None;
        }
        Some(record.first + lane.min(record.lanes - 1))
    }

    /// Pushes the points that no late value can reach any more.
    fn settle(&mut self, now: i64, receiver: &mut dyn Receiver) -> Result<(), Stop> {
        let reach = self.latency_ms + self.interval_ms.max(1_000) * 2;
        let settled = self
            .records
            .iter()
            .take_while(|record| record.time < now.saturating_sub(reach))
            .count();
        // A log whose time stands still must not be held whole.
        let settled = if settled == 0 && self.columns.latitude.len() > 8 * BATCH_ROWS {
            self.records.len()
        } else {
            settled
        };
        let points = self
            .records
            .get(settled)
            .map_or(self.columns.latitude.len(), |record| record.first);
        self.push(points, receiver)?;
        self.records.drain(..settled);
        for record in &mut self.records {
            record.first -= points;
        }
        Ok(())
    }

    pub(crate) fn finish(&mut self, receiver: &mut dyn Receiver) -> Result<(), Stop> {
        self.push(self.columns.latitude.len(), receiver)?;
        self.records.clear();
        Ok(())
    }

    fn push(&mut self, points: usize, receiver: &mut dyn Receiver) -> Result<(), Stop> {
        let mut left = points;
        while left > 0 {
            let rows = left.min(BATCH_ROWS);
            self.batch(rows, receiver)?;
            left -= rows;
        }
        Ok(())
    }

    fn batch(&mut self, rows: usize, receiver: &mut dyn Receiver) -> Result<(), Stop> {
        let layout = self.layout;
        let columns = &mut self.columns;
        let times: TimestampMillisecondArray = columns.timestamp.drain(..rows).collect();
        let status = columns.on.drain(..rows).map(|on| match on {
            Some(true) => Some("On"),
            Some(false) => Some("Off"),
            None => None,
        });
        let status = StringArray::from_iter(status);
        let mut arrays: Vec<ArrayRef> = vec![
            numbers(&mut columns.longitude, rows),
            numbers(&mut columns.latitude, rows),
            Arc::new(times.with_timezone("UTC")),
            numbers(&mut columns.heading, rows),
            numbers(&mut columns.distance, rows),
            numbers(&mut columns.elevation, rows),
            Arc::new(status),
            numbers(&mut columns.width, rows),
        ];
        let sections: Int64Array = columns.section.drain(..rows).map(Some).collect();
        if layout.several_lanes {
            arrays.push(Arc::new(sections));
        }
        let products = columns.product.drain(..rows);
        let products = products.map(|index| layout.products.get(index?).map(String::as_str));
        let products = StringArray::from_iter(products);
        if !layout.products.is_empty() {
            arrays.push(Arc::new(products));
        }
        for values in &mut columns.values {
            arrays.push(numbers(values, rows));
        }
        let batch = RecordBatch::try_new(layout.schema(), arrays)
            .map_err(|error| Stop(error.to_string()))?;
        receiver.points(&batch)
    }
}

/// The first rows of a column, NaN as null.
fn numbers(values: &mut Vec<f64>, rows: usize) -> ArrayRef {
    let rows = rows.min(values.len());
    let taken = values.drain(..rows);
    Arc::new(Float64Array::from_iter(
        taken.map(|v| v.is_finite().then_some(v)),
    ))
}
