//! The check of a zip's container from its end record, directory and local headers, before any
//! member is unpacked: rules Z2 to Z5 and Z8 to Z13. What it returns is what is read: no second
//! parser can see another archive. Reads the directory and one header for each member; nothing is
//! held that grows with the archive but the list of members.

use super::bytes::{Bytes, Window};
use super::end_record::{check_leading, locate, number, refuse};
use super::member::Member;
use super::{Limits, SourceError, findings, names};
use std::collections::HashMap;
use std::io::{BufReader, Read};
use std::sync::Arc;
use tramline_model::{Finding, Place, Severity};

/// What a sound archive holds.
#[derive(Debug)]
pub(super) struct Directory {
    /// Files in the order of the directory; folders are left out.
    pub members: Vec<Member>,
    pub findings: Vec<Finding>,
}

const LOCAL: &[u8; 4] = b"PK\x03\x04";
const LOCAL_LEN: usize = 30;
const OVERLAP: u64 = 2;
/// General purpose bits: encrypted, strong encryption, masked headers.
const ENCRYPTED: u64 = 1 | 1 << 6 | 1 << 13;
const STREAMED: u64 = 1 << 3;
const UTF8: u64 = 1 << 11;
const AES: u64 = 99;

/// Checks an archive. `place` is its path in the upload, empty for the upload itself; `entries`
/// is how many members it may still have (rule Z3).
pub(super) fn check(
    bytes: &Arc<Bytes>,
    limits: &Limits,
    entries: usize,
    place: &str,
) -> Result<Directory, SourceError> {
    let layout = locate(bytes)?;
    if layout.entries > entries as u64 {
        return Err(too_many(layout.entries, limits));
    }
    let mut raw = Vec::new();
    let mut files = 0;
    let mut count: u64 = 0;
    let mut reader = Window::new(bytes, layout.directory_at, layout.directory_len);
    let mut reader = BufReader::with_capacity(64 << 10, &mut reader);
    while let Some(entry) = RawEntry::next(&mut reader)? {
        count += 1;
        if count > entries as u64 {
            return Err(too_many(count, limits));
        }
        if count > layout.entries {
            break;
        }
        files += usize::from(!entry.name.is_folder);
        raw.push(entry);
    }
    if count != layout.entries {
        let more = if count > layout.entries {
            "more"
        } else {
            &*count.to_string()
        };
        return Err(refuse(format!(
            "the end record of the zip states {} entries, but its directory holds {more}",
            layout.entries
        )));
    }
    if files == 0 {
        return Err(SourceError::refused(
            "Z2",
            "the zip is empty: it contains no files",
            "zip the folder of the card with its files",
        ));
    }
    check_sizes(&raw, bytes.len(), limits)?;

    let mut spans = Vec::with_capacity(raw.len());
    let mut members = Vec::with_capacity(files);
    let mut encrypted = 0;
    for entry in raw {
        let (member, span) = entry.locate(bytes, layout.shift, layout.directory_at)?;
        spans.push(span);
        if !entry.name.is_folder {
            encrypted += usize::from(entry.is_encrypted());
            members.push(member);
        }
    }
    if encrypted == files {
        return Err(SourceError::refused(
            "Z10",
            "the zip is encrypted: every file in it needs a password",
            "upload it without a password",
        ));
    }
    check_overlaps(&mut spans, layout.directory_at)?;
    let mut noticed = Vec::new();
    let leading = spans.first().map_or(0, |span| span.0);
    if leading > 0 {
        check_leading(bytes, leading)?;
        let text = format!("{leading} bytes before the zip archive are skipped");
        noticed.push(
            Finding::new(
                &findings::LEADING_BYTES,
                Severity::Warning,
                Place::entry(place),
                text,
            )
            .value("bytes", leading),
        );
    }
    if layout.trailing > 0 {
        let trailing = layout.trailing;
        let text = format!("{trailing} bytes after the zip archive are skipped");
        noticed.push(
            Finding::new(
                &findings::TRAILING_BYTES,
                Severity::Warning,
                Place::entry(place),
                text,
            )
            .value("bytes", trailing),
        );
    }
    let members = join_duplicates(members, place, &mut noticed)?;
    Ok(Directory {
        members,
        findings: noticed,
    })
}

pub(super) fn too_many(entries: u64, limits: &Limits) -> SourceError {
    SourceError::refused(
        "Z3",
        format!(
            "too many entries: {entries}, and at most {} are allowed",
            limits.entries
        ),
        "split the folders into several uploads",
    )
}

