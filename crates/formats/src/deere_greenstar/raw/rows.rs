//! The `.fdd`: segments of rows in the EvenByteDelta coding, little-endian.
//!
//! A number is a base plus a sum of whole deltas times a resolution. The base is a float and no
//! multiple of the resolution; it is never rounded, and the sum is kept in integers, so that
//! nothing drifts.

use std::io::Read;

/// Columns of a segment; real ones have up to 120.
const MAX_COLUMNS: u16 = 4_096;
/// Members of an enumeration.
const MAX_MEMBERS: u16 = 4_096;

#[derive(Clone, Debug, PartialEq)]
pub(crate) enum ColumnKind {
    /// Names by value.
    Enumeration(Vec<String>),
    /// Delta of two bytes.
    Small,
    /// Delta of four bytes.
    Large,
    /// Eight bytes as they are.
    Raw,
}

/// One column of a segment with the state of its predictor.
#[derive(Clone, Debug)]
pub(crate) struct Column {
    pub(crate) name: String,
    pub(crate) kind: ColumnKind,
    sparse: bool,
    resolution: f64,
    base: f64,
    steps: i64,
    /// Last value.
    value: f64,
}

/// Why rows end before the end of the segment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Damage {
    pub(crate) what: String,
    pub(crate) at: u64,
}

/// Reads segments one after the other.
pub(crate) struct Segments<R> {
    stream: R,
    at: u64,
    columns: Vec<Column>,
    masks: Vec<u8>,
    /// Values of the current row; NaN is null, an enumeration its index.
    row: Vec<f64>,
}

impl<R: Read> Segments<R> {
    pub(crate) fn new(stream: R) -> Self {
        Self {
            stream,
            at: 0,
            columns: Vec::new(),
            masks: Vec::new(),
            row: Vec::new(),
        }
    }

    pub(crate) fn position(&self) -> u64 {
        self.at
    }

    pub(crate) fn columns(&self) -> &[Column] {
        &self.columns
    }

    fn damage<T>(&self, what: impl Into<String>) -> Result<T, Damage> {
        Err(Damage {
            what: what.into(),
            at: self.at,
        })
    }

    fn bytes<const N: usize>(&mut self) -> Result<[u8; N], Damage> {
        let mut bytes = [0; N];
        if let Err(error) = self.stream.read_exact(&mut bytes) {
            return self.damage(match error.kind() {
                std::io::ErrorKind::UnexpectedEof => "the file ends here".to_owned(),
                _ => error.to_string(),
            });
        }
        self.at += N as u64;
        Ok(bytes)
    }

    fn byte(&mut self) -> Result<u8, Damage> {
        let [byte] = self.bytes()?;
        Ok(byte)
    }

    fn u16(&mut self) -> Result<u16, Damage> {
        Ok(u16::from_le_bytes(self.bytes()?))
    }

    fn f64(&mut self) -> Result<f64, Damage> {
        Ok(f64::from_le_bytes(self.bytes()?))
    }

    fn text(&mut self, len: u16) -> Result<String, Damage> {
        let mut bytes = vec![0; usize::from(len)];
        if self.stream.read_exact(&mut bytes).is_err() {
            return self.damage("the file ends inside a name");
        }
        self.at += u64::from(len);
        Ok(String::from_utf8_lossy(&bytes).into_owned())
    }

    /// Passes over bytes up to a position.
    pub(crate) fn skip_to(&mut self, position: u64) -> Result<(), Damage> {
        let Some(wanted) = position.checked_sub(self.at) else {
            return self.damage(format!(
                "the segment at byte {position} lies before this one"
            ));
        };
        let skipped = std::io::copy(&mut self.stream.by_ref().take(wanted), &mut std::io::sink());
        match skipped {
            Ok(skipped) => self.at += skipped,
            Err(error) => return self.damage(error.to_string()),
        }
        if self.at < position {
            return self.damage(format!("the file ends before byte {position}"));
        }
        Ok(())
    }

    /// Reads the head of a segment: its columns.
    pub(crate) fn begin(&mut self) -> Result<(), Damage> {
        self.columns.clear();
        let (tag, len) = (self.u16()?, self.u16()?);
        if tag != 1 {
            return self.damage("no segment begins here");
        }
        self.skip_to(self.at + u64::from(len))?;
        let (tag, _, count) = (self.u16()?, self.u16()?, self.u16()?);
        if tag != 1 || count > MAX_COLUMNS {
            return self.damage("no table of columns follows the head of the segment");
        }
        for _ in 0..count {
            let column = self.column()?;
            self.columns.push(column);
        }
        self.row = vec![f64::NAN; self.columns.len()];
        self.masks = vec![0; 3 * self.columns.len().div_ceil(8)];
        Ok(())
    }

