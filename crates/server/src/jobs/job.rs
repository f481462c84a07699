//! A job is a type: its fields are what a run of it has to do, and are stored as JSON.

use super::lease::Held;
use crate::error::{StoreError, Stored};
use crate::faults::Call;
use crate::state::State;
use crate::store::{NewRun, Run};
use async_trait::async_trait;
use serde::Serialize;
use serde::de::DeserializeOwned;
use std::path::{Path, PathBuf};
use std::time::Duration;
use tramline_model::JobKind;
use uuid::Uuid;

/// Work that must not be lost.
#[async_trait]
pub(crate) trait Job: Serialize + DeserializeOwned + Send + Sync + 'static {
    /// Its word in the store.
    const KIND: JobKind;

    /// Beginnings that found something out, and so do not count as attempts.
    fn forgiven(&self) -> usize {
        0
    }

    /// Does it. An error means trouble that may pass.
    async fn run(self, work: &mut Work<'_>) -> Stored<()>;

    /// A run of it for the queue. The subject is the upload or file that it is about.
    fn queued(&self, account: &str, user: &str, subject: &str) -> NewRun {
        NewRun {
            id: Uuid::now_v7().to_string(),
            account_id: account.to_owned(),
            user_id: user.to_owned(),
            kind: Self::KIND,
            subject: subject.to_owned(),
            task: serde_json::json!(self).to_string(),
        }
    }
}

/// A leased run, and what is needed to do it.
pub(crate) struct Work<'a> {
    pub(crate) state: &'a State,
    pub(crate) run: &'a Run,
    pub(crate) held: &'a mut Held,
}

impl Work<'_> {
    /// What the run is to do.
    pub(super) fn job<J: Job>(&self) -> Stored<J> {
        serde_json::from_str(&self.run.task)
            .map_err(|cause| StoreError::corrupt("task of a run", cause))
    }

    /// An empty folder for what the run makes.
    pub(super) async fn folder(&self) -> Stored<RunFolder> {
        let folder = self.state.run_folder(self.run);
        let _ = tokio::fs::remove_dir_all(&folder).await;
        let passed = self.state.faults.pass(Call::Open);
        passed.map_err(|cause| StoreError::io(&folder, cause))?;
        tokio::fs::create_dir_all(&folder)
            .await
            .map_err(|cause| StoreError::io(&folder, cause))?;
        Ok(RunFolder(folder))
    }

    /// Back to the queue at once, as this job.
    pub(super) async fn begin_again<J: Job>(&self, job: &J, why: &str) -> Stored<()> {
        let task = serde_json::json!(job).to_string();
        let db = &self.state.db;
        db.postpone(self.run, &task, why, Duration::ZERO).await
    }

    /// Back to the queue for a while: the trouble may pass.
    pub(super) async fn put_off(&self, cause: &str) -> Stored<()> {
        put_off(self.state, self.run, cause).await
    }

    /// The run was cancelled, or is another worker's.
    pub(super) async fn stopped(&self) -> Stored<()> {
        self.state.db.settle_cancelled(self.run).await
    }

    pub(super) async fn bury(&self, why: &str) -> Stored<()> {
        self.state.db.bury(self.run, why).await
    }
}

/// Back to the queue for a while: the trouble may pass.
pub(super) async fn put_off(state: &State, run: &Run, cause: &str) -> Stored<()> {
    tracing::warn!(run = run.id, kind = run.kind, cause, "run put off");
    let db = &state.db;
    db.postpone(run, &run.task, cause, run.wait()).await
}

/// The folder of a run, which goes when this does.
pub(super) struct RunFolder(PathBuf);

impl RunFolder {
    pub(super) fn path(&self) -> &Path {
        &self.0
    }
}

impl Drop for RunFolder {
    fn drop(&mut self) {
        // What stays is left to the sweep.
        let _ = std::fs::remove_dir_all(&self.0);
    }
}
