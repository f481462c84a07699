//! Framing of a `.jdf`: records one after the other, each with its length (two bytes, these four
//! included), its type (two bytes) and its content. Little-endian.
//!
//! Rule: a length that cannot be ends the log; what stands before it is good.

use std::io::Read;

/// Length and type.
const HEAD: usize = 4;
/// Record types are small numbers; described ones reach 157.
const TYPES: u16 = 4_096;

/// Records of a stream; one is in memory at a time, at most 64 KiB.
pub(in super::super) struct Frames<R> {
    stream: R,
    buffer: Vec<u8>,
    /// Bytes before the record that comes next.
    at: u64,
}

/// Why a log ends before its last byte.
#[derive(Debug, PartialEq, Eq)]
pub(in super::super) struct Broken {
    /// Where the record begins that cannot be read.
    pub(in super::super) at: u64,
    /// What is wrong with it.
    pub(in super::super) what: String,
}

impl<R: Read> Frames<R> {
    pub(in super::super) fn new(stream: R) -> Self {
        Self {
            stream,
            buffer: Vec::new(),
            at: 0,
        }
    }

    /// Type and whole bytes of the next record; `None` at the end.
    pub(in super::super) fn next(&mut self) -> Result<Option<(u16, &[u8])>, Broken> {
        let at = self.at;
        let broken = |what: String| Broken { at, what };
        let mut head = [0; HEAD];
        let got = fill(&mut self.stream, &mut head).map_err(|e| broken(e.to_string()))?;
        if got == 0 {
            return Ok(None);
        }
        if got < HEAD {
            return Err(broken(format!(
                "{got} bytes are left, too few for a record"
            )));
        }
        let [l0, l1, t0, t1] = head;
        let length = usize::from(u16::from_le_bytes([l0, l1]));
        if length < HEAD {
            return Err(broken(format!(
                "a record states an impossible length of {length} bytes"
            )));
        }
        self.buffer.clear();
        self.buffer.extend(head);
        self.buffer.resize(length, 0);
        let rest = self.buffer.get_mut(HEAD..).unwrap_or_default();
        let wanted = rest.len();
        let got = fill(&mut self.stream, rest).map_err(|e| broken(e.to_string()))?;
        if got < wanted {
            return Err(broken(format!(
                "a record of {length} bytes has only {} left",
                got + HEAD
            )));
        }
        self.at += length as u64;
        Ok(Some((u16::from_le_bytes([t0, t1]), &self.buffer)))
    }
}

/// Reads until the slice is full or the stream ends.
fn fill(stream: &mut impl Read, into: &mut [u8]) -> std::io::Result<usize> {
    let mut got = 0;
    while got < into.len() {
        match stream.read(into.get_mut(got..).unwrap_or_default()) {
            Ok(0) => break,
            Ok(read) => got += read,
            Err(e) if e.kind() == std::io::ErrorKind::Interrupted => {}
            Err(e) => return Err(e),
        }
    }
    Ok(got)
}

/// Whether first bytes are framed as a job is: every whole record among them has a possible length
/// and type, and there is at least one.
pub(in super::super) fn begins(head: &[u8]) -> bool {
    let mut rest = head;
    let mut records = 0;
    while let Some(&[l0, l1, t0, t1]) = rest.first_chunk::<HEAD>() {
        let length = usize::from(u16::from_le_bytes([l0, l1]));
        let kind = u16::from_le_bytes([t0, t1]);
        if length < HEAD || kind == 0 || kind > TYPES {
            return false;
        }
        let Some(after) = rest.get(length..) else {
            break;
        };
        records += 1;
        rest = after;
    }
    records > 0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hostile_lengths_end_the_log_and_keep_what_was_before() {
        let good = [6_u8, 0, 155, 0, 1, 2];
        let cases: [(&[u8], &str); 4] = [
            (&[3, 0, 1, 0], "impossible length of 3 bytes"),
            (&[0, 0, 0, 0, 0, 0], "impossible length of 0 bytes"),
            (
                &[255, 255, 1, 0, 7],
                "a record of 65535 bytes has only 5 left",
            ),
            (&[5, 0], "2 bytes are left"),
        ];
        for (tail, words) in cases {
            let mut bytes = good.to_vec();
            bytes.extend(tail);
            let mut frames = Frames::new(bytes.as_slice());
            assert_eq!(frames.next(), Ok(Some((155, good.as_slice()))));
            let broken = frames.next().expect_err("broken");
            assert_eq!(broken.at, 6);
            assert!(broken.what.contains(words), "{broken:?}");
        }
    }

    #[test]
    fn beginnings_are_told_from_noise() {
        assert!(begins(&[6, 0, 155, 0, 1, 2, 41, 0, 113, 0]));
        for noise in [&b"PK\x03\x04 zip"[..], b"", b"x", &[0; 64], &[4, 0, 0, 0]] {
            assert!(!begins(noise), "{noise:?}");
        }
    }
}
