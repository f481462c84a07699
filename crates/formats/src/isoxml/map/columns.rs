//! Which logged values become which standard columns of one machine file.
//!
//! The table names for each data dictionary identifier (DDI, ISO 11783-11) the property, a unit
//! of the farm and the exact factor from the raw integer.

use super::super::raw::TimeLog;
use super::Context;
use arrow_schema::{Field, Schema, SchemaRef};
use std::collections::BTreeMap;
use std::sync::Arc;
use tramline_model::records::{self, SourceColumn};
use tramline_model::{Dimension, OperationType, Property, Unit};

/// How long a value stands without being logged again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Hold {
    /// On-change values: until the next one.
    Log,
    /// Rates, flows and yields: while working, and not longer than the limit.
    Limited,
}

/// One row of the table.
pub(crate) struct Rule {
    pub(crate) ddi: u16,
    pub(crate) property: Property,
    pub(crate) unit: &'static str,
    /// From the raw integer to the unit.
    pub(crate) factor: f64,
    pub(crate) hold: Hold,
    /// Letters of the operations it belongs to: Harvested, Planted, Applied, Tillage.
    pub(crate) operations: &'static str,
}

const fn rule(
    ddi: u16,
    property: Property,
    unit: &'static str,
    factor: f64,
    hold: Hold,
    operations: &'static str,
) -> Rule {
    Rule {
        ddi,
        property,
        unit,
        factor,
        hold,
        operations,
    }
}

use Hold::{Limited, Log};
use Property as P;

/// Identifiers and their properties, the best of a property first.
pub(crate) static RULES: &[Rule] = &[
    rule(84, P::WetMassPerArea, "t/ha", 1e-5, Limited, "H"),
    rule(83, P::WetVolumePerArea, "L/ha", 10.0, Limited, "H"),
    rule(181, P::DryMassPerArea, "t/ha", 1e-5, Limited, "H"),
    rule(87, P::CropFlow, "kg/s", 1e-6, Limited, "H"),
    rule(99, P::HarvestMoisture, "percentage", 1e-4, Log, "H"),
    rule(406, P::ProteinPercentage, "percentage", 1e-4, Log, "H"),
    rule(12, P::SeedRate, "seeds/ha", 10.0, Limited, "P"),
    rule(7, P::SeedRate, "kg/ha", 0.01, Limited, "P"),
    rule(11, P::SeedRateTarget, "seeds/ha", 10.0, Log, "P"),
    rule(6, P::SeedRateTarget, "kg/ha", 0.01, Log, "P"),
    rule(57, P::SeedDepth, "cm", 0.1, Log, "P"),
    rule(56, P::SeedDepth, "cm", 0.1, Log, "P"),
    rule(415, P::Singulation, "prcnt", 1e-4, Log, "P"),
    rule(417, P::Skips, "prcnt", 1e-4, Log, "P"),
    rule(419, P::Doubles, "prcnt", 1e-4, Log, "P"),
    rule(427, P::DownForce, "kgf", 1.0 / 9.806_65, Log, "P"),
    rule(2, P::AppliedRate, "L/ha", 1e-4, Limited, "A"),
    rule(589, P::AppliedRate, "L/ha", 1.0, Limited, "A"),
    rule(7, P::AppliedRate, "kg/ha", 0.01, Limited, "A"),
    rule(1, P::AppliedRateTarget, "L/ha", 1e-4, Log, "A"),
    rule(588, P::AppliedRateTarget, "L/ha", 1.0, Log, "A"),
    rule(6, P::AppliedRateTarget, "kg/ha", 0.01, Log, "A"),
    rule(52, P::TillageDepthActual, "cm", 0.1, Log, "T"),
    rule(51, P::TillageDepthTarget, "cm", 0.1, Log, "T"),
    rule(397, P::Speed, "m/s", 0.001, Limited, "HPAT"),
    rule(149, P::FuelRate, "L/h", 0.0036, Limited, "HPAT"),
];

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
}

