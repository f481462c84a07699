//! From the folder of a run into the store: what rows will name, and nothing else.

use super::made::made_key;
use crate::blobs::Key;
use crate::error::{StoreError, Stored};
use crate::state::State;
use crate::store::{NewFile, Run};
use std::collections::HashSet;
use std::path::{Path, PathBuf};

/// A machine file that is made, in a folder of this name below the run's.
pub(super) struct MadeFile {
    pub(super) file: NewFile,
    pub(super) dir: String,
}

/// Stores the artifacts of files. The rows that name them come after.
pub(super) async fn keep(state: &State, run: &Run, files: &[MadeFile]) -> Stored<()> {
    let root = state.run_folder(run);
    let mut folders = Vec::with_capacity(files.len());
    for MadeFile { file, dir } in files {
        let (folder, key) = (root.join(dir), made_key(run, dir)?);
        let below = format!("{key}/");
        let named = file.artifacts.iter().filter_map(|artifact| {
            let key = artifact.blob_key.to_string();
            key.strip_prefix(&below).map(PathBuf::from)
        });
        let named: HashSet<PathBuf> = named.collect();
        if !named.is_empty() {
            folders.push((folder, key, named));
        }
    }
    let cleared = tokio::task::spawn_blocking(move || {
        let clear = |(folder, key, named): (PathBuf, Key, HashSet<PathBuf>)| {
            keep_only(&folder, &folder, &named).map(|()| (folder, key))
        };
        folders.into_iter().map(clear).collect::<Stored<Vec<_>>>()
    });
    let cleared = cleared.await;
    let folders = cleared.map_err(|cause| StoreError::defect("blobs", cause))??;
    if folders.is_empty() {
        return Ok(());
    }
    state.blobs.put_folders(folders).await
}

fn keep_only(root: &Path, folder: &Path, keep: &HashSet<PathBuf>) -> Stored<()> {
    let entries = std::fs::read_dir(folder).map_err(|cause| StoreError::io(folder, cause))?;
    for entry in entries {
        let path = entry.map_err(|cause| StoreError::io(folder, cause))?.path();
        let name = path.strip_prefix(root).unwrap_or(&path);
        if path.is_dir() {
            keep_only(root, &path, keep)?;
            // Stays when it holds anything.
            let _ = std::fs::remove_dir(&path);
        } else if !keep.contains(name) {
            std::fs::remove_file(&path).map_err(|cause| StoreError::io(&path, cause))?;
        }
    }
    Ok(())
}
