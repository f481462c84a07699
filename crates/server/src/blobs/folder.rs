//! A store in a folder of this machine.
//!
//! Rule: `object_store` does not flush a local folder to disk, so that is done here: file, then rename, then
//! folder.

use super::{Blob, BlobEntry, Blobs, Key, LocalCopy, Opened, Pieces, apart, trouble};
use crate::error::{StoreError, Stored};
use crate::faults::{Call, Faults};
use async_trait::async_trait;
use futures::stream::BoxStream;
use object_store::local::LocalFileSystem;
use std::fs::File;
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// Threads that flush at the same time.
const FLUSHING: usize = 8;

/// Blobs as files below a root.
#[derive(Clone, Debug)]
pub struct Folder {
    store: Arc<LocalFileSystem>,
    root: PathBuf,
    faults: Faults,
}

/// Makes a folder and those above it, each entry flushed.
fn make_folder(folder: &Path, faults: &Faults) -> Stored<()> {
    if folder.is_dir() {
        return Ok(());
    }
    if let Some(above) = folder.parent() {
        make_folder(above, faults)?;
    }
    let made = faults.pass(Call::Open);
    match made.and_then(|()| std::fs::create_dir(folder)) {
        Ok(()) => {}
        Err(cause) if cause.kind() == std::io::ErrorKind::AlreadyExists => {}
        Err(cause) => return Err(StoreError::io(folder, cause)),
    }
    folder.parent().map_or(Ok(()), |above| sync(above, faults))
}

/// Files and folders below folders, and these themselves; what is inside comes before what it is in.
fn all_below(folder: &Path, list: &mut Vec<PathBuf>) -> Stored<()> {
    let entries = std::fs::read_dir(folder).map_err(|cause| StoreError::io(folder, cause))?;
    for entry in entries {
        let path = entry.map_err(|cause| StoreError::io(folder, cause))?.path();
        if path.is_dir() {
            all_below(&path, list)?;
        } else {
            list.push(path);
        }
    }
    list.push(folder.to_owned());
    Ok(())
}

fn sync(path: &Path, faults: &Faults) -> Stored<()> {
    let passed = faults.pass(Call::Sync);
    let synced = passed.and_then(|()| File::open(path)?.sync_all());
    synced.map_err(|cause| StoreError::io(path, cause))
}

/// Flushes folders with all that is below them. Those who flush at the same time wait for one write of the
/// file system's journal together.
fn sync_all(folders: &[(PathBuf, Key)], faults: &Faults) -> Stored<()> {
    let mut list = Vec::new();
    for (folder, _) in folders {
        all_below(folder, &mut list)?;
    }
    let each = list.len().div_ceil(FLUSHING).max(1);
    std::thread::scope(|scope| {
        let parts = list.chunks(each);
        let flushing: Vec<_> = parts
            .map(|paths| scope.spawn(|| paths.iter().try_for_each(|path| sync(path, faults))))
            .collect();
        flushing.into_iter().try_for_each(|part| {
            let done = part.join();
            done.unwrap_or_else(|_| Err(StoreError::defect("blobs", "a flush stopped")))
        })
    })
}

impl Folder {
    /// Opens the folder, made where it is missing.
    pub fn open(root: &Path) -> Stored<Self> {
        let faults = Faults::of_environment()?;
        make_folder(root, &faults)?;
        let store = LocalFileSystem::new_with_prefix(root)
            .map_err(|cause| trouble(root.display(), cause))?;
        Ok(Self {
            store: Arc::new(store),
            root: root.to_owned(),
            faults,
        })
    }

    fn path(&self, key: &Key) -> PathBuf {
        self.root.join(key.to_string())
    }

    /// Renames into a folder that the sweeper may take away, empty, at any instant. That folder is still to
    /// be flushed.
    fn move_in(&self, source: &Path, target: &Path) -> Stored<PathBuf> {
        let above = target.parent().unwrap_or(&self.root);
        let mut tries = 0;
        loop {
            make_folder(above, &self.faults)?;
            let passed = self.faults.pass(Call::Rename);
            match passed.and_then(|()| std::fs::rename(source, target)) {
                Ok(()) => return Ok(above.to_owned()),
                Err(cause) if cause.kind() == std::io::ErrorKind::NotFound && tries < 8 => {
                    tries += 1;
                }
                Err(cause) => return Err(StoreError::io(target, cause)),
            }
        }
    }

    fn take_file(&self, file: &Path, key: &Key) -> Stored<()> {
        sync(file, &self.faults)?;
        sync(&self.move_in(file, &self.path(key))?, &self.faults)
    }

    fn take_folders(&self, folders: &[(PathBuf, Key)]) -> Stored<()> {
        sync_all(folders, &self.faults)?;
        let mut above = Vec::with_capacity(folders.len());
        for (folder, key) in folders {
            let target = self.path(key);
            if target.exists() {
                std::fs::remove_dir_all(&target).map_err(|cause| StoreError::io(&target, cause))?;
            }
            above.push(self.move_in(folder, &target)?);
        }
        above.sort_unstable();
        above.dedup();
        above
            .iter()
            .try_for_each(|folder| sync(folder, &self.faults))
    }
}

#[async_trait]
impl Blobs for Folder {
    async fn put_file(&self, from: &Path, key: &Key) -> Stored<()> {
        let (own, from, key) = (self.clone(), from.to_owned(), key.clone());
        apart(move || own.take_file(&from, &key)).await
    }

    async fn put_folders(&self, folders: Vec<(PathBuf, Key)>) -> Stored<()> {
        let own = self.clone();
        apart(move || own.take_folders(&folders)).await
    }

    async fn local(&self, blob: &Blob, _: Option<&[Range<u64>]>) -> Stored<LocalCopy> {
        Ok(LocalCopy::own(self.path(&blob.key)))
    }

    async fn open(&self, blob: &Blob) -> Stored<Opened> {
        let path = self.path(&blob.key);
        apart(move || {
            let opened = File::open(&path).and_then(Opened::new);
            opened.map_err(|cause| StoreError::io(&path, cause))
        })
        .await
    }

    async fn read(&self, key: &Key, range: Range<u64>) -> Stored<Pieces> {
        super::read(self.store.as_ref(), key, range).await
    }

    async fn remove(&self, keys: &[String]) {
        super::remove(self.store.as_ref(), keys).await;
    }

    fn entries(&self, prefix: &str) -> BoxStream<'static, Stored<BlobEntry>> {
        super::listed(self.store.as_ref(), prefix)
    }

    async fn size(&self, key: &str) -> Stored<Option<u64>> {
        super::size(self.store.as_ref(), key).await
    }

    async fn tidy(&self) {
        let root = self.root.clone();
        let tidied = apart(move || {
            for prefix in Key::PREFIXES {
                remove_empty(&root.join(prefix), DEPTH);
            }
            Ok(())
        });
        if let Err(cause) = tidied.await {
            tracing::warn!(%cause, "empty folders stay");
        }
    }
}

/// Folders deep that empty ones are looked for: `runs/RUN/FENCE/FILE/images`.
const DEPTH: u32 = 6;

/// A folder that holds anything stays: `remove_dir` refuses it.
fn remove_empty(folder: &Path, depth: u32) {
    for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
        if depth > 0 && entry.file_type().is_ok_and(|kind| kind.is_dir()) {
            remove_empty(&entry.path(), depth - 1);
            let _ = std::fs::remove_dir(entry.path());
        }
    }
}
