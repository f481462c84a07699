//! Artifacts of a folder that is not complete: `01-field/summary.json` goes to
//! `01-field.partial/summary.json`.

use super::names::partial;
use super::partials::Partials;
use std::io::{self, ErrorKind, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use tramline_outputs::disk::Trouble;
use tramline_outputs::{FolderSink, Sink, WriteError};

/// Writes into folders that are not complete. Clones count together.
#[derive(Clone)]
pub(crate) struct PartialSink {
    out: PathBuf,
    folder: FolderSink,
    partials: Partials,
    written: Arc<AtomicU64>,
    ended: Arc<AtomicBool>,
}

/// Counts what goes by.
struct Counting {
    inner: Box<dyn Write + Send>,
    written: Arc<AtomicU64>,
}

impl Write for Counting {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = self.inner.write(bytes)?;
        self.written.fetch_add(written as u64, Ordering::Relaxed);
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.inner.flush()
    }
}

impl PartialSink {
    pub(super) fn new(out: &Path, partials: &Partials) -> Self {
        Self {
            out: out.to_owned(),
            folder: FolderSink::new(out),
            partials: partials.clone(),
            written: Arc::default(),
            ended: Arc::default(),
        }
    }

    /// Bytes that were written so far.
    pub(crate) fn written(&self) -> u64 {
        self.written.load(Ordering::Relaxed)
    }

    /// Takes nothing more: the run is to end.
    pub(crate) fn end(&self) {
        self.ended.store(true, Ordering::Relaxed);
    }

    /// Where an artifact is until its folder is complete.
    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.out.join(self.staged(name).0)
    }

    /// The name in the folder that is not complete, and that folder's own name.
    fn staged<'a>(&self, name: &'a str) -> (String, &'a str) {
        match name.split_once('/') {
            Some((folder, rest)) => (format!("{}/{rest}", partial(folder)), folder),
            None => (partial(name), name),
        }
    }
}

impl Sink for PartialSink {
    fn create(&mut self, name: &str) -> Result<Box<dyn Write + Send>, WriteError> {
        let failed = |cause: io::Error| WriteError::Io {
            name: name.to_owned(),
            cause,
        };
        if self.ended.load(Ordering::Relaxed) {
            return Err(failed(io::Error::other("the run has ended")));
        }
        let (staged, top) = self.staged(name);
        // Held until the file is there: a run that is being stopped makes no more files.
        let mut named = self.partials.lock();
        if named.add(&self.out.join(partial(top))) {
            let own = self.out.join(top);
            let in_the_way = name != top && own.exists() && !own.is_dir();
            if in_the_way {
                let cause = Trouble::of_path(&own, ErrorKind::NotADirectory.into());
                return Err(failed(cause));
            }
        }
        let inner = self.folder.create(&staged)?;
        let written = Arc::clone(&self.written);
        Ok(Box::new(Counting { inner, written }))
    }

    fn remove(&mut self, name: &str) -> Result<(), WriteError> {
        self.folder.remove(&self.staged(name).0)
    }
}
