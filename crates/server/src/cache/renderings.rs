//! Text forms of stored columns, made when they are asked for.
//!
//! Rules: a rendering is written to an unnamed file at full speed, by two threads at most, and every
//! reader follows that file at its own pace: a slow client holds neither memory nor a thread. One that
//! nobody reads any more is given up. What was finished is kept for the next request, within bounds of
//! bytes and of open files. Who reads what was made, and who gives it up, is settled under one lock.

use super::NotMade;
use crate::error::{StoreError, Stored, is_full};
use crate::faults::{Call, Faults};
use bytes::Bytes;
use futures::StreamExt;
use futures::stream::BoxStream;
use std::convert::Infallible;
use std::fs::File;
use std::io::Write;
use std::ops::Range;
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use tokio::sync::{Semaphore, watch};
use tramline_model::Artifact;
use tramline_outputs::geojson::{EDITION, render};

/// Renderings that are made at once; further ones wait.
const AT_ONCE: usize = 2;
/// Renderings that are made or wait: beyond it a client is asked to come again.
const MOST_PENDING: usize = 64;
/// Finished renderings that are kept: each is an open file.
const MOST_KEPT: usize = 128;
/// Bytes that are read and sent at once.
const PIECE: u64 = 64 << 10;

/// What renderings may take.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Bounds {
    /// Bytes of those that are kept. While twice as many are on the disk, kept or still being read,
    /// no further one begins.
    pub(crate) kept_bytes: u64,
    /// Bytes of a single one.
    pub(crate) one_bytes: u64,
}

/// The renderings of a server; cheap to clone.
#[derive(Clone)]
pub(crate) struct Renderings(Arc<Shared>);

struct Shared {
    /// Where the unnamed files are.
    folder: PathBuf,
    bounds: Bounds,
    faults: Faults,
    at_once: Arc<Semaphore>,
    /// By key; those that were asked for last stand last. None has failed.
    list: Mutex<Vec<(String, Arc<Rendering>)>>,
    /// Bytes on the disk.
    bytes: Arc<AtomicU64>,
}

struct Rendering {
    file: File,
    /// Its receivers are the readers.
    written: watch::Sender<Written>,
    /// Of all renderings.
    all_bytes: Arc<AtomicU64>,
}

impl Drop for Rendering {
    fn drop(&mut self) {
        let bytes = self.written.borrow().bytes;
        self.all_bytes.fetch_sub(bytes, Ordering::Relaxed);
    }
}

/// How far a rendering is.
#[derive(Clone, Debug, Default)]
struct Written {
    bytes: u64,
    end: Option<Result<(), String>>,
    /// What the system said of a write that failed.
    error: Option<i32>,
}

/// Somebody who reads a rendering.
pub(crate) struct Reader {
    rendering: Arc<Rendering>,
    written: watch::Receiver<Written>,
}

/// The entity tag of the text form of columns with this hash.
pub(crate) fn tag(sha256: &str, kind: Artifact) -> String {
    format!("\"{}\"", key(sha256, kind))
}

/// Equal columns have equal texts, but for the members of raw records.
fn key(sha256: &str, kind: Artifact) -> String {
    let form = if kind == Artifact::RawGeojson {
        "r"
    } else {
        "g"
    };
    format!("{sha256}-{form}{EDITION}")
}

impl Renderings {
    /// In a folder, made where it is missing.
    pub(crate) fn new(folder: &Path, bounds: Bounds, faults: Faults) -> Stored<Self> {
        std::fs::create_dir_all(folder).map_err(|cause| StoreError::io(folder, cause))?;
        Ok(Self(Arc::new(Shared {
            folder: folder.to_owned(),
            bounds,
            faults,
            at_once: Arc::new(Semaphore::new(AT_ONCE)),
            list: Mutex::default(),
            bytes: Arc::default(),
        })))
    }

