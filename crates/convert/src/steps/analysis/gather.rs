//! Columns of standard batches as the analysis needs them: SI units, not a number for absent.

use crate::steps::columns::Texts;
use crate::steps::standard::Standard;
use arrow_array::{Array, Float64Array, Int64Array, RecordBatch, TimestampMillisecondArray};
use std::collections::HashMap;
use tramline_analysis::records::{NO_TIME, Record, Records};
use tramline_model::{OperationType, Property};

/// Machines and sections that are told apart; further ones share a track.
const TRACKS: usize = 65_536;

/// What a row is to the analysis.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fate {
    /// In the standard output.
    Standard,
    /// At work, but dropped as its sensor showed no crop: a lag may give it a value.
    Restorable,
    /// Dropped for another reason: only what its sensor shows counts, for the places before it.
    Passive,
}

/// Records and values of one block, row by row.
#[derive(Default)]
pub(crate) struct Gathered {
    pub(crate) records: Records,
    pub(crate) fates: Vec<Fate>,
    /// Kilograms in a second; only for harvest.
    pub(crate) flow_kg_s: Vec<f64>,
    pub(crate) moisture: Vec<f64>,
    pub(crate) interval_s: Vec<f64>,
    /// Dry by wet mass.
    pub(crate) dry_share: Vec<f32>,
    /// The rate that is cleaned, in base units for an area (kg/ha for harvest).
    pub(crate) value: Vec<f64>,
    /// The set rate, where there is one.
    pub(crate) target: Vec<f64>,
}

/// Numbers machines and sections over all blocks.
#[derive(Default)]
pub(crate) struct TrackNames {
    machines: HashMap<String, u32>,
    ids: HashMap<(u32, i64), u32>,
    last: Option<(u32, i64, i64, f64, f64)>,
    clock: Clock,
    /// By track: its machine.
    machine_of: Vec<u32>,
}

/// Times of files that log none: their intervals added up, from 0. Pauses do not show in it; ways
/// that are too far for an interval cut the segments all the same.
#[derive(Default)]
struct Clock {
    /// A time was logged: rows without one have none.
    logged: bool,
    milliseconds: f64,
}

impl Clock {
    fn time(&mut self, logged_ms: Option<i64>, interval_s: f64) -> i64 {
        match logged_ms {
            Some(time) => {
                self.logged = true;
                time
            }
            None if !self.logged && interval_s > 0.0 => {
                self.milliseconds += interval_s * 1_000.0;
                self.milliseconds as i64
            }
            None => NO_TIME,
        }
    }
}

impl TrackNames {
    fn id(&mut self, machine: u32, section: i64) -> u32 {
        if let Some(id) = self.ids.get(&(machine, section)) {
            return *id;
        }
        if self.ids.len() < TRACKS {
            self.ids.insert((machine, section), self.ids.len() as u32);
            self.machine_of.push(machine);
        }
        self.ids.len() as u32 - 1
    }

    /// The machine of a track.
    pub(crate) fn machine(&self, track: u32) -> u32 {
        self.machine_of.get(track as usize).copied().unwrap_or(0)
    }

    /// The machine's name as the points have it: one name, or several joined.
    pub(crate) fn machine_name(&self, machine: u32) -> String {
        let text = self.machines.iter().find(|(_, number)| **number == machine);
        let Some((text, _)) = text else {
            return String::new();
        };
        match serde_json::from_str::<Vec<String>>(text) {
            Ok(names) => names.join(" + "),
            Err(_) => text.clone(),
        }
    }

    /// Rows of one instant at several places are sections that the source does not number.
    fn ordinal(&mut self, machine: u32, time_ms: i64, place: (f64, f64)) -> i64 {
        let ordinal = match self.last {
            Some((m, time, ordinal, x, y))
                if m == machine && time == time_ms && time != NO_TIME =>
            {
                if (x, y) == place {
                    ordinal
                } else {
                    ordinal + 1
                }
            }
            _ => 0,
        };
        self.last = Some((machine, time_ms, ordinal, place.0, place.1));
        ordinal
    }
}

/// A column by property in base units.
struct Column<'a> {
    array: Option<&'a Float64Array>,
    factor: f64,
}

impl Column<'_> {
    fn at(&self, row: usize) -> f64 {
        match self.array {
            Some(array) if array.is_valid(row) => array.value(row) * self.factor,
            _ => f64::NAN,
        }
    }
}

impl Gathered {
    /// Dry kilograms for a hectare that a wet mass makes of a row.
    pub(crate) fn rate(&self, row: usize, mass_kg: f64) -> f64 {
        let records = &self.records;
        let area = f64::from(records.distance_m[row]) * f64::from(records.width_m[row]);
        let share = f64::from(self.dry_share[row]);
        let share = if share.is_finite() { share } else { 1.0 };
        mass_kg * share / area * 1e4
    }

