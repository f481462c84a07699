//! Keeps leases from a thread of its own, so that no amount of other work lets them end. How far the runs are
//! goes with the heartbeat, so that it costs no write of its own.

use crate::store::{Beat, Database, Run};
use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tokio::sync::watch;

/// A lease that this process holds.
struct Lease {
    fence: i64,
    /// Stops the work.
    switch: watch::Sender<bool>,
    /// How far the run is, where that was not written yet.
    unwritten: Option<String>,
}

/// The leases of this process by run id.
#[derive(Clone)]
pub(super) struct Leases(Arc<Mutex<HashMap<String, Lease>>>);

/// A lease that is kept until this is dropped.
pub(crate) struct Held {
    leases: Leases,
    run: String,
    /// Turns true when the run is cancelled or another worker's.
    pub(super) lost: watch::Receiver<bool>,
    /// How far the run is, as JSON.
    progress: Option<String>,
}

impl Held {
    /// The run has come so far.
    pub(super) fn came(&mut self, progress: String) {
        if let Some(lease) = self.leases.lock().get_mut(&self.run) {
            lease.unwritten = Some(progress.clone());
        }
        self.progress = Some(progress);
    }

    /// How far it is, once that is known.
    pub(super) fn progress(&self) -> Option<&str> {
        self.progress.as_deref()
    }
}

impl Drop for Held {
    fn drop(&mut self) {
        self.leases.lock().remove(&self.run);
    }
}

impl Leases {
    /// Starts the thread: it renews every quarter of the lease.
    pub(super) fn start(db: Arc<dyn Database>, lease: Duration) -> std::io::Result<Self> {
        let leases = Self(Arc::default());
        let kept = leases.clone();
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()?;
        std::thread::Builder::new()
            .name("leases".to_owned())
            .spawn(move || {
                // One block: what the database spawns here, such as giving a connection back,
                // must go on between the beats.
                runtime.block_on(async {
                    loop {
                        tokio::time::sleep(lease / 4).await;
                        kept.renew(db.as_ref(), lease, None).await;
                    }
                });
            })?;
        Ok(leases)
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<String, Lease>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn hold(&self, run: &Run) -> Held {
        let (switch, lost) = watch::channel(false);
        let lease = Lease {
            fence: run.fence,
            switch,
            unwritten: None,
        };
        self.lock().insert(run.id.clone(), lease);
        Held {
            leases: self.clone(),
            run: run.id.clone(),
            lost,
            progress: None,
        }
    }

    /// Renews the lease of one run, or of all.
    pub(super) async fn renew(&self, db: &dyn Database, lease: Duration, only: Option<&str>) {
        let beat = |(run, lease): (&String, &mut Lease)| Beat {
            run: run.clone(),
            fence: lease.fence,
            progress: lease.unwritten.take(),
        };
        let beats: Vec<Beat> = {
            let mut leases = self.lock();
            let held = leases.iter_mut();
            held.filter(|(run, _)| only.is_none_or(|only| only == *run))
                .map(beat)
                .collect()
        };
        if beats.is_empty() {
            return;
        }
        match db.renew(&beats, lease).await {
            Ok(lost) => {
                let leases = self.lock();
                for run in lost {
                    if let Some(lease) = leases.get(&run) {
                        lease.switch.send_replace(true);
                    }
                }
            }
            // The next beat tries again; the lease outlives three of them.
            Err(cause) => {
                tracing::warn!(%cause, "leases not renewed");
                let mut leases = self.lock();
                for beat in beats {
                    if let Some(lease) = leases.get_mut(&beat.run) {
                        lease.unwritten = lease.unwritten.take().or(beat.progress);
                    }
                }
            }
        }
    }
}
