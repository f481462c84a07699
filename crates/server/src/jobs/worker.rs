//! Workers: each leases a run, does it, and looks for the next.

use super::job::Work;
use super::lease::Leases;
use super::{accounts, deliver, list, space, sweep, trouble};
use crate::bus::{Call, Topic};
use crate::error::{StoreError, Stored};
use crate::failpoint::pass;
use crate::figures;
use crate::state::State;
use crate::store::Run;
use futures::StreamExt;
use std::time::Duration;
use tokio::sync::watch;
use tokio::task::JoinSet;
use uuid::Uuid;

/// How long a worker waits before it looks again without being rung.
const LOOK: Duration = Duration::from_secs(2);
/// How long it waits before it tries again to write how a run ended.
const AGAIN: Duration = Duration::from_secs(1);

/// Starts the workers; they end, their runs given back, when `stop` turns true.
pub fn start(state: &State, stop: &watch::Receiver<bool>) -> Stored<JoinSet<()>> {
    let lease = Duration::from_secs(state.settings.lease_seconds.max(4));
    let leases = Leases::start(state.db.clone(), lease)
        .map_err(|cause| StoreError::io("thread of leases", cause))?;
    let process = format!("{}-{}", std::process::id(), Uuid::new_v4().simple());
    let mut workers = JoinSet::new();
    for number in 0..state.settings.workers {
        let worker = Worker {
            state: state.clone(),
            leases: leases.clone(),
            lease,
            name: format!("{process}-{number}"),
        };
        workers.spawn(worker.work(stop.clone()));
    }
    deliver::start(state, stop, &mut workers)?;
    workers.spawn(sweep::run(state.clone(), stop.clone()));
    workers.spawn(space::watch(state.clone(), stop.clone()));
    workers.spawn(accounts::run(state.clone(), stop.clone()));
    Ok(workers)
}

struct Worker {
    state: State,
    leases: Leases,
    lease: Duration,
    name: String,
}

impl Worker {
    async fn work(self, mut stop: watch::Receiver<bool>) {
        let db = &self.state.db;
        loop {
            let rung = self.state.bus.hear(Call::Work).await;
            if self.state.disk.shortage().await.is_some() {
                // Whoever watches the disks rings when there is space.
                tokio::select! {
                    () = rung => {}
                    () = tokio::time::sleep(LOOK) => {}
                    _ = stop.wait_for(|stop| *stop) => return,
                }
                continue;
            }
            match db.lease_run(&self.name, self.lease).await {
                Ok(Some(run)) => {
                    // The next ring is for a worker that waits.
                    drop(rung);
                    pass("run.leased");
                    let stopped = tokio::select! {
                        () = self.run(&run) => false,
                        _ = stop.wait_for(|stop| *stop) => true,
                    };
                    if !stopped {
                        continue;
                    }
                    if let Err(cause) = db.give_back(&run).await {
                        tracing::warn!(run = run.id, %cause, "run not given back; its lease will end");
                    }
                    return;
                }
                Ok(None) => {}
                Err(cause) => tracing::warn!(%cause, "no run leased"),
            }
            tokio::select! {
                () = rung => {}
                () = tokio::time::sleep(LOOK) => {}
                _ = stop.wait_for(|stop| *stop) => return,
            }
        }
    }

    async fn run(&self, run: &Run) {
        let topic = Topic::Run(run.id.clone());
        let mut cancels = self.state.bus.listen(topic).await;
        let cancelled = async {
            while cancels.next().await.is_some() {
                // The message is a hint: the store says whether it is so.
                let db = self.state.db.as_ref();
                self.leases.renew(db, self.lease, Some(&run.id)).await;
            }
            std::future::pending().await
        };
        tokio::select! {
            () = self.run_to_end(run) => {}
            () = cancelled => {}
        }
    }

    async fn run_to_end(&self, run: &Run) {
        let mut held = self.leases.hold(run);
        let mut work = Work {
            state: &self.state,
            run,
            held: &mut held,
        };
        let cause = match list::run(&mut work).await {
            Ok(()) => return,
            Err(StoreError::LeaseLost(id)) => {
                tracing::info!(run = id, "another worker has this run");
                return;
            }
            Err(cause) => cause,
        };
        figures::count(figures::RUN_PUT_OFF);
        // The lease is held meanwhile: what cannot be written now is written when that goes again.
        while let Err(trouble) = trouble::settle(&self.state, run, &cause).await {
            match trouble {
                StoreError::LeaseLost(id) => {
                    tracing::info!(run = id, "another worker has this run");
                    return;
                }
                trouble if trouble.may_pass() => {
                    tokio::time::sleep(AGAIN).await;
                }
                trouble => {
                    tracing::warn!(run = run.id, cause = %trouble, "run not put off; its lease will end");
                    return;
                }
            }
        }
    }
}