    pub(crate) fn len(&self) -> usize {
        self.records.len()
    }

    /// Adds the rows of a batch in the standard output's schema (further columns do not matter).
    pub(crate) fn add(
        &mut self,
        standard: &Standard,
        names: &mut TrackNames,
        batch: &RecordBatch,
        fate: impl Fn(usize) -> Fate,
    ) {
        let column = |property: Property| Column {
            array: batch
                .column_by_name(property.name())
                .and_then(|array| array.as_any().downcast_ref::<Float64Array>()),
            factor: standard.unit(property).map_or(1.0, |unit| unit.factor),
        };
        let degrees = |property: Property| Column {
            factor: 1.0,
            ..column(property)
        };
        let (longitude, latitude) = (degrees(Property::Longitude), degrees(Property::Latitude));
        let heading = degrees(Property::Heading);
        let (distance, speed) = (column(Property::Distance), column(Property::Speed));
        let (width, area) = (column(Property::EquipmentWidth), column(Property::Area));
        let (mass, dry) = (column(Property::WetMass), column(Property::DryMass));
        let (flow, interval) = (
            column(Property::CropFlow),
            column(Property::SamplingInterval),
        );
        let moisture = degrees(Property::HarvestMoisture);
        let (rate, target) = match standard.operation {
            OperationType::Planted => {
                (column(Property::SeedRate), column(Property::SeedRateTarget))
            }
            OperationType::Applied => (
                column(Property::AppliedRate),
                column(Property::AppliedRateTarget),
            ),
            _ => (
                column(Property::TillageDepthActual),
                column(Property::TillageDepthTarget),
            ),
        };
        let times = batch
            .column_by_name(Property::Timestamp.name())
            .and_then(|array| array.as_any().downcast_ref::<TimestampMillisecondArray>());
        let sections = batch
            .column_by_name(Property::SectionId.name())
            .and_then(|array| array.as_any().downcast_ref::<Int64Array>());
        let machines = batch
            .column_by_name(Property::Machinery.name())
            .and_then(Texts::read);
        let numbers: Vec<u32> = machines
            .as_ref()
            .map(|texts| {
                texts
                    .values
                    .iter()
                    .map(|name| {
                        let next = names.machines.len().min(TRACKS) as u32 + 1;
                        *names.machines.entry(name.clone()).or_insert(next)
                    })
                    .collect()
            })
            .unwrap_or_default();
        let harvest = standard.operation == OperationType::Harvested;
        for row in 0..batch.num_rows() {
            let machine = machines
                .as_ref()
                .and_then(|texts| texts.keys.get(row))
                .and_then(|key| usize::try_from(*key).ok())
                .and_then(|key| numbers.get(key).copied())
                .unwrap_or(0);
            let logged_ms = times
                .filter(|times| times.is_valid(row))
                .map(|times| times.value(row));
            let time_ms = names.clock.time(logged_ms, interval.at(row));
            let place = (longitude.at(row), latitude.at(row));
            let section = match sections {
                Some(sections) if sections.is_valid(row) => sections.value(row),
                _ => names.ordinal(machine, time_ms, place),
            };
            let fate = fate(row);
            let (distance_m, area_m2) = (distance.at(row), area.at(row));
            let width_m = match width.at(row) {
                width if width > 0.0 => width,
                _ => area_m2 / distance_m,
            };
            self.records.push(Record {
                longitude: place.0,
                latitude: place.1,
                time_ms,
                track: names.id(machine, section),
                distance_m,
                width_m,
                speed_m_s: speed.at(row),
                heading_deg: heading.at(row),
                working: fate != Fate::Passive,
            });
            self.fates.push(fate);
            if harvest {
                let (wet, seconds) = (mass.at(row), interval.at(row));
                let mut logged = flow.at(row);
                if logged.is_nan() {
                    logged = wet / if seconds > 0.0 { seconds } else { 1.0 };
                }
                self.flow_kg_s.push(logged);
                self.interval_s.push(if logged > 0.0 && wet > 0.0 {
                    wet / logged
                } else {
                    seconds
                });
                self.moisture.push(moisture.at(row));
                let share = dry.at(row) / wet;
                self.dry_share.push(share as f32);
                let share = if share.is_finite() { share } else { 1.0 };
                self.value.push(wet * share / area_m2 * 1e4);
            } else {
                self.value.push(rate.at(row));
                self.target.push(target.at(row));
            }
        }
    }
}
