//! Task data of ISO 11783-10: `TASKDATA.XML` with its external files spliced in, or the object pool
//! of the devices alone (`DDOP.XML`), which other displays keep beside their own jobs.

mod attributes;
mod device_class;
pub(crate) mod findings;
mod ids;
mod read;
mod read_device;
mod splice;

pub(crate) use attributes::whole_number;
pub(crate) use device_class::device_class;

use crate::source::EntryId;
use tramline_model::Finding;

/// One task data set: what one `TASKDATA.XML` and the files beside it say.
#[derive(Debug, Default)]
pub struct TaskData {
    /// Version of the standard as `major.minor`; empty where the file has none.
    pub version: String,
    /// 1 = a plan of the farm's software, 2 = results of a task controller.
    pub origin: Option<u8>,
    /// Maker of the farm's software.
    pub management_manufacturer: Option<String>,
    /// Maker of the task controller.
    pub task_controller_manufacturer: Option<String>,
    /// Devices (DVC).
    pub devices: Vec<Device>,
    /// Tasks (TSK).
    pub tasks: Vec<Task>,
    /// Id to designator: customers (CTR), farms (FRM), fields (PFD), workers are not kept.
    pub customers: Vec<(String, String)>,
    /// Farms (FRM): id to designator.
    pub farms: Vec<(String, String)>,
    /// Field id, designator, crop type id (PFD G), crop variety id (PFD H).
    pub fields: Vec<(String, String, Option<String>, Option<String>)>,
    /// Crop type id, designator; varieties (CVT) likewise.
    pub crops: Vec<(String, String)>,
    /// Varieties (CVT): id to designator.
    pub varieties: Vec<(String, String)>,
    /// Product id, designator, product group id.
    pub products: Vec<(String, String, Option<String>)>,
    /// Product group id, designator, type (1 product group, 2 crop type).
    pub product_groups: Vec<(String, String, Option<u8>)>,
    /// Operation technique and cultural practice: id, designator.
    pub practices: Vec<(String, String)>,
    /// Entries that were read (TASKDATA, external files, link list).
    pub entries: Vec<EntryId>,
    /// What was noticed while reading.
    pub findings: Vec<Finding>,
}

/// A device (DVC).
#[derive(Debug, Default)]
pub struct Device {
    /// A: id.
    pub id: String,
    /// B: name.
    pub designator: Option<String>,
    /// C: version of its software.
    pub software: Option<String>,
    /// Working set master NAME, 16 hex digits.
    pub name: Option<String>,
    /// E: serial number.
    pub serial_number: Option<String>,
    /// Elements (DET).
    pub elements: Vec<DeviceElement>,
    /// Process data (DPD).
    pub process_data: Vec<DeviceProcessData>,
    /// Properties (DPT).
    pub properties: Vec<DeviceProperty>,
    /// Value presentations (DVP).
    pub presentations: Vec<DeviceValuePresentation>,
}

/// An element of a device (DET). Object ids are local to the device.
#[derive(Debug, Default)]
pub struct DeviceElement {
    /// A: id.
    pub id: String,
    /// B: object id.
    pub object_id: u32,
    /// 1 device, 2 function, 3 bin, 4 section, 5 unit, 6 connector, 7 navigation reference.
    pub kind: u8,
    /// D: name.
    pub designator: Option<String>,
    /// E: number among its kind.
    pub number: i32,
    /// F: object id of the element or device that it belongs to.
    pub parent_object_id: u32,
    /// DOR: object ids of process data and properties.
    pub references: Vec<u32>,
}

/// Process data of a device (DPD).
#[derive(Debug, Default)]
pub struct DeviceProcessData {
    /// A: object id.
    pub object_id: u32,
    /// B: data dictionary identifier.
    pub ddi: u16,
    /// D: trigger methods, as bits.
    pub triggers: u8,
    /// E: name.
    pub designator: Option<String>,
    /// F: object id of a value presentation.
    pub presentation: Option<u32>,
}

/// A property of a device, which does not change (DPT).
#[derive(Debug, Default)]
pub struct DeviceProperty {
    /// A: object id.
    pub object_id: u32,
    /// B: data dictionary identifier.
    pub ddi: u16,
    /// C: raw value.
    pub value: i64,
    /// D: name.
    pub designator: Option<String>,
    /// E: object id of a value presentation.
    pub presentation: Option<u32>,
}

/// How a value is shown (DVP): display value = (raw + offset) * scale.
#[derive(Debug, Default)]
pub struct DeviceValuePresentation {
    /// A: object id.
    pub object_id: u32,
    /// B: offset, in raw steps.
    pub offset: i64,
    /// C: units in one raw step.
    pub scale: f64,
    /// D: decimals that are shown.
    pub decimals: u8,
    /// E: name of the unit.
    pub unit: Option<String>,
}

/// A task (TSK).
#[derive(Debug, Default)]
pub struct Task {
    /// A: id.
    pub id: String,
    /// B: name.
    pub designator: Option<String>,
    /// C: customer id.
    pub customer: Option<String>,
    /// D: farm id.
    pub farm: Option<String>,
    /// E: field id.
    pub field: Option<String>,
    /// G: 1 planned, 2 running, 3 paused, 4 completed, 5 template, 6 cancelled.
    pub status: Option<u8>,
    /// Time logs (TLG).
    pub logs: Vec<LogReference>,
    /// Times (TIM).
    pub times: Vec<TimeElement>,
    /// Product allocations (PAN).
    pub products: Vec<ProductAllocation>,
    /// Connections (CNN).
    pub connections: Vec<Connection>,
    /// Data log triggers (DLT).
    pub triggers: Vec<DataLogTrigger>,
    /// DAN C: device ids allocated.
    pub devices: Vec<String>,
    /// OTP: ids of cultural practice (A) and technique (B).
    pub practices: Vec<String>,
    /// Texts of ASP starts, with zone where given: evidence for the clock offset.
    pub allocation_starts: Vec<String>,
}

/// A time log that a task names (TLG).
#[derive(Debug, Default)]
pub struct LogReference {
    /// Without extension, as written.
    pub name: String,
    /// B: bytes of the binary log, as stated.
    pub declared_length: Option<u64>,
}

/// A stretch of time in a task (TIM).
#[derive(Debug, Default)]
pub struct TimeElement {
    /// A: start, as written.
    pub start: Option<String>,
    /// B: stop, as written.
    pub stop: Option<String>,
    /// C: duration in seconds.
    pub duration_s: Option<f64>,
    /// D: 4 effective.
    pub kind: Option<u8>,
    /// DLV: DDI, value, device element id.
    pub values: Vec<(u16, i64, Option<String>)>,
}

/// A product allocated to a task (PAN).
#[derive(Debug, Default)]
pub struct ProductAllocation {
    /// A: product id.
    pub product: String,
    /// B: identifier of the quantity.
    pub ddi: Option<u16>,
    /// C: raw value.
    pub value: Option<i64>,
    /// E: device element id.
    pub device_element: Option<String>,
}

/// A connection of two device elements (CNN).
#[derive(Debug, Default)]
pub struct Connection {
    /// A: device id.
    pub device_a: String,
    /// B: device element id.
    pub element_a: String,
    /// C: device id.
    pub device_b: String,
    /// D: device element id.
    pub element_b: String,
}

/// A data log trigger (DLT).
#[derive(Debug, Default)]
pub struct DataLogTrigger {
    /// A: data dictionary identifier.
    pub ddi: u16,
    /// B: methods, as bits.
    pub method: u8,
    /// H: device element id.
    pub device_element: Option<String>,
}
