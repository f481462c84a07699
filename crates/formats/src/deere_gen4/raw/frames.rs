//! Frames of a `.jdl`: byte `0D`, a little-endian length, and a message of one of four kinds.
//!
//! Rule: a file that was cut short simply lacks its end; damage behind good frames costs what
//! follows and not what was read.

use crate::shared::protobuf::{Fields, Value};
use std::io::Read;

/// First byte of each frame.
const MARK: u8 = 0x0d;
/// The display cuts frames at 150 positions; 30 kB are usual, 1 MB occurs.
const MAX_BYTES: u32 = 64 << 20;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Header,
    Metadata,
    Data,
    End,
    Unknown,
}

/// One frame; the body is that of its kind.
pub(crate) struct Frame<'a> {
    pub(crate) kind: Kind,
    pub(crate) body: &'a [u8],
}

/// Why the frames stop before the end of the file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Damage {
    pub(crate) what: String,
    /// Offset in the file.
    pub(crate) at: u64,
}

/// Frames of a stream, one at a time in one buffer.
pub(crate) struct Frames<R> {
    stream: R,
    buffer: Vec<u8>,
    at: u64,
    pub(crate) damage: Option<Damage>,
    /// Whether an end frame was met.
    pub(crate) ended: bool,
}

impl<R: Read> Frames<R> {
    pub(crate) fn new(stream: R) -> Self {
        Self {
            stream,
            buffer: Vec::new(),
            at: 0,
            damage: None,
            ended: false,
        }
    }

    /// Bytes read so far.
    pub(crate) fn position(&self) -> u64 {
        self.at
    }

    /// The next frame; `None` at the end or at damage, which `damage` then tells.
    pub(crate) fn next(&mut self) -> Option<Frame<'_>> {
        if self.damage.is_some() || !self.fill() {
            return None;
        }
        let (mut kind, mut body): (i64, Option<(u32, &[u8])>) = (0, None);
        let mut problem = None;
        for field in Fields::new(&self.buffer) {
            match field {
                Ok((1, value)) => kind = value.int(),
                Ok((number @ 3..=6, Value::Bytes(bytes))) => body = Some((number, bytes)),
                Ok(_) => {}
                Err(error) => problem = Some(error.to_string()),
            }
        }
        if let Some(what) = problem {
            let at = self.at;
            self.damage = Some(Damage { what, at });
            return None;
        }
        let kind = match (kind, body.map(|(number, _)| number)) {
            (3, Some(3)) => Kind::Header,
            (1, Some(5)) => Kind::Metadata,
            (2, Some(4)) => Kind::Data,
            (4, _) => Kind::End,
            _ => Kind::Unknown,
        };
        self.ended |= kind == Kind::End;
        Some(Frame {
            kind,
            body: body.map_or(&[], |(_, bytes)| bytes),
        })
    }

    /// Reads one frame into the buffer.
    fn fill(&mut self) -> bool {
        let mut head = [0_u8; 5];
        let start = self.at;
        let mut damaged = |what: String| {
            self.damage = Some(Damage { what, at: start });
            false
        };
        match read_full(&mut self.stream, &mut head) {
            Ok(0) => return false,
            Ok(5) => {}
            Ok(_) => return damaged("the file ends inside the head of a frame".to_owned()),
            Err(error) => return damaged(error.to_string()),
        }
        let [mark, length @ ..] = head;
        let length = u32::from_le_bytes(length);
        if mark != MARK {
            return damaged(format!("no frame begins here (byte {mark:#04x})"));
        }
        if length > MAX_BYTES {
            return damaged(format!(
                "a frame claims {length} bytes, more than any frame has"
            ));
        }
        self.buffer.clear();
        let read = self
            .stream
            .by_ref()
            .take(u64::from(length))
            .read_to_end(&mut self.buffer);
        match read {
            Ok(read) if read as u64 == u64::from(length) => {}
            Ok(_) => return damaged("the file ends inside a frame".to_owned()),
            Err(error) => return damaged(error.to_string()),
        }
        self.at += 5 + u64::from(length);
        true
    }
}

fn read_full(stream: &mut impl Read, buffer: &mut [u8]) -> std::io::Result<usize> {
    let mut filled = 0;
    while let Some(rest) = buffer.get_mut(filled..).filter(|rest| !rest.is_empty()) {
        match stream.read(rest) {
            Ok(0) => break,
            Ok(read) => filled += read,
            Err(error) if error.kind() == std::io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(filled)
}
