//! Records of `OperationData{id}`: a run of messages, read one at a time.

use super::catalog::numeric_of;
use super::numbers::Numbers;
use crate::shared::protobuf::{Fields, Value, WireError};
use std::io::Read;

/// A record with some hundred meters has 30 kB.
const MAX_BYTES: u64 = 16 << 20;

/// One value of a record.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Cell<'a> {
    /// Number and unit code.
    Number(f64, &'a str),
    /// Text of an enumeration's member.
    Member(&'a str),
}

/// A record; values by the id of their meter.
pub(crate) struct Record<'a> {
    /// X, y, z of a point.
    pub(crate) place: Option<[f64; 3]>,
    /// Milliseconds since 1970.
    pub(crate) time: Option<i64>,
    message: &'a [u8],
    numbers: &'static Numbers,
}

impl<'a> Record<'a> {
    fn parse(message: &'a [u8], n: &'static Numbers) -> Result<Self, WireError> {
        let mut record = Self {
            place: None,
            time: None,
            message,
            numbers: n,
        };
        for field in Fields::new(message) {
            let (number, value) = field?;
            if number == n.record_geometry {
                record.place = point(value.bytes(), n)?;
            } else if number == n.record_time {
                record.time = instant(value.bytes())?;
            }
        }
        Ok(record)
    }

    /// Gives out each value with its meter's id.
    pub(crate) fn values(&self, mut take: impl FnMut(i64, Cell<'a>)) -> Result<(), WireError> {
        let n = self.numbers;
        for field in Fields::new(self.message) {
            let (number, entry) = field?;
            if number != n.record_values {
                continue;
            }
            let (mut id, mut cell) = (0, None);
            for field in Fields::new(entry.bytes()) {
                match field? {
                    (1, value) => id = value.int(),
                    (2, value) => cell = cell_of(value.bytes(), n)?,
                    _ => {}
                }
            }
            if let Some(cell) = cell {
                take(id, cell);
            }
        }
        Ok(())
    }
}

fn cell_of<'a>(message: &'a [u8], n: &Numbers) -> Result<Option<Cell<'a>>, WireError> {
    for field in Fields::new(message) {
        let (number, value) = field?;
        if number == n.value_numeric {
            return Ok(numeric_of(value.bytes(), n)?.map(|(v, unit)| Cell::Number(v, unit)));
        }
        if number == n.value_enumerated {
            for field in Fields::new(value.bytes()) {
                let (number, member) = field?;
                if number != n.enumerated_value {
                    continue;
                }
                for field in Fields::new(member.bytes()) {
                    match field? {
                        (found, Value::Bytes(text)) if found == n.member_value => {
                            let text = std::str::from_utf8(text).unwrap_or_default();
                            return Ok(Some(Cell::Member(text)));
                        }
                        _ => {}
                    }
                }
            }
        }
    }
    Ok(None)
}

fn point(message: &[u8], n: &Numbers) -> Result<Option<[f64; 3]>, WireError> {
    for field in Fields::new(message) {
        let (number, value) = field?;
        if number != n.shape_point {
            continue;
        }
        let mut place = [f64::NAN, f64::NAN, 0.0];
        for field in Fields::new(value.bytes()) {
            let (number, value) = field?;
            let slot = [n.point_x, n.point_y, n.point_z]
                .iter()
                .position(|k| *k == number);
            if let Some(slot) = slot.and_then(|slot| place.get_mut(slot)) {
                *slot = value.float();
            }
        }
        return Ok(Some(place).filter(|p| p.iter().all(|v| v.is_finite())));
    }
    Ok(None)
}

/// A .NET date: a zigzag count in a scale.
fn instant(message: &[u8]) -> Result<Option<i64>, WireError> {
    let (mut count, mut scale) = (0_i64, 0_i64);
    for field in Fields::new(message) {
        match field? {
            (1, Value::Varint(raw)) => count = (raw >> 1).cast_signed() ^ -(raw & 1).cast_signed(),
            (2, value) => scale = value.int(),
            _ => {}
        }
    }
    let factor = match scale {
        0 => 86_400_000,
        1 => 3_600_000,
        2 => 60_000,
        3 => 1_000,
        4 => 1,
        5 => return Ok(Some(count.div_euclid(10_000))),
        _ => return Ok(None),
    };
    Ok(count.checked_mul(factor))
}

/// Reads the records of a stream.
pub(crate) struct Records<R> {
    stream: R,
    numbers: &'static Numbers,
    buffer: Vec<u8>,
    at: u64,
}

impl<R: Read> Records<R> {
    pub(crate) fn new(stream: R, numbers: &'static Numbers) -> Self {
        Self {
            stream,
            numbers,
            buffer: Vec::new(),
            at: 0,
        }
    }

    /// Offset of the next record.
    pub(crate) fn position(&self) -> u64 {
        self.at
    }

    /// The next record; `Err` tells what is wrong at this place.
    pub(crate) fn next(&mut self) -> Result<Option<Record<'_>>, String> {
        let Some(tag) = self.byte()? else {
            return Ok(None);
        };
        if tag != 0x0a {
            return Err(format!("no record begins here (byte {tag:#04x})"));
        }
        let mut length = 0_u64;
        for shift in 0..10 {
            let byte = self.byte()?.ok_or("the file ends within a length")?;
            length |= u64::from(byte & 0x7f) << (7 * shift);
            if byte & 0x80 == 0 {
                break;
            }
        }
        if length > MAX_BYTES {
            return Err(format!(
                "a record claims {length} bytes, more than any record has"
            ));
        }
        self.buffer.clear();
        let read = self
            .stream
            .by_ref()
            .take(length)
            .read_to_end(&mut self.buffer);
        let read = read.map_err(|error| error.to_string())? as u64;
        self.at += read;
        if read < length {
            return Err("the file ends within a record".to_owned());
        }
        let record = Record::parse(&self.buffer, self.numbers);
        record.map(Some).map_err(|error| error.to_string())
    }

    fn byte(&mut self) -> Result<Option<u8>, String> {
        let mut byte = [0];
        loop {
            match self.stream.read(&mut byte) {
                Ok(0) => return Ok(None),
                Ok(_) => {
                    self.at += 1;
                    let [byte] = byte;
                    return Ok(Some(byte));
                }
                Err(error) if error.kind() == std::io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error.to_string()),
            }
        }
    }
}
