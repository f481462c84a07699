//! Calibration of the harvest by the scale: what was given, which machine file it is for, the first
//! pass that adds up what the monitor saw, and the factors that follow.

mod calibrations;
mod factors;
pub(crate) mod given;
mod measured;
pub(crate) mod settle;

pub use calibrations::{Calibrations, EVERY};
pub(crate) use factors::Calibrate;
pub(crate) use measured::Measured;
