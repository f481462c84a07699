//! From the timeline to points: one row for each position of the implement and lane.
//!
//! Rule: a value or state belongs to a position if it was in force half way to the next position; the mass of a row is the flow at it until the next position, as the maker's own export has
//! it. All lanes of an implement have the way of its middle, so that their areas add up to what the
//! display counts. A step over 5 s, or faster than a machine can drive, is a gap and not worked way.

use super::super::raw::Data;
use super::plan::{Lane, Plan};
use super::timeline::Timeline;
use crate::shared::ground;
use arrow_array::builder::{
    Float64Builder, Int64Builder, StringBuilder, TimestampMillisecondBuilder,
};
use arrow_array::{ArrayRef, RecordBatch};
use std::sync::Arc;
use tramline_model::records::BATCH_ROWS;
use tramline_model::{Receiver, Stop};

const GAP_MS: i64 = 5_000;
const FASTEST_M_S: f64 = 25.0;
/// Until a step says otherwise.
const PERIOD_MS: i64 = 200;
const NANO: f64 = 1e-9;

/// The time whose values belong to a position: half of the way to the next.
fn in_force(time: i64, next: Option<i64>) -> i64 {
    let step = next.map(|next| next.saturating_sub(time));
    let step = step
        .filter(|ms| (0..=GAP_MS).contains(ms))
        .unwrap_or(PERIOD_MS);
    time.saturating_add(step / 2)
}

/// One lane at one moment, waiting for the next to know its duration.
#[derive(Clone, Default)]
struct Row {
    place: Option<(f64, f64)>,
    on: Option<bool>,
    width_m: f64,
    values: Vec<Option<f64>>,
}

/// All lanes at one moment.
#[derive(Clone, Default)]
struct Moment {
    time: i64,
    /// Where the way is measured: the middle of the edge.
    track: Option<(f64, f64)>,
    distance_m: f64,
    heading: Option<f64>,
    elevation_m: Option<f64>,
    speed_m_s: Option<f64>,
    rows: Vec<Row>,
}

pub(crate) struct Writer<'a> {
    plan: &'a Plan,
    start_ms: i64,
    waiting: Option<Moment>,
    /// The moment that was written last, to take its memory again.
    spare: Moment,
    period_ms: i64,
    columns: Columns,
    /// Rows with a section on whose rate and target differ a hundredfold.
    pub(crate) hundredfold: u64,
    pub(crate) rated: u64,
}

struct Columns {
    longitude: Float64Builder,
    latitude: Float64Builder,
    timestamp: TimestampMillisecondBuilder,
    heading: Float64Builder,
    distance: Float64Builder,
    speed: Float64Builder,
    interval: Float64Builder,
    elevation: Float64Builder,
    status: StringBuilder,
    width: Float64Builder,
    section: Int64Builder,
    product: StringBuilder,
    mass: Float64Builder,
    values: Vec<Float64Builder>,
    rows: usize,
}

impl<'a> Writer<'a> {
    pub(crate) fn new(plan: &'a Plan, start_ms: i64) -> Self {
        Self {
            plan,
            start_ms,
            waiting: None,
            spare: Moment::default(),
            period_ms: PERIOD_MS,
            columns: Columns::new(plan.columns.len()),
            hundredfold: 0,
            rated: 0,
        }
    }

    /// Writes the moments up to `horizon` and takes them out of the data.
    pub(crate) fn take(
        &mut self,
        data: &mut Data,
        timeline: &mut Timeline,
        horizon: i64,
        receiver: &mut dyn Receiver,
    ) -> Result<(), Stop> {
        let is_edge = self.plan.wanted.edge.is_some();
        let time_at = |data: &Data, index: usize| {
            if is_edge {
                data.edges.get(index).map(|edge| edge.time)
            } else {
                data.positions.get(index).map(|position| position.time)
            }
        };
        let mut done = 0;
        while let Some(time) = time_at(data, done) {
            let next = time_at(data, done + 1);
            // The next position says until when this one stands: it is waited for, but not for longer
            // than a gap.
            let until = in_force(time, next);
            let waits = next.is_none() && horizon <= time.saturating_add(GAP_MS);
            if until > horizon || (waits && horizon < i64::MAX) {
                break;
            }
            timeline.advance(data, until, time);
            if let Some(edge) = data.edges.get(done).filter(|_| is_edge) {
                let left = (edge.left.0 * NANO, edge.left.1 * NANO);
                let right = (edge.right.0 * NANO, edge.right.1 * NANO);
                let heading = ground::bearing(left, right).map(|b| (b - 90.0).rem_euclid(360.0));
                self.moment(time, Along::Edge(left, right), heading, timeline, receiver)?;
            } else if let Some(position) = data.positions.get(done) {
                let at = (position.latitude * NANO, position.longitude * NANO);
                let heading = position.heading / 10.0;
                let heading = heading.is_finite().then(|| heading.rem_euclid(360.0));
                self.moment(time, Along::Receiver(at), heading, timeline, receiver)?;
            }
            done += 1;
        }
        if is_edge {
            data.edges.drain(..done);
            // While the implement is up nothing is written: what is logged then is passed, not kept.
            if data.edges.is_empty() && horizon < i64::MAX {
                let passed = horizon.saturating_sub(PERIOD_MS);
                timeline.advance(data, passed, passed);
            }
        } else {
            timeline.keep_from(done);
        }
        timeline.forget(data);
        Ok(())
    }

