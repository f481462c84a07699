//! Where each row of a standard batch was, when, and how wide: what tracks and footprints need.
//!
//! Rule: base units by the unit that each column names, not a number for absent. Rows are the same
//! to this whether they come from the conversion or from a stored file.

use crate::points::columns::Texts;
use arrow_array::{Array, Float64Array, Int64Array, RecordBatch, TimestampMillisecondArray};
use std::collections::HashMap;
use tramline_analysis::records::{NO_TIME, Record};
use tramline_model::{Property, records};

/// Machines and sections that are told apart; further ones share a track.
const TRACKS: usize = 65_536;

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

    /// Rows of one instant at several places are sections that the source does not number, as long as
    /// [`tramline_analysis::spread`] does not know better.
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
pub(crate) struct Column<'a> {
    array: Option<&'a Float64Array>,
    factor: f64,
}

impl<'a> Column<'a> {
    pub(crate) fn of(batch: &'a RecordBatch, property: Property) -> Self {
        let index = batch.schema_ref().index_of(property.name()).ok();
        let field = index.map(|index| batch.schema_ref().field(index));
        Self {
            array: index.and_then(|index| batch.column(index).as_any().downcast_ref()),
            factor: field
                .and_then(records::unit_of)
                .map_or(1.0, |unit| unit.factor),
        }
    }

    /// As it stands in the batch: degrees and percent.
    pub(crate) fn plain(batch: &'a RecordBatch, property: Property) -> Self {
        Self {
            factor: 1.0,
            ..Self::of(batch, property)
        }
    }

    pub(crate) fn at(&self, row: usize) -> f64 {
        match self.array {
            Some(array) if array.is_valid(row) => array.value(row) * self.factor,
            _ => f64::NAN,
        }
    }
}

/// Whether the source has no values of a property: what stands there was derived.
pub(crate) fn is_derived(batch: &RecordBatch, property: Property) -> bool {
    let field = batch.schema_ref().field_with_name(property.name()).ok();
    let provenance = field.and_then(|field| field.metadata().get(records::PROVENANCE));
    provenance.is_some_and(|provenance| provenance == "derived")
}

/// Columns of one batch.
pub(crate) struct Places<'a> {
    longitude: Column<'a>,
    latitude: Column<'a>,
    heading: Column<'a>,
    distance: Column<'a>,
    speed: Column<'a>,
    width: Column<'a>,
    pub(crate) area: Column<'a>,
    pub(crate) interval: Column<'a>,
    times: Option<&'a TimestampMillisecondArray>,
    sections: Option<&'a Int64Array>,
    /// Areas are those of the source's polygons, and ways the steps between their middles.
    polygons: bool,
    machines: Option<Texts>,
    /// By text of the machines: its number.
    numbers: Vec<u32>,
}

impl<'a> Places<'a> {
    pub(crate) fn new(batch: &'a RecordBatch, names: &mut TrackNames) -> Self {
        let machines = batch
            .column_by_name(Property::Machinery.name())
            .and_then(Texts::read);
        let texts = machines.iter().flat_map(|texts| &texts.values);
        let numbers = texts.map(|name| {
            let next = names.machines.len().min(TRACKS) as u32 + 1;
            *names.machines.entry(name.clone()).or_insert(next)
        });
        let numbers = numbers.collect();
        let area = batch
            .schema_ref()
            .field_with_name(Property::Area.name())
            .ok();
        let polygons =
            is_derived(batch, Property::Distance) && area.is_some_and(records::is_of_geometry);
        Self {
            longitude: Column::plain(batch, Property::Longitude),
            latitude: Column::plain(batch, Property::Latitude),
            heading: Column::plain(batch, Property::Heading),
            distance: Column::of(batch, Property::Distance),
            speed: Column::of(batch, Property::Speed),
            width: Column::of(batch, Property::EquipmentWidth),
            area: Column::of(batch, Property::Area),
            interval: Column::of(batch, Property::SamplingInterval),
            times: batch
                .column_by_name(Property::Timestamp.name())
                .and_then(|array| array.as_any().downcast_ref()),
            sections: batch
                .column_by_name(Property::SectionId.name())
                .and_then(|array| array.as_any().downcast_ref()),
            polygons,
            machines,
            numbers,
        }
    }

    /// Whether a row's width would be a polygon's area by a way that has nothing to do with it.
    pub(crate) fn makes_up_width(&self, row: usize) -> bool {
        let width = self.width.at(row);
        self.polygons && (width.is_nan() || width <= 0.0)
    }

    /// Whether the source numbers the section of a row.
    pub(crate) fn is_numbered(&self, row: usize) -> bool {
        self.sections.is_some_and(|sections| sections.is_valid(row))
    }

    /// A row; rows are asked for in their order.
    pub(crate) fn record(&self, row: usize, names: &mut TrackNames, working: bool) -> Record {
        let machine = self
            .machines
            .as_ref()
            .and_then(|texts| texts.keys.get(row))
            .and_then(|key| usize::try_from(*key).ok())
            .and_then(|key| self.numbers.get(key).copied())
            .unwrap_or(0);
        let logged_ms = self
            .times
            .filter(|times| times.is_valid(row))
            .map(|times| times.value(row));
        let time_ms = names.clock.time(logged_ms, self.interval.at(row));
        let place = (self.longitude.at(row), self.latitude.at(row));
        let section = match self.sections {
            Some(sections) if sections.is_valid(row) => sections.value(row),
            _ => names.ordinal(machine, time_ms, place),
        };
        let distance_m = self.distance.at(row);
        let width_m = match self.width.at(row) {
            width if width > 0.0 => width,
            _ => self.area.at(row) / distance_m,
        };
        Record {
            longitude: place.0,
            latitude: place.1,
            time_ms,
            track: names.id(machine, section),
            distance_m,
            width_m,
            speed_m_s: self.speed.at(row),
            heading_deg: self.heading.at(row),
            working,
        }
    }
}