/// A numeric column of the machine file.
pub(crate) struct Slot {
    pub(crate) property: Property,
    pub(crate) unit: &'static Unit,
    pub(crate) factor: f64,
    pub(crate) offset: f64,
    pub(crate) hold: Hold,
    source: SourceColumn,
    ddi: u16,
    /// Elements whose values count; several are lanes, or bins that add up.
    elements: Vec<Option<String>>,
    pub(crate) sum_bins: bool,
}

impl Slot {
    /// Whether several elements logged it.
    pub(crate) fn several(&self) -> bool {
        self.elements.len() > 1
    }

    /// Ids of the elements that logged it.
    pub(crate) fn elements(&self) -> impl Iterator<Item = &str> {
        self.elements.iter().flatten().map(String::as_str)
    }
}

/// A section that is laid out as a row of its own.
pub(crate) struct Lane {
    pub(crate) element: String,
    pub(crate) number: i64,
    pub(crate) width_m: Option<f64>,
    pub(crate) forward_m: f64,
    pub(crate) right_m: f64,
    /// Place in the condensed work state.
    pub(crate) condensed: Option<usize>,
    /// States that tell of this section: indices into [`Plan::states`].
    pub(crate) states: Vec<usize>,
}

/// The columns and lanes of one machine file.
pub(crate) struct Plan {
    pub(crate) slots: Vec<Slot>,
    /// Empty when there is one row per instant.
    pub(crate) lanes: Vec<Lane>,
    /// Elements with a DDI 141 that matters.
    pub(crate) states: Vec<Option<String>>,
    /// States that decide for the whole implement.
    pub(crate) main_states: Vec<usize>,
    /// Widths of the sections in the order of the condensed state.
    pub(crate) section_widths_m: Vec<Option<f64>>,
    pub(crate) full_width_m: Option<f64>,
    width_element: Option<Option<String>>,
    pub(crate) has_condensed: bool,
    pub(crate) has_elevation: bool,
    device: Option<String>,
}

/// No implement is wider: larger values mean that there is none.
const MAX_WIDTH_MM: i64 = 200_000;

/// Count of values, and of those that are not 0, by DDI and element.
pub(crate) type Logged = BTreeMap<(u16, Option<String>), (u64, u64)>;

/// Counts what the logs hold; constants of the header count once.
pub(crate) fn logged(logs: &[TimeLog]) -> Logged {
    let mut all = Logged::new();
    for log in logs {
        let mut counts = vec![(0_u64, 0_u64); log.header.values.len()];
        for (index, raw) in log.value_index.iter().zip(&log.value) {
            if let Some((count, nonzero)) = counts.get_mut(usize::from(*index)) {
                *count += 1;
                *nonzero += u64::from(*raw != 0 && *raw != i32::MAX && *raw != i32::MIN);
            }
        }
        for (value, (count, nonzero)) in log.header.values.iter().zip(counts) {
            let (count, nonzero) = match value.fixed {
                Some(fixed) => (1, u64::from(fixed != 0)),
                None => (count, nonzero),
            };
            if count > 0 {
                let slot = all
                    .entry((value.ddi, value.device_element.clone()))
                    .or_insert((0, 0));
                slot.0 += count;
                slot.1 += nonzero;
            }
        }
    }
    all
}

/// Widths that elements logged (DDI 67, 68, 70), in metres: what the description leaves out, many
/// terminals log once at the start.
pub(crate) fn logged_widths(logs: &[TimeLog]) -> BTreeMap<String, f64> {
    let mut widths: BTreeMap<String, f64> = BTreeMap::new();
    for log in logs {
        let mut largest = vec![0_i64; log.header.values.len()];
        for (index, raw) in log.value_index.iter().zip(&log.value) {
            if let Some(known) = largest.get_mut(usize::from(*index)) {
                *known = (*known).max(i64::from(*raw).min(MAX_WIDTH_MM));
            }
        }
        for (value, logged) in log.header.values.iter().zip(largest) {
            let mm = value.fixed.unwrap_or(logged);
            if matches!(value.ddi, 67 | 68 | 70)
                && (1..MAX_WIDTH_MM).contains(&mm)
                && let Some(id) = &value.device_element
            {
                let known = widths.entry(id.clone()).or_insert(0.0);
                *known = known.max(mm as f64 / 1000.0);
            }
        }
    }
    widths
}

