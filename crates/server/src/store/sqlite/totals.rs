//! How many rows a list has in all, kept for as long as nothing changes: counting a hundred thousand
//! rows takes longer than reading a page of them.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

/// Lists that are remembered; one more, and all are forgotten.
const MOST: usize = 1_000;

/// Totals by question, each with the version of the rows that it was counted of.
#[derive(Clone, Debug, Default)]
pub(super) struct Totals(Arc<Mutex<HashMap<String, (i64, u64)>>>);

impl Totals {
    pub(super) fn get(&self, question: &str, version: i64) -> Option<u64> {
        let totals = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let (counted, total) = totals.get(question)?;
        (*counted == version).then_some(*total)
    }

    pub(super) fn set(&self, question: String, version: i64, total: u64) {
        let mut totals = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if totals.len() >= MOST {
            totals.clear();
        }
        totals.insert(question, (version, total));
    }
}
