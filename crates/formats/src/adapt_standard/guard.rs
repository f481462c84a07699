//! Opens spatial records for reading, once their metadata and page headers were found to state no
//! more than is there and than may be held. Damage that the Parquet library stops at is an error
//! as any other.

use super::document::AGAIN;
use super::thrift::Thrift;
use crate::source::{EntryId, Limits, Tree};
use arrow_schema::{DataType, Field, Schema};
use parquet::arrow::arrow_reader::{ArrowReaderMetadata, ArrowReaderOptions};
use parquet::basic::{Compression, Type};
use parquet::file::metadata::{ColumnChunkMetaData, ParquetMetaData, RowGroupMetaData};
use std::fs::File;
use std::io::{Read, Seek, SeekFrom};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use tramline_model::{Place, ReadError};

/// Bytes of the metadata at the end of a file.
const FOOTER: u64 = 16 << 20;
/// Elements of lists in it: schema, row groups, columns.
const ELEMENTS: usize = 200_000;
/// Unpacked bytes of a page, and of one page of each column together.
const PAGE: i64 = 64 << 20;
const PAGES_HELD: i64 = 512 << 20;
/// Bytes of a page's header, and pages of a file.
const HEADER: usize = 1 << 20;
const PAGES: usize = 2_000_000;

/// Copies an entry to an unnamed temporary file: the layout wants to be read from its end.
pub(super) fn spool(tree: &Tree, entry: EntryId, limits: &Limits) -> Result<File, ReadError> {
    let io = |what: String| ReadError::Io {
        place: tree.place(entry),
        what,
    };
    let allowed = limits.unpacked_bytes;
    if tree.entry(entry).size > allowed {
        return Err(limit(&tree.place(entry), "unpacked_bytes", allowed));
    }
    let temporary = |e: std::io::Error| {
        io(format!(
            "cannot unpack into the temporary folder (TMPDIR): {e}"
        ))
    };
    let mut file = tempfile::tempfile().map_err(temporary)?;
    let mut stream = tree.stream(entry)?.take(allowed);
    let mut buffer = vec![0; 256 * 1024];
    loop {
        let length = stream.read(&mut buffer).map_err(|e| {
            ReadError::malformed(tree.place(entry), e.to_string(), "copy the file again")
        })?;
        let Some(read) = buffer.get(..length).filter(|read| !read.is_empty()) else {
            break;
        };
        std::io::Write::write_all(&mut file, read).map_err(temporary)?;
    }
    file.seek(SeekFrom::Start(0))
        .map_err(|e| io(e.to_string()))?;
    Ok(file)
}

fn limit(place: &Place, limit: &'static str, allowed: u64) -> ReadError {
    ReadError::Limit {
        place: place.clone(),
        limit,
        allowed,
    }
}

fn malformed(place: &Place, what: impl Into<String>) -> ReadError {
    ReadError::malformed(place.clone(), what, AGAIN)
}

/// Runs what may stop at damage by a panic of the Parquet library.
pub(super) fn shielded<T>(
    place: &Place,
    work: impl FnOnce() -> Result<T, String>,
) -> Result<T, ReadError> {
    let damaged = |text: String| malformed(place, format!("the parquet file is damaged: {text}"));
    catch_unwind(AssertUnwindSafe(work))
        .unwrap_or_else(|_| Err("its pages contradict each other".to_owned()))
        .map_err(damaged)
}

/// Reads the metadata, with texts and bytes as views: a long value that a dictionary repeats is
/// held once.
pub(super) fn metadata(
    file: &File,
    place: &Place,
    limits: &Limits,
) -> Result<ArrowReaderMetadata, ReadError> {
    footer(file, place)?;
    let options = || ArrowReaderOptions::new().with_skip_arrow_metadata(true);
    let plain = shielded(place, || {
        ArrowReaderMetadata::load(file, options()).map_err(|e| e.to_string())
    })?;
    let leaves = plain
        .metadata()
        .file_metadata()
        .schema_descr()
        .num_columns();
    if leaves > limits.columns {
        return Err(limit(place, "columns", limits.columns as u64));
    }
    let fields: Vec<Field> = plain
        .schema()
        .fields()
        .iter()
        .map(|field| {
            let data_type = match field.data_type() {
                DataType::Utf8 => DataType::Utf8View,
                DataType::Binary => DataType::BinaryView,
                other => other.clone(),
            };
            field.as_ref().clone().with_data_type(data_type)
        })
        .collect();
    let schema = Arc::new(Schema::new(fields));
    shielded(place, || {
        ArrowReaderMetadata::try_new(Arc::clone(plain.metadata()), options().with_schema(schema))
            .map_err(|e| e.to_string())
    })
}

