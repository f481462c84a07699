//! ISO 11783-10 in its own words: decoded time logs, and the task data elements of `shared/task_data`. No
//! standard properties, no units beyond what the standard's table says.

mod decode;
mod header;
mod read_log;
mod time_log;

#[cfg(test)]
mod tests;

pub use crate::shared::task_data::{
    Connection, DataLogTrigger, Device, DeviceElement, DeviceProcessData, DeviceProperty,
    DeviceValuePresentation, LogReference, ProductAllocation, Task, TaskData, TimeElement,
};
pub use crate::shared::{ddi, xml};
pub use decode::decode;
pub(crate) use time_log::degrees;
pub use time_log::{Header, HeaderValue, TimeLog};
