//! The database behind one trait for each subject, with a method for each use case.
//!
//! Rules: every question carries the account that asks, so that no answer can hold another's
//! rows; what must hold together is written in one transaction; times are microseconds UTC.

mod accounts;
mod api_keys;
mod calibrations;
mod configurations;
mod fields;
mod files;
mod runs;
mod secrets;
mod sqlite;
mod sweep;
mod uploads;
mod webhooks;

pub use accounts::{Account, Accounts, NewUser, User, UserFilter};
pub use api_keys::{ApiKey, ApiKeys};
pub use calibrations::Calibrations;
pub use configurations::{Before, Change, Configurations, Keys};
pub use fields::{
    ActiveBoundary, BoundaryRow, FieldFilter, FieldRow, Fields, Located, NewBoundary, NewField,
};
pub use files::{
    ArtifactRow, FieldShare, FileDocument, FileFilter, FileGroups, FileProgress, FileRow, FileSort,
    Files, NewArtifact, NewFile,
};
pub use runs::{
    Announced, Converted, Event, NewRun, NothingCame, Published, PublishedFile, Relocate, Run,
    RunState, Runs,
};
pub use secrets::Secrets;
pub use sqlite::Sqlite;
pub use sweep::{NamedBlob, Sweep};
pub use uploads::{NewUpload, Upload, UploadFilter, UploadSort, UploadStatus, Uploads};
pub use webhooks::{Due, FailedCall, Webhook, Webhooks};

/// The whole database.
pub trait Database:
    Accounts
    + ApiKeys
    + Calibrations
    + Configurations
    + Fields
    + Files
    + Runs
    + Secrets
    + Sweep
    + Uploads
    + Webhooks
{
}

impl<
    T: Accounts
        + ApiKeys
        + Calibrations
        + Configurations
        + Fields
        + Files
        + Runs
        + Secrets
        + Sweep
        + Uploads
        + Webhooks,
> Database for T
{
}

/// One page of a list: `size` items from `page * size` on, and how many there are in all.
#[derive(Clone, Copy, Debug)]
pub struct Page {
    pub page: u64,
    pub size: u64,
}

/// Items of a page with the number of all.
#[derive(Clone, Debug)]
pub struct Listed<T> {
    pub items: Vec<T>,
    pub total: u64,
}
