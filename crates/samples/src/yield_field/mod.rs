//! Synthetic harvest fields with known truth, as a yield monitor would log them.
//!
//! A harvester drives an invented field back and forth. What its header cuts comes out of the
//! machine `delay_s` later, mixed exponentially with what was cut around it, and a noisy sensor
//! with spikes logs the flow. The harvester slows down at the ends of the passes, crawls here and
//! there, turns with the header up and fills its header only in part in the last pass.
//!
//! Rules: no crop is lost or made on the way through the machine; noise and spikes change the
//! reading only. A record stands for the way since the record before and its position is the end
//! of that way. A record is bad if its logged yield, after the delay is taken back, is more than
//! [`BAD_FROM`] off the truth at its position. The truth is known by the generator alone: no
//! algorithm that cleans yield data has a part in it, so the fields can judge one. The same plan
//! gives the same records (no clock, no random source of the system).

mod drive;
mod ground;
mod plan;
mod plans;
mod record;
mod way;

pub use plan::FieldPlan;
pub use record::FieldRecord;

use std::fmt::Write as _;

/// Share of the truth by which the logged yield of a bad record is off, at least.
pub const BAD_FROM: f64 = 0.25;

/// Seconds of GPS time at the first record of a text export.
const GPS_START_S: f64 = 1_253_000_000.0;
const POUND_KG: f64 = 0.453_592_37;
const INCH_M: f64 = 0.025_4;
const FOOT_M: f64 = 0.304_8;

/// How a record stands against the truth.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    HeaderUp,
    /// The flow of the crop of this record was not logged.
    Unknown,
    Good,
    Bad,
}

/// A plan and the records of it.
#[derive(Clone, Debug)]
pub struct YieldField {
    pub plan: FieldPlan,
    pub records: Vec<FieldRecord>,
}

impl YieldField {
    /// Drives the field. The same plan gives the same records.
    pub fn simulate(plan: FieldPlan) -> Self {
        let records = drive::drive(&plan);
        Self { plan, records }
    }

    /// Mean time from the header to the sensor: the pure delay and the mean of the mixing.
    pub fn effective_delay_s(&self) -> f64 {
        self.plan.delay_s + self.plan.mixing_s
    }

    /// Yield of a record with the flow that was logged `delay_s` later, between two records by
    /// their times. `None` if the monitor did not log then, or the record has no area.
    pub fn logged_kg_ha(&self, index: usize, delay_s: f64) -> Option<f64> {
        let record = self.records.get(index)?;
        let area = record.distance_m * record.width_m;
        let flow = self.flow_at(record.time_s + delay_s)?;
        (area > 0.0).then(|| flow * record.interval_s / area * 10_000.0)
    }

    fn flow_at(&self, time_s: f64) -> Option<f64> {
        const SAME: f64 = 1e-6;
        let later = self.records.partition_point(|r| r.time_s < time_s - SAME);
        let after = self.records.get(later)?;
        if after.time_s <= time_s + SAME {
            return Some(after.flow_kg_s);
        }
        let before = self.records.get(later.checked_sub(1)?)?;
        let gap = after.time_s - before.time_s;
        let share = (time_s - before.time_s) / gap;
        (gap < 1.5 * self.plan.interval_s)
            .then_some(before.flow_kg_s + share * (after.flow_kg_s - before.flow_kg_s))
    }

    /// Each record against the truth, with the delay that the generator knows.
    pub fn standings(&self) -> Vec<Standing> {
        let delay_s = self.effective_delay_s();
        self.records
            .iter()
            .enumerate()
            .map(|(index, record)| {
                if !record.header_down {
                    return Standing::HeaderUp;
                }
                match self.logged_kg_ha(index, delay_s) {
                    None => Standing::Unknown,
                    Some(logged) => {
                        let off = (logged - record.true_kg_ha).abs();
                        if off > BAD_FROM * record.true_kg_ha {
                            Standing::Bad
                        } else {
                            Standing::Good
                        }
                    }
                }
            })
            .collect()
    }

    /// Which records are bad.
    pub fn bad(&self) -> Vec<bool> {
        self.standings()
            .iter()
            .map(|standing| *standing == Standing::Bad)
            .collect()
    }

    /// The records as lines of an Ag Leader "advanced" text export, which has no header:
    /// longitude, latitude, flow (lb/s), GPS time (s), interval (s), distance (inch), swath
    /// (inch), moisture (%), header (1 down, 0 up), pass, serial number, field, load, crop,
    /// variety, elevation (ft).
    pub fn ag_leader_text(&self) -> String {
        let mut text = String::with_capacity(self.records.len() * 140);
        for record in &self.records {
            // Writing to a string cannot fail.
            let _ = writeln!(
                text,
                "{:.7},{:.7},{:.3},{},{},{:.2},{:.2},{:.2},{},{},1001,\
                 \"F1: North Forty\",\"L1: \",\"Corn\",\"Demo Corn 21\",{:.2}",
                record.longitude,
                record.latitude,
                record.flow_kg_s / POUND_KG,
                GPS_START_S + record.time_s,
                record.interval_s,
                record.distance_m / INCH_M,
                record.width_m / INCH_M,
                record.moisture,
                u8::from(record.header_down),
                record.pass,
                record.elevation_m / FOOT_M,
            );
        }
        text
    }
}

#[cfg(test)]
mod tests;
