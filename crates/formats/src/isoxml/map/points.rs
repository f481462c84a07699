//! From logged records to points: records of one instant joined, values held, work state and
//! width settled, sections laid out.
//!
//! Rule: a rate stands while its element works and for a limited time; a position is never moved
//! but to place a section beside it.

use super::super::findings;
use super::super::raw::{TimeLog, degrees};
use super::clock::Clock;
use super::context::Context;
use super::logged::MAX_WIDTH_MM;
use super::plan::{Plan, Role};
use super::work::Standing;
use crate::shared::ddi::rules::Hold;
use crate::shared::ground;
use crate::shared::words::counted;
use arrow_array::builder::{
    Float64Builder, Int64Builder, StringBuilder, TimestampMillisecondBuilder,
};
use arrow_array::{ArrayRef, RecordBatch};
use std::sync::Arc;
use tramline_model::records::BATCH_ROWS;
use tramline_model::{Finding, Place, Receiver, Severity, Stop};

/// How long rates are held without confirmation unless the caller says otherwise.
pub(crate) const HOLD_MS: i64 = 10_000;
/// 1990-01-01.
const EARLIEST_MS: i64 = 631_152_000_000;
/// 2100-01-01.
const LATEST_MS: i64 = 4_102_444_800_000;
/// Slower than this the course is noise.
const COURSE_SPEED_M_S: f64 = 0.3;

/// A held value.
#[derive(Clone, Copy, Default)]
struct Held {
    value: Option<f64>,
    at_ms: i64,
    /// Number of the instant in which it was logged.
    instant: u64,
    /// From the header: never too old.
    fixed: bool,
}

struct Columns {
    longitude: Float64Builder,
    latitude: Float64Builder,
    timestamp: TimestampMillisecondBuilder,
    elevation: Float64Builder,
    status: StringBuilder,
    width: Float64Builder,
    section: Int64Builder,
    heading: Float64Builder,
    log: Int64Builder,
    /// Latitude and longitude of the machine, where rows are those of sections.
    machine: [Float64Builder; 2],
    slots: Vec<Float64Builder>,
    rows: usize,
}

/// Turns sessions into batches of points.
pub(crate) struct Writer<'a> {
    context: &'a Context<'a>,
    plan: &'a Plan,
    clock: &'a Clock,
    hold_ms: i64,
    latest_ms: i64,
    columns: Columns,
    /// Logs so far, those of one moment as one.
    log: i64,
    bad_instants: u64,
}

/// What is known at one moment of a session.
struct Moment {
    /// By slot, then lane; the last of a slot is the value for all lanes.
    held: Vec<Vec<Held>>,
    /// By bins of a slot that add up: header key to value.
    bins: Vec<Vec<(usize, usize, Held)>>,
    standing: Standing,
    instant: u64,
    last_place: Option<(f64, f64, i64)>,
    heading: Option<f64>,
}

impl<'a> Writer<'a> {
    pub(crate) fn new(context: &'a Context<'a>, plan: &'a Plan, clock: &'a Clock) -> Self {
        Self {
            context,
            plan,
            clock,
            hold_ms: context.options.hold_ms.unwrap_or(HOLD_MS),
            latest_ms: context.options.latest_instant_ms.unwrap_or(LATEST_MS),
            columns: Columns::new(plan.slots.len()),
            log: 0,
            bad_instants: 0,
        }
    }

    /// One session: logs side by side, taken in the order of their times; a single log in the
    /// order of the file.
    pub(crate) fn session(
        &mut self,
        logs: &[&TimeLog],
        receiver: &mut dyn Receiver,
    ) -> Result<(), Stop> {
        let roles: Vec<Vec<Role>> = logs
            .iter()
            .map(|log| self.plan.roles(self.context, log))
            .collect();
        self.log += 1;
        let mut moment = self.start(logs, &roles);
        let mut heads = vec![0_usize; logs.len()];
        while let Some(which) = next(logs, &heads) {
            let (Some(log), Some(row), Some(roles)) =
                (logs.get(which), heads.get(which).copied(), roles.get(which))
            else {
                break;
            };
            let place = key(log, row);
            self.apply(&mut moment, which, log, roles, row);
            if let Some(head) = heads.get_mut(which) {
                *head += 1;
            }
            // Records of one instant and place are one point.
            let joined = place.0.is_some()
                && logs
                    .iter()
                    .zip(&heads)
                    .any(|(other, head)| *head < other.records && key(other, *head) == place)
                && next(logs, &heads).and_then(|n| Some(key(logs.get(n)?, *heads.get(n)?)))
                    == Some(place);
            if joined {
                continue;
            }
            if self.columns.rows + self.plan.lanes.len().max(1) > BATCH_ROWS {
                self.flush(receiver)?;
            }
            self.emit(&mut moment, log, row);
            moment.instant += 1;
        }
        Ok(())
    }

