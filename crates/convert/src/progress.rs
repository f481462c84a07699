//! How far a run is, for whoever watches.

use crate::facts::FileFacts;
use crate::report::FileReport;
use crate::step::Step;

/// A dataset that was recognised.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Found {
    /// The `id` of its first machine file. A dataset may hold more, and one without work has none.
    pub id: String,
    /// Path of its main entry.
    pub name: String,
    /// Code of its format.
    pub file_format: Option<&'static str>,
    /// Bytes of its entries, unpacked.
    pub bytes: u64,
}

/// How far it is. Index counts machine files from 0.
#[derive(Clone, Debug, PartialEq)]
pub enum Progress<'a> {
    /// Datasets were recognised.
    Detected {
        /// Those that may hold work, in the order in which they are read.
        found: &'a [Found],
    },
    /// A dataset begins, named by its main entry.
    Dataset {
        /// Path of the main entry.
        main: &'a str,
    },
    /// No machine file came of the dataset.
    NoWork {
        /// That its first machine file would have had.
        id: &'a str,
    },
    /// A machine file begins.
    File {
        /// Of the machine file.
        index: usize,
        /// The `id` of its report.
        id: &'a str,
        /// Of the machine file.
        name: &'a str,
        /// Code of its format.
        file_format: &'static str,
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
    /// A machine file has ended, and all of its artifacts are complete.
    Done {
        /// Of the machine file.
        index: usize,
        /// How it ended.
        report: &'a FileReport,
        /// Empty but for the id where it was not read to its end.
        facts: &'a FileFacts,
    },
}
