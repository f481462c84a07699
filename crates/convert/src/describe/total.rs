//! Totals of the summary: a number and its unit.

use serde_json::{Value, json};

/// An amount with its unit.
pub(crate) fn total(value: f64, unit: &str) -> Value {
    json!({ "value": value, "unit": unit })
}

/// A total that may be unknown: then it is null, not 0.
pub(crate) fn total_if(known: bool, value: f64, unit: &str) -> Value {
    json!({ "value": known.then_some(value), "unit": unit })
}