/// One record of the central directory (APPNOTE 4.3.12).
struct RawEntry {
    raw_name: Vec<u8>,
    name: names::Name,
    flags: u64,
    method: u64,
    crc: u64,
    packed: u64,
    size: u64,
    offset: u64,
}

impl RawEntry {
    /// The next record, or `None` at the end of the directory.
    fn next(reader: &mut impl Read) -> Result<Option<Self>, SourceError> {
        let mut fixed = [0; 46];
        let got = read_up_to(reader, &mut fixed)?;
        // A digital signature may close the directory (APPNOTE 4.3.13).
        if got == 0 || fixed.starts_with(b"PK\x05\x05") {
            return Ok(None);
        }
        let cut = || refuse("the directory of the zip is damaged: one of its entries is cut off");
        if got < fixed.len() {
            return Err(cut());
        }
        if !fixed.starts_with(b"PK\x01\x02") {
            return Err(refuse(
                "the directory of the zip is damaged: an entry has no signature",
            ));
        }
        let field = |at, len| number(&fixed, at, len);
        let mut part = |len: u64| {
            let mut part = Vec::new();
            let got = reader.take(len).read_to_end(&mut part)?;
            if got as u64 == len {
                Ok(part)
            } else {
                Err(cut())
            }
        };
        let raw_name = part(field(28, 2))?;
        let extra = part(field(30, 2))?;
        part(field(32, 2))?;
        let flags = field(8, 2);
        let z8 = |text| SourceError::refused("Z8", text, "rename the file and make a new zip");
        let mut name = names::decode(&raw_name, flags & UTF8 != 0).map_err(z8)?;
        if let Some(unicode) = unicode_path(&raw_name, &extra)? {
            name = names::decode(&unicode, true).map_err(z8)?;
        }
        check_kind(field(38, 4) >> 16, &name.path)?;
        let mut entry = Self {
            raw_name,
            name,
            flags,
            method: field(10, 2),
            crc: field(16, 4),
            packed: field(20, 4),
            size: field(24, 4),
            offset: field(42, 4),
        };
        let wide = field_of_extra(&extra, 0x0001).unwrap_or_default();
        let values = [&mut entry.size, &mut entry.packed, &mut entry.offset];
        let lacks = widen(values.into_iter(), wide);
        if lacks {
            return Err(refuse(format!(
                "the directory states no size or offset for `{}` (zip64 field missing)",
                entry.name.path
            )));
        }
        if entry.name.is_folder && entry.size > 0 {
            return Err(z8(format!(
                "the file name `{}/` ends like a folder",
                entry.name.path
            )));
        }
        Ok(Some(entry))
    }

    fn is_encrypted(&self) -> bool {
        self.flags & ENCRYPTED != 0 || self.method == AES
    }

    /// Compares with the local header (rule Z12) and finds the data: the member and its span in
    /// the archive.
    fn locate(
        &self,
        bytes: &Bytes,
        shift: u64,
        directory_at: u64,
    ) -> Result<(Member, (u64, u64)), SourceError> {
        let shown = &self.name.path;
        let at = self.offset.saturating_add(shift);
        if at.saturating_add(LOCAL_LEN as u64) > directory_at {
            return Err(refuse(format!(
                "the directory states offset {} for `{shown}`, which lies outside the archive",
                self.offset
            )));
        }
        let header = bytes.slice(at, LOCAL_LEN + self.raw_name.len())?;
        if !header.starts_with(LOCAL) {
            return Err(refuse(format!(
                "no entry begins at offset {}, which the directory states for `{shown}`",
                self.offset
            )));
        }
        let z12 = |text| SourceError::refused("Z12", text, "make a new zip of the folder");
        let name_len = number(&header, 26, 2);
        let extra_len = number(&header, 28, 2);
        let slashes = |raw: &[u8]| {
            raw.iter()
                .map(|b| if *b == b'\\' { b'/' } else { *b })
                .collect()
        };
        let local_name: Vec<u8> = slashes(header.get(LOCAL_LEN..).unwrap_or_default());
        let stated_name: Vec<u8> = slashes(&self.raw_name);
        if name_len != self.raw_name.len() as u64 || local_name != stated_name {
            return Err(z12(format!(
                "name mismatch: the directory states `{shown}`, but the entry has another name"
            )));
        }
        let local_flags = number(&header, 6, 2);
        let method = number(&header, 8, 2);
        if method != self.method || (local_flags ^ self.flags) & ENCRYPTED != 0 {
            return Err(z12(format!(
                "mismatch: `{shown}` has compression method {} in the directory and {method} in \
                 its own header, or only one of them states that it is encrypted",
                self.method
            )));
        }
        let data_at = at + LOCAL_LEN as u64 + name_len + extra_len;
        let extra_at = at + LOCAL_LEN as u64 + name_len;
        let problem = self.problem(bytes, &header, local_flags, extra_at, extra_len)?;
        let member = Member {
            path: shown.clone(),
            size: self.size,
            packed: self.packed,
            crc: u32::try_from(self.crc).unwrap_or_default(),
            method: u16::try_from(self.method).unwrap_or(u16::MAX),
            data_at,
            problem,
        };
        Ok((member, (at, data_at.saturating_add(self.packed))))
    }

