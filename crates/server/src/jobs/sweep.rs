//! The sweeper: removes what has no owner, and looks whether everything that is owned is there.
//!
//! Rules: only what is older than the safety time goes, and never anything of a running run, since
//! bytes are stored before the row that names them is written. What is missing is an error in the
//! log: nothing here can bring it back.

use crate::blobs::Key;
use crate::error::Stored;
use crate::state::State;
use futures::StreamExt;
use std::path::Path;
use std::time::{Duration, SystemTime};
use tokio::sync::watch;

/// Keys that are asked about at once.
const PAGE: usize = 500;
/// Named blobs that one sweep looks at; the next goes on from there.
const LOOKED_AT: usize = 50_000;

/// What a sweep found.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Swept {
    /// Blobs removed, and their bytes.
    pub blobs: u64,
    /// What they held.
    pub bytes: u64,
    /// Files and folders of uploads and conversions that ended half way.
    pub leftovers: u64,
    /// Blobs that a row names and that are not there, or have another size.
    pub missing: u64,
}

/// Sweeps until `stop` turns true.
pub(super) async fn run(state: State, mut stop: watch::Receiver<bool>) {
    let pause = Duration::from_secs(state.settings.sweep_seconds.max(1));
    let mut cursor = String::new();
    loop {
        tokio::select! {
            () = tokio::time::sleep(pause) => {}
            _ = stop.wait_for(|stop| *stop) => return,
        }
        let swept = tokio::select! {
            swept = sweep(&state, &mut cursor) => swept,
            _ = stop.wait_for(|stop| *stop) => return,
        };
        match swept {
            Ok(swept) if swept == Swept::default() => tracing::debug!("swept: nothing"),
            Ok(swept) => tracing::info!(
                swept.blobs,
                swept.bytes,
                swept.leftovers,
                swept.missing,
                "swept"
            ),
            Err(cause) => tracing::warn!(%cause, "sweep ended early"),
        }
    }
}

/// One sweep. `cursor` is where the look at named blobs goes on.
pub async fn sweep(state: &State, cursor: &mut String) -> Stored<Swept> {
    let safety = Duration::from_secs(state.settings.sweep_safety_seconds);
    let before = SystemTime::now()
        .checked_sub(safety)
        .unwrap_or(SystemTime::UNIX_EPOCH);
    let mut swept = Swept::default();
    for prefix in Key::PREFIXES {
        orphans(state, prefix, before, &mut swept).await?;
    }
    state.blobs.tidy().await;
    swept.leftovers += leftovers(&state.incoming(), before, |_| true);
    swept.leftovers += work_leftovers(state, before).await?;
    look(state, cursor, &mut swept).await?;
    Ok(swept)
}

async fn orphans(state: &State, prefix: &str, before: SystemTime, swept: &mut Swept) -> Stored<()> {
    let mut pages = state.blobs.entries(prefix).chunks(PAGE);
    while let Some(page) = pages.next().await {
        let entries = page.into_iter().collect::<Stored<Vec<_>>>()?;
        let old = entries.into_iter().filter(|entry| entry.modified <= before);
        let sizes: std::collections::HashMap<String, u64> =
            old.map(|entry| (entry.key, entry.size)).collect();
        let keys: Vec<String> = sizes.keys().cloned().collect();
        let unowned = state.db.unowned_blobs(&keys).await?;
        swept.blobs += unowned.len() as u64;
        swept.bytes += unowned.iter().filter_map(|key| sizes.get(key)).sum::<u64>();
        state.blobs.remove(&unowned).await;
    }
    Ok(())
}

/// Removes old entries of a folder for which `goes` holds; how many.
fn leftovers(folder: &Path, before: SystemTime, goes: impl Fn(&str) -> bool) -> u64 {
    let mut count = 0;
    for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
        let name = entry.file_name().to_string_lossy().into_owned();
        let modified = entry.metadata().and_then(|meta| meta.modified());
        if modified.is_ok_and(|time| time <= before) && goes(&name) {
            let path = entry.path();
            let removed = if path.is_dir() {
                std::fs::remove_dir_all(&path)
            } else {
                std::fs::remove_file(&path)
            };
            count += u64::from(removed.is_ok());
        }
    }
    count
}

/// The run whose folder it is: `<run>-<fence>`.
fn run_of(name: &str) -> String {
    name.get(..36).unwrap_or(name).to_owned()
}

async fn work_leftovers(state: &State, before: SystemTime) -> Stored<u64> {
    let folder = state.work_folder();
    let names: Vec<String> = std::fs::read_dir(&folder)
        .into_iter()
        .flatten()
        .flatten()
        .map(|entry| run_of(&entry.file_name().to_string_lossy()))
        .collect();
    if names.is_empty() {
        return Ok(0);
    }
    let idle = state.db.idle_runs(&names).await?;
    Ok(leftovers(&folder, before, |name| {
        idle.contains(&run_of(name))
    }))
}

/// Whether the blobs that rows name are there, with the size that the rows say.
async fn look(state: &State, cursor: &mut String, swept: &mut Swept) -> Stored<()> {
    for _ in 0..LOOKED_AT / PAGE {
        let page = state.db.named_blobs(cursor, PAGE as u32).await?;
        for blob in &page {
            let found = state.blobs.size(&blob.key).await?;
            if found == Some(blob.size) {
                continue;
            }
            // It may have been removed with its row meanwhile.
            let key = std::slice::from_ref(&blob.key);
            if state.db.unowned_blobs(key).await?.is_empty() {
                swept.missing += 1;
                let key = blob.key.as_str();
                tracing::error!(key, expected = blob.size, found, "blob lost or changed");
            }
        }
        match page.last() {
            Some(last) if page.len() == PAGE => last.key.clone_into(cursor),
            _ => {
                cursor.clear();
                return Ok(());
            }
        }
    }
    Ok(())
}
