//! The `.dbf`: header and rows by number. A deleted row keeps its number, so that attribute `i`
//! stays with shape `i` (the `dbase` crate skips deleted rows and shifts all that follow).

use super::encoding;
use crate::source::Limits;
use encoding_rs::Encoding;
use std::io::Read;
use tramline_model::{Place, ReadError};

const HINT: &str = "export the shapefile again, or copy it again";
/// Bytes of rows held at a time.
const BUFFER_BYTES: usize = 16 << 20;
/// Cells held at a time: 1,500 columns of a forage harvester must not cost more than 20.
const BUFFER_CELLS: usize = 4 << 20;

/// One column.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Column {
    pub(crate) name: String,
    /// `C`, `N`, `F`, `D`, `L`, `I`, `B`, `@`, …
    pub(crate) kind: u8,
    /// First byte in a row, the deletion mark being byte 0.
    pub(crate) offset: usize,
    pub(crate) length: usize,
}

/// What the header says, checked against the size of the entry.
#[derive(Clone, Debug)]
pub(crate) struct Header {
    pub(crate) columns: Vec<Column>,
    pub(crate) version: u8,
    pub(crate) language: u8,
    header_bytes: usize,
    pub(crate) row_bytes: usize,
    /// Rows as stated.
    pub(crate) stated_rows: u64,
    /// Whole rows that there are bytes for.
    pub(crate) present_rows: u64,
}

impl Header {
    /// Rows that are read: the stated ones as far as they are there. Zero stated rows over bytes
    /// of rows are taken for a count that was never written.
    pub(crate) fn rows(&self) -> u64 {
        if self.stated_rows == 0 {
            self.present_rows
        } else {
            self.stated_rows.min(self.present_rows)
        }
    }

    /// Reads a header from the first bytes of a `.dbf` of `size` bytes.
    ///
    /// # Errors
    /// Malformed when lengths contradict each other or the size; limit on too many columns.
    pub(crate) fn parse(
        head: &[u8],
        size: u64,
        limits: &Limits,
        place: &Place,
    ) -> Result<Self, ReadError> {
        let malformed = |what: String| ReadError::malformed(place.clone(), what, HINT);
        if size == 0 {
            return Err(malformed("the .dbf is empty (0 bytes)".to_owned()));
        }
        let (Some(rows), Some(header_bytes), Some(row_bytes)) =
            (le_u32(head, 4), le_u16(head, 8), le_u16(head, 10))
        else {
            return Err(malformed(format!(
                "the .dbf header is cut off after {} bytes",
                head.len()
            )));
        };
        let header_bytes = usize::from(header_bytes);
        let row_bytes = usize::from(row_bytes);
        if header_bytes < 32 || header_bytes as u64 > size {
            return Err(malformed(format!(
                "the .dbf header states {header_bytes} bytes for itself, but the file has {size}"
            )));
        }
        if row_bytes == 0 {
            return Err(malformed("the .dbf states a record length of 0".to_owned()));
        }
        let version = head.first().copied().unwrap_or(0);
        let language = head.get(29).copied().unwrap_or(0);
        let columns = columns(
            head.get(..header_bytes).unwrap_or(head),
            row_bytes,
            language,
        );
        if columns.len() > limits.columns {
            let allowed = limits.columns as u64;
            return Err(ReadError::Limit {
                place: place.clone(),
                limit: "columns",
                allowed,
            });
        }
        if let Some(end) = columns
            .iter()
            .map(|c| c.offset + c.length)
            .max()
            .filter(|e| *e > row_bytes)
        {
            return Err(malformed(format!(
                "the .dbf states a record length of {row_bytes}, but its columns need {end} bytes"
            )));
        }
        let present_rows = (size - header_bytes as u64) / row_bytes as u64;
        Ok(Self {
            columns,
            version,
            language,
            header_bytes,
            row_bytes,
            stated_rows: u64::from(rows),
            present_rows,
        })
    }
}

fn columns(header: &[u8], row_bytes: usize, language: u8) -> Vec<Column> {
    let set = encoding::choose(None, language);
    let mut found: Vec<(Column, usize)> = Vec::new();
    for descriptor in header.get(32..).unwrap_or_default().chunks_exact(32) {
        if descriptor.first().is_none_or(|b| *b == 0x0d || *b == 0) {
            break;
        }
        let name = encoding::text(descriptor.get(..11).unwrap_or_default(), set);
        let kind = descriptor
            .get(11)
            .copied()
            .unwrap_or(0)
            .to_ascii_uppercase();
        let length = usize::from(descriptor.get(16).copied().unwrap_or(0));
        let decimals = usize::from(descriptor.get(17).copied().unwrap_or(0));
        let long = if kind == b'C' {
            length + 256 * decimals
        } else {
            length
        };
        found.push((
            Column {
                name,
                kind,
                offset: 0,
                length,
            },
            long,
        ));
    }
    // Text of more than 255 bytes has its high byte in the decimals, where that fits the row.
    let plain: usize = found.iter().map(|(c, _)| c.length).sum();
    let long: usize = found.iter().map(|(_, l)| l).sum();
    let use_long = plain + 1 != row_bytes && long + 1 == row_bytes;
    let mut offset = 1;
    found
        .into_iter()
        .map(|(mut column, long)| {
            if use_long {
                column.length = long;
            }
            column.offset = offset;
            offset += column.length;
            column
        })
        .collect()
}

