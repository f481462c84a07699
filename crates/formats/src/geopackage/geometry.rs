//! A geometry of a GeoPackage: a header, then well-known binary (ISO or extended). Every count is
//! held against the bytes that are there.

use crate::shared::layer::{Feature, Shape};

/// Deepest collection in a collection.
const DEPTH: u8 = 4;

/// Gives a feature the position of a geometry; `None` for what is no geometry or an empty one.
pub(super) fn read(blob: &[u8], feature: &mut Feature) -> Option<()> {
    let [b'G', b'P', _version, flags, ..] = blob else {
        return None;
    };
    let envelope = match (flags >> 1) & 7 {
        0 => 0,
        1 => 32,
        2 | 3 => 48,
        4 => 64,
        _ => return None,
    };
    let extended = flags & 0x20 != 0;
    if extended {
        return None;
    }
    let mut bytes = Bytes(blob.get(8 + envelope..)?);
    let mut shape = Shape::default();
    let kind = bytes.geometry(&mut shape, DEPTH)?;
    feature.polygon = matches!(kind, 3 | 6);
    shape.settle(feature);
    Some(())
}

/// What is left of a geometry.
struct Bytes<'a>(&'a [u8]);

impl Bytes<'_> {
    fn take<const N: usize>(&mut self) -> Option<[u8; N]> {
        let (first, rest) = self.0.split_first_chunk::<N>()?;
        self.0 = rest;
        Some(*first)
    }

    fn u32(&mut self, little: bool) -> Option<u32> {
        let bytes = self.take()?;
        Some(if little {
            u32::from_le_bytes(bytes)
        } else {
            u32::from_be_bytes(bytes)
        })
    }

    fn f64(&mut self, little: bool) -> Option<f64> {
        let bytes = self.take()?;
        Some(if little {
            f64::from_le_bytes(bytes)
        } else {
            f64::from_be_bytes(bytes)
        })
    }

    /// One geometry into the sums; the answer is its kind without dimensions.
    fn geometry(&mut self, shape: &mut Shape, depth: u8) -> Option<u32> {
        let depth = depth.checked_sub(1)?;
        let [order] = self.take()?;
        let little = order == 1;
        let code = self.u32(little)?;
        let mut more = 0;
        for flag in [0x8000_0000_u32, 0x4000_0000] {
            more += usize::from(code & flag != 0);
        }
        if code & 0x2000_0000 != 0 {
            self.u32(little)?;
        }
        let code = code & 0x0fff_ffff;
        more += match code / 1_000 {
            0 => 0,
            1 | 2 => 1,
            3 => 2,
            _ => return None,
        };
        let kind = code % 1_000;
        match kind {
            1 => self.position(shape, little, more)?,
            2 => self.ring(shape, little, more)?,
            3 => {
                for _ in 0..self.u32(little)? {
                    self.ring(shape, little, more)?;
                }
                shape.close_polygon();
            }
            4..=7 => {
                for _ in 0..self.u32(little)? {
                    self.geometry(shape, depth)?;
                }
            }
            _ => return None,
        }
        Some(kind)
    }

    fn position(&mut self, shape: &mut Shape, little: bool, more: usize) -> Option<()> {
        let (x, y) = (self.f64(little)?, self.f64(little)?);
        self.0 = self.0.get(more * 8..)?;
        // Not a number stands for an empty point.
        if x.is_finite() && y.is_finite() {
            shape.add((x, y));
        }
        Some(())
    }

    fn ring(&mut self, shape: &mut Shape, little: bool, more: usize) -> Option<()> {
        for _ in 0..self.u32(little)? {
            self.position(shape, little, more)?;
        }
        shape.close_ring();
        Some(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn header(flags: u8, envelope: usize) -> Vec<u8> {
        let mut bytes = vec![b'G', b'P', 0, flags];
        bytes.extend(4326_i32.to_le_bytes());
        bytes.extend(vec![0; envelope]);
        bytes
    }

    fn position_of(bytes: &[u8]) -> Option<(f64, f64)> {
        let mut feature = Feature::default();
        read(bytes, &mut feature)?;
        feature.position
    }

    #[test]
    fn points_of_every_dialect_are_read() {
        // ISO with height, extended with height and system, big-endian, with an envelope.
        for (code, ending) in [(1_001_u32, 1), (0x8000_0001, 1), (1, 0), (3_001, 2)] {
            let mut bytes = header(0b11, 32);
            bytes.push(1);
            bytes.extend(code.to_le_bytes());
            for value in [10.5_f64, 50.25] {
                bytes.extend(value.to_le_bytes());
            }
            bytes.extend(vec![0; ending * 8]);
            assert_eq!(position_of(&bytes), Some((10.5, 50.25)), "{code:x}");
        }
        let mut bytes = header(0, 0);
        bytes.push(0);
        bytes.extend(1_u32.to_be_bytes());
        for value in [10.5_f64, 50.25] {
            bytes.extend(value.to_be_bytes());
        }
        assert_eq!(position_of(&bytes), Some((10.5, 50.25)));
        for cut in 0..bytes.len() {
            assert_eq!(position_of(&bytes[..cut]), None);
        }
    }

    #[test]
    fn polygons_stand_at_their_centroid() {
        let mut bytes = header(1, 0);
        bytes.push(1);
        for count in [3_u32, 1, 5] {
            bytes.extend(count.to_le_bytes());
        }
        for (x, y) in [(0.0, 0.0), (0.0, 2.0), (4.0, 2.0), (4.0, 0.0), (0.0, 0.0)] {
            bytes.extend(f64::to_le_bytes(x));
            bytes.extend(f64::to_le_bytes(y));
        }
        let mut feature = Feature::default();
        assert!(read(&bytes, &mut feature).is_some());
        assert_eq!(
            (feature.position, feature.area),
            (Some((2.0, 1.0)), Some(8.0))
        );
        // A count without bytes behind it, and a collection in a collection without end.
        let mut hostile = header(1, 0);
        hostile.extend([1, 3, 0, 0, 0, 0xff, 0xff, 0xff, 0xff]);
        assert_eq!(position_of(&hostile), None);
        let mut deep = header(1, 0);
        for _ in 0..1_000 {
            deep.extend([1, 7, 0, 0, 0, 1, 0, 0, 0]);
        }
        assert_eq!(position_of(&deep), None);
    }
}
