//! Well-known binary: points as they are, polygons by centroid and area, with their outline where it
//! is asked for. No count is believed beyond the bytes that are there.

use crate::shared::ground::metres_per_degree;
use crate::shared::outline::Outline;

/// Bytes of one geometry: a coverage polygon has some dozen corners.
pub(super) const BYTES: usize = 64 * 1024;

/// Where a record is, in degrees, and how much ground it covers.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Spot {
    pub(super) longitude: f64,
    pub(super) latitude: f64,
    /// Square metres of a polygon.
    pub(super) area_m2: Option<f64>,
}

/// Reads a geometry; `None` for an empty one, another kind, or damage.
pub(super) fn read(bytes: &[u8]) -> Option<Spot> {
    shape(bytes, None)
}

/// The polygon or polygons of a geometry in plain well-known binary.
pub(super) fn outline(bytes: &[u8]) -> Option<Vec<u8>> {
    let mut outline = Outline::default();
    shape(bytes, Some(&mut outline))?;
    outline.wkb(|x, y| Some((x, y)))
}

fn shape(bytes: &[u8], outline: Option<&mut Outline>) -> Option<Spot> {
    if bytes.len() > BYTES {
        return None;
    }
    let mut reader = Reader {
        bytes,
        little: true,
    };
    let (kind, skip) = reader.head()?;
    let mut shape = Shape {
        outline,
        ..Shape::default()
    };
    match kind {
        1 => {
            let (longitude, latitude) = reader.position(skip)?;
            return finite(longitude, latitude, None);
        }
        3 => reader.polygon(skip, &mut shape)?,
        6 => {
            let parts = reader.count(9)?;
            for _ in 0..parts {
                let (kind, skip) = reader.head()?;
                if kind != 3 {
                    return None;
                }
                reader.polygon(skip, &mut shape)?;
            }
        }
        _ => return None,
    }
    shape.spot()
}

fn finite(longitude: f64, latitude: f64, area_m2: Option<f64>) -> Option<Spot> {
    (longitude.is_finite() && latitude.is_finite()).then_some(Spot {
        longitude,
        latitude,
        area_m2: area_m2.filter(|a| a.is_finite() && *a > 0.0),
    })
}

struct Reader<'a> {
    bytes: &'a [u8],
    little: bool,
}

impl Reader<'_> {
    fn take<const N: usize>(&mut self) -> Option<[u8; N]> {
        let (head, rest) = self.bytes.split_first_chunk::<N>()?;
        self.bytes = rest;
        Some(*head)
    }

    fn integer(&mut self) -> Option<u32> {
        let bytes = self.take::<4>()?;
        Some(if self.little {
            u32::from_le_bytes(bytes)
        } else {
            u32::from_be_bytes(bytes)
        })
    }

    fn double(&mut self) -> Option<f64> {
        let bytes = self.take::<8>()?;
        Some(if self.little {
            f64::from_le_bytes(bytes)
        } else {
            f64::from_be_bytes(bytes)
        })
    }

    /// Byte order, kind of geometry, and numbers of a position behind longitude and latitude.
    fn head(&mut self) -> Option<(u32, usize)> {
        self.little = match self.take::<1>()? {
            [0] => false,
            [1] => true,
            _ => return None,
        };
        let code = self.integer()?;
        // Height and measure: flags of EWKB, thousands of ISO.
        let mut more = usize::from(code & 0x8000_0000 != 0) + usize::from(code & 0x4000_0000 != 0);
        if code & 0x2000_0000 != 0 {
            self.integer()?;
        }
        let plain = code & 0x0fff_ffff;
        more += match plain / 1_000 {
            0 => 0,
            1 | 2 => 1,
            3 => 2,
            _ => return None,
        };
        Some((plain % 1_000, more))
    }

    fn position(&mut self, more: usize) -> Option<(f64, f64)> {
        let place = (self.double()?, self.double()?);
        for _ in 0..more {
            self.double()?;
        }
        Some(place)
    }

    /// A count of things of that many bytes at least.
    fn count(&mut self, bytes_each: usize) -> Option<usize> {
        let count = usize::try_from(self.integer()?).ok()?;
        (count.checked_mul(bytes_each)? <= self.bytes.len()).then_some(count)
    }

    fn polygon(&mut self, more: usize, shape: &mut Shape<'_>) -> Option<()> {
        let rings = self.count(4)?;
        for ring in 0..rings {
            let positions = self.count(16 + 8 * more)?;
            let mut sums = Ring::default();
            for _ in 0..positions {
                let (x, y) = self.position(more)?;
                let origin = *shape.origin.get_or_insert((x, y));
                sums.add(x - origin.0, y - origin.1);
                if let Some(outline) = &mut shape.outline {
                    outline.add((x, y));
                }
            }
            shape.add(&sums, ring > 0);
            if let Some(outline) = &mut shape.outline {
                outline.close_ring();
            }
        }
        if let Some(outline) = &mut shape.outline {
            outline.close_polygon();
        }
        Some(())
    }
}