    /// The text form `kind` of columns, whose hash this is and which stand in `columns`: as it is kept,
    /// or in the making.
    pub(crate) fn get(
        &self,
        sha256: &str,
        kind: Artifact,
        columns: File,
    ) -> Result<Reader, NotMade<Infallible>> {
        let key = key(sha256, kind);
        let mut list = self.list();
        if let Some(place) = list.iter().position(|(known, _)| *known == key) {
            let entry = list.remove(place);
            let reader = Reader::of(&entry.1);
            list.push(entry);
            return Ok(reader);
        }
        let pending = list.iter().filter(|(_, one)| !one.is_finished()).count();
        let bytes = self.0.bytes.load(Ordering::Relaxed);
        if pending >= MOST_PENDING || bytes / 2 > self.0.bounds.kept_bytes {
            return Err(NotMade::Busy);
        }
        let trouble = |cause| StoreError::io(&self.0.folder, cause);
        let file = self.file().map_err(trouble)?;
        let out = file.try_clone().map_err(trouble)?;
        let rendering = Arc::new(Rendering {
            file,
            written: watch::Sender::default(),
            all_bytes: Arc::clone(&self.0.bytes),
        });
        let reader = Reader::of(&rendering);
        list.push((key.clone(), Arc::clone(&rendering)));
        drop(list);
        let growing = Growing {
            all: self.clone(),
            key,
            rendering,
            out,
        };
        tokio::spawn(growing.make(columns, kind));
        Ok(reader)
    }

    /// An unnamed file. The folder is made again if somebody cleared it away.
    fn file(&self) -> std::io::Result<File> {
        self.0.faults.pass(Call::Open)?;
        let folder = &self.0.folder;
        match tempfile::tempfile_in(folder) {
            Err(cause) if cause.kind() == std::io::ErrorKind::NotFound => {
                std::fs::create_dir_all(folder)?;
                tempfile::tempfile_in(folder)
            }
            made => made,
        }
    }

    /// Bytes of the text form, if it is kept: asked for its head alone, nothing is made.
    pub(crate) fn known_size(&self, sha256: &str, kind: Artifact) -> Option<u64> {
        let key = key(sha256, kind);
        let list = self.list();
        let (_, known) = list.iter().find(|(known, _)| *known == key)?;
        known.is_finished().then(|| known.bytes())
    }

    fn list(&self) -> std::sync::MutexGuard<'_, Vec<(String, Arc<Rendering>)>> {
        self.0.list.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Gives a rendering up if nobody reads it; nobody can begin to afterwards.
    fn give_up(&self, rendering: &Arc<Rendering>) -> bool {
        let mut list = self.list();
        if rendering.written.receiver_count() > 0 {
            return false;
        }
        list.retain(|(_, known)| !Arc::ptr_eq(known, rendering));
        true
    }

    /// Takes a failed rendering out, before its readers hear of it.
    fn forget(&self, rendering: &Arc<Rendering>) {
        let mut list = self.list();
        list.retain(|(_, known)| !Arc::ptr_eq(known, rendering));
    }

    /// Forgets all that are finished.
    pub(crate) fn clear(&self) {
        self.list().retain(|(_, one)| !one.is_finished());
    }

    /// Forgets the oldest of those that are finished beyond the bounds; at first one that is beyond them
    /// by itself. Whoever reads them reads on.
    fn shrink(&self) {
        let mut list = self.list();
        let most = self.0.bounds.kept_bytes;
        list.retain(|(_, one)| !one.is_finished() || one.bytes() <= most);
        let finished = list.iter().filter(|(_, one)| one.is_finished());
        let (mut count, mut bytes) = (0, 0);
        for (_, one) in finished {
            count += 1;
            bytes += one.bytes();
        }
        list.retain(|(_, one)| {
            let goes = one.is_finished() && (bytes > most || count > MOST_KEPT);
            if goes {
                count -= 1;
                bytes -= one.bytes();
            }
            !goes
        });
    }
}

impl Rendering {
    fn is_finished(&self) -> bool {
        self.written.borrow().end.is_some()
    }

    fn bytes(&self) -> u64 {
        self.written.borrow().bytes
    }
}

/// A rendering in the making.
struct Growing {
    all: Renderings,
    key: String,
    rendering: Arc<Rendering>,
    out: File,
}

impl Growing {
    async fn make(self, columns: File, kind: Artifact) {
        let at_once = Arc::clone(&self.all.0.at_once);
        let place = at_once.acquire_owned();
        tokio::pin!(place);
        let place = loop {
            tokio::select! {
                place = &mut place => break place,
                () = self.rendering.written.closed() => {
                    if self.all.give_up(&self.rendering) {
                        return;
                    }
                }
            }
        };
        let (all, key) = (self.all.clone(), self.key.clone());
        let rendering = Arc::clone(&self.rendering);
        let made = tokio::task::spawn_blocking(move || {
            render(columns, kind, &self)
                .map(drop)
                .map_err(|cause| cause.to_string())
        });
        let end = made.await.unwrap_or_else(|cause| Err(cause.to_string()));
        drop(place);
        // Settled first: whatever becomes of the log, nobody joins what has failed.
        if end.is_err() {
            all.forget(&rendering);
        }
        let told = end.clone();
        rendering
            .written
            .send_modify(|written| written.end = Some(end));
        all.shrink();
        if let Err(cause) = told
            && rendering.written.receiver_count() > 0
        {
            tracing::warn!(key, cause, "not rendered");
        }
    }
}

