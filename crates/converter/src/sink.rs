//! The output folder of a child: artifacts are hashed as they are written, so that nobody reads them
//! again for it.

use crate::hexadecimal;
use crate::protocol::Hashes;
use sha2::{Digest, Sha256};
use std::io::{ErrorKind, Write};
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use tramline_model::tells_full_disk;
use tramline_outputs::{FolderSink, Sink, WriteError};

/// The converter's own folder, in which it works: it knows no other path.
pub(crate) const HERE: &str = ".";

/// Writes into a folder and hashes what goes by. A clone knows the same hashes.
#[derive(Clone)]
pub(crate) struct HashingSink {
    folder: FolderSink,
    hashes: Arc<Mutex<Hashes>>,
    full: Arc<AtomicBool>,
}

struct HashingFile {
    name: String,
    inner: Box<dyn Write + Send>,
    hash: Sha256,
    size: u64,
    hashes: Arc<Mutex<Hashes>>,
    full: Arc<AtomicBool>,
}

impl HashingFile {
    fn note<T>(&self, done: std::io::Result<T>) -> std::io::Result<T> {
        done.inspect_err(|cause| {
            if is_full(cause) {
                self.full.store(true, Ordering::Relaxed);
            }
        })
    }
}

/// Whether a disk, or the service's share of one, has no space left.
pub(crate) fn is_full(cause: &std::io::Error) -> bool {
    matches!(
        cause.kind(),
        ErrorKind::StorageFull | ErrorKind::QuotaExceeded
    )
}

impl Write for HashingFile {
    fn write(&mut self, data: &[u8]) -> std::io::Result<usize> {
        let written = self.inner.write(data);
        let written = self.note(written)?;
        self.hash.update(data.get(..written).unwrap_or_default());
        self.size += written as u64;
        Ok(written)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        let flushed = self.inner.flush();
        self.note(flushed)
    }
}

impl Drop for HashingFile {
    fn drop(&mut self) {
        let hash = std::mem::take(&mut self.hash).finalize();
        self.hashes
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .insert(
                std::mem::take(&mut self.name),
                (self.size, hexadecimal(&hash)),
            );
    }
}

impl HashingSink {
    pub(crate) fn new(folder: &Path) -> Self {
        Self {
            folder: FolderSink::new(folder),
            hashes: Arc::default(),
            full: Arc::default(),
        }
    }

    /// Whether the disk had no space for an artifact, whoever heard of it.
    pub(crate) fn is_full(&self) -> bool {
        self.full.load(Ordering::Relaxed)
    }

    /// Of the artifacts that are finished.
    pub(crate) fn hashes(&self) -> Hashes {
        self.hashes_below("")
    }

    /// Of those whose names begin so.
    pub(crate) fn hashes_below(&self, folder: &str) -> Hashes {
        let hashes = self.hashes.lock().unwrap_or_else(PoisonError::into_inner);
        let below = hashes.iter().filter(|(name, _)| name.starts_with(folder));
        below
            .map(|(name, hash)| (name.clone(), hash.clone()))
            .collect()
    }
}

impl Sink for HashingSink {
    fn create(&mut self, name: &str) -> Result<Box<dyn Write + Send>, WriteError> {
        let made = self.folder.create(name);
        let inner = made.inspect_err(|cause| {
            if matches!(cause, WriteError::Io { cause, .. } if tells_full_disk(&cause.to_string()))
            {
                self.full.store(true, Ordering::Relaxed);
            }
        })?;
        Ok(Box::new(HashingFile {
            name: name.to_owned(),
            inner,
            hash: Sha256::new(),
            size: 0,
            hashes: Arc::clone(&self.hashes),
            full: Arc::clone(&self.full),
        }))
    }

    fn remove(&mut self, name: &str) -> Result<(), WriteError> {
        self.hashes
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .remove(name);
        self.folder.remove(name)
    }
}
