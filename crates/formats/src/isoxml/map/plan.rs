//! Which logged values become which standard columns of one machine file: its columns, lanes, work
//! states and widths, and what each value of a header does.

use super::super::raw::{Device, TimeLog};
use super::context::Context;
use super::lanes::{Lane, lanes};
use super::logged::{logged, logged_offsets, logged_widths, mean_interval_ms, states};
use super::points::HOLD_MS;
use super::slot::Slot;
use super::work::Work;
use crate::shared::ddi::rules::Hold::{self, Limited};
use arrow_schema::{DataType, Field, Schema, SchemaRef};
use std::sync::Arc;
use tramline_model::records::{self, SourceColumn};
use tramline_model::{OperationType, Property as P, Unit};

/// What became of one value of a header.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Role {
    Ignored,
    /// A column, for the lane of one section or for all lanes.
    Value {
        slot: usize,
        lane: Option<usize>,
    },
    /// DDI 141; index into [`Plan::states`].
    WorkState(usize),
    /// DDI 161 to 176: first section of its sixteen.
    Condensed(usize),
    /// DDI 67 of the element that carries the work.
    Width,
    /// DDI 67 of a section; index into [`Work::wide`].
    WidthOf(usize),
}

/// The columns and lanes of one machine file.
pub(crate) struct Plan {
    pub(crate) slots: Vec<Slot>,
    /// Empty when there is one row per instant.
    pub(crate) lanes: Vec<Lane>,
    /// Elements with a DDI 141 that matters.
    pub(crate) states: Vec<Option<String>>,
    /// What works at a moment, and how wide.
    pub(crate) work: Work,
    width_element: Option<Option<String>>,
    has_condensed: bool,
    pub(crate) has_elevation: bool,
    device: Option<String>,
}

impl Plan {
    pub(crate) fn new(context: &Context<'_>, kind: &OperationType, logs: &[TimeLog]) -> Self {
        let logged = logged(logs);
        let mut slots = Slot::all(context, kind, &logged);
        let carrier = carrier(&slots);
        let device = carrier
            .iter()
            .flat_map(|slot| slot.elements.iter().flatten())
            .find_map(|id| context.devices.get(id))
            .map(|(device, _)| device)
            .or_else(|| {
                logged.keys().find_map(|(ddi, id)| {
                    (*ddi == 141 || (161..=176).contains(ddi))
                        .then(|| {
                            context
                                .devices
                                .get(id.as_deref()?)
                                .map(|(device, _)| device)
                        })
                        .flatten()
                })
            });
        let states = states(logs);
        let widths = logged_widths(logs);
        let width_m = |id: &str| {
            context
                .devices
                .width_m(id)
                .or_else(|| widths.get(id).copied())
        };
        let main = carrier.and_then(|slot| slot.elements.first().cloned().flatten());
        let offsets = logged_offsets(logs);
        let offset = |id: &str| {
            let constant = context.devices.constant(id, 135, false);
            let mm = constant.or_else(|| offsets.get(&(135, id)).copied())?;
            Some(mm as f64)
        };
        let mut work = Work::new(context, device, main.as_deref(), &states, logs, &offset);
        let lanes = lanes(context, &slots, &work, &states, logs, &width_m);
        for section in &mut work.sections {
            section.width_m = width_m(&section.id);
        }
        let section_widths_m: Vec<Option<f64>> = work
            .sections
            .iter()
            .map(|section| section.width_m)
            .collect();
        work.full_width_m = full_width(&width_m, device, main.as_deref(), &section_widths_m);
        let lanes = work.with_widths(lanes);
        let width_element = logged
            .iter()
            .filter(|((ddi, id), _)| {
                *ddi == 67
                    && match (id.as_deref().and_then(|id| context.devices.get(id)), device) {
                        (Some((own, element)), Some(device)) => {
                            own.id == device.id && element.kind != 4
                        }
                        _ => device.is_none() || id.is_none() || logs.len() == 1,
                    }
            })
            .max_by_key(|(_, (count, _))| *count)
            .map(|((_, id), _)| id.clone());
        if !states.is_empty() || work.host.is_some() {
            hold_on_change(&mut slots, logs);
        }
        Self {
            has_condensed: logged.keys().any(|(ddi, _)| (161..=176).contains(ddi)),
            has_elevation: logs.iter().any(|log| log.up_mm.iter().any(|up| *up != 0)),
            device: device.map(|device| device.id.clone()),
            slots,
            lanes,
            states,
            work,
            width_element,
        }
    }

