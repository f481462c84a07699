//! What is said of a machine file when its points are known: summary, findings, status.

pub(crate) mod calibration;
pub(crate) mod display;
pub(crate) mod findings;
pub(crate) mod status;
pub(crate) mod summary;
mod total;
pub(crate) mod zone;
