//! From the folder of a run into the store: what rows will name, and nothing else.

use crate::db::NewFile;
use crate::error::{StoreError, Stored};
use crate::state::State;
use std::collections::HashSet;
use std::path::{Path, PathBuf};

/// Stores the artifacts of the files under the run's key. The rows that name them come after.
pub(super) async fn store(
    state: &State,
    files: &[NewFile],
    folder: &Path,
    key: &str,
) -> Stored<()> {
    let artifacts = files.iter().flat_map(|file| &file.artifacts);
    let keep: HashSet<PathBuf> = artifacts
        .filter_map(|artifact| artifact.blob_key.strip_prefix(key)?.strip_prefix('/'))
        .map(PathBuf::from)
        .collect();
    if keep.is_empty() {
        return Ok(());
    }
    let blobs = state.blobs.clone();
    let (source, target) = (folder.to_owned(), key.to_owned());
    tokio::task::spawn_blocking(move || {
        keep_only(&source, &source, &keep)?;
        blobs.adopt_folder(&source, &target)
    })
    .await
    .map_err(|cause| StoreError::document("blobs", cause))?
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
