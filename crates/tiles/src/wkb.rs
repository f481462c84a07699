//! Rings of a polygon or multipolygon in well-known binary.
//!
//! Rule: two dimensions, little-endian, at most 1,024 corners; anything else is no ground. A count
//! is never trusted: reading ends with the bytes.

/// Corners of one geometry at most: what has more is no footprint of a record.
const CORNERS: usize = 1_024;
const POLYGON: u32 = 3;
const MULTI_POLYGON: u32 = 6;

/// Calls `ring` with the corners of each ring in degrees, and whether it is a hole; `None` if the
/// bytes are broken, or `ring` takes one for that.
pub(crate) fn rings(
    wkb: &[u8],
    mut ring: impl FnMut(&[[f64; 2]], bool) -> Option<()>,
) -> Option<()> {
    let mut bytes = Bytes(wkb);
    let mut corners = Vec::new();
    let mut room = CORNERS;
    let mut polygon = |bytes: &mut Bytes<'_>| {
        for place in 0..bytes.count()? {
            corners.clear();
            for _ in 0..bytes.count()? {
                room = room.checked_sub(1)?;
                corners.push(bytes.corner()?);
            }
            ring(&corners, place > 0)?;
        }
        Some(())
    };
    match bytes.header()? {
        POLYGON => polygon(&mut bytes)?,
        MULTI_POLYGON => {
            for _ in 0..bytes.count()? {
                (bytes.header()? == POLYGON).then_some(())?;
                polygon(&mut bytes)?;
            }
        }
        _ => return None,
    }
    Some(())
}

struct Bytes<'a>(&'a [u8]);

impl Bytes<'_> {
    fn take<const N: usize>(&mut self) -> Option<[u8; N]> {
        let (first, rest) = self.0.split_first_chunk::<N>()?;
        self.0 = rest;
        Some(*first)
    }

    fn count(&mut self) -> Option<u32> {
        self.take().map(u32::from_le_bytes)
    }

    /// Kind of a little-endian geometry.
    fn header(&mut self) -> Option<u32> {
        let [order] = self.take()?;
        (order == 1).then(|| self.count())?
    }

    fn corner(&mut self) -> Option<[f64; 2]> {
        let x = f64::from_le_bytes(self.take()?);
        let y = f64::from_le_bytes(self.take()?);
        Some([x, y])
    }
}