    fn start(&self, logs: &[&TimeLog], roles: &[Vec<Role>]) -> Moment {
        let lanes = self.plan.lanes.len() + 1;
        let mut moment = Moment {
            held: vec![vec![Held::default(); lanes]; self.plan.slots.len()],
            bins: vec![Vec::new(); self.plan.slots.len()],
            standing: Standing {
                states: vec![None; self.plan.states.len()],
                condensed: vec![None; 256],
                widths_m: vec![None; self.plan.work.widths()],
                width_m: None,
            },
            instant: 1,
            last_place: None,
            heading: None,
        };
        for (which, (log, roles)) in logs.iter().zip(roles).enumerate() {
            for (index, (value, role)) in log.header.values.iter().zip(roles).enumerate() {
                if let Some(raw) = value.fixed.and_then(|raw| i32::try_from(raw).ok()) {
                    self.set(&mut moment, which, index, *role, raw, i64::MAX, true);
                }
            }
        }
        moment
    }

    fn apply(&self, moment: &mut Moment, which: usize, log: &TimeLog, roles: &[Role], row: usize) {
        let bounds = (log.value_offsets.get(row), log.value_offsets.get(row + 1));
        let (Some(from), Some(to)) = bounds else {
            return;
        };
        let range = *from as usize..*to as usize;
        let (Some(indexes), Some(raws)) =
            (log.value_index.get(range.clone()), log.value.get(range))
        else {
            return;
        };
        let now = log.time_ms.get(row).copied().unwrap_or(0);
        for (index, raw) in indexes.iter().zip(raws) {
            let index = usize::from(*index);
            let role = roles.get(index).copied().unwrap_or(Role::Ignored);
            let fixed = log
                .header
                .values
                .get(index)
                .is_some_and(|value| value.fixed.is_some());
            if role != Role::Ignored && !fixed {
                self.set(moment, which, index, role, *raw, now, false);
            }
        }
    }

