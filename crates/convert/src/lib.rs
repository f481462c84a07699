//! The straight path of one upload: detect, read, refine, write. Takes an opened tree and a sink,
//! gives a report; the command line, the service and the library all go through [`run`].
//!
//! Rule: points add up. What was read is in the standard output or dropped with a reason; what is
//! in the standard output is in the filtered output or dropped with a reason `filter.*`. One bad
//! machine file never harms another.

#![warn(missing_docs)]

mod analysis;
mod calibration;
mod colours;
mod configuration;
mod describe;
mod error;
mod exact;
mod facts;
pub mod fields;
pub mod findings;
mod identity;
mod image_choice;
mod input;
mod machine_file;
mod options;
mod original;
mod paint;
mod pass;
mod pictured;
mod plan;
mod plausible;
mod points;
mod progress;
mod refusal;
mod report;
mod run;
mod step;
mod steps;
mod stored;
mod survey;
mod whole;
mod writers;

pub use calibration::given::{Calibration, CalibrationError, Load, Mass};
pub use calibration::settle::{Settlement, settle};
pub use calibration::{Calibrations, EVERY};
pub use configuration::{
    CleanupRules, ColorRamp, Condition, Configuration, CropTable, FilterProfile, ImageAttributes,
    ImageRamp, ImageStretch, Literal, Operator, OwnCropNumbers,
};
pub use error::RunError;
pub use facts::{FieldShare, FieldSplit, FileFacts};
pub use findings::finding_codes;
pub use input::Input;
pub use options::{Options, Outputs, PassedOver};
pub use original::write_original;
pub use pass::bridge::{Bridge, BridgeError, BridgeHand, Bridges, run_bridge};
pub use pass::collector::{Collector, made_id};
pub use pass::slug::folder as made_folder;
pub use progress::{Found, Progress};
pub use refusal::Refusal;
pub use report::{
    ExitClass, FileReport, Outcome, PointCounts, RecordCounts, Report, StepStatus, Steps,
    UnclaimedEntry,
};
pub use run::{run, run_with_facts};
pub use step::Step;
pub use stored::merge::parts;
pub use stored::merge::{MergeError, MergeSource, merge, merge_with_facts, part_in_field};
pub use stored::outputs::{StoredOutput, StoredOutputs};
pub use stored::{exports, maps};
pub use survey::{Survey, SurveyedFile, Unreadable, survey};
pub use tramline_model::{FileStatus, UnitSystem};
