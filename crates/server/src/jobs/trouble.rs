//! What becomes of a run that ended in trouble of the service's own.
//!
//! Rules: a full disk, or a database that somebody else holds, is nothing that the run did: it goes back as if
//! it had not begun. Other trouble costs an attempt. What fails the same way after all attempts will not go
//! better: the run ends, and so does whatever waits for it.

use super::{job, list};
use crate::disk;
use crate::error::{StoreError, Stored};
use crate::events::{batch_finished, event};
use crate::state::State;
use crate::store::{DATABASE, GivenUp, Run};
use std::time::Duration;
use tramline_convert::findings::GIVEN_UP;
use tramline_model::{Finding, JobKind, Place, Severity};

/// How long a run waits that found no space or no database.
const WAIT: Duration = Duration::from_secs(5);
/// The contract's text.
pub(super) const INTERNAL: &str = "Internal error. Please try again or contact Support";

/// Writes down how the run goes on.
pub(super) async fn settle(state: &State, run: &Run, cause: &StoreError) -> Stored<()> {
    let text = cause.to_string();
    if cause.is_full() {
        state.disk.failed(if cause.is_of(DATABASE) {
            DATABASE
        } else {
            "conversions under way"
        });
        let (id, kind) = (&run.id, &run.kind);
        tracing::info!(run = id, kind, cause = text, "run waits for disk space");
        return state.db.put_back(run, disk::WAITS, WAIT).await;
    }
    if matches!(cause, StoreError::Busy { .. }) {
        return state.db.put_back(run, &text, WAIT).await;
    }
    if !cause.may_pass() && list::out_of_attempts(run) {
        return give_up(state, run, &text).await;
    }
    job::put_off(state, run, &text).await
}

async fn give_up(state: &State, run: &Run, reason: &str) -> Stored<()> {
    tracing::error!(run = run.id, kind = run.kind, reason, "run given up");
    let finding = Finding::new(
        &GIVEN_UP,
        Severity::Error,
        Place::default(),
        "the service cannot write down what came of the conversion",
    );
    let finding =
        finding.hint("retry the batch; if it fails again, the log of the service has the reason");
    let (subject, user) = (run.subject.as_str(), run.user_id.as_str());
    let events = match JobKind::ALL.iter().find(|kind| kind.name() == run.kind) {
        Some(JobKind::Convert) => vec![batch_finished(&run.id, subject, user)],
        Some(JobKind::Merge) => {
            let told = [("leafUserId", user), ("message", INTERNAL)];
            let subject = ("fileId", subject);
            vec![event("mergedFileProcessingFailed", &run.id, subject, &told)]
        }
        Some(JobKind::Locate) | None => Vec::new(),
    };
    let given_up = GivenUp {
        reason,
        details: INTERNAL,
        findings: &serde_json::json!([finding]).to_string(),
        events: &events,
    };
    state.db.abandon(run, &given_up).await
}

#[cfg(test)]
mod tests {
    //! What is held against a run, and what is not.

    #![allow(clippy::unwrap_used)]

    use super::{StoreError, settle};
    use crate::bus::LocalBus;
    use crate::settings::Settings;
    use crate::state::State;
    use crate::store::conformance::World;
    use crate::store::{Run, Sqlite, UploadStatus};
    use std::sync::Arc;

    /// A service with one upload, whose run is leased.
    async fn begun() -> (State, World, Run, String) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("tramline.db");
        let db = Sqlite::open(&path, Arc::new(LocalBus::default())).await;
        let db = Arc::new(db.unwrap());
        let settings = Settings {
            data: folder.path().to_owned(),
            free_bytes_min: 0,
            ..Settings::default()
        };
        let state = State::open(settings, db.clone(), db.bus()).await.unwrap();
        let world = World::new(db.clone(), db.bus(), Some(folder)).await;
        let upload = world.upload("one").await;
        let run = world.lease(60).await;
        (state, world, run, upload.id)
    }

    #[tokio::test]
    async fn a_full_disk_is_no_attempt_and_a_state_of_the_service() {
        let (state, world, run, upload) = begun().await;
        settle(&state, &run, &StoreError::full("work"))
            .await
            .unwrap();
        assert!(state.disk.is_short());
        let found = world.db.upload(&world.account, &upload).await.unwrap();
        assert_eq!(found.unwrap().status, UploadStatus::Received);
        assert_eq!(world.db.run_counts().await.unwrap(), (1, 0, 0));
    }

    #[tokio::test]
    async fn what_never_goes_better_ends_after_its_attempts_and_not_before() {
        let corrupt = StoreError::corrupt("task of a run", "it is no JSON");
        let busy = StoreError::Busy {
            what: "the database",
            cause: "locked".to_owned(),
        };
        for (attempt, cause, ends) in [(3, &corrupt, false), (4, &busy, false), (4, &corrupt, true)]
        {
            let (state, world, mut run, upload) = begun().await;
            run.attempt = attempt;
            settle(&state, &run, cause).await.unwrap();
            let (queued, _, dead) = world.db.run_counts().await.unwrap();
            assert_eq!(
                (queued == 1, dead == 1),
                (!ends, ends),
                "{attempt}: {cause}"
            );
            let found = world.db.upload(&world.account, &upload).await.unwrap();
            let found = found.unwrap();
            assert_eq!(found.status == UploadStatus::Failed, ends);
            assert_eq!(found.findings.contains("convert.given-up"), ends);
        }
    }
}
