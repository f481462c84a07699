//! Whether the service can do its work: it takes an upload, and rows can be written.
//!
//! Rule: it is tried, not guessed, at most once a second, and whoever asks gets an answer in two seconds, also
//! when a disk hangs.

use crate::disk::{Disk, try_write};
use crate::error::StoreError;
use crate::store::Database;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::sync::Mutex;
use tokio::task::JoinHandle;

/// How old an answer may be.
const FRESH: Duration = Duration::from_secs(1);
/// How long a trial may take, and how long somebody waits for one that another began.
const TRIAL: Duration = Duration::from_millis(1_500);
const WAIT: Duration = Duration::from_millis(1_900);

/// What is tried, and what was found last.
pub(crate) struct Readiness {
    db: Arc<dyn Database>,
    disk: Disk,
    incoming: PathBuf,
    found: Mutex<Found>,
}

/// A write that is tried.
type Trial = JoinHandle<std::io::Result<()>>;

#[derive(Default)]
struct Found {
    at: Option<Instant>,
    reasons: Vec<String>,
    /// A trial of the disk that has not come back.
    trial: Option<Trial>,
}

impl Readiness {
    pub(crate) fn new(db: Arc<dyn Database>, disk: Disk, incoming: PathBuf) -> Self {
        Self {
            db,
            disk,
            incoming,
            found: Mutex::default(),
        }
    }

    /// Why the service cannot do its work; nothing when it can.
    pub(crate) async fn reasons(&self) -> Vec<String> {
        let asked = async {
            let mut found = self.found.lock().await;
            if found.at.is_none_or(|at| at.elapsed() >= FRESH) {
                found.reasons = self.look(&mut found.trial).await;
                found.at = Some(Instant::now());
            }
            found.reasons.clone()
        };
        let answer = tokio::time::timeout(WAIT, asked).await;
        answer.unwrap_or_else(|_| vec!["the service does not find out in time".to_owned()])
    }

    async fn look(&self, trial: &mut Option<Trial>) -> Vec<String> {
        let database = tokio::time::timeout(TRIAL, self.db.beat());
        let disk = self.try_disk(trial);
        let (database, disk) = futures::future::join(database, disk).await;
        let mut reasons = Vec::new();
        if let Some(short) = self.disk.shortage().await {
            reasons.push(short.to_string());
        }
        match database {
            Ok(Ok(())) => {}
            Ok(Err(cause)) => {
                tracing::warn!(%cause, "not ready");
                reasons.push(said_of("the database", &cause));
            }
            Err(_) => reasons.push("the database takes no writes in time".to_owned()),
        }
        reasons.extend(disk);
        reasons
    }

    /// A trial that hangs is not begun again.
    async fn try_disk(&self, trial: &mut Option<Trial>) -> Option<String> {
        let folder = self.incoming.clone();
        let begun =
            trial.get_or_insert_with(|| tokio::task::spawn_blocking(move || try_write(&folder)));
        let Ok(done) = tokio::time::timeout(TRIAL, begun).await else {
            return Some("the storage takes no writes in time".to_owned());
        };
        *trial = None;
        let cause = match done {
            Ok(Ok(())) => return None,
            Ok(Err(cause)) => StoreError::io("incoming", cause),
            Err(cause) => StoreError::defect("trial of the disk", cause),
        };
        tracing::warn!(%cause, "not ready");
        if cause.is_full() {
            self.disk.failed("uploads under way");
        }
        Some(said_of("the storage", &cause))
    }
}

/// In words that tell nothing of paths.
fn said_of(what: &str, cause: &StoreError) -> String {
    match cause {
        StoreError::Busy { .. } => format!("{what} takes no writes: something holds it"),
        cause if cause.is_full() => format!("{what} takes no writes: its disk is full"),
        _ => format!("{what} takes no writes"),
    }
}
