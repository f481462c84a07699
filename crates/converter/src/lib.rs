//! The converter: conversion in a process of its own, within limits of memory, processor time and
//! written bytes, shut into its own folder, that ends with its parent. The order comes in as JSON,
//! progress goes out as lines of JSON, the answer stands in the output folder beside the artifacts.
//!
//! Rules: nothing here speaks HTTP or SQL; a stranger's bytes are read here and in no other process
//! of the service; all is synchronous.

#![warn(missing_docs)]

mod attempt;
mod boundaries;
mod bridge;
mod check;
mod confine;
mod convert;
mod hash;
mod inputs;
mod locate;
mod merge;
mod probe;
mod protection;
pub mod protocol;
mod shut_in;
mod sink;
mod tell;
mod terms;

pub use attempt::{Attempt, PLANNED};
pub use hash::hexadecimal;
pub use protection::{Protection, Standing, State};
pub use terms::{REQUIRED, Terms, USER, User};

use inputs::Inputs;
use protocol::Order;
use shut_in::{Inside, shut_in};
use std::io::{Read, Write};
use tell::Failure;

/// The hidden command: reads a task from standard input; the exit code for the process.
pub fn main(terms: Terms) -> u8 {
    ended(work(terms))
}

/// The hidden command that runs bridges for a converter; the exit code for the process.
pub fn bridge(terms: Terms) -> u8 {
    ended(bridge::run(terms))
}

fn work(terms: Terms) -> Result<(), Failure> {
    let order = order().map_err(|cause| (70, cause))?;
    // What it reads is opened, and what starts programs is started, while it still can.
    let mut inputs = Inputs::open(&order);
    let hand = match &order {
        Order::Convert(task) if !task.bridges.is_empty() => {
            let hand = bridge::begin(&task.bridges, &task.out, terms);
            Some(hand.map_err(|cause| (71, format!("bridges cannot be run: {cause}")))?)
        }
        _ => None,
    };
    let allowance = Some(order.limits());
    let standing = shut_in(order.folder(), terms, allowance, &Inside::Converter)?;
    match order {
        Order::Check(task) => check::run(&task, &mut inputs),
        Order::Boundaries(task) => boundaries::run(&task, &mut inputs),
        Order::Convert(task) => convert::run(&task, &mut inputs, hand),
        Order::Merge(task) => merge::run(&task, &mut inputs),
        Order::Locate(task) => locate::run(&task, &mut inputs),
        Order::Probe(task) => probe::run(&task, standing),
    }
}

fn ended(outcome: Result<(), Failure>) -> u8 {
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
