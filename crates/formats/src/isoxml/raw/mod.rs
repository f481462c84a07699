//! ISO 11783-10 in its own words: task data elements and decoded time logs. No standard
//! properties, no units beyond what the standard's table says.

mod attributes;
pub mod ddi;
mod decode;
mod header;
mod ids;
mod read_device;
mod read_log;
mod read_task_data;
mod splice;
mod task_data;
mod time_log;
pub mod xml;

#[cfg(test)]
mod tests;

pub use decode::decode;
pub use task_data::{
    Connection, DataLogTrigger, Device, DeviceElement, DeviceProcessData, DeviceProperty,
    DeviceValuePresentation, LogReference, ProductAllocation, Task, TaskData, TimeElement,
};
pub(crate) use time_log::degrees;
pub use time_log::{Header, HeaderValue, TimeLog};
