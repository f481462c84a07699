//! The command line as a person uses it.
#![allow(clippy::unwrap_used, clippy::print_stderr, reason = "tests")]

mod accounts;
mod calibrate;
mod cases;
mod export;
mod findings;
mod incomplete;
mod located;
mod outputs;
mod program;
mod shut_in;
mod usage;
mod variants;
mod whole;
