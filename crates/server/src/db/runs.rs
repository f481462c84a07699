//! Durable work. A run is leased to one worker at a time; what a worker writes carries the fence
//! it was given, so that one who woke up late can change nothing.

use super::NewFile;
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

/// A machine file that was recognised, before anything is made of it.
#[derive(Clone, Debug)]
pub struct Announced {
    pub id: String,
    /// Of the dataset, or of the work in it.
    pub name: String,
    pub provider: String,
    pub file_name: String,
    pub file_format: Option<String>,
    /// Of the upload.
    pub size: u64,
}

/// A machine file that a conversion made, published by itself.
#[derive(Clone, Debug)]
pub struct Published {
    pub file: NewFile,
    /// Digest of what it was made with.
    pub made_with: String,
    /// Instant of the last change of boundaries that its points were located with.
    pub located_with: Micros,
    pub events: Vec<Event>,
}

/// A file that a run has published.
#[derive(Clone, Debug)]
pub struct PublishedFile {
    pub id: String,
    pub failed: bool,
    /// Documents. JSON.
    pub report: String,
    pub steps: String,
}

/// What becomes of rows that a conversion was to make and did not.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NothingCame {
    /// They go: the datasets that they stood for hold no work.
    Removed,
    /// They end as failed, with this text.
    Failed(&'static str),
}

/// The end of a conversion whose files are published.
#[derive(Clone, Debug)]
pub struct Converted {
    /// Only these existing files were to change; `None`: every file of the upload.
    pub only: Option<Vec<String>>,
    pub nothing_came: NothingCame,
    /// Details of an upload that has no file at all.
    pub no_files: &'static str,
    /// Details of an upload none of whose files is processed.
    pub none_processed: &'static str,
    /// JSON arrays.
    pub findings: String,
    pub ignored: String,
    /// It did not come to its end: there may be files that nobody knows of.
    pub given_up: bool,
    /// Of the batch: told by the last of its conversions that ends.
    pub events: Vec<Event>,
    /// The run that locates files again, for those with which a boundary changed meanwhile.
    pub relocate: fn(&Run, [f64; 4], Vec<String>) -> NewRun,
}

/// The queue of work.
#[async_trait]
pub trait Runs: Send + Sync {
    /// The next run for this worker: of the account with the least running work, oldest first.
    /// Runs whose lease has ended count as ready.
    async fn lease_run(&self, worker: &str, lease: Duration) -> Stored<Option<Run>>;
    /// Prolongs leases; the ids of runs that are lost or cancelled.
    async fn renew(&self, runs: &[(String, i64)], lease: Duration) -> Stored<Vec<String>>;
    /// Writes down how far a run is, as JSON.
    async fn set_progress(&self, run: &Run, progress: &str) -> Stored<()>;
    /// Back to the queue after trouble that may pass.
    async fn postpone(&self, run: &Run, task: &str, reason: &str, wait: Duration) -> Stored<()>;
    /// Back to the queue at once, as if it had not begun.
    async fn give_back(&self, run: &Run) -> Stored<()>;
    /// Ends a run that was cancelled while it ran; does nothing when it was not.
    async fn settle_cancelled(&self, run: &Run) -> Stored<()>;
    /// Gives the run up.
    async fn bury(&self, run: &Run, reason: &str) -> Stored<()>;
    /// Makes rows in `processing` for files that were recognised. A file has one row, whatever is said of
    /// it again; one that its owner removed since stays away.
    async fn announce(&self, run: &Run, files: &[Announced]) -> Stored<()>;
    /// Takes back the row of a file of which nothing came, as long as it is this run's.
    async fn withdraw(&self, run: &Run, file: &str) -> Stored<()>;
    /// Flips the row of a file that is done; one transaction with its artifacts and events. `false` when the row is gone or another run's: then nothing changes.
    async fn publish_file(&self, run: &Run, published: &Published) -> Stored<bool>;
    /// The files that this run has published, in an earlier beginning, with the same digest.
    async fn published_files(&self, run: &Run, made_with: &str) -> Stored<Vec<PublishedFile>>;
    /// Files that this upload had rows for and that are not this run's: removed by their owner, or made
    /// by another run.
    async fn files_of_others(&self, run: &Run) -> Stored<Vec<String>>;
    /// Ends a conversion: its run, the rows of which nothing came, and the upload, unless another
    /// conversion of it is under way. The upload is processed as soon as any of its files is.
    async fn finish_conversion(&self, run: &Run, converted: &Converted) -> Stored<()>;
    /// Publishes a merged file and ends its run; one transaction with the run that locates it again.
    async fn finish_file(
        &self,
        run: &Run,
        file: &NewFile,
        events: &[Event],
        relocate: Option<&Relocate>,
    ) -> Stored<()>;
    /// Runs of a dead server on this database alone: ready again at once.
    async fn release_all(&self) -> Stored<u64>;
    /// State, progress, and place in the queue of the run about a subject that is at work, else of the
    /// newest.
    async fn run_of_subject(&self, subject: &str) -> Stored<Option<(String, String, u64)>>;
    /// Queued, running and dead runs.
    async fn run_counts(&self) -> Stored<(u64, u64, u64)>;
}