    #[expect(
        clippy::too_many_arguments,
        reason = "one value with all that is known of it"
    )]
    fn set(
        &self,
        moment: &mut Moment,
        which: usize,
        index: usize,
        role: Role,
        raw: i32,
        now: i64,
        fixed: bool,
    ) {
        match role {
            Role::Ignored => {}
            Role::WorkState(state) => {
                if let Some(known) = moment.standing.states.get_mut(state) {
                    *known = match raw {
                        0 => Some(false),
                        1 => Some(true),
                        _ => None,
                    };
                }
            }
            Role::Condensed(first) => {
                let bits = raw.cast_unsigned();
                for section in 0..16 {
                    if let Some(known) = moment.standing.condensed.get_mut(first + section) {
                        *known = match (bits >> (2 * section)) & 3 {
                            0 => Some(false),
                            1 => Some(true),
                            // Error and not installed.
                            _ => None,
                        };
                    }
                }
            }
            Role::Width => {
                moment.standing.width_m =
                    (raw >= 0 && raw != i32::MAX).then(|| f64::from(raw) / 1000.0);
            }
            Role::WidthOf(element) => {
                if let Some(width) = moment.standing.widths_m.get_mut(element) {
                    // 0 is what many log of sections that are off.
                    let sound = raw > 0 && i64::from(raw) < MAX_WIDTH_MM;
                    *width = sound.then(|| f64::from(raw) / 1000.0);
                }
            }
            Role::Value { slot, lane } => {
                let Some(rule) = self.plan.slots.get(slot) else {
                    return;
                };
                // Not available, or below zero where nothing can be.
                let missing = raw == i32::MAX
                    || raw == i32::MIN
                    || (raw < 0
                        && rule.offset == 0.0
                        && rule.property != Some(tramline_model::Property::DownForce)
                        && rule.property.is_some());
                let value = (!missing).then(|| (f64::from(raw) + rule.offset) * rule.factor);
                let held = Held {
                    value,
                    at_ms: now,
                    instant: moment.instant,
                    fixed,
                };
                if rule.sum_bins {
                    let Some(bins) = moment.bins.get_mut(slot) else {
                        return;
                    };
                    match bins.iter_mut().find(|bin| bin.0 == which && bin.1 == index) {
                        Some(bin) => bin.2 = held,
                        None => bins.push((which, index, held)),
                    }
                } else if let Some(lanes) = moment.held.get_mut(slot) {
                    let all = lanes.len().saturating_sub(1);
                    if let Some(slot) = lanes.get_mut(lane.unwrap_or(all)) {
                        *slot = held;
                    }
                }
            }
        }
    }

    /// The value of a slot at this moment, if it still stands.
    fn standing(
        &self,
        held: Held,
        hold: Hold,
        moment: &Moment,
        now: i64,
        on: Option<bool>,
    ) -> Option<f64> {
        let value = held.value?;
        if held.fixed || hold == Hold::Log || held.instant == moment.instant {
            return Some(value);
        }
        let age = now.saturating_sub(held.at_ms);
        (on != Some(false) && (0..=self.hold_ms).contains(&age)).then_some(value)
    }

    fn emit(&mut self, moment: &mut Moment, log: &TimeLog, row: usize) {
        let wall = log.time_ms.get(row).copied();
        let raw = (
            log.latitude.get(row).copied(),
            log.longitude.get(row).copied(),
        );
        let error = log.status.get(row) == Some(&14);
        let place = match raw {
            (Some(lat), Some(lon)) if !error => degrees(lat).zip(degrees(lon)),
            _ => None,
        };
        self.turn(moment, place, wall);
        let instant = wall.map(|wall| self.clock.utc(wall)).filter(|utc| {
            let good = (EARLIEST_MS..=self.latest_ms).contains(utc);
            self.bad_instants += u64::from(!good);
            good
        });
        let elevation = log
            .up_mm
            .get(row)
            .filter(|mm| **mm != i32::MAX && **mm != i32::MIN)
            .map(|mm| f64::from(*mm) / 1000.0);
        let now = wall.unwrap_or(0);
        let plan = self.plan;
        let rows = plan.lanes.len().max(1);
        for lane_index in 0..rows {
            let lane = plan.lanes.get(lane_index);
            let (work, standing) = (&plan.work, &moment.standing);
            let on = work.works(standing, lane.map(|lane| &lane.part));
            let width = match lane {
                Some(lane) => work.width_of(standing, lane.wide, lane.width_m, rows),
                None => work.width(standing),
            };
            let at = match (place, lane, moment.heading) {
                (Some(place), Some(lane), Some(heading)) if !is_zero(place) => {
                    Some(ground::moved(place, heading, lane.forward_m, lane.right_m))
                }
                _ => place,
            };
            self.columns.latitude.append_option(at.map(|p| p.0));
            self.columns.longitude.append_option(at.map(|p| p.1));
            self.columns.timestamp.append_option(instant);
            if plan.has_elevation {
                self.columns.elevation.append_option(elevation);
            }
            if plan.has_state() {
                self.columns
                    .status
                    .append_option(on.map(|on| if on { "On" } else { "Off" }));
            }
            if plan.has_width() {
                self.columns.width.append_option(width);
            }
            if let Some(lane) = lane {
                self.columns.section.append_value(lane.number);
                self.columns.heading.append_option(moment.heading);
                let [latitude, longitude] = &mut self.columns.machine;
                latitude.append_option(place.map(|place| place.0));
                longitude.append_option(place.map(|place| place.1));
            }
            self.columns.log.append_value(self.log);
            for (index, slot) in plan.slots.iter().enumerate() {
                let value = if slot.sum_bins {
                    moment.bins.get(index).and_then(|bins| {
                        bins.iter()
                            .filter_map(|bin| self.standing(bin.2, slot.hold, moment, now, on))
                            .fold(None, |sum: Option<f64>, value| {
                                Some(sum.unwrap_or(0.0) + value)
                            })
                    })
                } else {
                    let lanes = moment.held.get(index);
                    let all = lanes
                        .and_then(|lanes| lanes.last())
                        .copied()
                        .unwrap_or_default();
                    let own = lane
                        .and_then(|_| lanes.and_then(|lanes| lanes.get(lane_index)))
                        .copied()
                        .unwrap_or_default();
                    self.standing(own, slot.hold, moment, now, on)
                        .or_else(|| self.standing(all, slot.hold, moment, now, on))
                };
                if let Some(builder) = self.columns.slots.get_mut(index) {
                    builder.append_option(value);
                }
            }
            self.columns.rows += 1;
        }
    }

    /// Updates the course from the way since the last distinct position.
    fn turn(&self, moment: &mut Moment, place: Option<(f64, f64)>, wall: Option<i64>) {
        if self.plan.lanes.is_empty() {
            return;
        }
        let Some(place) = place.filter(|place| !is_zero(*place)) else {
            return;
        };
        let now = wall.unwrap_or(0);
        if let Some((lat, lon, at)) = moment.last_place {
            let (north, east) = ground::metres_per_degree(lat);
            let (dn, de) = ((place.0 - lat) * north, (place.1 - lon) * east);
            let way = dn.hypot(de);
            let seconds = (now.saturating_sub(at)) as f64 / 1000.0;
            if way < 1e-6 {
                return;
            }
            if seconds <= 0.0 || way / seconds >= COURSE_SPEED_M_S {
                moment.heading = Some(de.atan2(dn).to_degrees().rem_euclid(360.0));
            }
        }
        moment.last_place = Some((place.0, place.1, now));
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
        ];
        if plan.has_elevation {
            arrays.push(Arc::new(columns.elevation.finish()));
        }
        if plan.has_state() {
            arrays.push(Arc::new(columns.status.finish()));
        }
        if plan.has_width() {
            arrays.push(Arc::new(columns.width.finish()));
        }
        if !plan.lanes.is_empty() {
            arrays.push(Arc::new(columns.section.finish()));
            arrays.push(Arc::new(columns.heading.finish()));
            for builder in &mut columns.machine {
                arrays.push(Arc::new(builder.finish()));
            }
        }
        arrays.push(Arc::new(columns.log.finish()));
        for builder in &mut columns.slots {
            arrays.push(Arc::new(builder.finish()));
        }
        columns.rows = 0;
        let batch = RecordBatch::try_new(plan.schema(), arrays).map_err(|e| Stop(e.to_string()))?;
        receiver.points(&batch)
    }

    /// Pushes what is left and tells what was noticed.
    pub(crate) fn finish(
        mut self,
        place: &Place,
        receiver: &mut dyn Receiver,
    ) -> Result<Vec<Finding>, Stop> {
        self.flush(receiver)?;
        let mut findings = Vec::new();
        if self.bad_instants > 0 {
            findings.push(
                Finding::new(
                    &findings::INSTANT_IMPLAUSIBLE,
                    Severity::Warning,
                    place.clone(),
                    format!(
                        "{} dated before 1990 or in the future: positions and values are kept, times are not",
                        counted(self.bad_instants, "record")
                    ),
                )
                .value("records", self.bad_instants)
                .hint("check the date of the display"),
            );
        }
        Ok(findings)
    }
}

