//! How much of each entry was read, for whoever shows how far a run is.
//!
//! Rule: what is read twice counts once.

use std::io::{self, Read};
use std::sync::atomic::{AtomicU64, Ordering};

/// The place up to which each entry was read.
#[derive(Debug, Default)]
pub(super) struct Taken(Vec<AtomicU64>);

impl Taken {
    pub(super) fn of(entries: usize) -> Self {
        Self((0..entries).map(|_| AtomicU64::new(0)).collect())
    }

    /// A stream that tells how far it was read.
    pub(super) fn follow<'a>(
        &'a self,
        entry: usize,
        stream: Box<dyn Read + Send>,
    ) -> Box<dyn Read + Send + 'a> {
        match self.0.get(entry) {
            Some(highest) => Box::new(Followed {
                inner: stream,
                at: 0,
                highest,
            }),
            None => stream,
        }
    }

    /// Bytes of all entries.
    pub(super) fn bytes(&self) -> u64 {
        let all = self.0.iter().map(|highest| highest.load(Ordering::Relaxed));
        all.fold(0, u64::saturating_add)
    }
}

struct Followed<'a> {
    inner: Box<dyn Read + Send>,
    at: u64,
    highest: &'a AtomicU64,
}

impl Read for Followed<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.inner.read(buffer)?;
        self.at = self.at.saturating_add(read as u64);
        self.highest.fetch_max(self.at, Ordering::Relaxed);
        Ok(read)
    }
}
