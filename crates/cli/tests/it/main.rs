//! The command line as a person uses it.
#![allow(clippy::unwrap_used, clippy::print_stderr, reason = "tests")]

mod accounts;
mod calibrate;
mod cases;
mod export;
mod findings;
mod incomplete;
mod joined;
mod located;
mod odd_inputs;
mod outputs;
mod program;
mod shut_in;
mod units;
mod usage;
mod variants;
mod whole;
