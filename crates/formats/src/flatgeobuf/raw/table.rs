//! Tables of a flat buffer. Every access is checked: what points outside of the bytes is absent.

/// A table: its own place and that of its list of fields.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Table<'a> {
    bytes: &'a [u8],
    at: usize,
    fields: usize,
    fields_bytes: usize,
}

fn number<const N: usize>(bytes: &[u8], at: usize) -> Option<[u8; N]> {
    bytes.get(at..at.checked_add(N)?)?.try_into().ok()
}

fn u32_at(bytes: &[u8], at: usize) -> Option<usize> {
    usize::try_from(u32::from_le_bytes(number(bytes, at)?)).ok()
}

impl<'a> Table<'a> {
    /// The root of a buffer without its size.
    pub(crate) fn root(bytes: &'a [u8]) -> Option<Self> {
        Self::at(bytes, u32_at(bytes, 0)?)
    }

    fn at(bytes: &'a [u8], at: usize) -> Option<Self> {
        let back = i64::from(i32::from_le_bytes(number(bytes, at)?));
        let fields = usize::try_from(i64::try_from(at).ok()?.checked_sub(back)?).ok()?;
        let fields_bytes = usize::from(u16::from_le_bytes(number(bytes, fields)?));
        bytes.get(fields..fields.checked_add(fields_bytes)?)?;
        Some(Self {
            bytes,
            at,
            fields,
            fields_bytes,
        })
    }

    /// Bytes of the whole buffer.
    pub(crate) fn size(&self) -> usize {
        self.bytes.len()
    }

    /// Where a field stands; `None` when the table does not have it. Fields count from 0.
    fn place(&self, field: usize) -> Option<usize> {
        let slot = 4 + field * 2;
        if slot + 2 > self.fields_bytes {
            return None;
        }
        let offset = u16::from_le_bytes(number(self.bytes, self.fields.checked_add(slot)?)?);
        (offset != 0).then(|| self.at.checked_add(usize::from(offset)))?
    }

    pub(crate) fn u8(&self, field: usize) -> Option<u8> {
        self.bytes.get(self.place(field)?).copied()
    }

    pub(crate) fn u16(&self, field: usize) -> Option<u16> {
        Some(u16::from_le_bytes(number(self.bytes, self.place(field)?)?))
    }

    pub(crate) fn i32(&self, field: usize) -> Option<i32> {
        Some(i32::from_le_bytes(number(self.bytes, self.place(field)?)?))
    }

    pub(crate) fn u64(&self, field: usize) -> Option<u64> {
        Some(u64::from_le_bytes(number(self.bytes, self.place(field)?)?))
    }

    fn target(&self, field: usize) -> Option<usize> {
        let place = self.place(field)?;
        place.checked_add(u32_at(self.bytes, place)?)
    }

    /// A table within.
    pub(crate) fn table(&self, field: usize) -> Option<Self> {
        Self::at(self.bytes, self.target(field)?)
    }

    /// The bytes of a vector of elements of a size.
    fn vector(&self, field: usize, size: usize) -> Option<&'a [u8]> {
        let target = self.target(field)?;
        let length = u32_at(self.bytes, target)?.checked_mul(size)?;
        let first = target.checked_add(4)?;
        self.bytes.get(first..first.checked_add(length)?)
    }

    /// A vector of bytes, or a text.
    pub(crate) fn bytes(&self, field: usize) -> Option<&'a [u8]> {
        self.vector(field, 1)
    }

    /// A text of at most `most` bytes: many tables may point to one long text.
    pub(crate) fn text(&self, field: usize, most: usize) -> Option<String> {
        let bytes = self.bytes(field).filter(|bytes| bytes.len() <= most)?;
        Some(String::from_utf8_lossy(bytes).into_owned())
    }

    pub(crate) fn f64s(&self, field: usize) -> Option<impl Iterator<Item = f64> + use<'a>> {
        let (chunks, _) = self.vector(field, 8)?.as_chunks::<8>();
        Some(chunks.iter().map(|chunk| f64::from_le_bytes(*chunk)))
    }

    pub(crate) fn u32s(&self, field: usize) -> Option<impl Iterator<Item = u32> + use<'a>> {
        let (chunks, _) = self.vector(field, 4)?.as_chunks::<4>();
        Some(chunks.iter().map(|chunk| u32::from_le_bytes(*chunk)))
    }

    /// Tables of a vector; one that points outside ends it.
    pub(crate) fn tables(&self, field: usize) -> impl Iterator<Item = Self> + use<'a> {
        let bytes = self.bytes;
        let first = self.target(field).and_then(|target| target.checked_add(4));
        let (chunks, _) = self.vector(field, 4).unwrap_or_default().as_chunks::<4>();
        let places = (0..).map(move |index: usize| first?.checked_add(index.checked_mul(4)?));
        chunks.iter().zip(places).map_while(move |(chunk, place)| {
            let offset = usize::try_from(u32::from_le_bytes(*chunk)).ok()?;
            Self::at(bytes, place?.checked_add(offset)?)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_points_outside_is_absent() {
        // A table at 12 whose list of fields is at 4: one field, four bytes on.
        let good: Vec<u8> = vec![12, 0, 0, 0, 6, 0, 6, 0, 4, 0, 0, 0, 8, 0, 0, 0, 42, 0, 0, 0];
        let table = Table::root(&good).expect("a table");
        assert_eq!((table.u16(0), table.u16(1)), (Some(42), None));
        for at in 0..good.len() {
            for byte in [0, 1, 0x7f, 0xff] {
                let mut bytes = good.clone();
                bytes[at] = byte;
                if let Some(table) = Table::root(&bytes) {
                    for field in 0..4 {
                        let _ = (table.u8(field), table.u64(field), table.text(field, 8));
                        let _ = table.table(field).is_some();
                        let _ = table.tables(field).count();
                    }
                }
            }
        }
        assert!(Table::root(&[]).is_none());
        assert!(Table::root(&[0xff; 16]).is_none());
    }
}
