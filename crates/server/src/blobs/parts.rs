//! Hashes of the parts of a blob, so that a piece of it can be fetched and trusted without the rest.

use sha2::{Digest, Sha256};
use std::ops::Range;
use tramline_converter::hexadecimal;

/// Bytes of a part; the last one may be shorter.
pub const PART_BYTES: u64 = 8 << 20;
/// Characters of a hash.
const HASH: usize = 64;

/// SHA-256 of each part, in order.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Parts(Vec<String>);

impl Parts {
    /// Reads them as they stand in a row: hexadecimal, one after the other.
    pub fn parse(text: &str) -> Option<Self> {
        let whole =
            text.len().is_multiple_of(HASH) && text.bytes().all(|byte| byte.is_ascii_hexdigit());
        let hashes = text.as_bytes().chunks(HASH).map(String::from_utf8_lossy);
        whole.then(|| Self(hashes.map(String::from).collect()))
    }

    /// As they stand in a row.
    pub fn text(&self) -> String {
        self.0.concat()
    }

    /// Whether the bytes are those of this part.
    pub(super) fn holds(&self, part: u64, bytes: &[u8]) -> bool {
        let hash = usize::try_from(part).ok().and_then(|part| self.0.get(part));
        hash.is_some_and(|hash| *hash == hexadecimal(&Sha256::digest(bytes)))
    }

    /// Whether they are those of a blob of this size.
    pub(super) fn are_of(&self, size: u64) -> bool {
        self.0.len() as u64 == size.div_ceil(PART_BYTES)
    }
}

/// The parts that ranges of bytes touch, each once, in order.
pub(super) fn touched(ranges: &[Range<u64>], size: u64) -> Vec<u64> {
    let parts = ranges.iter().flat_map(|range| {
        let end = range.end.min(size).div_ceil(PART_BYTES);
        range.start / PART_BYTES..end
    });
    let mut parts: Vec<u64> = parts.collect();
    parts.sort_unstable();
    parts.dedup();
    parts
}

/// Hashes a blob and its parts as the bytes go by.
#[derive(Default)]
pub(crate) struct PartHasher {
    whole: Sha256,
    part: Sha256,
    /// Bytes of the present part.
    inside: u64,
    done: Vec<String>,
}

impl PartHasher {
    pub(crate) fn update(&mut self, mut bytes: &[u8]) {
        self.whole.update(bytes);
        while !bytes.is_empty() {
            let room = usize::try_from(PART_BYTES - self.inside).unwrap_or(usize::MAX);
            let (now, later) = bytes.split_at(room.min(bytes.len()));
            self.part.update(now);
            self.inside += now.len() as u64;
            bytes = later;
            if self.inside == PART_BYTES {
                self.end_part();
            }
        }
    }

    fn end_part(&mut self) {
        self.done.push(hexadecimal(&self.part.finalize_reset()));
        self.inside = 0;
    }

    /// SHA-256 of the whole, and those of the parts.
    pub(crate) fn finish(mut self) -> (String, Parts) {
        if self.inside > 0 {
            self.end_part();
        }
        (hexadecimal(&self.whole.finalize()), Parts(self.done))
    }
}

#[cfg(test)]
mod tests {
    //! Parts against hashes of slices.

    use super::{PART_BYTES, PartHasher, Parts, touched};

    #[test]
    fn parts_are_hashed_however_the_bytes_come() {
        let bytes: Vec<u8> = (0..PART_BYTES + 5).map(|at| (at / 251) as u8).collect();
        for piece in [1 << 16, PART_BYTES as usize, usize::MAX] {
            let mut hasher = PartHasher::default();
            for piece in bytes.chunks(piece.min(bytes.len())) {
                hasher.update(piece);
            }
            let (whole, parts) = hasher.finish();
            assert_eq!(whole.len(), 64);
            assert!(parts.are_of(bytes.len() as u64) && !parts.are_of(PART_BYTES));
            let (first, second) = bytes.split_at(PART_BYTES as usize);
            assert!(parts.holds(0, first) && parts.holds(1, second));
            assert!(!parts.holds(1, first) && !parts.holds(2, second));
            assert_eq!(Parts::parse(&parts.text()), Some(parts));
        }
        assert_eq!(Parts::parse("12"), None);
    }

    #[test]
    fn ranges_touch_parts_once() {
        let size = 3 * PART_BYTES + 1;
        let of = |ranges: &[std::ops::Range<u64>]| touched(ranges, size);
        assert_eq!(of(&[0..1, 5..PART_BYTES]), [0]);
        assert_eq!(
            of(&[PART_BYTES - 1..PART_BYTES + 1, size - 1..size + 99]),
            [0, 1, 3]
        );
        assert!(of(&[]).is_empty());
    }
}
