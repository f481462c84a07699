//! The batch steps, a file for each subject. Their order is in `plan.rs`.

pub(crate) mod absent;
pub(crate) mod add_up;
pub(crate) mod calibrate;
pub(crate) mod cleanup;
pub(crate) mod clip;
pub(crate) mod compare;
pub(crate) mod crops;
pub(crate) mod derive;
pub(crate) mod position;
pub(crate) mod present;
pub(crate) mod track;
pub(crate) mod yields;