impl Columns {
    fn new(slots: usize) -> Self {
        Self {
            longitude: Float64Builder::with_capacity(BATCH_ROWS),
            latitude: Float64Builder::with_capacity(BATCH_ROWS),
            timestamp: TimestampMillisecondBuilder::with_capacity(BATCH_ROWS),
            elevation: Float64Builder::new(),
            status: StringBuilder::new(),
            width: Float64Builder::new(),
            section: Int64Builder::new(),
            heading: Float64Builder::new(),
            log: Int64Builder::with_capacity(BATCH_ROWS),
            machine: [Float64Builder::new(), Float64Builder::new()],
            slots: std::iter::repeat_with(Float64Builder::new)
                .take(slots)
                .collect(),
            rows: 0,
        }
    }
}

/// Index of the log whose next record comes first; `None` when all are at their end.
fn next(logs: &[&TimeLog], heads: &[usize]) -> Option<usize> {
    logs.iter()
        .zip(heads)
        .enumerate()
        .filter(|(_, (log, head))| **head < log.records)
        .min_by_key(|(_, (log, head))| log.time_ms.get(**head).copied().unwrap_or(0))
        .map(|(which, _)| which)
}

/// Time and raw position of a record.
fn key(log: &TimeLog, row: usize) -> (Option<i64>, Option<i32>, Option<i32>) {
    (
        log.time_ms.get(row).copied(),
        log.latitude.get(row).copied(),
        log.longitude.get(row).copied(),
    )
}

fn is_zero(place: (f64, f64)) -> bool {
    place.0 == 0.0 && place.1 == 0.0
}
