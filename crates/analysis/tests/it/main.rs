//! The analysis against figures of other programs and against simulated truth.
#![allow(clippy::print_stderr, reason = "tests")]

mod agreement;
mod barley;
mod clean;
mod coverage;
mod depurate;
mod heaps;
mod lag;
mod real;
mod simulated;

// The generator stands alone; the crate around it would build the whole product first.
#[allow(dead_code, unreachable_pub)]
#[path = "../../../samples/src/yield_field/mod.rs"]
mod yield_field;
