//! Device descriptions (DVC).

use super::attributes::whole_number;
use super::attributes::{ddi, number, text};
use super::ids::Ids;
use super::{Device, DeviceElement, DeviceProcessData, DeviceProperty, DeviceValuePresentation};
use crate::shared::xml::Element;
use tramline_model::Finding;

/// Reads one device. Ids of its elements are global, object ids are its own.
pub(super) fn device(element: &Element, ids: &mut Ids, findings: &mut Vec<Finding>) -> Device {
    let mut device = Device {
        id: text(element, "A").unwrap_or_default(),
        designator: text(element, "B"),
        software: text(element, "C"),
        name: text(element, "D"),
        serial_number: text(element, "E"),
        ..Device::default()
    };
    for child in &element.children {
        match child.tag.as_str() {
            "DET" if ids.first(child, findings) => device.elements.push(DeviceElement {
                id: text(child, "A").unwrap_or_default(),
                object_id: number(child, "B").unwrap_or_default(),
                kind: number(child, "C").unwrap_or_default(),
                designator: text(child, "D"),
                number: number(child, "E").unwrap_or_default(),
                parent_object_id: number(child, "F").unwrap_or_default(),
                references: child.all("DOR").filter_map(|o| number(o, "A")).collect(),
            }),
            "DPD" => {
                let Some(ddi) = ddi(child, "B") else { continue };
                device.process_data.push(DeviceProcessData {
                    object_id: number(child, "A").unwrap_or_default(),
                    ddi,
                    triggers: number(child, "D").unwrap_or_default(),
                    designator: text(child, "E"),
                    presentation: number(child, "F"),
                });
            }
            "DPT" => {
                let Some(ddi) = ddi(child, "B") else { continue };
                device.properties.push(DeviceProperty {
                    object_id: number(child, "A").unwrap_or_default(),
                    ddi,
                    value: child.text("C").and_then(whole_number).unwrap_or_default(),
                    designator: text(child, "D"),
                    presentation: number(child, "E"),
                });
            }
            "DVP" => device.presentations.push(DeviceValuePresentation {
                object_id: number(child, "A").unwrap_or_default(),
                offset: child.text("B").and_then(whole_number).unwrap_or_default(),
                scale: number(child, "C")
                    .filter(|scale: &f64| scale.is_finite())
                    .unwrap_or(1.0),
                decimals: number(child, "D").unwrap_or_default(),
                unit: text(child, "E"),
            }),
            _ => {}
        }
    }
    device
}
