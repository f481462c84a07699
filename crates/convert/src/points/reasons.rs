//! The reason of each dropped row of a batch.

use super::columns::Texts;
use tramline_model::DropReason;

/// Reasons by row; rows without one stay.
pub(crate) struct Reasons {
    /// Places in `known`, −1 for none.
    keys: Vec<i32>,
    known: Vec<DropReason>,
}

impl Reasons {
    /// For a batch of so many rows, all of which stay.
    pub(crate) fn new(rows: usize) -> Self {
        Self {
            keys: vec![-1; rows],
            known: Vec::new(),
        }
    }

    pub(crate) fn set(&mut self, row: usize, reason: DropReason) {
        let known = self.known.iter().position(|known| *known == reason);
        let key = known.unwrap_or_else(|| {
            self.known.push(reason);
            self.known.len() - 1
        });
        if let (Some(slot), Ok(key)) = (self.keys.get_mut(row), i32::try_from(key)) {
            *slot = key;
        }
    }

    /// Rows by reason.
    pub(crate) fn counts(&self) -> impl Iterator<Item = (DropReason, u64)> {
        let mut counts = vec![0; self.known.len()];
        for key in &self.keys {
            if let Some(slot) = usize::try_from(*key).ok().and_then(|k| counts.get_mut(k)) {
                *slot += 1;
            }
        }
        self.known.iter().copied().zip(counts)
    }

    /// Rows that have a reason.
    pub(crate) fn rows(&self) -> impl Iterator<Item = (usize, DropReason)> {
        self.keys.iter().enumerate().filter_map(|(row, key)| {
            let key = usize::try_from(*key).ok()?;
            Some((row, *self.known.get(key)?))
        })
    }

    /// The column of `dropped.parquet`.
    pub(crate) fn texts(self) -> Texts {
        Texts {
            keys: self.keys,
            values: self.known.iter().map(ToString::to_string).collect(),
        }
    }
}