/// Rows of one read: their bytes, deleted ones among them.
#[derive(Debug, Default)]
pub(crate) struct Rows {
    bytes: Vec<u8>,
    row_bytes: usize,
}

impl Rows {
    pub(crate) fn len(&self) -> usize {
        self.bytes.len().checked_div(self.row_bytes).unwrap_or(0)
    }

    pub(crate) fn deleted(&self, row: usize) -> bool {
        self.bytes.get(row * self.row_bytes) == Some(&b'*')
    }

    /// Bytes of a cell; empty where there is none.
    pub(crate) fn cell(&self, row: usize, column: &Column) -> &[u8] {
        let at = row * self.row_bytes + column.offset;
        self.bytes.get(at..at + column.length).unwrap_or_default()
    }
}

/// Streams the rows of a `.dbf`.
pub(crate) struct RowReader<R> {
    stream: R,
    pub(crate) header: Header,
    pub(crate) encoding: &'static Encoding,
    left: u64,
    place: Place,
}

impl<R: Read> RowReader<R> {
    /// Reads the header. `cpg` is the text of the `.cpg`.
    ///
    /// # Errors
    /// As [`Header::parse`].
    pub(crate) fn open(
        mut stream: R,
        size: u64,
        cpg: Option<&str>,
        limits: &Limits,
        place: Place,
    ) -> Result<Self, ReadError> {
        let mut head = Vec::new();
        take(&mut stream, 32, &mut head, &place)?;
        let header_bytes = u64::from(le_u16(&head, 8).unwrap_or(32));
        let mut rest = Vec::new();
        take(
            &mut stream,
            header_bytes.saturating_sub(32),
            &mut rest,
            &place,
        )?;
        head.append(&mut rest);
        let header = Header::parse(&head, size, limits, &place)?;
        debug_assert!(head.len() <= header.header_bytes.max(32));
        let encoding = encoding::choose(cpg, header.language);
        let left = header.rows();
        Ok(Self {
            stream,
            header,
            encoding,
            left,
            place,
        })
    }

    /// Rows that one read should ask for at most, to bound memory.
    pub(crate) fn rows_per_read(&self) -> usize {
        let by_bytes = BUFFER_BYTES / self.header.row_bytes.max(1);
        let by_cells = BUFFER_CELLS / self.header.columns.len().max(1);
        by_bytes
            .min(by_cells)
            .clamp(1, tramline_model::records::BATCH_ROWS)
    }

    /// Reads up to `count` rows into `rows`, replacing what is there; none at the end.
    ///
    /// # Errors
    /// Malformed when the bytes cannot be read.
    pub(crate) fn read(&mut self, count: usize, rows: &mut Rows) -> Result<(), ReadError> {
        let count = (count as u64).min(self.left);
        rows.row_bytes = self.header.row_bytes;
        take(
            &mut self.stream,
            count * self.header.row_bytes as u64,
            &mut rows.bytes,
            &self.place,
        )?;
        let whole = rows.len();
        rows.bytes.truncate(whole * rows.row_bytes);
        self.left = if (whole as u64) < count {
            0
        } else {
            self.left - count
        };
        Ok(())
    }
}

fn take(
    stream: &mut impl Read,
    count: u64,
    bytes: &mut Vec<u8>,
    place: &Place,
) -> Result<(), ReadError> {
    bytes.clear();
    match stream.take(count).read_to_end(bytes) {
        Ok(_) => Ok(()),
        Err(e) => Err(ReadError::malformed(
            place.clone(),
            format!("the .dbf cannot be read: {e}"),
            HINT,
        )),
    }
}

fn le_u32(bytes: &[u8], at: usize) -> Option<u32> {
    bytes
        .get(at..at + 4)?
        .try_into()
        .ok()
        .map(u32::from_le_bytes)
}

fn le_u16(bytes: &[u8], at: usize) -> Option<u16> {
    bytes
        .get(at..at + 2)?
        .try_into()
        .ok()
        .map(u16::from_le_bytes)
}
