//! What the parts of the mapping share: the task data, its devices and the caller's options.

use super::super::raw::TaskData;
use super::device::Devices;
use crate::claim::ReadOptions;
use tramline_model::Place;

/// One set of task data while its logs are mapped.
pub(crate) struct Context<'a> {
    pub(crate) data: &'a TaskData,
    pub(crate) devices: Devices<'a>,
    pub(crate) options: &'a ReadOptions,
    /// Place of the `TASKDATA.XML`.
    pub(crate) place: Place,
}
