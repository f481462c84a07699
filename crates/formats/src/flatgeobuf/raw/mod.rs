//! The file in its own words: framing, header and features.

mod feature;
mod header;
mod table;

pub(super) use feature::decode;
pub(super) use header::Header;

/// Whether a file begins as FlatGeobuf of version 3.
pub(super) fn is_magic(head: &[u8]) -> bool {
    // The last byte is the patch level, which changes nothing.
    head.len() >= 8 && head.starts_with(b"fgb\x03fgb")
}
