//! The store of rows behind one trait for each subject, with a method for each use case.
//!
//! Rules: a question that comes from a client carries the account that asks, so that no answer can hold
//! another's rows; what must hold together is written in one transaction; times are microseconds UTC. What a
//! change brings about is decided in `rules`, above every driver: a driver reads what a rule asks for, and
//! writes what it says. `conformance` holds what each driver owes.

mod accounts;
mod api_keys;
mod calibrations;
mod configurations;
#[cfg(test)]
pub(crate) mod conformance;
mod conversions;
mod fields;
mod files;
mod page;
mod queue;
mod rules;
mod secrets;
mod sqlite;
mod sweep;
mod uploads;
mod webhooks;

pub use accounts::{Account, Accounts, NewUser, User, UserFilter};
pub use api_keys::{ApiKey, ApiKeys};
pub use calibrations::Calibrations;
pub use configurations::{Before, Change, Configurations, Keys};
pub use conversions::{
    Announced, Conversions, Converted, NothingCame, Published, PublishedFile, Relocate,
};
pub use fields::{
    ActiveBoundary, BoundaryRow, FieldFilter, FieldRow, Fields, Located, NewBoundary, NewField,
};
pub use files::{
    ArtifactRow, FieldShare, FileDocument, FileFilter, FileGroups, FileProgress, FileRow, FileSort,
    Files, NewArtifact, NewFile,
};
pub use page::{Listed, Page};
pub use queue::{Beat, Event, NewRun, Queue, Run, RunProgress, RunState};
pub use secrets::Secrets;
pub use sqlite::Sqlite;
pub use sweep::{NamedBlob, Sweep};
pub use uploads::{NewUpload, Upload, UploadFilter, UploadSort, UploadStatus, Uploads};
pub use webhooks::{Due, FailedCall, Webhook, Webhooks};

/// Declares [`Database`] as all of these subjects.
macro_rules! database {
    ($($subject:ident),* $(,)?) => {
        /// The whole store of rows.
        pub trait Database: $($subject +)* Send + Sync {}

        impl<T: $($subject +)* Send + Sync> Database for T {}
    };
}

database! {
    Accounts, ApiKeys, Calibrations, Configurations, Conversions, Fields, Files, Queue, Secrets, Sweep, Uploads, Webhooks,
}
