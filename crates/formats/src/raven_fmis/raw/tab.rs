//! Rows of a `Product_N.tab`: number, instant, latitude, longitude, elevation m, way so far m,
//! speed m/s, then the values. Rows before the first position are a header.

use crate::source::{EntryId, Limits, Tree};
use std::io::{BufRead, BufReader, Read};
use tramline_model::{Place, ReadError};

/// Fields before the values.
pub(crate) const FIXED: usize = 7;

/// A table as a stream of rows.
pub(crate) struct Table<'a> {
    stream: BufReader<Box<dyn Read + Send + 'a>>,
    place: Place,
    line: Vec<u8>,
    text: String,
    line_bytes: usize,
    /// Rows given so far, without the header.
    pub(crate) rows: u64,
}

impl<'a> Table<'a> {
    /// Opens a table.
    pub(crate) fn open(tree: &'a Tree, id: EntryId, limits: &Limits) -> Result<Self, ReadError> {
        Ok(Self {
            stream: BufReader::with_capacity(64 << 10, tree.stream(id)?),
            place: tree.place(id),
            line: Vec::new(),
            text: String::new(),
            line_bytes: limits.line_bytes,
            rows: 0,
        })
    }

    /// The next row that is not blank; `None` at the end.
    pub(crate) fn next(&mut self) -> Result<Option<Row<'_>>, ReadError> {
        loop {
            self.line.clear();
            let most = (self.line_bytes as u64).saturating_add(1);
            let taken = (&mut self.stream)
                .take(most)
                .read_until(b'\n', &mut self.line);
            match taken {
                Ok(0) => return Ok(None),
                Ok(_) => {}
                Err(cause) => {
                    let place =
                        Place::inside(self.place.entry.clone(), format!("row {}", self.rows + 1));
                    let hint = "copy the file from the stick again";
                    return Err(ReadError::malformed(place, cause.to_string(), hint));
                }
            }
            if self.line.len() > self.line_bytes {
                return Err(ReadError::Limit {
                    place: self.place.clone(),
                    limit: "line_bytes",
                    allowed: self.line_bytes as u64,
                });
            }
            let row = String::from_utf8_lossy(&self.line);
            let row = row
                .trim_start_matches('\u{feff}')
                .trim_end_matches(['\r', '\n']);
            if row.trim().is_empty() || (self.rows == 0 && !has_position(row)) {
                continue;
            }
            self.text.clear();
            self.text.push_str(row);
            self.rows += 1;
            return Ok(Some(Row(&self.text)));
        }
    }
}

fn has_position(row: &str) -> bool {
    let row = Row(row);
    row.number(2).is_some() && row.number(3).is_some()
}

/// One row.
#[derive(Clone, Copy)]
pub(crate) struct Row<'a>(&'a str);

impl<'a> Row<'a> {
    /// The fields without blanks and quotes.
    pub(crate) fn fields(self) -> impl Iterator<Item = &'a str> {
        self.0
            .split('\t')
            .map(|field| field.trim().trim_matches('"').trim())
    }

    fn field(self, at: usize) -> &'a str {
        self.fields().nth(at).unwrap_or_default()
    }

    /// The instant as it is written.
    pub(crate) fn instant(self) -> &'a str {
        self.field(1)
    }

    /// The number in a field.
    pub(crate) fn number(self, at: usize) -> Option<f64> {
        number(self.field(at))
    }
}

/// A finite number; the values that the standard keeps for "not available" are none.
pub(crate) fn number(field: &str) -> Option<f64> {
    let value: f64 = field.parse().ok()?;
    let absent = value == f64::from(i32::MAX) || value == f64::from(i32::MIN);
    (value.is_finite() && !absent).then_some(value)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headers_and_blank_lines_are_no_rows_and_long_lines_an_error() {
        let text = "\u{feff}id\ttime\tlat\tlon\r\n\n1\t5\t50.5\t\"10.25\"\t2147483647\r\n2\tx";
        let tree = Tree::from_files([("a.tab".to_owned(), text.as_bytes().to_vec())]);
        let id = tree.ids().next().expect("one");
        let mut limits = Limits::default();
        let mut table = Table::open(&tree, id, &limits).expect("opens");
        let row = table.next().expect("reads").expect("a row");
        assert_eq!(
            (row.instant(), row.number(3), row.number(4)),
            ("5", Some(10.25), None)
        );
        assert!(
            table
                .next()
                .expect("reads")
                .expect("a row")
                .number(2)
                .is_none()
        );
        assert!(table.next().expect("reads").is_none());
        limits.line_bytes = 8;
        let mut table = Table::open(&tree, id, &limits).expect("opens");
        assert!(matches!(table.next(), Err(ReadError::Limit { .. })));
    }
}