impl Write for &Growing {
    fn write(&mut self, data: &[u8]) -> std::io::Result<usize> {
        let written = &self.rendering.written;
        if written.receiver_count() == 0 && self.all.give_up(&self.rendering) {
            return Err(std::io::Error::other("nobody reads it any more"));
        }
        let bytes = written.borrow().bytes;
        if bytes.saturating_add(data.len() as u64) > self.all.0.bounds.one_bytes {
            let text = "the text is larger than `convert_file_bytes`: take the columns";
            return Err(std::io::Error::other(text));
        }
        let mut out = &self.out;
        let faults = &self.all.0.faults;
        let mut write = || faults.pass(Call::Write).and_then(|()| out.write(data));
        let count = match write() {
            // What is kept for later gives way to what is wanted now.
            Err(cause) if is_full(&cause) => {
                self.all.clear();
                write()
            }
            count => count,
        };
        let count = count.inspect_err(|cause| {
            written.send_modify(|written| written.error = cause.raw_os_error());
        })?;
        self.all.0.bytes.fetch_add(count as u64, Ordering::Relaxed);
        written.send_modify(|written| written.bytes += count as u64);
        Ok(count)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

impl Reader {
    fn of(rendering: &Arc<Rendering>) -> Self {
        Self {
            rendering: Arc::clone(rendering),
            written: rendering.written.subscribe(),
        }
    }

    /// Waits for the first bytes, or for the failure.
    pub(crate) async fn begun(mut self) -> std::io::Result<Self> {
        let begun = |written: &Written| written.bytes > 0 || written.end.is_some();
        let written = self.written.wait_for(begun).await;
        let written = written.map_err(std::io::Error::other)?.clone();
        match written.end {
            Some(Err(cause)) => Err(match written.error {
                Some(error) => std::io::Error::from_raw_os_error(error),
                None if written.bytes == 0 => std::io::Error::other(cause),
                None => return Ok(self),
            }),
            _ => Ok(self),
        }
    }

    /// The bytes of the whole, once they are there.
    pub(crate) fn size(&self) -> Option<u64> {
        let written = self.written.borrow();
        match written.end {
            Some(Ok(())) => Some(written.bytes),
            _ => None,
        }
    }

    /// The bytes of a range as they come; `u64::MAX` as its end is that of the rendering.
    pub(crate) fn stream(
        self,
        range: Range<u64>,
    ) -> BoxStream<'static, Result<Bytes, std::io::Error>> {
        futures::stream::unfold(Some((self, range)), |state| async move {
            let (mut reader, mut range) = state?;
            match reader.piece(range.clone()).await {
                Ok(None) => None,
                Ok(Some(piece)) => {
                    range.start += piece.len() as u64;
                    Some((Ok(piece), Some((reader, range))))
                }
                Err(cause) => Some((Err(cause), None)),
            }
        })
        // Whoever compresses it asks once more after its end.
        .fuse()
        .boxed()
    }

    /// The next bytes of a range, waited for; `None` at its end.
    async fn piece(&mut self, range: Range<u64>) -> std::io::Result<Option<Bytes>> {
        loop {
            let written = self.written.borrow_and_update().clone();
            let end = range.end.min(written.bytes);
            if range.start < end {
                let wanted = PIECE.min(end - range.start);
                let rendering = Arc::clone(&self.rendering);
                let read = tokio::task::spawn_blocking(move || {
                    let mut piece = vec![0; wanted as usize];
                    rendering.file.read_exact_at(&mut piece, range.start)?;
                    Ok(Some(Bytes::from(piece)))
                });
                return read.await.map_err(std::io::Error::other)?;
            }
            match written.end {
                Some(Ok(())) => return Ok(None),
                Some(Err(cause)) => return Err(std::io::Error::other(cause)),
                None if range.start >= range.end => return Ok(None),
                None => self
                    .written
                    .changed()
                    .await
                    .map_err(std::io::Error::other)?,
            }
        }
    }
}
