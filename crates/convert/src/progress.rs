//! How far a run is, for whoever watches.

use crate::step::Step;
use tramline_model::FileStatus;

/// How far it is. Index counts machine files from 0.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Progress {
    /// Datasets that were recognised; one may hold several machine files.
    Detected {
        /// How many.
        files: usize,
    },
    /// A dataset begins, named by its main entry.
    Dataset {
        /// Path of the main entry.
        main: String,
    },
    /// A machine file begins.
    File {
        /// Of the machine file.
        index: usize,
        /// Of the machine file.
        name: String,
    },
    /// Points read so far.
    Points {
        /// Of the machine file.
        index: usize,
        /// Read so far.
        points: u64,
    },
    /// A step begins.
    Step {
        /// Of the machine file.
        index: usize,
        /// The step.
        step: Step,
    },
    /// A machine file has ended.
    Done {
        /// Of the machine file.
        index: usize,
        /// How it ended.
        status: FileStatus,
    },
}
