//! The own columns of work that is none of the four types (baling, mowing, guidance): every value
//! that was logged over the work and stands for no property, under the name that the standard or the
//! maker gives it.

use super::context::Context;
use super::device::Devices;
use super::logged::Logged;
use super::slot::Slot;
use crate::shared::ddi;
use crate::shared::ddi::rules::Hold;
use tramline_model::records::SourceColumn;
use tramline_model::{Kind, Property};

/// More columns are the settings of a machine and no work.
const MOST: usize = 64;
/// Letters of a name, of an element, of a unit.
const NAME: usize = 100;

/// What an identifier is called, and how its raw integer becomes a number.
pub(crate) struct Named<'a> {
    pub(crate) label: &'a str,
    pub(crate) unit: &'a str,
    pub(crate) offset: f64,
    pub(crate) factor: f64,
}

/// By the standard's own list.
pub(crate) fn by_the_standard(ddi: u16) -> Named<'static> {
    let known = ddi::lookup(ddi);
    Named {
        label: known.map_or("own value", |d| d.name),
        unit: known.map_or("", |d| d.unit),
        offset: 0.0,
        factor: known.map_or(1.0, |d| d.resolution),
    }
}

/// By the standard; a maker's own value means what the device says of it.
pub(crate) fn named<'a>(devices: &Devices<'a>, element: &str, ddi: u16) -> Named<'a> {
    let mut named: Named<'a> = by_the_standard(ddi);
    if ddi >= 0xE000
        && let Some((data, shown)) = devices.process_data(element, ddi)
    {
        named.label = data.designator.as_deref().unwrap_or(named.label);
        if let Some(shown) = shown.filter(|shown| shown.scale != 0.0) {
            (named.offset, named.factor) = (shown.offset as f64, shown.scale);
            named.unit = shown.unit.as_deref().unwrap_or("");
        }
    }
    named
}

/// States of sections and of work, geometry of the machine: they have another place, or none.
fn is_layout(ddi: u16) -> bool {
    matches!(ddi, 0 | 67 | 68 | 70 | 134..=136 | 141 | 157 | 161..=176 | 290..=305 | 367..=382)
        || ddi >= 0xFFFE
        || matches!(ddi, 0xDFFE | 0xDFFF)
}

/// The columns beside those that stand for properties.
pub(crate) fn own_slots(context: &Context<'_>, logged: &Logged, slots: &[Slot]) -> Vec<Slot> {
    let mut own: Vec<Slot> = Vec::new();
    for ((ddi, element), (count, _)) in logged {
        // Logged once: a setting.
        if *count < 2 || is_layout(*ddi) || own.len() >= MOST {
            continue;
        }
        let taken = |slot: &Slot| slot.ddi == *ddi && slot.elements.contains(element);
        if slots.iter().any(taken) {
            continue;
        }
        let id = element.as_deref().unwrap_or("-");
        let Named {
            label,
            unit,
            offset,
            factor,
        } = named(&context.devices, id, *ddi);
        let short = |text: &str| text.chars().take(NAME).collect::<String>();
        let mut name = short(label);
        let property = Property::from_name(&name).is_some_and(|p| p.kind() != Kind::Integer);
        if property || own.iter().any(|other| other.source.name == name) {
            name = format!("{name} {ddi:04X} {}", short(id));
        }
        own.push(Slot {
            property: None,
            unit: None,
            factor,
            offset,
            hold: Hold::Log,
            source: SourceColumn {
                name,
                code: format!("{ddi:04X}"),
                unit: short(unit),
            },
            ddi: *ddi,
            elements: vec![element.clone()],
            sum_bins: false,
        });
    }
    own
}