impl Plan {
    pub(crate) fn new(context: &Context<'_>, kind: &OperationType, logs: &[TimeLog]) -> Self {
        let logged = logged(logs);
        let letter = match kind {
            OperationType::Harvested => 'H',
            OperationType::Planted => 'P',
            OperationType::Applied => 'A',
            OperationType::Tillage => 'T',
            OperationType::Other(_) => '-',
        };
        let mut slots: Vec<Slot> = Vec::new();
        for rule in RULES
            .iter()
            .filter(|r| letter == '-' || r.operations.contains(letter))
        {
            let Some(slot) = slot(context, rule, &logged) else {
                continue;
            };
            match slots
                .iter_mut()
                .find(|other| other.property == rule.property)
            {
                // Of two identifiers for one property the one with more values that are not 0.
                Some(other) if nonzero(&logged, slot.ddi) > nonzero(&logged, other.ddi) => {
                    *other = slot;
                }
                Some(_) => {}
                None => slots.push(slot),
            }
        }
        // A target in another kind of unit than the rate is no target of it.
        for (rate, target) in [
            (P::AppliedRate, P::AppliedRateTarget),
            (P::SeedRate, P::SeedRateTarget),
        ] {
            if let Some(unit) = slots.iter().find(|s| s.property == rate).map(|s| s.unit) {
                slots.retain(|s| s.property != target || s.unit == unit);
            }
        }
        if letter == 'H' {
            slots.extend(own_yield(context, &logged, &slots));
        }
        let device = slots
            .iter()
            .filter(|slot| slot.hold == Limited && slot.property != P::Speed)
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
        let sections = device.map(super::device::sections).unwrap_or_default();
        let states: Vec<Option<String>> = logged
            .keys()
            .filter(|(ddi, _)| *ddi == 141)
            .map(|(_, id)| id.clone())
            .collect();
        let widths = logged_widths(logs);
        let width_m = |id: &str| {
            context
                .devices
                .width_m(id)
                .or_else(|| widths.get(id).copied())
        };
        let lanes = super::points::lanes(context, &slots, &sections, &states, logs, &width_m);
        let main = slots
            .iter()
            .find(|slot| slot.hold == Limited)
            .and_then(|slot| slot.elements.first().cloned().flatten());
        let section_widths_m: Vec<Option<f64>> = sections
            .iter()
            .map(|section| width_m(&section.id))
            .collect();
        let full_width_m = full_width(&width_m, device, main.as_deref(), &section_widths_m);
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
        Self {
            main_states: deciding_states(
                context,
                main.as_deref(),
                device.map(|d| d.id.as_str()),
                &states,
            ),
            has_condensed: logged.keys().any(|(ddi, _)| (161..=176).contains(ddi)),
            has_elevation: logs.iter().any(|log| log.up_mm.iter().any(|up| *up != 0)),
            device: device.map(|device| device.id.clone()),
            slots,
            lanes,
            states,
            section_widths_m,
            full_width_m,
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
                    let ours =
                        own.is_none_or(|(device, _)| Some(&device.id) == self.device.as_ref());
                    let first = usize::from(value.ddi - 161) * 16;
                    return if ours {
                        Role::Condensed(first)
                    } else {
                        Role::Ignored
                    };
                }
                if value.ddi == 67 && self.width_element.as_ref() == Some(element) {
                    return Role::Width;
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
            || self.full_width_m.is_some()
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
        }
        for slot in &self.slots {
            fields.push(records::field(slot.property, Some(slot.unit), &slot.source));
        }
        Arc::new(Schema::new(fields))
    }
}

fn nonzero(logged: &Logged, ddi: u16) -> u64 {
    logged
        .iter()
        .filter(|((d, _), _)| *d == ddi)
        .map(|(_, (_, nonzero))| nonzero)
        .sum()
}