    fn moment(
        &mut self,
        time: i64,
        along: Along,
        heading: Option<f64>,
        timeline: &Timeline,
        receiver: &mut dyn Receiver,
    ) -> Result<(), Stop> {
        let before = self.waiting.take();
        // A moment that comes twice says nothing new.
        if before.as_ref().is_some_and(|before| before.time >= time) {
            self.waiting = before;
            return Ok(());
        }
        let mut now = std::mem::take(&mut self.spare);
        now.time = time;
        now.heading = heading;
        let position = timeline.position();
        now.elevation_m = position
            .map(|p| p.elevation / 1000.0)
            .filter(|m| m.is_finite());
        now.speed_m_s = position.map(|p| p.speed / 1000.0).filter(|m| m.is_finite());
        now.rows.resize_with(self.plan.lanes.len(), Row::default);
        let step_ms = before
            .as_ref()
            .map(|before| time.saturating_sub(before.time));
        now.track = along.track(0.5);
        let last = before.as_ref().and_then(|before| before.track);
        now.distance_m = match (last, now.track, step_ms) {
            (Some(last), Some(place), Some(ms)) => step_m(last, place, ms),
            _ => 0.0,
        };
        for (row, lane) in now.rows.iter_mut().zip(&self.plan.lanes) {
            row.place = along
                .track(lane.share)
                .map(|track| along.place(track, self.plan, lane, heading));
            (row.on, row.width_m) = working(lane, timeline);
            row.values.clear();
            row.values.extend(lane.feeds.iter().map(|feed| {
                let feed = feed.as_ref()?;
                let value = timeline.number(feed.slot)? * feed.factor;
                value.is_finite().then_some(value)
            }));
        }
        if let Some(before) = before {
            let ms = step_ms.filter(|ms| *ms <= GAP_MS).unwrap_or(self.period_ms);
            self.period_ms = ms;
            self.write(&before, ms, receiver)?;
            self.spare = before;
        }
        self.waiting = Some(now);
        Ok(())
    }

    fn write(&mut self, moment: &Moment, ms: i64, receiver: &mut dyn Receiver) -> Result<(), Stop> {
        if self.columns.rows + moment.rows.len() > BATCH_ROWS {
            self.flush(receiver)?;
        }
        let plan = self.plan;
        let flow = plan.flow();
        let seconds = ms as f64 / 1000.0;
        let columns = &mut self.columns;
        for (row, lane) in moment.rows.iter().zip(&plan.lanes) {
            columns
                .latitude
                .append_option(row.place.map(|place| place.0));
            columns
                .longitude
                .append_option(row.place.map(|place| place.1));
            columns
                .timestamp
                .append_value(self.start_ms.saturating_add(moment.time));
            columns.heading.append_option(moment.heading);
            columns.distance.append_value(moment.distance_m);
            columns.speed.append_option(moment.speed_m_s);
            columns.interval.append_value(seconds);
            if plan.has_elevation {
                columns.elevation.append_option(moment.elevation_m);
            }
            if plan.has_sections() {
                let status = row.on.map(|on| if on { "On" } else { "Off" });
                columns.status.append_option(status);
                columns.width.append_value(row.width_m);
            }
            if plan.lanes.len() > 1 {
                columns.section.append_value(lane.number);
            }
            if !plan.products.is_empty() {
                let name = lane.product.and_then(|index| plan.products.get(index));
                columns.product.append_option(name);
            }
            if let Some(flow) = flow {
                let flow = row.values.get(flow).copied().flatten();
                columns.mass.append_option(flow.map(|flow| flow * seconds));
            }
            for (builder, value) in columns.values.iter_mut().zip(&row.values) {
                builder.append_option(*value);
            }
            columns.rows += 1;
            if row.on == Some(true) {
                self.rated += 1;
                self.hundredfold += u64::from(is_hundredfold(plan, &row.values));
            }
        }
        Ok(())
    }

    /// Writes what waits.
    pub(crate) fn finish(&mut self, receiver: &mut dyn Receiver) -> Result<(), Stop> {
        if let Some(last) = self.waiting.take() {
            self.write(&last, self.period_ms, receiver)?;
        }
        self.flush(receiver)
    }

