//! The polygons of rows that have one instead of a point, as well-known binary.
//!
//! Rule: one block of bytes for all, and the place of each in it; rows before the first and after the
//! last cost nothing.

use tramline_outputs::geoparquet::rings_of;

/// Polygons by row, added in the order of the rows.
#[derive(Default)]
pub(crate) struct Outlines {
    bytes: Vec<u8>,
    /// The row of the first place.
    first: usize,
    /// By row: where its polygon ends.
    ends: Vec<usize>,
}

impl Outlines {
    /// Adds the polygon of a row behind all that have one.
    pub(crate) fn add(&mut self, row: usize, wkb: &[u8]) {
        if self.ends.is_empty() {
            self.first = row;
        }
        let Some(place) = row
            .checked_sub(self.first)
            .filter(|p| *p >= self.ends.len())
        else {
            return;
        };
        self.ends.resize(place, self.bytes.len());
        self.bytes.extend_from_slice(wkb);
        self.ends.push(self.bytes.len());
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.ends.is_empty()
    }

    pub(crate) fn wkb(&self, row: usize) -> Option<&[u8]> {
        let place = row.checked_sub(self.first)?;
        let end = *self.ends.get(place)?;
        let start = place
            .checked_sub(1)
            .and_then(|before| self.ends.get(before));
        let bytes = self.bytes.get(start.copied().unwrap_or(0)..end)?;
        (!bytes.is_empty()).then_some(bytes)
    }

    /// The rings of a row's polygon in degrees.
    pub(crate) fn rings(&self, row: usize) -> Option<Vec<Vec<(f64, f64)>>> {
        rings_of(self.wkb(row)?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_keep_their_polygon() {
        let mut outlines = Outlines::default();
        for (row, bytes) in [(3, b"ab"), (4, b"cd"), (7, b"ef")] {
            outlines.add(row, bytes);
        }
        outlines.add(5, b"late");
        let found: Vec<Option<&[u8]>> = (0..9).map(|row| outlines.wkb(row)).collect();
        let some = |text: &'static [u8]| Some(text);
        assert_eq!(found[..3], [None; 3]);
        assert_eq!(
            found[3..],
            [some(b"ab"), some(b"cd"), None, None, some(b"ef"), None]
        );
    }
}