/// Judges the bytes at the end of the file.
fn footer(file: &File, place: &Place) -> Result<(), ReadError> {
    let length = file.metadata().map(|m| m.len()).unwrap_or(0);
    let io = |e: std::io::Error| malformed(place, format!("the parquet file is cut off: {e}"));
    if length < 12 {
        let what = format!("not a parquet file: {length} bytes are fewer than its frame needs");
        return Err(malformed(place, what));
    }
    let mut tail = [0; 8];
    let mut from = file;
    from.seek(SeekFrom::Start(length - 8)).map_err(io)?;
    from.read_exact(&mut tail).map_err(io)?;
    let [a, b, c, d, magic @ ..] = tail;
    if &magic != b"PAR1" {
        let what = format!(
            "not a parquet file, or cut off: its end mark is missing (byte {})",
            length - 4
        );
        return Err(malformed(place, what));
    }
    let size = u64::from(u32::from_le_bytes([a, b, c, d]));
    if size > length - 12 {
        let what = format!(
            "the parquet file is damaged: it states metadata of {size} bytes, more than the file has"
        );
        return Err(malformed(place, what));
    }
    if size > FOOTER {
        return Err(limit(place, "bytes of parquet metadata", FOOTER));
    }
    let mut bytes = vec![0; usize::try_from(size).unwrap_or(0)];
    from.seek(SeekFrom::Start(length - 8 - size)).map_err(io)?;
    from.read_exact(&mut bytes).map_err(io)?;
    Thrift::new(&bytes, ELEMENTS).skip_struct().ok_or_else(|| {
        let what = format!(
            "the parquet file is damaged: its metadata (byte {}) states more than the file has",
            length - 8 - size
        );
        malformed(place, what)
    })
}

/// Judges row groups and the pages of the leaves that are read.
pub(super) fn pages(
    file: &File,
    metadata: &ParquetMetaData,
    leaves: &[usize],
    place: &Place,
    limits: &Limits,
) -> Result<(), ReadError> {
    let length = file.metadata().map(|m| m.len()).unwrap_or(0);
    let mut rows = 0_u64;
    let mut unpacked = 0_i64;
    let mut walk = Walk {
        file,
        place,
        length,
        pages: 0,
    };
    for (index, group) in metadata.row_groups().iter().enumerate() {
        let in_group = |what: &str| {
            let place = Place::inside(place.entry.clone(), format!("row group {index}"));
            malformed(&place, what)
        };
        let group_rows = u64::try_from(group.num_rows())
            .map_err(|e| in_group(&format!("the number of rows is negative: {e}")))?;
        rows = rows.saturating_add(group_rows);
        if rows > limits.points {
            return Err(limit(place, "points", limits.points));
        }
        let mut held = 0_i64;
        for &leaf in leaves {
            let column = group
                .columns()
                .get(leaf)
                .ok_or_else(|| in_group("a column is missing"))?;
            let (largest, all) = walk.column(index, group, column)?;
            held = held.saturating_add(largest);
            unpacked = unpacked.saturating_add(all);
        }
        if held > PAGES_HELD {
            return Err(limit(place, "bytes of parquet pages", PAGES_HELD as u64));
        }
        if u64::try_from(unpacked).unwrap_or(u64::MAX) > limits.unpacked_bytes {
            return Err(limit(place, "unpacked_bytes", limits.unpacked_bytes));
        }
    }
    Ok(())
}

struct Walk<'a> {
    file: &'a File,
    place: &'a Place,
    length: u64,
    pages: usize,
}

/// What a page's header states.
#[derive(Default)]
struct Page {
    kind: i64,
    unpacked: i64,
    packed: i64,
    values: i64,
    encoding: i64,
    header: usize,
}

