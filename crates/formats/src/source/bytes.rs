//! Random access to the bytes of an archive, in memory or in a file, without a shared position:
//! any number of streams read one archive at the same time.

use std::fs::File;
use std::io::{self, Read};
use std::sync::Arc;

/// The bytes of an archive or of an unpacked member.
#[derive(Debug)]
pub(super) enum Bytes {
    Memory(Vec<u8>),
    File { file: File, len: u64 },
}

impl Bytes {
    /// Takes a file's length once; a file that grows later is read up to it.
    pub(super) fn from_file(file: File) -> io::Result<Self> {
        let len = file.metadata()?.len();
        Ok(Self::File { file, len })
    }

    pub(super) fn len(&self) -> u64 {
        match self {
            Self::Memory(bytes) => bytes.len() as u64,
            Self::File { len, .. } => *len,
        }
    }

    /// Reads up to `buffer.len()` bytes at an offset; 0 at or behind the end.
    pub(super) fn read_at(&self, buffer: &mut [u8], at: u64) -> io::Result<usize> {
        match self {
            Self::Memory(bytes) => {
                let start = usize::try_from(at).unwrap_or(usize::MAX).min(bytes.len());
                let mut rest = bytes.get(start..).unwrap_or_default();
                rest.read(buffer)
            }
            Self::File { file, len } => {
                let left = len.saturating_sub(at);
                let want = buffer
                    .len()
                    .min(usize::try_from(left).unwrap_or(usize::MAX));
                file_read_at(file, buffer.get_mut(..want).unwrap_or_default(), at)
            }
        }
    }

    /// Reads up to `len` bytes at an offset; fewer at the end.
    pub(super) fn slice(&self, at: u64, len: usize) -> io::Result<Vec<u8>> {
        let left = usize::try_from(self.len().saturating_sub(at)).unwrap_or(usize::MAX);
        let mut buffer = vec![0; len.min(left)];
        let mut filled = 0;
        while let Some(rest) = buffer.get_mut(filled..).filter(|rest| !rest.is_empty()) {
            match self.read_at(rest, at + filled as u64) {
                Ok(0) => break,
                Ok(n) => filled += n,
                Err(e) if e.kind() == io::ErrorKind::Interrupted => {}
                Err(e) => return Err(e),
            }
        }
        buffer.truncate(filled);
        Ok(buffer)
    }
}

#[cfg(unix)]
fn file_read_at(file: &File, buffer: &mut [u8], at: u64) -> io::Result<usize> {
    std::os::unix::fs::FileExt::read_at(file, buffer, at)
}

#[cfg(windows)]
fn file_read_at(file: &File, buffer: &mut [u8], at: u64) -> io::Result<usize> {
    std::os::windows::fs::FileExt::seek_read(file, buffer, at)
}

/// A stretch of the bytes as a stream with its own position.
#[derive(Debug)]
pub(super) struct Window {
    bytes: Arc<Bytes>,
    at: u64,
    end: u64,
}

impl Window {
    /// From `at`, `len` bytes; cut at the end of the bytes.
    pub(super) fn new(bytes: &Arc<Bytes>, at: u64, len: u64) -> Self {
        Self {
            bytes: Arc::clone(bytes),
            at,
            end: at.saturating_add(len).min(bytes.len()),
        }
    }
}

impl Read for Window {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let left = usize::try_from(self.end.saturating_sub(self.at)).unwrap_or(usize::MAX);
        let want = buffer.len().min(left);
        let n = self
            .bytes
            .read_at(buffer.get_mut(..want).unwrap_or_default(), self.at)?;
        self.at += n as u64;
        Ok(n)
    }
}