    /// Why the member cannot be read, as far as the headers show it.
    fn problem(
        &self,
        bytes: &Bytes,
        header: &[u8],
        local_flags: u64,
        extra_at: u64,
        extra_len: u64,
    ) -> Result<Option<String>, SourceError> {
        if self.is_encrypted() {
            return Ok(Some("encrypted: the file needs a password".to_owned()));
        }
        if !matches!(self.method, 0 | 8 | 9) {
            let name = match self.method {
                12 => " (bzip2)",
                14 => " (LZMA)",
                93 | 20 => " (zstandard)",
                95 => " (xz)",
                98 => " (PPMd)",
                _ => "",
            };
            return Ok(Some(format!(
                "compression method {}{name} unsupported: only stored, deflate and deflate64 are read",
                self.method
            )));
        }
        if self.method == 0 && self.packed != self.size {
            return Ok(Some(format!(
                "size mismatch: stored with {} bytes, stated with {}",
                self.packed, self.size
            )));
        }
        if local_flags & STREAMED != 0 {
            return Ok(None);
        }
        let crc = number(header, 14, 4);
        let mut packed = number(header, 18, 4);
        let mut size = number(header, 22, 4);
        if packed == u64::from(u32::MAX) || size == u64::from(u32::MAX) {
            let extra = bytes.slice(extra_at, usize::try_from(extra_len).unwrap_or(0))?;
            widen(
                [&mut size, &mut packed].into_iter(),
                field_of_extra(&extra, 0x0001).unwrap_or_default(),
            );
        }
        // Some writers leave all three open; size and checksum are proven while reading.
        Ok(if (size, packed, crc) == (0, 0, 0) {
            None
        } else if (size, packed) != (self.size, self.packed) {
            Some(format!(
                "size mismatch: {} bytes by the directory of the zip, {size} by the entry's own \
                 header",
                self.size
            ))
        } else if crc != self.crc {
            Some("corrupt: two different checksums (CRC) are stated".to_owned())
        } else {
            None
        })
    }
}

fn read_up_to(reader: &mut impl Read, buffer: &mut [u8]) -> std::io::Result<usize> {
    let mut bytes = Vec::with_capacity(buffer.len());
    let got = reader.take(buffer.len() as u64).read_to_end(&mut bytes)?;
    if let Some(start) = buffer.get_mut(..got) {
        start.copy_from_slice(&bytes);
    }
    Ok(got)
}

/// The payload of an extra field.
fn field_of_extra(mut extra: &[u8], id: u64) -> Option<&[u8]> {
    while extra.len() >= 4 {
        let len = usize::try_from(number(extra, 2, 2)).unwrap_or(usize::MAX);
        let end = len.saturating_add(4).min(extra.len());
        if number(extra, 0, 2) == id {
            return extra.get(4..end);
        }
        extra = extra.get(end..).unwrap_or_default();
    }
    None
}

/// Replaces values of all ones by the zip64 field's, in its order; tells whether one lacks.
fn widen<'a>(values: impl Iterator<Item = &'a mut u64>, mut wide: &[u8]) -> bool {
    let mut lacks = false;
    for value in values.filter(|value| **value == u64::from(u32::MAX)) {
        lacks |= wide.len() < 8;
        if wide.len() >= 8 {
            *value = number(wide, 0, 8);
            wide = wide.get(8..).unwrap_or_default();
        }
    }
    lacks
}

