//! The command line as a person uses it.
#![allow(clippy::unwrap_used, reason = "tests")]

mod calibrate;
mod export;
mod located;