impl Walk<'_> {
    /// Unpacked bytes of the largest page and of all.
    fn column(
        &mut self,
        group: usize,
        rows: &RowGroupMetaData,
        column: &ColumnChunkMetaData,
    ) -> Result<(i64, i64), ReadError> {
        let inside = format!(
            "row group {group}, column `{}`",
            column.column_path().string()
        );
        let place = Place::inside(self.place.entry.clone(), inside);
        let bad = |what: String| malformed(&place, format!("the parquet file is damaged: {what}"));
        match column.compression() {
            Compression::UNCOMPRESSED | Compression::SNAPPY | Compression::ZSTD(_) => {}
            other => {
                return Err(ReadError::unsupported(
                    place,
                    format!(
                        "the parquet file uses the compression {other}, which Tramline does not read"
                    ),
                    "write the parquet file with Zstd compression, as the ADAPT Standard says",
                ));
            }
        }
        let start = column
            .dictionary_page_offset()
            .unwrap_or_else(|| column.data_page_offset());
        let size = u64::try_from(column.compressed_size());
        let (Ok(start), Ok(size)) = (u64::try_from(start), size) else {
            return Err(bad("a column has a negative offset".to_owned()));
        };
        let end = start.checked_add(size).filter(|end| *end <= self.length);
        let end = end.ok_or_else(|| bad("a column lies outside the file".to_owned()))?;
        let (mut at, mut largest, mut all) = (start, 0, 0_i64);
        while at < end {
            let page = self
                .page(at, end)
                .ok_or_else(|| bad(format!("no page header at byte {at}")))?;
            self.pages += 1;
            let packed = u64::try_from(page.packed).ok();
            let next = packed
                .and_then(|packed| at.checked_add(page.header as u64)?.checked_add(packed))
                .filter(|next| *next <= end && page.unpacked >= 0 && page.values >= 0);
            let next = next.ok_or_else(|| bad(format!("an impossible page at byte {at}")))?;
            if page.unpacked > PAGE || self.pages > PAGES {
                return Err(limit(&place, "bytes of a parquet page", PAGE as u64));
            }
            // A dictionary's value takes a byte at least, a flat column has a value for each row.
            let most = if page.kind == DICTIONARY {
                page.unpacked
            } else {
                rows.num_rows()
            };
            if page.values > most {
                return Err(bad(format!("a page with too many values at byte {at}")));
            }
            if page.encoding == DELTA_BYTES && column.column_type() == Type::BYTE_ARRAY {
                return Err(ReadError::unsupported(
                    place,
                    "the parquet file uses the encoding DELTA_BYTE_ARRAY, which Tramline does not read",
                    "write the parquet file with plain or dictionary encoding",
                ));
            }
            largest = largest.max(page.unpacked);
            all = all.saturating_add(page.unpacked);
            at = next;
        }
        Ok((largest, all))
    }

    /// The header at a place, read in steps: most take some dozen bytes.
    fn page(&self, at: u64, end: u64) -> Option<Page> {
        let there = usize::try_from(end - at).unwrap_or(usize::MAX);
        let mut length = 512.min(there);
        loop {
            let mut bytes = vec![0; length];
            let mut from = self.file;
            from.seek(SeekFrom::Start(at)).ok()?;
            from.read_exact(&mut bytes).ok()?;
            if let Some(page) = header(&bytes) {
                return Some(page);
            }
            if length == there || length >= HEADER {
                return None;
            }
            length = (length * 16).min(there).min(HEADER);
        }
    }
}

const DICTIONARY: i64 = 2;
const DELTA_BYTES: i64 = 7;

/// Fields of `PageHeader`: 1 kind, 2 and 3 bytes unpacked and packed, 5, 7 and 8 the headers of a
/// data page, a dictionary and a data page of version 2 (its encoding is field 4).
fn header(bytes: &[u8]) -> Option<Page> {
    let mut thrift = Thrift::new(bytes, 1_000);
    let mut page = Page {
        packed: -1,
        unpacked: -1,
        ..Page::default()
    };
    let mut last = 0;
    while let Some(field) = thrift.field(last)? {
        last = field.id;
        match field.id {
            1 if field.is_number() => page.kind = thrift.number()?,
            2 if field.is_number() => page.unpacked = thrift.number()?,
            3 if field.is_number() => page.packed = thrift.number()?,
            5 | 7 | 8 if field.is_struct() => {
                let encoding = if field.id == 8 { 4 } else { 2 };
                let mut last = 0;
                while let Some(field) = thrift.field(last)? {
                    last = field.id;
                    match field.id {
                        1 if field.is_number() => page.values = thrift.number()?,
                        id if id == encoding && field.is_number() => {
                            page.encoding = thrift.number()?;
                        }
                        _ => thrift.skip(field)?,
                    }
                }
            }
            _ => thrift.skip(field)?,
        }
    }
    page.header = thrift.position();
    Some(page)
}
