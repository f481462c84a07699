//! Where the directory of a zip lies (rule Z2): the end record, its zip64 form, and what stands
//! in front of and behind the archive.

use super::SourceError;
use super::bytes::Bytes;

/// Where the directory lies, in offsets of the bytes as they are.
#[derive(Debug)]
pub(super) struct Layout {
    pub directory_at: u64,
    pub directory_len: u64,
    /// Stated number of entries.
    pub entries: u64,
    /// Add to every stated offset: bytes in front that the offsets do not count.
    pub shift: u64,
    /// Bytes behind the archive.
    pub trailing: u64,
}

const END: &[u8; 4] = b"PK\x05\x06";
const END_LEN: usize = 22;
const LOCATOR: &[u8; 4] = b"PK\x06\x07";
const LOCATOR_LEN: u64 = 20;
const END64: &[u8; 4] = b"PK\x06\x06";
const END64_LEN: u64 = 56;
const DIRECTORY: &[u8; 4] = b"PK\x01\x02";
const COMMENT: usize = 1 << 10;
/// How far from the end the end record is looked for: longest comment and 1 MiB of other bytes.
const TAIL: usize = (1 << 20) + 0xffff + END_LEN;

const AGAIN: &str =
    "copy or download the file again; if that does not help, make a new zip of the folder";
const NEW_ZIP: &str = "make a new zip of the folder and upload it";

/// Little-endian number of up to 8 bytes at an offset; 0 where bytes lack.
pub(super) fn number(bytes: &[u8], at: usize, len: usize) -> u64 {
    let field = bytes.get(at..at.saturating_add(len)).unwrap_or_default();
    field
        .iter()
        .rev()
        .fold(0, |sum, byte| (sum << 8) | u64::from(*byte))
}

pub(super) fn refuse(text: impl Into<String>) -> SourceError {
    SourceError::refused("Z2", text, NEW_ZIP)
}

fn find(haystack: &[u8], needle: &[u8]) -> Option<usize> {
    haystack
        .windows(needle.len())
        .position(|window| window == needle)
}

/// Finds the end record and the directory that it points to.
pub(super) fn locate(bytes: &Bytes) -> Result<Layout, SourceError> {
    let len = bytes.len();
    let head = bytes.slice(0, 512)?;
    if head.is_empty() {
        return Err(SourceError::refused(
            "Z2",
            "the file is empty (0 bytes)",
            AGAIN,
        ));
    }
    let tail_at = len.saturating_sub(TAIL as u64);
    let tail = bytes.slice(tail_at, TAIL)?;
    let Some(end_at) = last_end_record(&tail) else {
        return Err(no_end_record(&head));
    };
    let record = tail.get(end_at..).unwrap_or_default();
    let comment_len = usize::try_from(number(record, 20, 2)).unwrap_or(0);
    let comment = record
        .get(END_LEN..END_LEN + comment_len)
        .unwrap_or_default();
    let trailing = record.get(END_LEN + comment_len..).unwrap_or_default();
    check_surroundings(comment, trailing)?;

    let end_at = tail_at + end_at as u64;
    let fields = Fields::read(bytes, record, end_at)?;
    let directory_end = fields.directory_end;
    if fields.directory_len > directory_end {
        return Err(refuse(format!(
            "the zip states a directory of {} bytes, but only {directory_end} bytes lie before its end",
            fields.directory_len
        )));
    }
    let directory_at = directory_end - fields.directory_len;
    if fields.directory_at > directory_at {
        return Err(refuse(format!(
            "the zip states its directory at offset {}, but it cannot begin after {directory_at}",
            fields.directory_at
        )));
    }
    if fields.directory_len > 0 && bytes.slice(directory_at, 4)? != DIRECTORY {
        return Err(refuse(
            "the directory of the zip is not where its end record states",
        ));
    }
    let layout = Layout {
        directory_at,
        directory_len: fields.directory_len,
        entries: fields.entries,
        shift: directory_at - fields.directory_at,
        trailing: trailing.len() as u64,
    };
    Ok(layout)
}

/// Refuses when the bytes in front of the first member are, or end, another archive.
pub(super) fn check_leading(bytes: &Bytes, leading: u64) -> Result<(), SourceError> {
    let reach = 0xffff + END_LEN as u64;
    let from = leading.saturating_sub(reach);
    let before = bytes.slice(from, usize::try_from(leading - from).unwrap_or(0))?;
    if bytes.slice(0, 4)? == b"PK\x03\x04" || find(&before, END).is_some() {
        return Err(SourceError::refused(
            "Z2",
            format!(
                "ambiguous: the {leading} bytes before the archive are another zip (two archives \
                 joined, or an incomplete one)"
            ),
            "upload each zip on its own",
        ));
    }
    Ok(())
}

/// The last end record that fits into the bytes with its comment.
fn last_end_record(tail: &[u8]) -> Option<usize> {
    (0..tail.len().saturating_sub(END_LEN - 1))
        .rev()
        .find(|at| {
            let record = tail.get(*at..).unwrap_or_default();
            let comment = usize::try_from(number(record, 20, 2)).unwrap_or(usize::MAX);
            record.starts_with(END) && record.len() - END_LEN >= comment
        })
}

