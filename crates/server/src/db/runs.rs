//! Durable work. A run is leased to one worker at a time; what a worker writes carries the fence
//! it was given, so that one who woke up late can change nothing.

use super::{NewFile, UploadStatus};
use crate::clock::Micros;
use crate::error::Stored;
use async_trait::async_trait;
use std::time::Duration;
use tramline_model::JobKind;

/// How a run stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RunState {
    /// Ready for a worker, at once or later.
    Queued,
    Running,
    Done,
    /// Given up after its attempts, with the reason.
    Dead,
    Cancelled,
}

impl RunState {
    /// The word in the database.
    pub fn name(self) -> &'static str {
        match self {
            Self::Queued => "queued",
            Self::Running => "running",
            Self::Done => "done",
            Self::Dead => "dead",
            Self::Cancelled => "cancelled",
        }
    }
}

/// Work to be added.
#[derive(Clone, Debug)]
pub struct NewRun {
    pub id: String,
    pub account_id: String,
    pub user_id: String,
    pub kind: JobKind,
    /// The upload or file that it is about.
    pub subject: String,
    /// JSON of what to do.
    pub task: String,
}

/// Leased work.
#[derive(Clone, Debug)]
pub struct Run {
    pub id: String,
    pub account_id: String,
    pub user_id: String,
    /// A [`JobKind`], or what a newer version calls one.
    pub kind: String,
    pub subject: String,
    pub task: String,
    pub attempt: u32,
    pub fence: i64,
}

/// Something to tell webhooks: the body is sent byte for byte.
#[derive(Clone, Debug)]
pub struct Event {
    pub id: String,
    pub kind: &'static str,
    pub body: String,
}

/// Files that were located with boundaries as they stood at an instant.
#[derive(Clone, Debug)]
pub struct Relocate {
    /// Instant of the last change of boundaries that the files were located with.
    pub since: Micros,
    /// Added when the boundaries have changed since.
    pub run: NewRun,
}

/// What a conversion made, published as one.
#[derive(Clone, Debug)]
pub struct Converted {
    pub files: Vec<NewFile>,
    /// Only these existing files may change; `None`: all files of the upload are new.
    pub only: Option<Vec<String>>,
    /// What is said of those of `only` that nothing came of: they end as failed.
    pub unfinished: &'static str,
    /// Of the files given; the upload is processed as soon as any file of it is.
    pub status: UploadStatus,
    pub status_details: Option<String>,
    /// JSON arrays.
    pub findings: String,
    pub ignored: String,
    pub events: Vec<Event>,
    /// What locates the files again, should a boundary have changed meanwhile.
    pub relocate: Option<Relocate>,
}

/// The queue of work.
#[async_trait]
pub trait Runs: Send + Sync {
    /// The next run for this worker: of the account with the least running work, oldest first.
    /// Runs whose lease has ended count as ready. Those out of attempts become dead here.
    async fn lease_run(&self, worker: &str, lease: Duration) -> Stored<Option<Run>>;
    /// Prolongs leases; the ids of runs that are lost or cancelled.
    async fn renew(&self, runs: &[(String, i64)], lease: Duration) -> Stored<Vec<String>>;
    /// Writes down how far a run is, as JSON.
    async fn set_progress(&self, run: &Run, progress: &str) -> Stored<()>;
    /// Back to the queue after trouble that may pass.
    async fn postpone(&self, run: &Run, task: &str, reason: &str, wait: Duration) -> Stored<()>;
    /// Ends a run that was cancelled while it ran; does nothing when it was not.
    async fn settle_cancelled(&self, run: &Run) -> Stored<()>;
    /// Gives the run up.
    async fn bury(&self, run: &Run, reason: &str) -> Stored<()>;
    /// Publishes what a conversion made and ends its run; one transaction with the run that locates
    /// the files again.
    async fn finish_conversion(&self, run: &Run, converted: &Converted) -> Stored<()>;
    /// Publishes a merged file and ends its run, as [`Runs::finish_conversion`] does.
    async fn finish_file(
        &self,
        run: &Run,
        file: &NewFile,
        events: &[Event],
        relocate: Option<&Relocate>,
    ) -> Stored<()>;
    /// Runs of a dead server on this database alone: ready again at once.
    async fn release_all(&self) -> Stored<u64>;
    /// State, progress, and place in the queue of the newest run about a subject.
    async fn run_of_subject(&self, subject: &str) -> Stored<Option<(String, String, u64)>>;
    /// Asks for the runs about a subject to stop.
    async fn cancel_runs(&self, subject: &str) -> Stored<()>;
    /// Queued, running and dead runs.
    async fn run_counts(&self) -> Stored<(u64, u64, u64)>;
}
