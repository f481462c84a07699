//! Durable work. A run is leased to one worker at a time; what a worker writes carries the fence it was
//! given, so that one who woke up late can change nothing.

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
    const ALL: [Self; 5] = [
        Self::Queued,
        Self::Running,
        Self::Done,
        Self::Dead,
        Self::Cancelled,
    ];

    /// Reads the word in the database.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.name() == name)
    }

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

/// A lease that a worker holds, with what it has to say.
#[derive(Clone, Debug)]
pub struct Beat {
    pub run: String,
    pub fence: i64,
    /// How far the run is, as JSON; `None` when that has not changed.
    pub progress: Option<String>,
}

/// Why a run is given up, as it is told.
#[derive(Clone, Debug)]
pub struct GivenUp<'a> {
    /// For the operator.
    pub reason: &'a str,
    /// Of the upload and of each file in the making.
    pub details: &'a str,
    /// JSON array.
    pub findings: &'a str,
    /// Told with it.
    pub events: &'a [Event],
}

/// How the run about a subject stands.
#[derive(Clone, Debug)]
pub struct RunProgress {
    pub state: RunState,
    /// JSON, as old as the last heartbeat.
    pub progress: String,
    /// Runs that are ahead of it.
    pub before: u64,
}

/// The queue of work.
#[async_trait]
pub trait Queue: Send + Sync {
    /// Adds work that nothing else is stored with.
    async fn add_run(&self, run: &NewRun) -> Stored<()>;
    /// The next run for this worker: of the user with the least running work, the oldest first. Runs whose
    /// lease has ended count as ready.
    async fn lease_run(&self, worker: &str, lease: Duration) -> Stored<Option<Run>>;
    /// Prolongs leases and writes down how far the runs are; the ids of runs that are lost or cancelled.
    async fn renew(&self, beats: &[Beat], lease: Duration) -> Stored<Vec<String>>;
    /// Back to the queue after trouble that may pass.
    async fn postpone(&self, run: &Run, task: &str, reason: &str, wait: Duration) -> Stored<()>;
    /// Back to the queue for a while, as if it had not begun: nothing is held against it.
    async fn put_back(&self, run: &Run, reason: &str, wait: Duration) -> Stored<()>;
    /// Back to the queue at once, as if it had not begun.
    async fn give_back(&self, run: &Run) -> Stored<()>;
    /// Ends a run that was cancelled while it ran; does nothing when it was not.
    async fn settle_cancelled(&self, run: &Run) -> Stored<()>;
    /// Gives the run up, and whatever waits for it: its upload ends with these details and these findings (a
    /// JSON array), files in the making end as failed. Nothing that is stored is read for it.
    async fn abandon(&self, run: &Run, given_up: &GivenUp<'_>) -> Stored<()>;
    /// Gives the run up.
    async fn bury(&self, run: &Run, reason: &str) -> Stored<()>;
    /// Ends a run that published its results before.
    async fn finish_run(&self, run: &Run) -> Stored<()>;
    /// Runs of a dead server on this database alone: ready again at once.
    async fn release_all(&self) -> Stored<u64>;
    /// The run about a subject that is at work, else the newest.
    async fn run_of_subject(&self, subject: &str) -> Stored<Option<RunProgress>>;
    /// Queued, running and dead runs.
    async fn run_counts(&self) -> Stored<(u64, u64, u64)>;
}
