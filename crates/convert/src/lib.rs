//! The straight path of one upload: detect, read, refine, write. Takes an opened tree and a sink,
//! gives a report; the command line, the service and the library all go through [`run`].
//!
//! Rule: points add up. What was read is in the standard output or dropped with a reason; what is
//! in the standard output is in the filtered output or dropped with a reason `filter.*`. One bad
//! machine file never harms another.

mod bridge;
mod calibration;
mod collector;
mod configuration;
mod exact;
mod export;
pub mod exports;
mod facts;
pub mod fields;
mod file;
mod image_choice;
pub mod maps;
mod merge;
mod outlines;
mod plan;
mod report;
mod run;
mod second_pass;
mod settle;
mod slug;
mod spool;
mod steps;
mod writers;

pub use bridge::{Bridge, Bridges};
pub use calibration::{Calibration, CalibrationError, Load, Mass};
pub use collector::Collector;
pub use configuration::{
    CleanupRules, Condition, Configuration, CropTable, FilterProfile, ImageRamp, Literal, Operator,
    OwnCropNumbers,
};
pub use facts::{FieldShare, FieldSplit, FileFacts};
pub use image_choice::{ColorRamp, ImageAttributes};
pub use merge::{MergeError, MergeSource, merge};
pub use plan::Step;
pub use report::{
    ExitClass, FileReport, FileStatus, Outcome, PointCounts, RecordCounts, Report, StepStatus,
    Steps, UnclaimedEntry,
};
pub use run::{Input, Options, Progress, Refusal, RunError, run};
pub use settle::{Calibrations, EVERY, Settlement, settle};
pub use tramline_model::UnitSystem;
