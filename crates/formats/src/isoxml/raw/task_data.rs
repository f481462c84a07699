//! Task data: `TASKDATA.XML` with its external files spliced in.

use crate::source::EntryId;
use tramline_model::Finding;

/// One task data set: what one `TASKDATA.XML` and the files beside it say.
#[derive(Debug, Default)]
pub struct TaskData {
    pub version: String,
    /// 1 = a plan of the farm's software, 2 = results of a task controller.
    pub origin: Option<u8>,
    pub management_manufacturer: Option<String>,
    pub task_controller_manufacturer: Option<String>,
    pub devices: Vec<Device>,
    pub tasks: Vec<Task>,
    /// Id to designator: customers (CTR), farms (FRM), fields (PFD), workers are not kept.
    pub customers: Vec<(String, String)>,
    pub farms: Vec<(String, String)>,
    /// Field id, designator, crop type id (PFD G), crop variety id (PFD H).
    pub fields: Vec<(String, String, Option<String>, Option<String>)>,
    /// Crop type id, designator; varieties (CVT) likewise.
    pub crops: Vec<(String, String)>,
    pub varieties: Vec<(String, String)>,
    /// Product id, designator, product group id.
    pub products: Vec<(String, String, Option<String>)>,
    /// Product group id, designator, type (1 product group, 2 crop type).
    pub product_groups: Vec<(String, String, Option<u8>)>,
    /// Operation technique and cultural practice: id, designator.
    pub practices: Vec<(String, String)>,
    /// Entries that were read (TASKDATA, external files, link list).
    pub entries: Vec<EntryId>,
    pub findings: Vec<Finding>,
}

/// DVC.
#[derive(Debug, Default)]
pub struct Device {
    pub id: String,
    pub designator: Option<String>,
    pub software: Option<String>,
    /// Working set master NAME, 16 hex digits.
    pub name: Option<String>,
    pub serial_number: Option<String>,
    pub elements: Vec<DeviceElement>,
    pub process_data: Vec<DeviceProcessData>,
    pub properties: Vec<DeviceProperty>,
    pub presentations: Vec<DeviceValuePresentation>,
}

/// DET. Object ids are local to the device.
#[derive(Debug, Default)]
pub struct DeviceElement {
    pub id: String,
    pub object_id: u32,
    /// 1 device, 2 function, 3 bin, 4 section, 5 unit, 6 connector, 7 navigation reference.
    pub kind: u8,
    pub designator: Option<String>,
    pub number: i32,
    pub parent_object_id: u32,
    /// DOR: object ids of process data and properties.
    pub references: Vec<u32>,
}

/// DPD.
#[derive(Debug, Default)]
pub struct DeviceProcessData {
    pub object_id: u32,
    pub ddi: u16,
    pub triggers: u8,
    pub designator: Option<String>,
    pub presentation: Option<u32>,
}

/// DPT.
#[derive(Debug, Default)]
pub struct DeviceProperty {
    pub object_id: u32,
    pub ddi: u16,
    pub value: i64,
    pub designator: Option<String>,
    pub presentation: Option<u32>,
}

/// DVP: display value = (raw + offset) * scale.
#[derive(Debug, Default)]
pub struct DeviceValuePresentation {
    pub object_id: u32,
    pub offset: i64,
    pub scale: f64,
    pub decimals: u8,
    pub unit: Option<String>,
}

/// TSK.
#[derive(Debug, Default)]
pub struct Task {
    pub id: String,
    pub designator: Option<String>,
    pub customer: Option<String>,
    pub farm: Option<String>,
    pub field: Option<String>,
    pub status: Option<u8>,
    pub logs: Vec<LogReference>,
    pub times: Vec<TimeElement>,
    pub products: Vec<ProductAllocation>,
    pub connections: Vec<Connection>,
    pub triggers: Vec<DataLogTrigger>,
    /// DAN C: device ids allocated.
    pub devices: Vec<String>,
    /// OTP: ids of cultural practice (A) and technique (B).
    pub practices: Vec<String>,
    /// Texts of ASP starts, with zone where given: evidence for the clock offset.
    pub allocation_starts: Vec<String>,
}

/// TLG.
#[derive(Debug, Default)]
pub struct LogReference {
    /// Without extension, as written.
    pub name: String,
    pub declared_length: Option<u64>,
}

/// TIM in a task.
#[derive(Debug, Default)]
pub struct TimeElement {
    pub start: Option<String>,
    pub stop: Option<String>,
    pub duration_s: Option<f64>,
    /// D: 4 effective.
    pub kind: Option<u8>,
    /// DLV: DDI, value, device element id.
    pub values: Vec<(u16, i64, Option<String>)>,
}

/// PAN.
#[derive(Debug, Default)]
pub struct ProductAllocation {
    pub product: String,
    pub ddi: Option<u16>,
    pub value: Option<i64>,
    pub device_element: Option<String>,
}

/// CNN.
#[derive(Debug, Default)]
pub struct Connection {
    pub device_a: String,
    pub element_a: String,
    pub device_b: String,
    pub element_b: String,
}

/// DLT.
#[derive(Debug, Default)]
pub struct DataLogTrigger {
    pub ddi: u16,
    pub method: u8,
    pub device_element: Option<String>,
}