/// The column of a rule, if its identifier was logged: on sections, on bins that add up, or on
/// the one element that logged it most.
fn slot(context: &Context<'_>, rule: &Rule, logged: &Logged) -> Option<Slot> {
    let elements: Vec<(&Option<String>, u64)> = logged
        .iter()
        .filter(|((ddi, _), _)| *ddi == rule.ddi)
        .map(|((_, id), (count, nonzero))| (id, count + nonzero))
        .collect();
    let of_kind = |kind: u8| -> Vec<Option<String>> {
        elements
            .iter()
            .filter(|(id, _)| {
                id.as_deref()
                    .and_then(|id| context.devices.get(id))
                    .is_some_and(|(_, element)| element.kind == kind)
            })
            .map(|(id, _)| (*id).clone())
            .collect()
    };
    let most = elements.iter().max_by_key(|(_, count)| *count)?.0.clone();
    let (sections, units, bins) = (of_kind(4), of_kind(5), of_kind(3));
    let rates = [P::AppliedRate, P::AppliedRateTarget];
    let (chosen, sum_bins) = if sections.len() > 1 {
        (sections, false)
    } else if units.len() > 1 {
        (units, false)
    } else if bins.len() > 1 && rates.contains(&rule.property) {
        (bins, true)
    } else {
        (vec![most], false)
    };
    let ddi = super::super::raw::ddi::lookup(rule.ddi);
    Some(Slot {
        property: rule.property,
        unit: Unit::known(rule.unit),
        factor: rule.factor,
        offset: 0.0,
        hold: rule.hold,
        source: SourceColumn {
            name: ddi.map_or_else(String::new, |d| d.name.to_owned()),
            code: format!("{:04X}", rule.ddi),
            unit: ddi.map_or_else(String::new, |d| d.unit.to_owned()),
        },
        ddi: rule.ddi,
        elements: chosen,
        sum_bins,
    })
}

/// A maker's own identifier that its description calls a yield, in a unit of mass per area.
fn own_yield(context: &Context<'_>, logged: &Logged, slots: &[Slot]) -> Option<Slot> {
    if slots
        .iter()
        .any(|s| matches!(s.property, P::WetMassPerArea | P::WetVolumePerArea))
    {
        return None;
    }
    logged
        .keys()
        .filter(|(ddi, _)| *ddi >= 0xE000)
        .find_map(|(ddi, id)| {
            let (data, presentation) = context.devices.process_data(id.as_deref()?, *ddi)?;
            let presentation = presentation?;
            let name = data.designator.clone()?;
            let unit = Unit::parse(presentation.unit.as_deref()?)?;
            let fits =
                unit.dimension == Dimension::MassPerArea && name.to_lowercase().contains("yield");
            fits.then(|| Slot {
                property: P::WetMassPerArea,
                unit,
                factor: presentation.scale,
                offset: presentation.offset as f64,
                hold: Limited,
                source: SourceColumn {
                    name,
                    code: format!("{ddi:04X}"),
                    unit: presentation.unit.clone().unwrap_or_default(),
                },
                ddi: *ddi,
                elements: vec![id.clone()],
                sum_bins: false,
            })
        })
}

/// Width of the element that works, else of a parent, else of the sections together, else of the
/// widest element.
fn full_width(
    width_m: &dyn Fn(&str) -> Option<f64>,
    device: Option<&super::super::raw::Device>,
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

/// The work states nearest to the working element: its own, a parent's, a child's, the device's.
pub(crate) fn deciding_states(
    context: &Context<'_>,
    main: Option<&str>,
    device: Option<&str>,
    states: &[Option<String>],
) -> Vec<usize> {
    let pick = |test: &dyn Fn(&str) -> bool| -> Vec<usize> {
        states
            .iter()
            .enumerate()
            .filter(|(_, id)| id.as_deref().is_some_and(test))
            .map(|(index, _)| index)
            .collect()
    };
    if let Some(main) = main {
        for found in [
            pick(&|id| id == main),
            pick(&|id| context.devices.is_within(main, id)),
            pick(&|id| context.devices.is_within(id, main)),
        ] {
            if !found.is_empty() {
                return found;
            }
        }
    }
    let of_device = pick(&|id| {
        device.is_some() && context.devices.get(id).map(|(d, _)| d.id.as_str()) == device
    });
    if of_device.is_empty() {
        (0..states.len()).collect()
    } else {
        of_device
    }
}
