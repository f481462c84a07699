//! Protobuf messages, field by field.

/// A message that grows.
#[derive(Clone, Debug, Default)]
pub(crate) struct Message(pub(crate) Vec<u8>);

impl Message {
    pub(crate) fn new() -> Self {
        Self::default()
    }

    fn number(&mut self, mut value: u64) {
        while value >= 0x80 {
            self.0.push((value & 0x7f) as u8 | 0x80);
            value >>= 7;
        }
        self.0.push(value as u8);
    }

    fn key(&mut self, field: u32, kind: u64) {
        self.number(u64::from(field) << 3 | kind);
    }

    /// A plain whole number, ten bytes when negative.
    pub(crate) fn int(mut self, field: u32, value: i64) -> Self {
        self.key(field, 0);
        self.number(value.cast_unsigned());
        self
    }

    pub(crate) fn zigzag(self, field: u32, value: i64) -> Self {
        self.int(field, (value << 1) ^ (value >> 63))
    }

    pub(crate) fn double(mut self, field: u32, value: f64) -> Self {
        self.key(field, 1);
        self.0.extend(value.to_le_bytes());
        self
    }

    pub(crate) fn bytes(mut self, field: u32, bytes: &[u8]) -> Self {
        self.key(field, 2);
        self.number(bytes.len() as u64);
        self.0.extend(bytes);
        self
    }

    pub(crate) fn text(self, field: u32, text: &str) -> Self {
        self.bytes(field, text.as_bytes())
    }

    pub(crate) fn message(self, field: u32, message: &Self) -> Self {
        self.bytes(field, &message.0)
    }

    /// A packed list of zigzag numbers.
    pub(crate) fn deltas(self, field: u32, values: impl IntoIterator<Item = i64>) -> Self {
        let mut list = Self::new();
        for value in values {
            list.number(((value << 1) ^ (value >> 63)).cast_unsigned());
        }
        self.bytes(field, &list.0)
    }

    /// A packed list of plain numbers.
    pub(crate) fn packed(self, field: u32, values: impl IntoIterator<Item = i64>) -> Self {
        let mut list = Self::new();
        for value in values {
            list.number(value.cast_unsigned());
        }
        self.bytes(field, &list.0)
    }
}