/// Twice the area and the moments of one ring, about the shape's first position.
#[derive(Default)]
struct Ring {
    previous: Option<(f64, f64)>,
    area: f64,
    moment: (f64, f64),
}

impl Ring {
    fn add(&mut self, x: f64, y: f64) {
        if let Some((a, b)) = self.previous {
            let cross = a * y - x * b;
            self.area += cross;
            self.moment.0 += (a + x) * cross;
            self.moment.1 += (b + y) * cross;
        }
        self.previous = Some((x, y));
    }
}

/// All rings: outer ones less holes.
#[derive(Default)]
struct Shape<'a> {
    outline: Option<&'a mut Outline>,
    origin: Option<(f64, f64)>,
    area: f64,
    moment: (f64, f64),
}

impl Shape<'_> {
    fn add(&mut self, ring: &Ring, hole: bool) {
        // Either way round.
        let sign = if hole { -1.0 } else { 1.0 } * ring.area.signum();
        self.area += sign * ring.area;
        self.moment.0 += sign * ring.moment.0;
        self.moment.1 += sign * ring.moment.1;
    }

    fn spot(&self) -> Option<Spot> {
        let (x, y) = self.origin?;
        if self.area.is_nan() || self.area <= 0.0 {
            return finite(x, y, None);
        }
        let longitude = x + self.moment.0 / (3.0 * self.area);
        let latitude = y + self.moment.1 / (3.0 * self.area);
        let (north, east) = metres_per_degree(latitude);
        finite(longitude, latitude, Some(self.area / 2.0 * north * east))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn polygon(rings: &[&[(f64, f64)]]) -> Vec<u8> {
        let mut bytes = vec![1, 3, 0, 0, 0];
        bytes.extend((rings.len() as u32).to_le_bytes());
        for ring in rings {
            bytes.extend((ring.len() as u32).to_le_bytes());
            for (x, y) in *ring {
                bytes.extend(x.to_le_bytes());
                bytes.extend(y.to_le_bytes());
            }
        }
        bytes
    }

    #[test]
    fn points_of_both_byte_orders_and_with_height() {
        let mut little = vec![1, 1, 0, 0, 0];
        little.extend(9.5_f64.to_le_bytes());
        little.extend(51.25_f64.to_le_bytes());
        let spot = read(&little).expect("a point");
        assert_eq!(
            (spot.longitude, spot.latitude, spot.area_m2),
            (9.5, 51.25, None)
        );
        let mut big = vec![0, 0, 0, 0x03, 0xe9];
        for value in [9.5_f64, 51.25, 100.0] {
            big.extend(value.to_be_bytes());
        }
        assert_eq!(read(&big), Some(spot));
        assert_eq!(read(&big[..20]), None);
        assert_eq!(read(&[]), None);
    }

    #[test]
    fn a_rectangle_has_its_middle_and_area() {
        let ring = [
            (9.0, 51.0),
            (9.0001, 51.0),
            (9.0001, 51.0002),
            (9.0, 51.0002),
            (9.0, 51.0),
        ];
        let spot = read(&polygon(&[&ring])).expect("a polygon");
        assert!((spot.longitude - 9.000_05).abs() < 1e-12);
        assert!((spot.latitude - 51.000_1).abs() < 1e-12);
        let (north, east) = metres_per_degree(51.000_1);
        let expected = 0.0001 * east * 0.0002 * north;
        let area = spot.area_m2.expect("has one");
        assert!((area / expected - 1.0).abs() < 1e-9, "{area} {expected}");
        // A hole of half of it.
        let hole = [
            (9.0, 51.0),
            (9.0001, 51.0),
            (9.0001, 51.0001),
            (9.0, 51.0001),
            (9.0, 51.0),
        ];
        let less = read(&polygon(&[&ring, &hole])).expect("a polygon");
        assert!((less.area_m2.expect("has one") / area - 0.5).abs() < 1e-6);
        let bytes = outline(&polygon(&[&ring, &hole])).expect("an outline");
        assert_eq!(bytes.len(), 9 + 2 * (4 + 5 * 16));
        assert_eq!(bytes[..9], [1, 3, 0, 0, 0, 2, 0, 0, 0]);
    }

    #[test]
    fn counts_beyond_the_bytes_are_no_geometry() {
        let mut bytes = polygon(&[&[(9.0, 51.0)]]);
        bytes[5..9].copy_from_slice(&u32::MAX.to_le_bytes());
        assert_eq!(read(&bytes), None);
        let mut bytes = polygon(&[&[(9.0, 51.0)]]);
        bytes[9..13].copy_from_slice(&u32::MAX.to_le_bytes());
        assert_eq!(read(&bytes), None);
        assert_eq!(read(&vec![1; BYTES + 1]), None);
    }
}
