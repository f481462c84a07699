//! One member of an archive and the stream over its bytes (rule Z14): it ends at the stated size,
//! and a wrong size, checksum or compressed stream is an error of the stream.

use super::bytes::{Bytes, Window};
use std::io::{self, BufReader, Read};
use std::sync::Arc;

/// A file in an archive as its directory states it.
#[derive(Clone, Debug)]
pub(super) struct Member {
    pub path: String,
    /// Stated size, unpacked.
    pub size: u64,
    /// Stated size in the archive.
    pub packed: u64,
    pub crc: u32,
    pub method: u16,
    /// Where its data begins, from the start of the archive's bytes.
    pub data_at: u64,
    /// Why it cannot be read, if that is known from the container.
    pub problem: Option<String>,
}

impl Member {
    /// The bytes, not checked: for a look at the head of a damaged member.
    pub(super) fn unchecked(&self, archive: &Arc<Bytes>) -> io::Result<Box<dyn Read + Send>> {
        if let Some(problem) = &self.problem {
            return Err(corrupt(problem.clone()));
        }
        let window = Window::new(archive, self.data_at, self.packed);
        let buffer = usize::try_from(self.packed)
            .unwrap_or(usize::MAX)
            .clamp(64, 64 << 10);
        let window = BufReader::with_capacity(buffer, window);
        let unpacked: Box<dyn Read + Send> = match self.method {
            0 => Box::new(window),
            8 => Box::new(flate2::bufread::DeflateDecoder::new(window)),
            9 => Box::new(deflate64::Deflate64Decoder::with_buffer(window)),
            other => return Err(corrupt(format!("compression method {other} unsupported"))),
        };
        Ok(Box::new(unpacked.take(self.size)))
    }

    /// The bytes; ends with an error unless size and checksum are as stated.
    pub(super) fn stream(&self, archive: &Arc<Bytes>) -> io::Result<Box<dyn Read + Send>> {
        // One byte more than stated, to notice it.
        let more = Self {
            size: self.size.saturating_add(1),
            ..self.clone()
        };
        Ok(Box::new(Checked {
            inner: more.unchecked(archive)?,
            stated: self.size,
            read: 0,
            stated_crc: self.crc,
            crc: flate2::Crc::new(),
            done: false,
        }))
    }
}

fn corrupt(what: String) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, what)
}

/// Counts and sums what passes. The check is made in the call that gives the last bytes, so that
/// a reader that stops exactly there still learns of it.
struct Checked {
    inner: Box<dyn Read + Send>,
    stated: u64,
    read: u64,
    stated_crc: u32,
    crc: flate2::Crc,
    done: bool,
}

impl Checked {
    fn pull(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        loop {
            match self.inner.read(buffer) {
                Err(e) if e.kind() == io::ErrorKind::Interrupted => {}
                Err(e) => {
                    let at = self.read;
                    return Err(corrupt(format!(
                        "corrupt: cannot be decompressed after byte {at} ({e})"
                    )));
                }
                Ok(n) => return Ok(n),
            }
        }
    }

    fn finish(&mut self) -> io::Result<()> {
        self.done = true;
        if self.pull(&mut [0])? != 0 {
            return Err(corrupt(format!(
                "corrupt: size mismatch, the file has more bytes than the {} that the archive states",
                self.stated
            )));
        }
        if self.crc.sum() != self.stated_crc {
            return Err(corrupt(format!(
                "corrupt: the checksum (CRC) is {:08x}, but the archive states {:08x}",
                self.crc.sum(),
                self.stated_crc
            )));
        }
        Ok(())
    }
}

impl Read for Checked {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.done || buffer.is_empty() {
            return Ok(0);
        }
        let left = usize::try_from(self.stated - self.read).unwrap_or(usize::MAX);
        if left == 0 {
            self.finish()?;
            return Ok(0);
        }
        let want = buffer.len().min(left);
        let buffer = buffer.get_mut(..want).unwrap_or_default();
        let n = self.pull(buffer)?;
        if n == 0 {
            self.done = true;
            return Err(corrupt(format!(
                "corrupt: too short, the size is {} bytes, but the archive states {}",
                self.read, self.stated
            )));
        }
        self.crc.update(buffer.get(..n).unwrap_or_default());
        self.read += n as u64;
        if self.read == self.stated {
            self.finish()?;
        }
        Ok(n)
    }
}
