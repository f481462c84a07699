//! The protobuf wire format, read without a schema: fields in their order, borrowed from the
//! message. Nothing is allocated, and a length is checked against the bytes that are there.

/// What went wrong, with the byte of the message where it did.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{what} at byte {at} of a message")]
pub(crate) struct WireError {
    pub(crate) what: &'static str,
    pub(crate) at: usize,
}

/// One value as it stands on the wire.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Value<'a> {
    Varint(u64),
    Fixed64(u64),
    Bytes(&'a [u8]),
    Fixed32(u32),
}

impl<'a> Value<'a> {
    /// A plain (not zigzag) whole number; 0 for other kinds, as for a field that is not there.
    pub(crate) fn int(self) -> i64 {
        match self {
            Self::Varint(value) => value.cast_signed(),
            _ => 0,
        }
    }

    /// A double or float; NaN for other kinds.
    pub(crate) fn float(self) -> f64 {
        match self {
            Self::Fixed64(bits) => f64::from_bits(bits),
            Self::Fixed32(bits) => f64::from(f32::from_bits(bits)),
            _ => f64::NAN,
        }
    }

    /// Bytes of a string, message or packed list; empty for other kinds.
    pub(crate) fn bytes(self) -> &'a [u8] {
        match self {
            Self::Bytes(bytes) => bytes,
            _ => &[],
        }
    }

    /// Text, with what is no UTF-8 replaced.
    pub(crate) fn text(self) -> String {
        String::from_utf8_lossy(self.bytes()).into_owned()
    }
}

/// The fields of one message.
#[derive(Clone, Debug)]
pub(crate) struct Fields<'a> {
    message: &'a [u8],
    at: usize,
}

impl<'a> Fields<'a> {
    pub(crate) fn new(message: &'a [u8]) -> Self {
        Self { message, at: 0 }
    }

    fn error(&self, what: &'static str) -> WireError {
        WireError { what, at: self.at }
    }

    fn take(&mut self, len: usize) -> Result<&'a [u8], WireError> {
        let end = self.at.checked_add(len);
        let slice = end.and_then(|end| self.message.get(self.at..end));
        let slice = slice.ok_or_else(|| self.error("a field reaches beyond its message"))?;
        self.at += len;
        Ok(slice)
    }

    fn varint(&mut self) -> Result<u64, WireError> {
        let rest = self.message.get(self.at..).unwrap_or_default();
        let (value, len) = varint(rest).ok_or_else(|| self.error("a number has no end"))?;
        self.at += len;
        Ok(value)
    }

    fn field(&mut self) -> Result<(u32, Value<'a>), WireError> {
        let key = self.varint()?;
        let number = u32::try_from(key >> 3).unwrap_or(0);
        let value = match key & 7 {
            0 => Value::Varint(self.varint()?),
            1 => {
                let mut bits = [0; 8];
                bits.copy_from_slice(self.take(8)?);
                Value::Fixed64(u64::from_le_bytes(bits))
            }
            2 => {
                let len = usize::try_from(self.varint()?).unwrap_or(usize::MAX);
                Value::Bytes(self.take(len)?)
            }
            5 => {
                let mut bits = [0; 4];
                bits.copy_from_slice(self.take(4)?);
                Value::Fixed32(u32::from_le_bytes(bits))
            }
            _ => return Err(self.error("a field of no known kind")),
        };
        if number == 0 {
            return Err(self.error("a field without number"));
        }
        Ok((number, value))
    }
}

impl<'a> Iterator for Fields<'a> {
    type Item = Result<(u32, Value<'a>), WireError>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.at >= self.message.len() {
            return None;
        }
        let field = self.field();
        if field.is_err() {
            self.at = self.message.len();
        }
        Some(field)
    }
}

/// A number and its length; `None` when it has no end within ten bytes.
fn varint(bytes: &[u8]) -> Option<(u64, usize)> {
    if let Some(first @ 0..0x80) = bytes.first().copied() {
        return Some((u64::from(first), 1));
    }
    let mut value = 0_u64;
    for (index, byte) in bytes.iter().enumerate().take(10) {
        value |= u64::from(byte & 0x7f) << (7 * index);
        if byte & 0x80 == 0 {
            return Some((value, index + 1));
        }
    }
    None
}

/// Numbers of a packed list; ends at what is no number.
#[derive(Clone, Debug)]
pub(crate) struct Packed<'a> {
    rest: &'a [u8],
}

impl<'a> Packed<'a> {
    pub(crate) fn new(list: &'a [u8]) -> Self {
        Self { rest: list }
    }

    /// As zigzag numbers.
    pub(crate) fn zigzag(self) -> impl Iterator<Item = i64> + 'a {
        self.map(|value| (value >> 1).cast_signed() ^ -(value & 1).cast_signed())
    }
}

impl Iterator for Packed<'_> {
    type Item = u64;

    #[inline]
    fn next(&mut self) -> Option<u64> {
        if self.rest.is_empty() {
            return None;
        }
        let (value, len) = varint(self.rest)?;
        self.rest = self.rest.get(len..).unwrap_or_default();
        Some(value)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_are_read_in_order() {
        let message = [
            0x08, 0x96, 0x01, 0x12, 0x02, b'h', b'i', 0x19, 0, 0, 0, 0, 0, 0, 0xf0, 0x3f,
        ];
        let fields: Result<Vec<_>, _> = Fields::new(&message).collect();
        assert_eq!(
            fields.expect("is whole"),
            [
                (1, Value::Varint(150)),
                (2, Value::Bytes(b"hi")),
                (3, Value::Fixed64(1.0_f64.to_bits())),
            ]
        );
    }

    #[test]
    fn damage_is_an_error_and_the_end() {
        for message in [
            &[0x12, 0x7f, 0][..],
            &[0x08, 0xff],
            &[0x0b, 0x01],
            &[0x00, 0x01],
            &[0x09, 1, 2],
        ] {
            let mut fields = Fields::new(message);
            assert!(fields.next().expect("one").is_err(), "{message:?}");
            assert!(fields.next().is_none());
        }
    }

    #[test]
    fn packed_lists_of_zigzag_numbers() {
        let list: Vec<i64> = Packed::new(&[0, 1, 2, 3, 0xfe, 0x01, 0x80])
            .zigzag()
            .collect();
        assert_eq!(list, [0, -1, 1, -2, 127]);
    }
}
