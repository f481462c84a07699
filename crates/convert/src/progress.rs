//! How far a run is, for whoever watches.

use crate::step::Step;
use tramline_model::FileStatus;

/// How far it is. Index counts machine files from 0.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Progress {
    /// Datasets that were recognised; one may hold several machine files.
    Detected {
        files: usize,
    },
    /// A dataset begins, named by its main entry.
    Dataset {
        main: String,
    },
    /// A machine file begins.
    File {
        index: usize,
        name: String,
    },
    /// Points read so far.
    Points {
        index: usize,
        points: u64,
    },
    /// A step begins.
    Step {
        index: usize,
        step: Step,
    },
    Done {
        index: usize,
        status: FileStatus,
    },
}
