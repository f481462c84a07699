//! What a reader pushes into, and the errors that end a read.
//!
//! Order of calls: `begin`, then `raw` and `points` in any order and number, then `finish`; this
//! repeats for each machine file. `failed` stands in place of that sequence, or ends it early.
//! `finding` may come at any time: between `begin` and `finish` it belongs to that machine file,
//! outside to the dataset.

use crate::{DisplayTotal, Finding, OperationDescription, Place};
use arrow_array::RecordBatch;

/// The receiver wants no more: cancelled, or its output failed. A reader passes it up unchanged.
#[derive(Debug, thiserror::Error)]
#[error("stopped by the receiver: {0}")]
pub struct Stop(pub String);

/// Why a dataset or machine file could not be read. Final: trying again gives the same.
#[derive(Debug, thiserror::Error)]
pub enum ReadError {
    /// The bytes are not what the format demands.
    #[error("{place}: {what}")]
    Malformed {
        /// Where they lie.
        place: Place,
        /// What was expected and what was found.
        what: String,
        /// What the person can do; empty when there is nothing.
        hint: String,
    },
    /// The format allows it, but it is not read.
    #[error("{place}: {what}")]
    Unsupported {
        /// Where it lies.
        place: Place,
        /// What it is.
        what: String,
        /// What the person can do; empty when there is nothing.
        hint: String,
    },
    /// A limit that the caller set was reached.
    #[error("{place}: limit `{limit}` of {allowed} reached")]
    Limit {
        /// Where it was reached.
        place: Place,
        /// Name of the limit.
        limit: &'static str,
        /// How much it allows.
        allowed: u64,
    },
    /// The entry could not be read from where it is stored.
    #[error("{place}: {what}")]
    Io {
        /// What was being read.
        place: Place,
        /// What the storage said.
        what: String,
    },
    /// The receiver wants no more.
    #[error(transparent)]
    Stopped(#[from] Stop),
}

impl ReadError {
    /// [`ReadError::Malformed`] at a place.
    pub fn malformed(place: Place, what: impl Into<String>, hint: impl Into<String>) -> Self {
        Self::Malformed {
            place,
            what: what.into(),
            hint: hint.into(),
        }
    }

    /// [`ReadError::Unsupported`] at a place.
    pub fn unsupported(place: Place, what: impl Into<String>, hint: impl Into<String>) -> Self {
        Self::Unsupported {
            place,
            what: what.into(),
            hint: hint.into(),
        }
    }

    /// What the person can do, empty when there is nothing.
    pub fn hint(&self) -> &str {
        match self {
            Self::Malformed { hint, .. } | Self::Unsupported { hint, .. } => hint,
            Self::Limit { .. } => "raise the limit in the settings if this file is genuine",
            Self::Io { .. } | Self::Stopped(_) => "",
        }
    }
}

/// What a reader knows of a machine file after its last record.
#[derive(Clone, Debug, Default)]
pub struct Ending {
    /// Records that the source logged, before joining and laying out sections.
    pub records: u64,
    /// Bytes of logs passed over as unreadable.
    pub skipped_bytes: u64,
    /// Totals that the machine's display counted.
    pub display_totals: Vec<DisplayTotal>,
    /// The days of the work, of a source that writes no time of day.
    pub days: Option<Days>,
}

/// First and last day of work as the source writes them: local days, and no instants.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Days {
    /// Days since 1970-01-01.
    pub first: i32,
    /// Days since 1970-01-01, not before `first`.
    pub last: i32,
}

/// Takes what a reader finds. See the module for the order of calls.
pub trait Receiver {
    /// A machine file begins.
    ///
    /// # Errors
    /// [`Stop`] when the receiver wants no more.
    fn begin(&mut self, operation: OperationDescription) -> Result<(), Stop>;
    /// Records as logged: the source's own columns, nothing filled in. `longitude` and
    /// `latitude` columns in degrees (nullable) and, if there is one, `timestamp`; the rest under
    /// the source's names. The schema may differ from batch to batch.
    ///
    /// # Errors
    /// [`Stop`] when the receiver wants no more.
    fn raw(&mut self, batch: &RecordBatch) -> Result<(), Stop>;
    /// Standard points in the schema that `begin` gave: one row per record and section.
    ///
    /// # Errors
    /// [`Stop`] when the receiver wants no more.
    fn points(&mut self, batch: &RecordBatch) -> Result<(), Stop>;
    /// The machine file is complete.
    ///
    /// # Errors
    /// [`Stop`] when the receiver wants no more.
    fn finish(&mut self, ending: Ending) -> Result<(), Stop>;
    /// A machine file that was recognised and could not be read. `operation` is what is known of
    /// it; `None` inside `begin`..`finish`, where the begun one is meant.
    ///
    /// # Errors
    /// [`Stop`] when the receiver wants no more.
    fn failed(
        &mut self,
        operation: Option<OperationDescription>,
        error: ReadError,
    ) -> Result<(), Stop>;
    /// Something was noticed in the machine file that has begun, or in the dataset.
    fn finding(&mut self, finding: Finding);
    /// The dataset was read and holds no work (plans, a set-up): what it holds, and what to do.
    /// Called outside of `begin`..`finish`, by a reader that begins no machine file of it.
    fn no_work(&mut self, _what: String) {}
}
