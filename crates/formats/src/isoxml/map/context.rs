//! What the parts of the mapping share: the task data, its devices and the caller's options.

use super::super::raw::TaskData;
use super::device::Devices;
use crate::claim::ReadOptions;
use crate::isoxml::job_folder::JobFolder;
use tramline_model::Place;

/// One set of task data while its logs are mapped.
pub(crate) struct Context<'a> {
    pub(crate) data: &'a TaskData,
    pub(crate) devices: Devices<'a>,
    pub(crate) options: &'a ReadOptions,
    /// Place of the `TASKDATA.XML`.
    pub(crate) place: Place,
    /// Paths of what the tasks share: the `TASKDATA.XML`, its external parts, its link list.
    pub(crate) shared: Vec<String>,
    /// What the folder of the job around the set tells.
    pub(crate) job: JobFolder,
}
