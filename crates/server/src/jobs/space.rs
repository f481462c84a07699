//! The watch over the space on the disks.

use crate::bus::Call;
use crate::state::State;
use std::time::Duration;
use tokio::sync::watch;

/// How often it looks.
const LOOK: Duration = Duration::from_secs(1);

/// Watches the disks until `stop` turns true. When space runs short the renderings that are kept give way; when
/// it is back the workers hear of it.
pub(super) async fn watch(state: State, mut stop: watch::Receiver<bool>) {
    let mut was_short = false;
    loop {
        let is_short = state.disk.shortage().await.is_some();
        match (was_short, is_short) {
            (false, true) => state.renderings.clear(),
            (true, false) => state.bus.ring(Call::Work, state.settings.workers).await,
            _ => {}
        }
        was_short = is_short;
        tokio::select! {
            () = tokio::time::sleep(LOOK) => {}
            _ = stop.wait_for(|stop| *stop) => return,
        }
    }
}
