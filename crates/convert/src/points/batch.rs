//! One batch on its way through the steps.

use super::columns::Columns;
use super::reasons::Reasons;
use super::way::Way;
use tramline_model::{DropReason, Property};

/// The rows of a batch: their columns, where the machine went, and which of them stay.
pub(crate) struct Points {
    pub(crate) columns: Columns,
    /// By row: it is in the standard output.
    pub(crate) keep: Vec<bool>,
    /// Why the others are not.
    pub(crate) reasons: Reasons,
    /// The way since the row before.
    pub(crate) way: Way,
    /// Values that were taken out as the property cannot be them, where the caller's rules judge
    /// what was logged.
    pub(crate) logged: Vec<(Property, usize, f64)>,
    /// By row: it has a position. Only where dropped rows are handed on.
    pub(crate) placed: Option<Vec<bool>>,
}

impl Points {
    pub(crate) fn new(columns: Columns) -> Self {
        let rows = columns.rows;
        Self {
            columns,
            keep: vec![true; rows],
            reasons: Reasons::new(rows),
            way: Way::default(),
            logged: Vec::new(),
            placed: None,
        }
    }

    /// Takes a row out of the standard output.
    pub(crate) fn drop_row(&mut self, row: usize, reason: DropReason) {
        if let Some(keep) = self.keep.get_mut(row) {
            *keep = false;
            self.reasons.set(row, reason);
        }
    }
}
