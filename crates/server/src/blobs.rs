//! Bytes of uploads and artifacts behind one store.
//!
//! Rule: what is put is durable when the call returns. `object_store` does not flush a local
//! folder to disk, so that is done here: file, then rename, then folder.

use crate::error::{StoreError, Stored};
use bytes::Bytes;
use futures::stream::BoxStream;
use futures::{StreamExt, TryStreamExt};
use object_store::local::LocalFileSystem;
use object_store::path::Path as Key;
use object_store::{GetOptions, GetRange, ObjectStore, ObjectStoreExt};
use std::fs::File;
use std::io::SeekFrom;
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::SystemTime;
use tokio::io::{AsyncReadExt, AsyncSeekExt};
use tokio_util::io::ReaderStream;

/// Bytes that are read and sent at once.
const PIECE: usize = 64 << 10;

/// The store, and its folder when it is local.
#[derive(Clone, Debug)]
pub struct Blobs {
    store: Arc<dyn ObjectStore>,
    root: PathBuf,
}

/// A blob as it is listed.
#[derive(Clone, Debug)]
pub struct BlobEntry {
    pub key: String,
    pub size: u64,
    pub modified: SystemTime,
}

fn trouble(key: &str, cause: impl std::fmt::Display) -> StoreError {
    StoreError::Blob {
        key: key.to_owned(),
        cause: cause.to_string(),
    }
}

/// A blob that is open.
pub struct Opened {
    file: File,
    size: u64,
}

impl Opened {
    /// In bytes.
    pub(crate) fn size(&self) -> u64 {
        self.size
    }

    pub(crate) fn into_file(self) -> File {
        self.file
    }

    /// The bytes of a range as they come.
    pub(crate) fn stream(
        self,
        range: Range<u64>,
    ) -> BoxStream<'static, Result<Bytes, std::io::Error>> {
        let mut file = tokio::fs::File::from_std(self.file);
        let bytes = async move {
            file.seek(SeekFrom::Start(range.start)).await?;
            let part = file.take(range.end - range.start);
            Ok::<_, std::io::Error>(ReaderStream::with_capacity(part, PIECE))
        };
        futures::stream::once(bytes).try_flatten().fuse().boxed()
    }
}

/// Flushes a folder's own entry table.
fn sync_folder(folder: &Path) -> Stored<()> {
    std::fs::File::open(folder)
        .and_then(|folder| folder.sync_all())
        .map_err(|cause| StoreError::io(folder, cause))
}

/// Makes a folder and those above it, each entry flushed.
fn make_folder(folder: &Path) -> Stored<()> {
    if folder.is_dir() {
        return Ok(());
    }
    if let Some(above) = folder.parent() {
        make_folder(above)?;
    }
    match std::fs::create_dir(folder) {
        Ok(()) => {}
        Err(cause) if cause.kind() == std::io::ErrorKind::AlreadyExists => {}
        Err(cause) => return Err(StoreError::io(folder, cause)),
    }
    folder.parent().map_or(Ok(()), sync_folder)
}

fn sync_tree(folder: &Path) -> Stored<()> {
    let entries = std::fs::read_dir(folder).map_err(|cause| StoreError::io(folder, cause))?;
    for entry in entries {
        let path = entry.map_err(|cause| StoreError::io(folder, cause))?.path();
        if path.is_dir() {
            sync_tree(&path)?;
        } else {
            std::fs::File::open(&path)
                .and_then(|file| file.sync_all())
                .map_err(|cause| StoreError::io(&path, cause))?;
        }
    }
    sync_folder(folder)
}

impl Blobs {
    /// A store in a folder, made where it is missing.
    pub fn local(root: &Path) -> Stored<Self> {
        make_folder(root)?;
        let store = LocalFileSystem::new_with_prefix(root)
            .map_err(|cause| trouble(&root.display().to_string(), cause))?;
        Ok(Self {
            store: Arc::new(store),
            root: root.to_owned(),
        })
    }