    /// What each value of a log's header does.
    pub(crate) fn roles(&self, context: &Context<'_>, log: &TimeLog) -> Vec<Role> {
        log.header
            .values
            .iter()
            .map(|value| {
                let element = &value.device_element;
                if value.ddi == 141 {
                    return self
                        .states
                        .iter()
                        .position(|state| state == element)
                        .map_or(Role::Ignored, Role::WorkState);
                }
                if (161..=176).contains(&value.ddi) {
                    let own = element.as_deref().and_then(|id| context.devices.get(id));
                    let ours = match &self.work.host {
                        Some(host) => element == host,
                        None => {
                            own.is_none_or(|(device, _)| Some(&device.id) == self.device.as_ref())
                        }
                    };
                    let first = usize::from(value.ddi - 161) * 16;
                    return if ours {
                        Role::Condensed(first)
                    } else {
                        Role::Ignored
                    };
                }
                if value.ddi == 67 {
                    let wide = element.as_deref().and_then(|id| self.work.wide(id));
                    let whole = self.width_element.as_ref() == Some(element);
                    return match wide {
                        Some(place) => Role::WidthOf(place),
                        None if whole => Role::Width,
                        None => Role::Ignored,
                    };
                }
                let slot = self
                    .slots
                    .iter()
                    .position(|slot| slot.ddi == value.ddi && slot.elements.contains(element));
                let Some(slot) = slot else {
                    return Role::Ignored;
                };
                let lane = element
                    .as_deref()
                    .and_then(|id| self.lanes.iter().position(|lane| lane.element == id));
                Role::Value { slot, lane }
            })
            .collect()
    }

    pub(crate) fn has_state(&self) -> bool {
        !self.states.is_empty() || self.has_condensed
    }

    pub(crate) fn has_width(&self) -> bool {
        self.width_element.is_some()
            || self.work.full_width_m.is_some()
            || self.lanes.iter().any(|lane| lane.width_m.is_some())
    }

    /// Columns of the points, in the order that the writer fills them.
    pub(crate) fn schema(&self) -> SchemaRef {
        let none = SourceColumn::default();
        let arcdeg = Some(Unit::known("arcdeg"));
        let metre = Some(Unit::known("m"));
        let mut fields: Vec<Field> = vec![
            records::field(P::Longitude, arcdeg, &none),
            records::field(P::Latitude, arcdeg, &none),
            records::field(P::Timestamp, None, &none),
        ];
        if self.has_elevation {
            fields.push(records::field(P::Elevation, metre, &none));
        }
        if self.has_state() {
            fields.push(records::field(P::RecordingStatus, None, &none));
        }
        if self.has_width() {
            fields.push(records::field(P::EquipmentWidth, metre, &none));
        }
        if !self.lanes.is_empty() {
            fields.push(records::field(P::SectionId, None, &none));
            fields.push(records::field(P::Heading, arcdeg, &none));
            fields.extend(records::machine_fields());
        }
        fields.push(records::log_field());
        for slot in &self.slots {
            fields.push(match slot.property {
                Some(property) => records::field(property, slot.unit, &slot.source),
                None => records::raw_field(&slot.source.name, DataType::Float64, &slot.source),
            });
        }
        Arc::new(Schema::new(fields))
    }
}

/// Rates that were set and are logged when they change stand until they do: states tell when the work rests.
fn hold_on_change(slots: &mut [Slot], logs: &[TimeLog]) {
    let rates = [P::AppliedRate, P::SeedRate];
    for slot in slots
        .iter_mut()
        .filter(|slot| slot.property.is_some_and(|p| rates.contains(&p)))
    {
        let interval = mean_interval_ms(logs, slot.ddi);
        if interval.is_some_and(|interval| interval > HOLD_MS as f64) {
            slot.hold = Hold::Log;
        }
    }
}

/// The column whose element carries the work: the rate, else its target. Speed and fuel are the
/// tractor's.
fn carrier(slots: &[Slot]) -> Option<&Slot> {
    const TARGETS: [P; 3] = [
        P::AppliedRateTarget,
        P::SeedRateTarget,
        P::TillageDepthTarget,
    ];
    let of_tractor = |slot: &&Slot| matches!(slot.property, Some(P::Speed | P::FuelRate));
    let rates = slots.iter().filter(|slot| slot.hold == Limited);
    let targets = slots.iter().filter(|slot| {
        slot.property
            .is_some_and(|property| TARGETS.contains(&property))
    });
    let mut found = rates.filter(|slot| !of_tractor(slot)).chain(targets);
    found.next()
}

/// Width of the element that works, else of a parent, else of the sections together, else of the
/// widest element.
fn full_width(
    width_m: &dyn Fn(&str) -> Option<f64>,
    device: Option<&Device>,
    main: Option<&str>,
    section_widths_m: &[Option<f64>],
) -> Option<f64> {
    let own = main.and_then(width_m);
    own.or_else(|| {
        let sum: f64 = section_widths_m.iter().flatten().sum();
        (sum > 0.0).then_some(sum)
    })
    .or_else(|| {
        device?
            .elements
            .iter()
            .filter_map(|element| width_m(&element.id))
            .fold(None, |widest: Option<f64>, width| {
                Some(widest.map_or(width, |w| w.max(width)))
            })
    })
}
