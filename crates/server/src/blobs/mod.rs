//! Bytes of uploads and artifacts behind keys, whatever store holds them.
//!
//! Rules: what is put is durable when the call returns; a key is written once. No path of a blob leaves
//! this module but within a [`LocalCopy`], which holds the file for as long as somebody works on it.

#[cfg(test)]
mod conformance;
mod folder;
mod key;
mod local_copy;
mod objects;
mod parts;

pub use folder::Folder;
pub use key::Key;
pub(crate) use key::UPLOADS;
pub(crate) use key::is_inner;
pub use local_copy::LocalCopy;
pub use objects::Objects;
pub(crate) use parts::PartHasher;
pub use parts::{PART_BYTES, Parts};

use crate::error::{StoreError, Stored};
use async_trait::async_trait;
use bytes::Bytes;
use futures::stream::BoxStream;
use futures::{StreamExt, TryStreamExt};
use object_store::path::Path as Name;
use object_store::{GetOptions, GetRange, ObjectStore, ObjectStoreExt};
use std::fs::File;
use std::io::SeekFrom;
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::time::SystemTime;
use tokio::io::{AsyncReadExt, AsyncSeekExt};
use tokio_util::io::ReaderStream;

/// Bytes that are read and sent at once.
const PIECE: usize = 64 << 10;

/// Bytes of a blob as they come.
pub type Pieces = BoxStream<'static, Result<Bytes, std::io::Error>>;

/// A blob as its row tells it.
#[derive(Clone, Debug)]
pub struct Blob {
    /// Its name.
    pub key: Key,
    /// In bytes.
    pub size: u64,
    /// In hexadecimal.
    pub sha256: String,
    /// Of its parts; empty where they are not kept.
    pub parts: Parts,
}

/// A blob as it is listed.
#[derive(Clone, Debug)]
pub struct BlobEntry {
    /// Whatever is there, also what is no [`Key`].
    pub key: String,
    /// In bytes.
    pub size: u64,
    /// When it was put.
    pub modified: SystemTime,
}

/// A store of blobs.
#[async_trait]
pub trait Blobs: Send + Sync {
    /// Takes over a finished file.
    async fn put_file(&self, from: &Path, key: &Key) -> Stored<()>;
    /// Takes over folders of finished files, each with all below it, under keys that are not in use.
    async fn put_folders(&self, folders: Vec<(PathBuf, Key)>) -> Stored<()>;
    /// The blob as a file of this machine. With `ranges` only these bytes of it need to be there, the rest
    /// may be a hole.
    async fn local(&self, blob: &Blob, ranges: Option<&[Range<u64>]>) -> Stored<LocalCopy>;
    /// Opens a blob for reading: it stays as it is, even if it is removed meanwhile.
    async fn open(&self, blob: &Blob) -> Stored<Opened>;
    /// The bytes of a range.
    async fn read(&self, key: &Key, range: Range<u64>) -> Stored<Pieces>;
    /// Removes blobs; those that are gone already are no trouble, and one that stays is left to the sweep.
    async fn remove(&self, keys: &[String]);
    /// Everything below a prefix.
    fn entries(&self, prefix: &str) -> BoxStream<'static, Stored<BlobEntry>>;
    /// Bytes of a blob; `None` when there is none.
    async fn size(&self, key: &str) -> Stored<Option<u64>>;
    /// Removes what the store itself has left behind, such as folders that hold nothing.
    async fn tidy(&self);
}

/// A blob that is open.
pub struct Opened {
    file: File,
    size: u64,
}

impl Opened {
    pub(crate) fn new(file: File) -> std::io::Result<Self> {
        let size = file.metadata()?.len();
        Ok(Self { file, size })
    }

    /// In bytes.
    pub(crate) fn size(&self) -> u64 {
        self.size
    }

    pub(crate) fn into_file(self) -> File {
        self.file
    }

    /// The bytes of a range as they come.
    pub(crate) fn stream(self, range: Range<u64>) -> Pieces {
        let mut file = tokio::fs::File::from_std(self.file);
        let bytes = async move {
            file.seek(SeekFrom::Start(range.start)).await?;
            let part = file.take(range.end - range.start);
            Ok::<_, std::io::Error>(ReaderStream::with_capacity(part, PIECE))
        };
        futures::stream::once(bytes).try_flatten().fuse().boxed()
    }
}

/// Does what blocks on a thread of its own.
async fn apart<T: Send + 'static>(work: impl FnOnce() -> Stored<T> + Send + 'static) -> Stored<T> {
    let done = tokio::task::spawn_blocking(work).await;
    done.map_err(|cause| StoreError::defect("blobs", cause))?
}

/// What any `object_store` does alike.
async fn read(store: &dyn ObjectStore, key: &Key, range: Range<u64>) -> Stored<Pieces> {
    let options = GetOptions {
        range: Some(GetRange::Bounded(range)),
        ..GetOptions::default()
    };
    let found = store.get_opts(&Name::from(key.to_string()), options).await;
    let pieces = found.map_err(|cause| trouble(key, cause))?.into_stream();
    Ok(pieces.map_err(std::io::Error::other).boxed())
}

async fn remove(store: &dyn ObjectStore, keys: &[String]) {
    for key in keys {
        if let Err(cause) = store.delete(&Name::from(key.as_str())).await
            && !matches!(cause, object_store::Error::NotFound { .. })
        {
            tracing::warn!(key, %cause, "blob not removed");
        }
    }
}

fn listed(store: &dyn ObjectStore, prefix: &str) -> BoxStream<'static, Stored<BlobEntry>> {
    let name = prefix.to_owned();
    let entries = store.list(Some(&Name::from(prefix)));
    entries
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

async fn size(store: &dyn ObjectStore, key: &str) -> Stored<Option<u64>> {
    match store.head(&Name::from(key)).await {
        Ok(found) => Ok(Some(found.size)),
        Err(object_store::Error::NotFound { .. }) => Ok(None),
        Err(cause) => Err(trouble(key, cause)),
    }
}

fn trouble(key: impl std::fmt::Display, cause: object_store::Error) -> StoreError {
    StoreError::io(key.to_string(), std::io::Error::other(cause.to_string()))
}
