//! As much of Thrift's compact protocol as it takes to judge the metadata of a Parquet file before
//! a library allocates after it: every count and length is held against the bytes that are there.

/// Depth of structs in lists in structs.
const DEPTH: usize = 32;

/// A cursor over bytes. Every read is `None` at their end or on nonsense.
pub(super) struct Thrift<'a> {
    bytes: &'a [u8],
    at: usize,
    /// Elements of lists that may still come.
    elements: usize,
}

/// A field of a struct; `kind` is the wire's type.
#[derive(Clone, Copy)]
pub(super) struct Field {
    pub(super) id: i16,
    pub(super) kind: u8,
}

const STRUCT: u8 = 12;

impl Field {
    pub(super) fn is_number(self) -> bool {
        (4..=6).contains(&self.kind)
    }

    pub(super) fn is_struct(self) -> bool {
        self.kind == STRUCT
    }
}

impl<'a> Thrift<'a> {
    pub(super) fn new(bytes: &'a [u8], elements: usize) -> Self {
        Self {
            bytes,
            at: 0,
            elements,
        }
    }

    /// Bytes read so far.
    pub(super) fn position(&self) -> usize {
        self.at
    }

    fn remaining(&self) -> usize {
        self.bytes.len().saturating_sub(self.at)
    }

    fn byte(&mut self) -> Option<u8> {
        let byte = *self.bytes.get(self.at)?;
        self.at += 1;
        Some(byte)
    }

    fn pass(&mut self, count: u64) -> Option<()> {
        let count = usize::try_from(count)
            .ok()
            .filter(|c| *c <= self.remaining())?;
        self.at += count;
        Some(())
    }

    fn unsigned(&mut self) -> Option<u64> {
        let mut value = 0_u64;
        for shift in (0..64).step_by(7) {
            let byte = self.byte()?;
            value |= u64::from(byte & 0x7f) << shift;
            if byte & 0x80 == 0 {
                return Some(value);
            }
        }
        None
    }

    pub(super) fn number(&mut self) -> Option<i64> {
        let value = self.unsigned()?;
        Some((value >> 1) as i64 ^ -((value & 1) as i64))
    }

    /// The next field of the struct, whose last one was `before`: `Some(None)` at its end.
    pub(super) fn field(&mut self, before: i16) -> Option<Option<Field>> {
        let head = self.byte()?;
        if head == 0 {
            return Some(None);
        }
        let id = match head >> 4 {
            0 => i16::try_from(self.number()?).ok()?,
            step => before.checked_add(i16::from(step))?,
        };
        let kind = head & 0x0f;
        Some(Some(Field { id, kind }))
    }

    /// Passes over a field's value.
    pub(super) fn skip(&mut self, field: Field) -> Option<()> {
        self.value(field.kind, false, DEPTH)
    }

    /// Passes over a whole struct.
    pub(super) fn skip_struct(&mut self) -> Option<()> {
        self.value(STRUCT, false, DEPTH)
    }

    fn value(&mut self, kind: u8, in_list: bool, depth: usize) -> Option<()> {
        let depth = depth.checked_sub(1)?;
        match kind {
            // A truth value of a field is its type.
            1 | 2 if !in_list => Some(()),
            1..=3 => self.pass(1),
            4..=6 => self.unsigned().map(drop),
            7 => self.pass(8),
            8 => {
                let length = self.unsigned()?;
                self.pass(length)
            }
            9 | 10 => {
                let head = self.byte()?;
                let count = match head >> 4 {
                    15 => self.unsigned()?,
                    few => u64::from(few),
                };
                let element = head & 0x0f;
                if head == 0 {
                    return Some(());
                }
                self.elements(count)?;
                for _ in 0..count {
                    self.value(element, true, depth)?;
                }
                Some(())
            }
            11 => {
                let count = self.unsigned()?;
                if count == 0 {
                    return Some(());
                }
                let kinds = self.byte()?;
                self.elements(count)?;
                for _ in 0..count {
                    self.value(kinds >> 4, true, depth)?;
                    self.value(kinds & 0x0f, true, depth)?;
                }
                Some(())
            }
            STRUCT => {
                let mut last = 0;
                while let Some(field) = self.field(last)? {
                    last = field.id;
                    self.value(field.kind, false, depth)?;
                }
                Some(())
            }
            _ => None,
        }
    }

    /// Each element takes a byte at least.
    fn elements(&mut self, count: u64) -> Option<()> {
        let count = usize::try_from(count)
            .ok()
            .filter(|c| *c <= self.remaining())?;
        self.elements = self.elements.checked_sub(count)?;
        Some(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_beyond_the_bytes_are_refused() {
        // Field 4, a list of 2^31 - 1 structs.
        let bomb = [0x49, 0xfc, 0xff, 0xff, 0xff, 0xff, 0x07, 0x00];
        assert!(Thrift::new(&bomb, 1_000).skip_struct().is_none());
        // Field 1, a text of 200 bytes that are not there.
        assert!(
            Thrift::new(&[0x18, 0xc8, 0x01, b'a', 0x00], 10)
                .skip_struct()
                .is_none()
        );
        // Structs without end.
        assert!(Thrift::new(&[0x1c; 4_096], 10).skip_struct().is_none());
        // Field 1 number -1, field 2 text `a`, end.
        let mut good = Thrift::new(&[0x15, 0x01, 0x18, 0x01, b'a', 0x00], 10);
        assert_eq!(good.skip_struct(), Some(()));
        assert_eq!(good.position(), 6);
    }
}