fn check_surroundings(comment: &[u8], trailing: &[u8]) -> Result<(), SourceError> {
    if comment.len() > COMMENT {
        return Err(refuse(format!(
            "the comment of the zip is {} bytes long, and at most {COMMENT} are allowed",
            comment.len()
        )));
    }
    if find(comment, b"PK").is_some() {
        return Err(refuse(
            "ambiguous: the comment of the zip contains `PK` and may hide a second directory",
        ));
    }
    let signatures: [&[u8]; 4] = [b"PK\x03\x04", DIRECTORY, END, LOCATOR];
    if signatures
        .iter()
        .any(|signature| find(trailing, signature).is_some())
    {
        return Err(refuse(format!(
            "ambiguous: the {} bytes after the archive are part of another zip (two archives joined, \
             or a truncated one)",
            trailing.len()
        )));
    }
    Ok(())
}

/// The end record's numbers, from its zip64 form where there is one.
struct Fields {
    entries: u64,
    directory_len: u64,
    directory_at: u64,
    /// Where the directory must end: the zip64 end record, else the end record.
    directory_end: u64,
}

impl Fields {
    fn read(bytes: &Bytes, record: &[u8], end_at: u64) -> Result<Self, SourceError> {
        let split = || {
            SourceError::refused(
                "Z2",
                "this is one part of a split (multi-part, several disks) zip",
                "join all parts into one zip and upload it",
            )
        };
        let short = Self {
            entries: number(record, 10, 2),
            directory_len: number(record, 12, 4),
            directory_at: number(record, 16, 4),
            directory_end: end_at,
        };
        let (disk, directory_disk) = (number(record, 4, 2), number(record, 6, 2));
        let here = number(record, 8, 2);
        let locator_at = end_at.checked_sub(LOCATOR_LEN);
        let locator = match locator_at {
            Some(at) => bytes.slice(at, LOCATOR_LEN as usize)?,
            None => Vec::new(),
        };
        let real_disk = |disk: u64| disk != 0 && disk != 0xffff;
        if real_disk(disk) || real_disk(directory_disk) {
            return Err(split());
        }
        let (Some(locator_at), true) = (locator_at, locator.starts_with(LOCATOR)) else {
            if here != short.entries {
                return Err(split());
            }
            return Ok(short);
        };
        if number(&locator, 4, 4) != 0 || number(&locator, 16, 4) > 1 {
            return Err(split());
        }
        // With bytes in front the stated offset is too low: then right before the locator.
        let stated_at = number(&locator, 8, 8);
        let close_at = locator_at.saturating_sub(END64_LEN);
        let mut found = None;
        for at in [stated_at, close_at] {
            let record = bytes.slice(at, END64_LEN as usize)?;
            let ends_at = at.saturating_add(12).saturating_add(number(&record, 4, 8));
            if record.len() as u64 == END64_LEN
                && record.starts_with(END64)
                && ends_at == locator_at
            {
                found = Some((at, record));
                break;
            }
        }
        let Some((at, long)) = found else {
            return Err(refuse(
                "the zip64 end record is not where its locator states",
            ));
        };
        if number(&long, 16, 4) != 0 || number(&long, 20, 4) != 0 {
            return Err(split());
        }
        let wide = Self {
            entries: number(&long, 32, 8),
            directory_len: number(&long, 40, 8),
            directory_at: number(&long, 48, 8),
            directory_end: at,
        };
        let agrees = |short: u64, wide: u64, all_ones: u64| short == all_ones || short == wide;
        if !agrees(short.entries, wide.entries, 0xffff)
            || !agrees(short.directory_len, wide.directory_len, 0xffff_ffff)
            || !agrees(short.directory_at, wide.directory_at, 0xffff_ffff)
        {
            return Err(refuse(
                "the two end records of the zip disagree on the number of entries or the place of the \
                 directory",
            ));
        }
        Ok(wide)
    }
}

fn no_end_record(head: &[u8]) -> SourceError {
    if head.starts_with(b"PK\x07\x08") || head.starts_with(b"PK00PK") {
        return SourceError::refused(
            "Z2",
            "this is the first part of a split (multi-part) zip",
            "join all parts into one zip and upload it",
        );
    }
    if head.starts_with(b"PK\x03\x04") {
        return SourceError::refused(
            "Z2",
            "the zip is truncated: the directory at its end is missing because the transfer was incomplete",
            AGAIN,
        );
    }
    let what = foreign(head).unwrap_or("its content is not an archive");
    SourceError::refused(
        "Z2",
        format!("the file is not a zip: {what}"),
        "upload a zip of the folder as it is on the card",
    )
}

/// What an archive or page of another kind is, by its first bytes.
pub(crate) fn foreign(head: &[u8]) -> Option<&'static str> {
    let magics: [(&[u8], &str); 6] = [
        (b"\x1f\x8b", "it is a gzip file"),
        (b"Rar!\x1a\x07", "it is a RAR archive"),
        (b"7z\xbc\xaf\x27\x1c", "it is a 7-Zip archive"),
        (b"BZh", "it is a bzip2 file"),
        (b"\xfd7zXZ\0", "it is an xz file"),
        (b"\x28\xb5\x2f\xfd", "it is a zstandard file"),
    ];
    if let Some((_, what)) = magics.iter().find(|(magic, _)| head.starts_with(magic)) {
        return Some(what);
    }
    if head.get(257..262) == Some(b"ustar") {
        return Some("it is a tar archive");
    }
    let start = String::from_utf8_lossy(head)
        .trim_start()
        .to_ascii_lowercase();
    (start.starts_with("<!doctype html") || start.starts_with("<html"))
        .then_some("it is a web page, perhaps a login page saved instead of the export")
}
