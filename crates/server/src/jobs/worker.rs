//! Workers: each leases a run, does it, and looks for the next.

use super::leases::Leases;
use super::{convert, deliver, locate, merge, sweep};
use crate::db::Run;
use crate::error::{StoreError, Stored};
use crate::failpoint::pass;
use crate::state::State;
use std::time::Duration;
use tokio::sync::watch;
use tokio::task::JoinSet;
use tramline_model::JobKind;
use uuid::Uuid;

/// How long a worker waits before it looks again without being rung.
const LOOK: Duration = Duration::from_secs(2);

/// Starts the workers; they end, their runs given back, when `stop` turns true.
pub fn start(state: &State, stop: &watch::Receiver<bool>) -> Stored<JoinSet<()>> {
    let lease = Duration::from_secs(state.settings.lease_seconds.max(4));
    let leases = Leases::start(state.db.clone(), lease)
        .map_err(|cause| StoreError::io("thread of leases", cause))?;
    let process = format!("{}-{}", std::process::id(), Uuid::new_v4().simple());
    let mut workers = JoinSet::new();
    for number in 0..state.settings.workers {
        let (state, leases) = (state.clone(), leases.clone());
        let name = format!("{process}-{number}");
        let mut stop = stop.clone();
        workers.spawn(async move {
            loop {
                let rung = state.work.notified();
                match state.db.lease_run(&name, lease).await {
                    Ok(Some(run)) => {
                        pass("run.leased");
                        let stopped = tokio::select! {
                            () = work(&state, &leases, &run) => false,
                            _ = stop.wait_for(|stop| *stop) => true,
                        };
                        if stopped {
                            give_back(&state, &run).await;
                            return;
                        }
                        continue;
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
        });
    }
    deliver::start(state, stop, &mut workers)?;
    workers.spawn(sweep::run(state.clone(), stop.clone()));
    Ok(workers)
}

async fn give_back(state: &State, run: &Run) {
    if let Err(cause) = state.db.give_back(run).await {
        tracing::warn!(run = run.id, %cause, "run not given back; its lease will end");
    }
}

async fn work(state: &State, leases: &Leases, run: &Run) {
    let mut held = leases.hold(run);
    let done = match JobKind::from_name(&run.kind) {
        Some(JobKind::Convert) => convert::run(state, run, &mut held).await,
        Some(JobKind::Locate) => locate::run(state, run, &mut held).await,
        Some(JobKind::Merge) => merge::run(state, run, &mut held).await,
        None => Err(StoreError::document("kind of a run", &run.kind)),
    };
    match done {
        Ok(()) => {}
        Err(StoreError::LeaseLost(id)) => tracing::info!(run = id, "another worker has this run"),
        Err(cause) => {
            tracing::warn!(run = run.id, %cause, "run put off");
            let wait = Duration::from_secs(5_u64.saturating_mul(u64::from(run.attempt)));
            if let Err(cause) = state
                .db
                .postpone(run, &run.task, &cause.to_string(), wait)
                .await
            {
                tracing::warn!(run = run.id, %cause, "run not put off; its lease will end");
            }
        }
    }
}
