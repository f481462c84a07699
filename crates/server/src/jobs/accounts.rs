//! What is done for accounts without anybody asking: rows of removed ones go, and old entries of their logs.
//!
//! Rule: a removal goes on where an earlier process stopped, also one that the command line began.

use crate::clock::{Micros, SECOND, now};
use crate::error::Stored;
use crate::state::State;
use std::time::Duration;
use tokio::sync::watch;

const DAY: Micros = 86_400 * SECOND;
/// Entries of the log of one account.
const MOST_ENTRIES: u64 = 1_000_000;

/// Looks when it is told to and as often as the sweeper, until `stop` turns true.
pub(super) async fn run(state: State, mut stop: watch::Receiver<bool>) {
    let pause = Duration::from_secs(state.settings.sweep_seconds.max(1));
    loop {
        let done = tokio::select! {
            done = look(&state) => done,
            _ = stop.wait_for(|stop| *stop) => return,
        };
        if let Err(cause) = done {
            tracing::warn!(%cause, "removed accounts and old entries wait for the next look");
        }
        tokio::select! {
            () = state.removals.notified() => {}
            () = tokio::time::sleep(pause) => {}
            _ = stop.wait_for(|stop| *stop) => return,
        }
    }
}

async fn look(state: &State) -> Stored<()> {
    while state.db.continue_removal().await? {}
    let before = now().saturating_sub(i64::from(state.settings.audit_days) * DAY);
    while state.db.forget_audit(before, MOST_ENTRIES).await? > 0 {}
    Ok(())
}
