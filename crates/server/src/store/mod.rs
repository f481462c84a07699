//! The store of rows behind one trait for each subject, with a method for each use case.
//!
//! Rules: a question that comes from a client carries the account that asks, so that no answer can hold
//! another's rows; what must hold together is written in one transaction; times are microseconds UTC. What a
//! change brings about is decided in `rules`, above every driver: a driver reads what a rule asks for, and
//! writes what it says. `conformance` holds what each driver owes.

mod accounts;
mod api_keys;
mod audit;
mod calibrations;
mod configurations;
#[cfg(test)]
pub(crate) mod conformance;
mod conversions;
mod fields;
mod figures;
mod files;
mod health;
mod logins;
mod page;
mod queue;
mod quotas;
mod removals;
mod rules;
mod secrets;
mod sqlite;
mod sweep;
mod uploads;
mod webhooks;

pub use accounts::{Account, Accounts, NewUser, Overview, User, UserFilter, UserSort};
pub use api_keys::{ApiKey, ApiKeys};
pub use audit::{Action, Actor, Audit, By, Entry, FAILED_ADDRESSES, Span};
pub use calibrations::Calibrations;
pub use configurations::{Before, Change, Configurations, Keys};
pub use conversions::{
    Announced, Conversions, Converted, NothingCame, Published, PublishedFile, Relocate,
};
pub use fields::{
    ActiveBoundary, BoundaryRow, FieldFilter, FieldRow, FieldSort, Fields, Located, NewBoundary,
    NewField,
};
pub use figures::Figures;
pub use files::{
    ArtifactRow, FieldShare, FileDocument, FileFilter, FileGroups, FileProgress, FileRow, FileSort,
    Files, NewArtifact, NewFile, Users,
};
pub use health::Health;
pub use logins::{Logins, Token};
pub use page::{Listed, Page};
pub use queue::{Beat, Event, GivenUp, NewRun, Queue, Run, RunProgress, RunState};
pub use quotas::{Quota, Quotas, Usage};
pub use removals::Removals;
pub use secrets::Secrets;
pub use sqlite::Sqlite;
pub use sweep::{NamedBlob, Sweep};
pub use uploads::{NewUpload, Upload, UploadFilter, UploadSort, UploadStatus, Uploads};
pub use webhooks::{Due, FailedCall, Webhook, Webhooks};

/// An empty store for tests above it.
#[cfg(test)]
pub(crate) async fn sqlite_for_tests() -> conformance::World {
    sqlite::for_tests().await
}

/// The name of the store of rows in what is said of it.
pub(crate) const DATABASE: &str = "the database";

/// Declares [`Database`] as all of these subjects.
macro_rules! database {
    ($($subject:ident),* $(,)?) => {
        /// The whole store of rows.
        pub trait Database: $($subject +)* Send + Sync {}

        impl<T: $($subject +)* Send + Sync> Database for T {}
    };
}

database! {
    Accounts, ApiKeys, Audit, Calibrations, Configurations, Conversions, Fields, Figures, Files, Health, Logins, Queue, Quotas,
    Removals, Secrets, Sweep, Uploads, Webhooks,
}