    /// Takes over a finished file: flushed, moved, and its folders flushed. Blocks.
    pub fn adopt_file(&self, file: &Path, key: &str) -> Stored<()> {
        std::fs::File::open(file)
            .and_then(|file| file.sync_all())
            .map_err(|cause| StoreError::io(file, cause))?;
        self.move_in(file, &self.root.join(key))
    }

    /// Takes over a folder of finished files under a key that is not in use. Blocks.
    pub fn adopt_folder(&self, folder: &Path, key: &str) -> Stored<()> {
        sync_tree(folder)?;
        let target = self.root.join(key);
        if target.exists() {
            std::fs::remove_dir_all(&target).map_err(|cause| StoreError::io(&target, cause))?;
        }
        self.move_in(folder, &target)
    }

    /// Renames into a folder that the sweeper may take away, empty, at any instant.
    fn move_in(&self, source: &Path, target: &Path) -> Stored<()> {
        let above = target.parent().unwrap_or(&self.root);
        let mut tries = 0;
        loop {
            make_folder(above)?;
            match std::fs::rename(source, target) {
                Ok(()) => return sync_folder(above),
                Err(cause) if cause.kind() == std::io::ErrorKind::NotFound && tries < 8 => {
                    tries += 1;
                }
                Err(cause) => return Err(StoreError::io(target, cause)),
            }
        }
    }

    /// A file that can be read where it lies.
    pub fn local_path(&self, key: &str) -> PathBuf {
        self.root.join(key)
    }

    /// Opens a blob for reading: it stays as it is, even if it is removed meanwhile.
    pub async fn open(&self, key: &str) -> Stored<Opened> {
        let path = self.root.join(key);
        let opened = tokio::task::spawn_blocking(move || {
            let file = File::open(path)?;
            let size = file.metadata()?.len();
            Ok::<_, std::io::Error>(Opened { file, size })
        });
        let opened = opened.await.map_err(std::io::Error::other).flatten();
        opened.map_err(|cause| trouble(key, cause))
    }

    /// The bytes of a range as they come.
    pub async fn read(
        &self,
        key: &str,
        range: Range<u64>,
    ) -> Stored<BoxStream<'static, Result<Bytes, std::io::Error>>> {
        let options = GetOptions {
            range: Some(GetRange::Bounded(range)),
            ..GetOptions::default()
        };
        let found = self
            .store
            .get_opts(&Key::from(key), options)
            .await
            .map_err(|cause| trouble(key, cause))?;
        Ok(found
            .into_stream()
            .map(|part| part.map_err(std::io::Error::other))
            .boxed())
    }

    /// Removes blobs; those that are gone already are no trouble.
    pub async fn remove(&self, keys: &[String]) {
        for key in keys {
            if let Err(cause) = self.store.delete(&Key::from(key.as_str())).await
                && !matches!(cause, object_store::Error::NotFound { .. })
            {
                tracing::warn!(key, %cause, "blob not removed");
            }
        }
    }

    /// Everything below a prefix.
    pub fn entries(&self, prefix: &str) -> BoxStream<'static, Stored<BlobEntry>> {
        let name = prefix.to_owned();
        self.store
            .list(Some(&Key::from(prefix)))
            .map(move |entry| {
                let entry = entry.map_err(|cause| trouble(&name, cause))?;
                Ok(BlobEntry {
                    key: entry.location.to_string(),
                    size: entry.size,
                    modified: entry.last_modified.into(),
                })
            })
            .boxed()
    }

    /// Bytes of a blob; `None` when there is none.
    pub async fn size(&self, key: &str) -> Stored<Option<u64>> {
        match self.store.head(&Key::from(key)).await {
            Ok(found) => Ok(Some(found.size)),
            Err(object_store::Error::NotFound { .. }) => Ok(None),
            Err(cause) => Err(trouble(key, cause)),
        }
    }

    /// Removes folders that hold nothing, below a prefix. Blocks.
    pub fn remove_empty_folders(&self, prefix: &str) {
        remove_empty(&self.root.join(prefix), DEPTH);
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
