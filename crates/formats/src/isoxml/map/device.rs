//! The device tree: elements by id, their constants, geometry and sections.
//!
//! Frame: x forward, y to the right, millimetres from the device's reference point. Loops of
//! parents, which hostile files have, end a walk and are told once.

use super::super::raw::{Device, DeviceElement, DeviceProcessData, DeviceValuePresentation};
use std::collections::HashMap;
use tramline_model::{Finding, Place, Severity};

/// More parents than any real machine has.
const DEEPEST: usize = 32;

pub(crate) struct Devices<'a> {
    by_id: HashMap<&'a str, (&'a Device, &'a DeviceElement)>,
}

impl<'a> Devices<'a> {
    pub(crate) fn new(devices: &'a [Device], place: &Place, findings: &mut Vec<Finding>) -> Self {
        let mut by_id = HashMap::new();
        for device in devices {
            for element in &device.elements {
                by_id.entry(element.id.as_str()).or_insert((device, element));
            }
        }
        let devices = Self { by_id };
        let looped = devices
            .by_id
            .values()
            .filter(|(device, element)| ancestors(device, element).count() >= DEEPEST)
            .count();
        if looped > 0 {
            findings.push(Finding::new(
                "isoxml.device-element-loop",
                Severity::Warning,
                place.clone(),
                format!("{looped} device elements are their own parents: the loop is ignored"),
            ));
        }
        devices
    }

    pub(crate) fn get(&self, id: &str) -> Option<(&'a Device, &'a DeviceElement)> {
        self.by_id.get(id).copied()
    }

    /// Whether `upper` is the element `lower` or one of its parents.
    pub(crate) fn is_within(&self, lower: &str, upper: &str) -> bool {
        if lower == upper {
            return true;
        }
        let (Some((device, element)), Some((other, above))) = (self.get(lower), self.get(upper))
        else {
            return false;
        };
        device.id == other.id
            && ancestors(device, element).any(|parent| parent.object_id == above.object_id)
    }

    /// Process data and presentation of a DDI on an element.
    pub(crate) fn process_data(
        &self,
        id: &str,
        ddi: u16,
    ) -> Option<(&'a DeviceProcessData, Option<&'a DeviceValuePresentation>)> {
        let (device, element) = self.get(id)?;
        let data = device
            .process_data
            .iter()
            .find(|d| d.ddi == ddi && element.references.contains(&d.object_id))?;
        let presentation = data
            .presentation
            .and_then(|object| device.presentations.iter().find(|p| p.object_id == object));
        Some((data, presentation))
    }

    /// A constant (DPT) of an element, or of the nearest parent that has it.
    pub(crate) fn constant(&self, id: &str, ddi: u16, inherit: bool) -> Option<i64> {
        let (device, element) = self.get(id)?;
        let own = |element: &DeviceElement| {
            device
                .properties
                .iter()
                .find(|p| p.ddi == ddi && element.references.contains(&p.object_id))
                .map(|p| p.value)
        };
        own(element).or_else(|| {
            if inherit { ancestors(device, element).find_map(own) } else { None }
        })
    }

    /// Width of an element as built: maximum, default, then actual width, in metres.
    pub(crate) fn width_m(&self, id: &str) -> Option<f64> {
        [70, 68, 67]
            .into_iter()
            .find_map(|ddi| self.constant(id, ddi, false).filter(|mm| *mm > 0))
            .map(|mm| mm as f64 / 1000.0)
    }
}

/// The parents of an element from the nearest up.
pub(crate) fn ancestors<'a>(
    device: &'a Device,
    element: &DeviceElement,
) -> impl Iterator<Item = &'a DeviceElement> + use<'a> {
    let mut object = element.parent_object_id;
    let mut steps = 0;
    std::iter::from_fn(move || {
        steps += 1;
        if object == 0 || steps > DEEPEST {
            return None;
        }
        let parent = device.elements.iter().find(|e| e.object_id == object)?;
        object = parent.parent_object_id;
        Some(parent)
    })
}

/// The sections of a device from left to right: by number, as the condensed work state has them.
pub(crate) fn sections(device: &Device) -> Vec<&DeviceElement> {
    let mut sections: Vec<_> = device.elements.iter().filter(|e| e.kind == 4).collect();
    sections.sort_by_key(|e| (e.number, e.object_id));
    sections
}

/// Device class of a working set NAME: 7 bits above the reserved bit of its second byte.
pub(crate) fn class(device: &Device) -> Option<u8> {
    let name = device.name.as_deref()?;
    let byte = u8::from_str_radix(name.get(2..4)?, 16).ok()?;
    (name.len() == 16).then_some((byte >> 1) & 0x7F)
}
