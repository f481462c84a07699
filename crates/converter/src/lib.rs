//! The converter: conversion in a process of its own, within limits of memory, processor time and
//! written bytes, that ends with its parent. The order comes in as JSON, progress goes out as lines
//! of JSON, the answer stands in the output folder beside the artifacts.
//!
//! Rules: nothing here speaks HTTP or SQL; a stranger's bytes are read here and in no other process
//! of the service; all is synchronous.

#![warn(missing_docs)]

mod boundaries;
mod check;
mod confine;
mod convert;
mod hash;
mod locate;
mod merge;
pub mod protocol;
mod sink;
mod tell;

pub use hash::hexadecimal;

use protocol::Order;
use std::io::{Read, Write};

/// The hidden command: reads a task from standard input; the exit code for the process.
pub fn main() -> u8 {
    let outcome = order().map_err(|cause| (70, cause)).and_then(|order| {
        confine::confine(order.limits())
            .map_err(|cause| (71, format!("limits cannot be set: {cause}")))?;
        match order {
            Order::Check(task) => check::run(&task),
            Order::Boundaries(task) => boundaries::run(&task),
            Order::Convert(task) => convert::run(&task),
            Order::Merge(task) => merge::run(&task),
            Order::Locate(task) => locate::run(&task),
        }
    });
    match outcome {
        Ok(()) => 0,
        Err((code, cause)) => {
            let _ = writeln!(std::io::stderr(), "{cause}");
            code
        }
    }
}

/// The order on standard input. Its text, which boundaries make long, ends here.
fn order() -> Result<Order, String> {
    let mut text = String::new();
    std::io::stdin()
        .read_to_string(&mut text)
        .map_err(|e| e.to_string())?;
    serde_json::from_str(&text).map_err(|e| e.to_string())
}