    fn flush(&mut self, receiver: &mut dyn Receiver) -> Result<(), Stop> {
        if self.columns.rows == 0 {
            return Ok(());
        }
        let plan = self.plan;
        let columns = &mut self.columns;
        let mut arrays: Vec<ArrayRef> = vec![
            Arc::new(columns.longitude.finish()),
            Arc::new(columns.latitude.finish()),
            Arc::new(columns.timestamp.finish().with_timezone("UTC")),
            Arc::new(columns.heading.finish()),
            Arc::new(columns.distance.finish()),
            Arc::new(columns.speed.finish()),
            Arc::new(columns.interval.finish()),
        ];
        if plan.has_elevation {
            arrays.push(Arc::new(columns.elevation.finish()));
        }
        if plan.has_sections() {
            arrays.push(Arc::new(columns.status.finish()));
            arrays.push(Arc::new(columns.width.finish()));
        }
        if plan.lanes.len() > 1 {
            arrays.push(Arc::new(columns.section.finish()));
        }
        if !plan.products.is_empty() {
            arrays.push(Arc::new(columns.product.finish()));
        }
        if plan.flow().is_some() {
            arrays.push(Arc::new(columns.mass.finish()));
        }
        for builder in &mut columns.values {
            arrays.push(Arc::new(builder.finish()));
        }
        columns.rows = 0;
        let batch =
            RecordBatch::try_new(plan.schema(), arrays).map_err(|error| Stop(error.to_string()))?;
        receiver.points(&batch)
    }
}

impl Columns {
    fn new(values: usize) -> Self {
        Self {
            longitude: Float64Builder::with_capacity(BATCH_ROWS),
            latitude: Float64Builder::with_capacity(BATCH_ROWS),
            timestamp: TimestampMillisecondBuilder::with_capacity(BATCH_ROWS),
            heading: Float64Builder::new(),
            distance: Float64Builder::new(),
            speed: Float64Builder::new(),
            interval: Float64Builder::new(),
            elevation: Float64Builder::new(),
            status: StringBuilder::new(),
            width: Float64Builder::new(),
            section: Int64Builder::new(),
            product: StringBuilder::new(),
            mass: Float64Builder::new(),
            values: std::iter::repeat_with(Float64Builder::new)
                .take(values)
                .collect(),
            rows: 0,
        }
    }
}

/// What the implement's place is known by.
enum Along {
    /// Left and right end of the edge; latitude, longitude in degrees.
    Edge((f64, f64), (f64, f64)),
    Receiver((f64, f64)),
}

impl Along {
    /// A place on the edge by its share from the left, or the receiver; `(0, 0)` without a fix.
    fn track(&self, share: f64) -> Option<(f64, f64)> {
        let at = match *self {
            Self::Edge(left, _) if is_zero(left) => left,
            Self::Edge(left, right) => (
                left.0 + (right.0 - left.0) * share,
                left.1 + (right.1 - left.1) * share,
            ),
            Self::Receiver(at) => at,
        };
        on_earth(at).then_some(at)
    }

    /// The point of a lane: its track moved by the offsets of its element.
    fn place(
        &self,
        track: (f64, f64),
        plan: &Plan,
        lane: &Lane,
        heading: Option<f64>,
    ) -> (f64, f64) {
        let (forward, right) = match self {
            Self::Edge(..) => (lane.forward_m, 0.0),
            Self::Receiver(_) => {
                let (forward, right) = plan.from_receiver_m.unwrap_or((0.0, 0.0));
                (forward + lane.forward_m, right + lane.right_m)
            }
        };
        match heading.filter(|_| (forward, right) != (0.0, 0.0) && !is_zero(track)) {
            Some(heading) => ground::moved(track, heading, forward, right),
            None => track,
        }
    }
}

fn is_zero(place: (f64, f64)) -> bool {
    place.0 == 0.0 && place.1 == 0.0
}

fn on_earth(place: (f64, f64)) -> bool {
    place.0.abs() <= 90.0 && place.1.abs() <= 180.0
}

/// Worked way of a step; nothing for a gap.
fn step_m(last: (f64, f64), place: (f64, f64), ms: i64) -> f64 {
    if is_zero(last) || is_zero(place) || !(1..=GAP_MS).contains(&ms) {
        return 0.0;
    }
    let metres = ground::distance_m(last, place);
    // The clock jitters by tens of milliseconds, the way does not.
    if metres > FASTEST_M_S * ms.max(PERIOD_MS) as f64 / 1000.0 {
        return 0.0;
    }
    metres
}

/// Whether any section of a lane works, and how wide: of the whole lane when none does.
fn working(lane: &Lane, timeline: &Timeline) -> (Option<bool>, f64) {
    let (mut any, mut width_m) = (None, 0.0);
    for section in &lane.sections {
        let Some((slot, byte)) = section.state else {
            continue;
        };
        match timeline.on(slot, byte) {
            Some(true) => {
                any = Some(true);
                width_m += section.width_m;
            }
            Some(false) if any.is_none() => any = Some(false),
            _ => {}
        }
    }
    if any == Some(true) {
        (any, width_m)
    } else {
        (any, lane.width_m)
    }
}

fn is_hundredfold(plan: &Plan, values: &[Option<f64>]) -> bool {
    use tramline_model::Property as P;
    let of = |property: P| {
        let index = plan.columns.iter().position(|c| c.property == property)?;
        values.get(index).copied().flatten().filter(|v| *v > 0.0)
    };
    [
        (P::AppliedRate, P::AppliedRateTarget),
        (P::SeedRate, P::SeedRateTarget),
    ]
    .into_iter()
    .any(|(rate, target)| match (of(rate), of(target)) {
        (Some(rate), Some(target)) => !(0.02..50.0).contains(&(rate / target)),
        _ => false,
    })
}
