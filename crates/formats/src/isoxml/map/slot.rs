//! The numeric columns of a machine file: which logged identifier stands for which property, and
//! on which elements.

use super::context::Context;
use super::logged::Logged;
use super::own::own_slots;
use crate::shared::ddi;
use crate::shared::ddi::rules::Hold::{self, Limited};
use crate::shared::ddi::rules::{RULES, Rule};
use tramline_model::records::SourceColumn;
use tramline_model::{Dimension, OperationType, Property as P, Unit};

/// A numeric column of the machine file.
pub(crate) struct Slot {
    /// What it stands for; none of work's own columns.
    pub(crate) property: Option<P>,
    pub(crate) unit: Option<&'static Unit>,
    pub(crate) factor: f64,
    pub(crate) offset: f64,
    pub(crate) hold: Hold,
    pub(crate) source: SourceColumn,
    pub(crate) ddi: u16,
    /// Elements whose values count; several are lanes, or bins that add up.
    pub(crate) elements: Vec<Option<String>>,
    pub(crate) sum_bins: bool,
}

impl Slot {
    /// The columns of a kind of work that the logs have values for, one for each property.
    pub(crate) fn all(context: &Context<'_>, kind: &OperationType, logged: &Logged) -> Vec<Self> {
        let letter = match kind {
            OperationType::Harvested => 'H',
            OperationType::Planted => 'P',
            OperationType::Applied => 'A',
            OperationType::Tillage => 'T',
            OperationType::Other(_) => '-',
        };
        let mut slots: Vec<Self> = Vec::new();
        for rule in RULES
            .iter()
            .filter(|r| letter == '-' || r.operations.contains(letter))
        {
            let Some(slot) = slot(context, rule, logged) else {
                continue;
            };
            match slots
                .iter_mut()
                .find(|other| other.property == Some(rule.property))
            {
                // Of two identifiers for one property the one with more values that are not 0.
                Some(other) if nonzero(logged, slot.ddi) > nonzero(logged, other.ddi) => {
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
            if let Some(unit) = slots
                .iter()
                .find(|s| s.property == Some(rate))
                .map(|s| s.unit)
            {
                slots.retain(|s| s.property != Some(target) || s.unit == unit);
            }
        }
        if letter == 'H' {
            slots.extend(own_yield(context, logged, &slots));
        }
        if letter == '-' {
            slots.extend(own_slots(context, logged, &slots));
        }
        slots
    }

    /// Whether several elements logged it.
    pub(crate) fn several(&self) -> bool {
        self.elements.len() > 1
    }

    /// Ids of the elements that logged it.
    pub(crate) fn elements(&self) -> impl Iterator<Item = &str> {
        self.elements.iter().flatten().map(String::as_str)
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
    let known = ddi::lookup(rule.ddi);
    Some(Slot {
        property: Some(rule.property),
        unit: Some(Unit::known(rule.unit)),
        factor: rule.factor,
        offset: 0.0,
        hold: rule.hold,
        source: SourceColumn {
            name: known.map_or_else(String::new, |d| d.name.to_owned()),
            code: format!("{:04X}", rule.ddi),
            unit: known.map_or_else(String::new, |d| d.unit.to_owned()),
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
        .any(|s| matches!(s.property, Some(P::WetMassPerArea | P::WetVolumePerArea)))
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
                property: Some(P::WetMassPerArea),
                unit: Some(unit),
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
