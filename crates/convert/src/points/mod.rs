//! What the batch steps work on: the columns of one batch, what holds for every batch of a machine
//! file, and what is gathered over all of them.
//!
//! Rule: a step is a function of [`batch::Points`], [`context::Context`] and [`noticed::Noticed`];
//! the order of steps stands in `plan.rs`. Whoever reads results gets [`standardised::Standardised`].

pub(crate) mod batch;
pub(crate) mod cleanup_rules;
pub(crate) mod columns;
pub(crate) mod context;
pub(crate) mod crop_rules;
pub(crate) mod driven;
pub(crate) mod fate;
pub(crate) mod layout;
pub(crate) mod left_out;
pub(crate) mod noticed;
mod order;
pub(crate) mod passed;
pub(crate) mod products;
pub(crate) mod reasons;
pub(crate) mod standard;
pub(crate) mod standardised;
pub(crate) mod sums;
pub(crate) mod totals;
pub(crate) mod unit_table;
pub(crate) mod way;
