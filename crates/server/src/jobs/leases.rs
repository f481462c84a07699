//! Keeps leases from a thread of its own, so that no amount of other work lets them end.

use crate::db::{Database, Run};
use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio::sync::watch;

/// The fence of a run and the switch that stops its work.
type Lease = (i64, watch::Sender<bool>);

/// The leases of this process by run id.
#[derive(Clone)]
pub(super) struct Leases(Arc<Mutex<HashMap<String, Lease>>>);

/// A lease that is kept until this is dropped.
pub(super) struct Held {
    leases: Leases,
    run: String,
    /// Turns true when the run is cancelled or another worker's.
    pub(super) lost: watch::Receiver<bool>,
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
                        kept.renew(db.as_ref(), lease).await;
                    }
                });
            })?;
        Ok(leases)
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, HashMap<String, (i64, watch::Sender<bool>)>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn hold(&self, run: &Run) -> Held {
        let (switch, lost) = watch::channel(false);
        self.lock().insert(run.id.clone(), (run.fence, switch));
        Held {
            leases: self.clone(),
            run: run.id.clone(),
            lost,
        }
    }

    async fn renew(&self, db: &dyn Database, lease: Duration) {
        let held: Vec<(String, i64)> = self
            .lock()
            .iter()
            .map(|(run, (fence, _))| (run.clone(), *fence))
            .collect();
        if held.is_empty() {
            return;
        }
        match db.renew(&held, lease).await {
            Ok(lost) => {
                let leases = self.lock();
                for run in lost {
                    if let Some((_, switch)) = leases.get(&run) {
                        switch.send_replace(true);
                    }
                }
            }
            // The next beat tries again; the lease outlives three of them.
            Err(cause) => tracing::warn!(%cause, "leases not renewed"),
        }
    }
}