    fn column(&mut self) -> Result<Column, Damage> {
        let (kind, _) = (self.u16()?, self.u16()?);
        let len = self.u16()?;
        let name = self.text(len)?;
        let sparse = self.byte()? == 1;
        let mut column = Column {
            name,
            kind: ColumnKind::Raw,
            sparse,
            resolution: 0.0,
            base: 0.0,
            steps: 0,
            value: f64::NAN,
        };
        if kind == 1 {
            let (count, _) = (self.u16()?, self.u16()?);
            if count > MAX_MEMBERS {
                return self.damage("an enumeration has too many members");
            }
            let mut members = Vec::new();
            for _ in 0..count {
                let len = self.u16()?;
                members.push(self.text(len)?);
            }
            column.kind = ColumnKind::Enumeration(members);
            return Ok(column);
        }
        let _len = self.u16()?;
        column.resolution = self.f64()?;
        let _max_delta = self.f64()?;
        column.base = self.f64()?;
        column.kind = match kind {
            3 => ColumnKind::Small,
            4 => ColumnKind::Large,
            5 => ColumnKind::Raw,
            _ => return self.damage(format!("a column of unknown type {kind}")),
        };
        Ok(column)
    }

    /// The next row of the segment; `None` at its end.
    pub(crate) fn next_row(&mut self) -> Result<Option<&[f64]>, Damage> {
        match self.u16()? {
            4 => return Ok(None),
            2 => {}
            tag => return self.damage(format!("no row begins here (tag {tag})")),
        }
        let explicit = self.byte()?;
        if let Err(error) = self.stream.read_exact(&mut self.masks) {
            return self.damage(error.to_string());
        }
        self.at += self.masks.len() as u64;
        self.packed()?;
        if explicit != 0 {
            self.explicit()?;
        }
        for (slot, column) in self.row.iter_mut().zip(&self.columns) {
            *slot = column.value;
        }
        Ok(Some(&self.row))
    }

    /// Bit of a column in one of the three masks.
    fn mask(&self, which: usize, column: usize) -> bool {
        let len = self.columns.len().div_ceil(8);
        let byte = self.masks.get(which * len + column / 8);
        byte.is_some_and(|byte| byte >> (column % 8) & 1 == 1)
    }

    fn packed(&mut self) -> Result<(), Damage> {
        for index in 0..self.columns.len() {
            let (null, same) = (self.mask(0, index), self.mask(1, index));
            let given = self.mask(2, index);
            let Some(kind) = self.columns.get(index).map(|column| match column.kind {
                ColumnKind::Enumeration(_) => 1,
                ColumnKind::Small => 3,
                ColumnKind::Large => 4,
                ColumnKind::Raw => 5,
            }) else {
                break;
            };
            let sparse = self.columns.get(index).is_some_and(|column| column.sparse);
            let read = !(null || same || given || sparse);
            let (mut delta, mut value) = (0_i64, f64::NAN);
            if read {
                match kind {
                    1 => value = f64::from(self.u16()?),
                    3 => delta = i64::from(i16::from_le_bytes(self.bytes()?)),
                    4 => delta = i64::from(i32::from_le_bytes(self.bytes()?)),
                    _ => value = self.f64()?,
                }
            }
            let Some(column) = self.columns.get_mut(index) else {
                break;
            };
            if null {
                column.base = 0.0;
                column.steps = 0;
                column.value = f64::NAN;
            } else if read && matches!(kind, 3 | 4) {
                column.steps = column.steps.saturating_add(delta);
                column.value = column.base + column.steps as f64 * column.resolution;
            } else if read {
                column.value = value;
            }
        }
        Ok(())
    }

    fn explicit(&mut self) -> Result<(), Damage> {
        let (tag, len) = (self.u16()?, self.u16()?);
        if tag != 3 {
            return self.damage("the explicit values of a row are missing");
        }
        self.skip_to(self.at + u64::from(len))?;
        for index in 0..self.columns.len() {
            if !self.mask(2, index) {
                continue;
            }
            let (tag, len) = (self.u16()?, self.u16()?);
            let value = match (tag, len) {
                (1, 2) => f64::from(self.u16()?),
                (2 | 3, 8) => self.f64()?,
                _ => return self.damage("an explicit value of unknown kind"),
            };
            if let Some(column) = self.columns.get_mut(index) {
                column.base = value;
                column.steps = 0;
                column.value = value;
            }
        }
        Ok(())
    }
}
