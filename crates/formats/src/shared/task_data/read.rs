//! Task data from `TASKDATA.XML` and the external files that it names.
//!
//! Rule: of two elements with one id the first counts; what cannot be read beside the main file
//! is a finding and never an error.

use super::attributes::whole_number;
use super::attributes::{ddi, number, text};
use super::ids::Ids;
use super::read_device;
use super::splice::{external_files, without_extension};
use super::{
    Connection, DataLogTrigger, LogReference, ProductAllocation, Task, TaskData, TimeElement,
};
use crate::shared::xml::{self, Element, Repair};
use crate::source::{EntryId, Limits, Tree};
use tramline_model::ReadError;

impl TaskData {
    /// Reads the set whose main file is `main`.
    ///
    /// # Errors
    ///
    /// The main file is not XML, or not of ISO 11783-10, or a limit is reached.
    pub fn read(tree: &Tree, main: EntryId, limits: &Limits) -> Result<Self, ReadError> {
        let place = tree.place(main);
        let document = xml::read(tree, main, limits, Repair::No)?;
        let mut data = Self {
            findings: document.findings,
            ..Self::default()
        };
        let not_isoxml = |what: String| {
            ReadError::malformed(
                place.clone(),
                format!("not ISOXML: {what}"),
                "upload the folder TASKDATA as the display wrote it",
            )
        };
        let root = document
            .root
            .ok_or_else(|| not_isoxml("the file is empty".to_owned()))?;
        if root.tag != "ISO11783_TaskData" {
            return Err(not_isoxml(format!(
                "its root element is `{:.60}`",
                root.tag
            )));
        }
        let version = |name| root.text(name).unwrap_or_default();
        data.version = format!("{}.{}", version("VersionMajor"), version("VersionMinor"));
        if data.version == "." {
            data.version.clear();
        }
        data.origin = number(&root, "DataTransferOrigin");
        data.management_manufacturer = text(&root, "ManagementSoftwareManufacturer");
        data.task_controller_manufacturer = text(&root, "TaskControllerManufacturer");
        let elements = external_files(tree, main, root, limits, &mut data)?;
        let mut ids = Ids::new(place);
        for element in &elements {
            top_level(element, &mut data, &mut ids);
        }
        data.findings.extend(ids.finding());
        Ok(data)
    }
}

fn top_level(element: &Element, data: &mut TaskData, ids: &mut Ids) {
    match element.tag.as_str() {
        "TSK" => {
            let new = ids.first(element, &mut data.findings);
            let task = task(element);
            // A second task of one id is dropped only if nothing was logged in it.
            if new || !task.logs.is_empty() {
                data.tasks.push(task);
            }
            return;
        }
        "DVC" | "CTR" | "FRM" | "PFD" | "CTP" | "PDT" | "PGP" | "CPC" | "OTQ" => {}
        _ => return,
    }
    if !ids.first(element, &mut data.findings) {
        return;
    }
    let id = text(element, "A").unwrap_or_default();
    let designator = text(element, "B").unwrap_or_default();
    match element.tag.as_str() {
        "DVC" => {
            let device = read_device::device(element, ids, &mut data.findings);
            data.devices.push(device);
        }
        "CTR" => data.customers.push((id, designator)),
        "FRM" => data.farms.push((id, designator)),
        "PFD" => {
            // B is a code; C the name.
            let name = text(element, "C").unwrap_or(designator);
            data.fields
                .push((id, name, text(element, "G"), text(element, "H")));
        }
        "CTP" => {
            data.crops.push((id, designator));
            for variety in element.all("CVT") {
                if ids.first(variety, &mut data.findings) {
                    data.varieties.push((
                        text(variety, "A").unwrap_or_default(),
                        text(variety, "B").unwrap_or_default(),
                    ));
                }
            }
        }
        "PDT" => data.products.push((id, designator, text(element, "C"))),
        "PGP" => data
            .product_groups
            .push((id, designator, number(element, "C"))),
        _ => data.practices.push((id, designator)),
    }
}

fn task(element: &Element) -> Task {
    let mut task = Task {
        id: text(element, "A").unwrap_or_default(),
        designator: text(element, "B"),
        customer: text(element, "C"),
        farm: text(element, "D"),
        field: text(element, "E"),
        status: number(element, "G"),
        ..Task::default()
    };
    for child in &element.children {
        match child.tag.as_str() {
            "TLG" => {
                if let Some(name) = child.text("A") {
                    task.logs.push(LogReference {
                        name: without_extension(name).to_owned(),
                        declared_length: number(child, "B"),
                    });
                }
            }
            "TIM" => task.times.push(time(child)),
            "PAN" => {
                if let Some(product) = text(child, "A") {
                    task.products.push(ProductAllocation {
                        product,
                        ddi: ddi(child, "B"),
                        value: child.text("C").and_then(whole_number),
                        device_element: text(child, "E"),
                    });
                }
            }
            "CNN" => task.connections.push(Connection {
                device_a: text(child, "A").unwrap_or_default(),
                element_a: text(child, "B").unwrap_or_default(),
                device_b: text(child, "C").unwrap_or_default(),
                element_b: text(child, "D").unwrap_or_default(),
            }),
            "DLT" => {
                if let Some(ddi) = ddi(child, "A") {
                    task.triggers.push(DataLogTrigger {
                        ddi,
                        method: number(child, "B").unwrap_or_default(),
                        device_element: text(child, "H"),
                    });
                }
            }
            "DAN" => task.devices.extend(text(child, "C")),
            "OTP" => task
                .practices
                .extend([text(child, "A"), text(child, "B")].into_iter().flatten()),
            _ => {}
        }
        task.allocation_starts
            .extend(child.all("ASP").filter_map(|stamp| text(stamp, "A")));
    }
    task
}

fn time(element: &Element) -> TimeElement {
    TimeElement {
        start: text(element, "A"),
        stop: text(element, "B"),
        duration_s: number(element, "C"),
        kind: number(element, "D"),
        values: element
            .all("DLV")
            .filter_map(|value| {
                let raw = value.text("B").and_then(whole_number)?;
                Some((ddi(value, "A")?, raw, text(value, "C")))
            })
            .collect(),
    }
}
