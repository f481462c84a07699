//! The device tree: elements by id, their constants, geometry and sections.
//!
//! Frame: x forward, y to the right, millimetres from the device's reference point. Loops of
//! parents, which hostile files have, end a walk and are told once.

use super::super::findings;
use super::super::raw::{Device, DeviceElement, DeviceProcessData, DeviceValuePresentation};
use crate::shared::words::counted;
use std::collections::HashMap;
use tramline_model::{Finding, Place, Severity};

/// More parents than any real machine has.
const DEEPEST: usize = 32;

/// Hostile files have a million elements: all look-ups go through maps.
pub(crate) struct Devices<'a> {
    by_id: HashMap<&'a str, (&'a Device, &'a DeviceElement)>,
    /// By address of the element: what stands above it in the same device.
    parents: HashMap<*const DeviceElement, &'a DeviceElement>,
    constants: HashMap<(*const DeviceElement, u16), i64>,
    process_data: HashMap<(*const DeviceElement, u16), &'a DeviceProcessData>,
}

impl<'a> Devices<'a> {
    pub(crate) fn new(devices: &'a [Device], place: &Place, findings: &mut Vec<Finding>) -> Self {
        let mut index = Self {
            by_id: HashMap::new(),
            parents: HashMap::new(),
            constants: HashMap::new(),
            process_data: HashMap::new(),
        };
        for device in devices {
            index.add(device);
        }
        let looped = index
            .by_id
            .values()
            .filter(|(_, element)| index.ancestors(element).count() >= DEEPEST)
            .count();
        if looped > 0 {
            let text = format!(
                "{} in a loop of parents, or too deep: only the nearest {DEEPEST} levels count",
                counted(looped, "device element")
            );
            let code = &findings::DEVICE_ELEMENT_LOOP;
            let finding = Finding::new(code, Severity::Warning, place.clone(), text);
            findings.push(finding.value("elements", looped));
        }
        index
    }

    fn add(&mut self, device: &'a Device) {
        let mut objects: HashMap<u32, &DeviceElement> = HashMap::new();
        for element in &device.elements {
            objects.entry(element.object_id).or_insert(element);
        }
        let mut constants: HashMap<u32, (u16, i64)> = HashMap::new();
        for property in &device.properties {
            constants
                .entry(property.object_id)
                .or_insert((property.ddi, property.value));
        }
        let mut logged: HashMap<u32, &DeviceProcessData> = HashMap::new();
        for data in &device.process_data {
            logged.entry(data.object_id).or_insert(data);
        }
        for element in &device.elements {
            let at = std::ptr::from_ref(element);
            self.by_id
                .entry(element.id.as_str())
                .or_insert((device, element));
            let above = element.parent_object_id;
            if let Some(parent) = objects.get(&above).filter(|_| above != 0) {
                self.parents.insert(at, parent);
            }
            for reference in &element.references {
                if let Some((ddi, value)) = constants.get(reference) {
                    self.constants.entry((at, *ddi)).or_insert(*value);
                }
                if let Some(data) = logged.get(reference) {
                    self.process_data.entry((at, data.ddi)).or_insert(data);
                }
            }
        }
    }

    /// The parents of an element from the nearest up.
    fn ancestors(&self, element: &DeviceElement) -> impl Iterator<Item = &'a DeviceElement> {
        let mut at = std::ptr::from_ref(element);
        std::iter::from_fn(move || {
            let parent = *self.parents.get(&at)?;
            at = std::ptr::from_ref(parent);
            Some(parent)
        })
        .take(DEEPEST)
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
            && self
                .ancestors(element)
                .any(|parent| parent.object_id == above.object_id)
    }

    /// An element and those above it, from the nearest up, by their ids.
    pub(crate) fn upwards(&self, id: &str) -> Vec<String> {
        let Some((_, element)) = self.get(id) else {
            return Vec::new();
        };
        let all = std::iter::once(element).chain(self.ancestors(element));
        all.map(|element| element.id.clone()).collect()
    }

    /// Process data and presentation of a DDI on an element.
    pub(crate) fn process_data(
        &self,
        id: &str,
        ddi: u16,
    ) -> Option<(&'a DeviceProcessData, Option<&'a DeviceValuePresentation>)> {
        let (device, element) = self.get(id)?;
        let data = *self.process_data.get(&(std::ptr::from_ref(element), ddi))?;
        let presentation = data
            .presentation
            .and_then(|object| device.presentations.iter().find(|p| p.object_id == object));
        Some((data, presentation))
    }

    /// A constant (DPT) of an element, or of the nearest parent that has it.
    pub(crate) fn constant(&self, id: &str, ddi: u16, inherit: bool) -> Option<i64> {
        let (_, element) = self.get(id)?;
        let own = |element: &DeviceElement| {
            self.constants
                .get(&(std::ptr::from_ref(element), ddi))
                .copied()
        };
        own(element).or_else(|| {
            if inherit {
                self.ancestors(element).find_map(own)
            } else {
                None
            }
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

/// The sections of a device from left to right: by number, as the condensed work state has them.
pub(crate) fn sections(device: &Device) -> Vec<&DeviceElement> {
    let mut sections: Vec<_> = device.elements.iter().filter(|e| e.kind == 4).collect();
    sections.sort_by_key(|e| (e.number, e.object_id));
    sections
}

#[cfg(test)]
mod tests {
    use super::super::super::raw::DeviceProperty;
    use super::*;

    fn element(id: &str, object_id: u32, kind: u8, parent: u32) -> DeviceElement {
        DeviceElement {
            id: id.to_owned(),
            object_id,
            kind,
            parent_object_id: parent,
            ..DeviceElement::default()
        }
    }

    #[test]
    fn loops_of_parents_are_told_and_end() {
        let elements = vec![element("DET-1", 1, 2, 2), element("DET-2", 2, 2, 1)];
        let device = [Device {
            elements,
            ..Device::default()
        }];
        let mut findings = Vec::new();
        let devices = Devices::new(&device, &Place::default(), &mut findings);
        assert_eq!(findings.len(), 1);
        assert_eq!(findings[0].code, "isoxml.device-element-loop");
        assert_eq!(findings[0].values["elements"], 2);
        assert!(devices.is_within("DET-1", "DET-2"));
        assert_eq!(devices.constant("DET-1", 134, true), None);
    }

    #[test]
    fn constants_are_inherited_from_the_nearest_parent() {
        let mut elements = vec![
            element("DET-1", 1, 1, 0),
            element("DET-2", 2, 2, 1),
            element("DET-3", 3, 4, 2),
        ];
        elements[0].references = vec![9];
        elements[1].references = vec![10];
        let property = |object_id, value| DeviceProperty {
            object_id,
            ddi: 134,
            value,
            ..DeviceProperty::default()
        };
        let properties = vec![property(9, -100), property(10, -700)];
        let device = [Device {
            elements,
            properties,
            ..Device::default()
        }];
        let devices = Devices::new(&device, &Place::default(), &mut Vec::new());
        assert_eq!(devices.constant("DET-3", 134, true), Some(-700));
        assert_eq!(devices.constant("DET-3", 134, false), None);
    }
}
