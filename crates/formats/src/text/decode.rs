//! From the bytes of an entry to UTF-8, as a stream: encoding from the first bytes, line length
//! and control characters guarded on the way.

use encoding_rs::{Decoder, Encoding, UTF_8, UTF_16BE, UTF_16LE, WINDOWS_1252};
use std::io::{self, Read};
use tramline_model::{Place, ReadError};

/// The encoding of a text by its byte order mark, validity as UTF-8, or its letter statistics.
/// `None` for bytes that are no text (many control characters).
pub(super) fn encoding(head: &[u8]) -> Option<&'static Encoding> {
    if let Some((encoding, _)) = Encoding::for_bom(head) {
        return Some(encoding);
    }
    let zeros = |offset: usize| {
        head.iter()
            .skip(offset)
            .step_by(2)
            .filter(|b| **b == 0)
            .count()
    };
    let half = head.len() / 2;
    if half >= 8 {
        let (even, odd) = (zeros(0), zeros(1));
        if odd * 10 > half * 9 && even == 0 {
            return Some(UTF_16LE);
        }
        if even * 10 > half * 9 && odd == 0 {
            return Some(UTF_16BE);
        }
    }
    let text = head.split(|b| *b == 0).next().unwrap_or_default();
    let control = text
        .iter()
        .filter(|b| **b < 32 && !matches!(**b, b'\t' | b'\n' | b'\r' | 12))
        .count();
    if control * 100 > text.len() {
        return None;
    }
    match std::str::from_utf8(text) {
        Ok(_) => Some(UTF_8),
        // The head may end inside a character.
        Err(e) if e.error_len().is_none() => Some(UTF_8),
        // Signs of units alone (°, ², ³, µ): every Western writer means this table.
        Err(_) if text.iter().all(|b| *b < 128 || matches!(*b, 0xB0..=0xB7)) => Some(WINDOWS_1252),
        Err(_) => {
            let mut detector =
                chardetng::EncodingDetector::new(chardetng::Iso2022JpDetection::Deny);
            detector.feed(text, true);
            Some(detector.guess(None, chardetng::Utf8Detection::Deny))
        }
    }
}

/// Why a text stream stopped; travels inside an `io::Error`.
#[derive(Debug, thiserror::Error)]
pub(super) enum Trouble {
    #[error("character U+0000 in a text file, csv line {0}")]
    Nul(u64),
    #[error("line {line} is longer than {allowed} bytes")]
    Line { line: u64, allowed: usize },
}

/// A stream of UTF-8 over bytes of another encoding. A byte order mark is left out.
pub(super) struct Utf8<R> {
    inner: R,
    decoder: Decoder,
    input: Vec<u8>,
    used: usize,
    filled: usize,
    output: Vec<u8>,
    given: usize,
    ready: usize,
    done: bool,
    line: u64,
    line_length: usize,
    line_bytes: usize,
    separator: u8,
    quoted: bool,
    previous: u8,
    before: u8,
    failed: Option<io::Error>,
}

const CHUNK: usize = 64 * 1024;

impl<R: Read> Utf8<R> {
    /// A row (which may hold line ends in quotes) of more than `line_bytes` is an error.
    pub(super) fn new(
        inner: R,
        encoding: &'static Encoding,
        separator: u8,
        line_bytes: usize,
    ) -> Self {
        Self {
            inner,
            decoder: encoding.new_decoder_with_bom_removal(),
            input: vec![0; CHUNK],
            used: 0,
            filled: 0,
            output: vec![0; CHUNK * 3 + 16],
            given: 0,
            ready: 0,
            done: false,
            line: 1,
            line_length: 0,
            line_bytes,
            separator,
            quoted: false,
            previous: b'\n',
            before: 0,
            failed: None,
        }
    }

    /// Decodes the next piece; what is good before trouble is given first.
    fn refill(&mut self) -> io::Result<()> {
        while self.given == self.ready && !self.done {
            if let Some(error) = self.failed.take() {
                self.done = true;
                return Err(error);
            }
            if self.used == self.filled {
                self.used = 0;
                self.filled = 0;
                match self.inner.read(&mut self.input) {
                    Ok(n) => self.filled = n,
                    Err(e) if e.kind() == io::ErrorKind::Interrupted => continue,
                    Err(e) => {
                        self.done = true;
                        return Err(e);
                    }
                }
            }
            let last = self.filled == 0;
            let source = self.input.get(self.used..self.filled).unwrap_or_default();
            let (result, read, written, _) =
                self.decoder.decode_to_utf8(source, &mut self.output, last);
            self.used += read;
            self.given = 0;
            self.ready = self.guard(written);
            self.done = last && result == encoding_rs::CoderResult::InputEmpty;
        }
        Ok(())
    }

    /// How much of the decoded piece is free of trouble.
    fn guard(&mut self, written: usize) -> usize {
        for (at, byte) in self.output.iter().take(written).enumerate() {
            // As the csv reader sees it: a quote opens only at the start of a cell.
            if *byte == b'"' {
                let starts = self.previous == self.separator || self.previous == b'\n';
                let doubled = self.previous == b'"' && self.before != self.separator;
                self.quoted = !self.quoted && (starts || doubled);
            }
            (self.before, self.previous) = (self.previous, *byte);
            match byte {
                b'\n' => {
                    self.line += 1;
                    if !self.quoted {
                        self.line_length = 0;
                    }
                }
                0 => {
                    self.failed = Some(io::Error::other(Trouble::Nul(self.line)));
                    return at;
                }
                _ => {
                    self.line_length += 1;
                    if self.line_length > self.line_bytes {
                        let trouble = Trouble::Line {
                            line: self.line,
                            allowed: self.line_bytes,
                        };
                        self.failed = Some(io::Error::other(trouble));
                        return at;
                    }
                }
            }
        }
        written
    }
}

impl<R: Read> Read for Utf8<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.refill()?;
        let ready = self.output.get(self.given..self.ready).unwrap_or_default();
        let n = ready.len().min(buffer.len());
        if let (Some(to), Some(from)) = (buffer.get_mut(..n), ready.get(..n)) {
            to.copy_from_slice(from);
        }
        self.given += n;
        Ok(n)
    }
}

/// A failure of the table reader in the words of the model.
pub(super) fn read_error(error: csv::Error, place: &Place) -> ReadError {
    let line = error.position().map_or(0, csv::Position::line);
    let csv::ErrorKind::Io(io) = error.into_kind() else {
        let place = Place::inside(place.entry.clone(), format!("line {line}"));
        return ReadError::malformed(
            place,
            "the line cannot be read as csv",
            "export the table again",
        );
    };
    let trouble = io.get_ref().and_then(|e| e.downcast_ref::<Trouble>());
    match trouble {
        Some(trouble) => {
            let hint = "export the table again as text, one row per line";
            ReadError::malformed(place.clone(), trouble.to_string(), hint)
        }
        None => ReadError::malformed(
            place.clone(),
            io.to_string(),
            "copy the file from the display again",
        ),
    }
}
