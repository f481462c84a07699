//! The table of a shapefile (dBase III) in UTF-8.
//!
//! Rule: a first pass measures the columns, so that each is as wide as its longest value. Numbers
//! are the shortest text that reads back the same. Texts are cut at 254 bytes, and counted.

use super::columns::{Column, Type};
use super::names;
use super::source::Rows;
use crate::geojson::push_instant;
use crate::geojson::text::{push_integer, push_number};
use crate::values::Cell;
use std::io::Write;

/// Widest column.
const WIDEST: usize = 254;

/// A column as measured.
pub(super) struct Measured {
    /// Up to 10 signs.
    pub(super) name: String,
    kind: Type,
    width: usize,
    decimals: usize,
    /// Texts that were cut.
    pub(super) cut: u64,
}

impl Measured {
    fn letter(&self) -> u8 {
        match self.kind {
            Type::Real | Type::Integer => b'N',
            Type::Boolean => b'L',
            Type::Instant | Type::Text | Type::Json => b'C',
        }
    }

    /// Kind and size for a person: `N 8.3`.
    pub(super) fn shown(&self) -> String {
        let letter = char::from(self.letter());
        match self.kind {
            Type::Real => format!("{letter} {}.{}", self.width, self.decimals),
            _ => format!("{letter} {}", self.width),
        }
    }
}

/// The table: its columns, and how many rows there are.
pub(super) struct Table {
    pub(super) columns: Vec<Measured>,
    pub(super) rows: u64,
    text: Vec<u8>,
    line: Vec<u8>,
}

impl Table {
    pub(super) fn new(columns: &[Column]) -> Self {
        let names = names::unique(columns, &[], Some(10));
        let columns = columns.iter().zip(names).map(|(column, name)| Measured {
            name,
            kind: column.kind,
            width: if column.kind == Type::Real { 3 } else { 1 },
            decimals: usize::from(column.kind == Type::Real),
            cut: 0,
        });
        Self {
            columns: columns.collect(),
            rows: 0,
            text: Vec::new(),
            line: Vec::new(),
        }
    }

    /// First pass: widens the columns for a batch.
    pub(super) fn measure(&mut self, rows: &Rows<'_>) {
        self.rows += rows.len() as u64;
        for (column, values) in self.columns.iter_mut().zip(&rows.values) {
            for row in 0..rows.len() {
                render(&mut self.text, values.cell(row));
                column.cut += u64::from(self.text.len() > WIDEST);
                column.width = column.width.max(self.text.len().min(WIDEST));
                if column.kind == Type::Real && !self.text.contains(&b'e') {
                    let point = self.text.iter().position(|byte| *byte == b'.');
                    let decimals = point.map_or(0, |point| self.text.len() - point - 1);
                    column.decimals = column.decimals.max(decimals.min(15));
                }
            }
            column.decimals = column.decimals.min(column.width.saturating_sub(2));
        }
    }

    fn header_bytes(&self) -> usize {
        33 + 32 * self.shown()
    }

    /// Columns in the file: a table without any has the number of the row.
    fn shown(&self) -> usize {
        self.columns.len().max(1)
    }

    pub(super) fn row_bytes(&self) -> usize {
        let widths: usize = self.columns.iter().map(|column| column.width).sum();
        1 + if self.columns.is_empty() {
            NUMBER
        } else {
            widths
        }
    }

    /// Bytes of the file.
    pub(super) fn bytes(&self) -> u64 {
        (self.header_bytes() as u64)
            .saturating_add(self.rows.saturating_mul(self.row_bytes() as u64))
            .saturating_add(1)
    }

    /// Whether header and row have lengths that the format can tell.
    pub(super) fn fits(&self) -> bool {
        self.header_bytes() <= usize::from(u16::MAX) && self.row_bytes() <= usize::from(u16::MAX)
    }

    pub(super) fn write_header(&self, out: &mut impl Write) -> std::io::Result<()> {
        let short = |length: usize| u16::try_from(length).unwrap_or(u16::MAX).to_le_bytes();
        // Version, and a date, which is always the same: no clock is asked.
        let mut header = vec![3, 70, 1, 1];
        header.extend_from_slice(&u32::try_from(self.rows).unwrap_or(u32::MAX).to_le_bytes());
        header.extend_from_slice(&short(self.header_bytes()));
        header.extend_from_slice(&short(self.row_bytes()));
        header.extend_from_slice(&[0; 20]);
        let mut descriptor = |name: &str, letter: u8, width: usize, decimals: usize| {
            let mut title = [0; 11];
            for (to, from) in title.iter_mut().take(10).zip(name.bytes()) {
                *to = from;
            }
            header.extend_from_slice(&title);
            header.extend_from_slice(&[letter, 0, 0, 0, 0]);
            header.push(u8::try_from(width).unwrap_or(u8::MAX));
            header.push(u8::try_from(decimals).unwrap_or(0));
            header.extend_from_slice(&[0; 14]);
        };
        for column in &self.columns {
            let decimals = if column.kind == Type::Real {
                column.decimals
            } else {
                0
            };
            descriptor(&column.name, column.letter(), column.width, decimals);
        }
        if self.columns.is_empty() {
            descriptor("row", b'N', NUMBER, 0);
        }
        header.push(0x0d);
        out.write_all(&header)
    }

    /// Second pass: a row, the `number`-th of all.
    pub(super) fn write_row(
        &mut self,
        rows: &Rows<'_>,
        row: usize,
        number: u64,
        out: &mut impl Write,
    ) -> std::io::Result<()> {
        self.line.clear();
        self.line.push(b' ');
        for (column, values) in self.columns.iter().zip(&rows.values) {
            let cell = values.cell(row);
            render(&mut self.text, cell);
            let text = match cell {
                Cell::Text(text) => names::cut(text, WIDEST).as_bytes(),
                _ => self.text.as_slice(),
            };
            let blanks = column.width.saturating_sub(text.len());
            if column.letter() != b'N' {
                self.line.extend_from_slice(text);
            }
            self.line.extend(std::iter::repeat_n(b' ', blanks));
            if column.letter() == b'N' {
                self.line.extend_from_slice(text);
            }
        }
        if self.columns.is_empty() {
            write!(self.line, "{number:>NUMBER$}")?;
        }
        out.write_all(&self.line)
    }

    pub(super) fn write_end(out: &mut impl Write) -> std::io::Result<()> {
        out.write_all(&[0x1a])?;
        out.flush()
    }
}

/// Width of the number of a row.
const NUMBER: usize = 10;

fn render(text: &mut Vec<u8>, cell: Cell<'_>) {
    text.clear();
    match cell {
        Cell::Null => {}
        Cell::Real(value) => push_number(text, value),
        Cell::Integer(value) => push_integer(text, value),
        Cell::Boolean(value) => text.push(if value { b'T' } else { b'F' }),
        Cell::Instant(value) => push_instant(text, value),
        Cell::Text(value) => text.extend_from_slice(value.as_bytes()),
    }
}
