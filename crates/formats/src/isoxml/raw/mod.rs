//! ISO 11783-10 in its own words: task data elements and decoded time logs. No standard
//! properties, no units beyond what the standard's table says.

mod task_data;
mod time_log;

pub use task_data::{
    Connection, DataLogTrigger, Device, DeviceElement, DeviceProcessData, DeviceProperty,
    DeviceValuePresentation, LogReference, ProductAllocation, Task, TaskData, TimeElement,
};
pub use time_log::{Header, HeaderValue, TimeLog};
