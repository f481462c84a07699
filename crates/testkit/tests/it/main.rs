//! End to end: what goes in as files comes out as points that add up.
#![allow(clippy::unwrap_used, clippy::print_stderr, reason = "tests")]

mod accounted;
mod adapt_coverage;
mod adapt_standard;
mod attacks;
mod bridge;
mod calibration;
mod cleaning;
mod common;
mod corpus;
mod fixtures;
mod hostile;
mod merge;
mod mixed_stick;
mod samples;
mod totals;
mod truth;
mod unit_change;