/// The Unicode path field (0x7075) where it belongs to this name. For a plain ASCII name without
/// replacement characters it can only repeat the name.
fn unicode_path(raw: &[u8], extra: &[u8]) -> Result<Option<Vec<u8>>, SourceError> {
    let Some(field) = field_of_extra(extra, 0x7075).filter(|field| field.len() > 5) else {
        return Ok(None);
    };
    let mut crc = flate2::Crc::new();
    crc.update(raw);
    if number(field, 1, 4) != u64::from(crc.sum()) {
        return Ok(None);
    }
    let unicode = field.get(5..).unwrap_or_default().to_vec();
    let replaced = raw.iter().any(|b| matches!(b, b'?' | b'#' | b'_'));
    if raw.is_ascii() && !replaced && unicode != raw {
        return Err(SourceError::refused(
            "Z12",
            format!(
                "name mismatch: `{}` has another name in its Unicode field",
                names::show(&String::from_utf8_lossy(raw))
            ),
            "make a new zip of the folder",
        ));
    }
    Ok(Some(unicode))
}

/// Rule Z9, by the mode bits of a Unix host.
fn check_kind(mode: u64, path: &str) -> Result<(), SourceError> {
    let what = match mode & 0xf000 {
        0xa000 => "a symbolic link",
        0x1000 => "of a special type (pipe)",
        0x2000 | 0x6000 => "of a special type (device)",
        0xc000 => "of a special type (socket)",
        _ => return Ok(()),
    };
    Err(SourceError::refused(
        "Z9",
        format!("`{path}` is {what}: only files and folders are read"),
        "make a new zip with files in place of links",
    ))
}

/// Rule Z5, and what one member may state at all (Z6).
fn check_sizes(entries: &[RawEntry], archive: u64, limits: &Limits) -> Result<(), SourceError> {
    let hint = "split genuine data into several smaller uploads";
    let mut sum: u64 = 0;
    for entry in entries {
        let name = &entry.name.path;
        if entry.size > limits.unpacked_bytes {
            let text = format!(
                "`{name}` is too large: it states a size of {} bytes, and at most {} are allowed",
                entry.size, limits.unpacked_bytes
            );
            return Err(SourceError::refused("Z6", text, hint));
        }
        if entry.size > 100 << 20 && entry.size / 200 >= entry.packed.max(1) {
            let text = format!(
                "the compression ratio of `{name}` is too high: {} bytes from {}, and at most 200 : 1 is allowed",
                entry.size, entry.packed
            );
            return Err(SourceError::refused("Z5", text, hint));
        }
        sum = sum.saturating_add(entry.size);
    }
    if sum > 1 << 30 && sum / 100 >= archive.max(1) {
        let text = format!(
            "the compression ratio of the zip is too high: {sum} bytes from {archive}, and at most \
             100 : 1 is allowed"
        );
        return Err(SourceError::refused("Z5", text, hint));
    }
    Ok(())
}

/// Rule Z4. Sorts the spans.
fn check_overlaps(spans: &mut [(u64, u64)], directory_at: u64) -> Result<(), SourceError> {
    spans.sort_unstable();
    let mut reached = 0;
    for (start, end) in spans.iter().copied() {
        if start.saturating_add(OVERLAP) < reached || end > directory_at.saturating_add(OVERLAP) {
            return Err(SourceError::refused(
                "Z4",
                format!("entries of the zip overlap at byte {start}"),
                "make a new zip of the folder",
            ));
        }
        reached = reached.max(end);
    }
    Ok(())
}

/// Rule Z13: the same name with the same bytes counts once, with other bytes is refused.
fn join_duplicates(
    members: Vec<Member>,
    place: &str,
    noticed: &mut Vec<Finding>,
) -> Result<Vec<Member>, SourceError> {
    let mut seen: HashMap<String, (u64, u32)> = HashMap::with_capacity(members.len());
    let mut kept = Vec::with_capacity(members.len());
    for member in members {
        let Some((size, crc)) = seen.get(&member.path) else {
            seen.insert(member.path.clone(), (member.size, member.crc));
            kept.push(member);
            continue;
        };
        if (*size, *crc) != (member.size, member.crc) {
            return Err(SourceError::refused(
                "Z13",
                format!(
                    "duplicate name: the zip contains `{}` twice with different data",
                    member.path
                ),
                "make a new zip of the folder",
            ));
        }
        noticed.push(Finding::new(
            &findings::DUPLICATE_ENTRY,
            Severity::Note,
            Place::entry(join(place, &member.path)),
            "the zip contains this file twice with the same data; it is read once",
        ));
    }
    Ok(kept)
}

/// A path below an archive's place.
pub(super) fn join(place: &str, path: &str) -> String {
    if place.is_empty() {
        path.to_owned()
    } else {
        format!("{place}/{path}")
    }
}
