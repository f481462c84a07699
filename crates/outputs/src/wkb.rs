//! Points and polygons of well-known binary, as the stored files hold them.
//!
//! Rule: two dimensions, little-endian, finite numbers; anything else is no geometry. A count is
//! never trusted: reading ends with the bytes.

/// Kind of a geometry, and of a layer that holds it: a layer of multipolygons takes polygons too.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Kind {
    Point,
    Polygon,
    MultiPolygon,
}

impl Kind {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Point => "Point",
            Self::Polygon => "Polygon",
            Self::MultiPolygon => "MultiPolygon",
        }
    }
}

/// Corners of one geometry; kept from row to row for its memory.
#[derive(Default)]
pub(crate) struct Shape {
    pub(crate) corners: Vec<[f64; 2]>,
    /// Where each ring ends among the corners.
    rings: Vec<usize>,
    /// Where each polygon ends among the rings.
    polygons: Vec<usize>,
}

impl Shape {
    /// Reads a geometry; `None` for what is no point or polygon, or has no corner.
    pub(crate) fn read(&mut self, wkb: &[u8]) -> Option<Kind> {
        self.corners.clear();
        self.rings.clear();
        self.polygons.clear();
        let mut bytes = Bytes(wkb);
        let kind = match bytes.header()? {
            1 => {
                self.corners.push(bytes.corner()?);
                Kind::Point
            }
            3 => {
                self.polygon(&mut bytes)?;
                Kind::Polygon
            }
            6 => {
                for _ in 0..bytes.count()? {
                    if bytes.header()? != 3 {
                        return None;
                    }
                    self.polygon(&mut bytes)?;
                }
                Kind::MultiPolygon
            }
            _ => return None,
        };
        (!self.corners.is_empty()).then_some(kind)
    }

    fn polygon(&mut self, bytes: &mut Bytes<'_>) -> Option<()> {
        for _ in 0..bytes.count()? {
            for _ in 0..bytes.count()? {
                self.corners.push(bytes.corner()?);
            }
            self.rings.push(self.corners.len());
        }
        self.polygons.push(self.rings.len());
        Some(())
    }

    /// The rings of each polygon, the outer one first; nothing for a point.
    pub(crate) fn polygons(&self) -> impl Iterator<Item = impl Iterator<Item = &[[f64; 2]]>> {
        let mut first = 0;
        self.polygons.iter().map(move |end| {
            let rings = first..*end;
            first = *end;
            rings.map(|ring| {
                let start = ring
                    .checked_sub(1)
                    .and_then(|before| self.rings.get(before))
                    .copied()
                    .unwrap_or(0);
                let end = self.rings.get(ring).copied().unwrap_or(start);
                self.corners.get(start..end).unwrap_or_default()
            })
        })
    }

    /// West, south, east, north.
    pub(crate) fn bounds(&self) -> [f64; 4] {
        let mut bounds = NOWHERE;
        for corner in &self.corners {
            widen(&mut bounds, [corner[0], corner[1], corner[0], corner[1]]);
        }
        bounds
    }
}

/// The box around nothing.
pub(crate) const NOWHERE: [f64; 4] = [
    f64::INFINITY,
    f64::INFINITY,
    f64::NEG_INFINITY,
    f64::NEG_INFINITY,
];

/// Widens a box by another.
pub(crate) fn widen(bounds: &mut [f64; 4], other: [f64; 4]) {
    let [west, south, east, north] = other;
    let [a, b, c, d] = *bounds;
    *bounds = [a.min(west), b.min(south), c.max(east), d.max(north)];
}

/// Twice the area of a ring, positive when it turns against the clock.
pub(crate) fn twice_area(ring: &[[f64; 2]]) -> f64 {
    let Some([x0, y0]) = ring.first() else {
        return 0.0;
    };
    ring.windows(2)
        .map(|pair| match pair {
            [[ax, ay], [bx, by]] => (ax - x0) * (by - y0) - (bx - x0) * (ay - y0),
            _ => 0.0,
        })
        .sum()
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

    /// Byte order and kind.
    fn header(&mut self) -> Option<u32> {
        let [order] = self.take()?;
        (order == 1).then(|| self.count())?
    }

    fn corner(&mut self) -> Option<[f64; 2]> {
        let (x, y) = (
            f64::from_le_bytes(self.take()?),
            f64::from_le_bytes(self.take()?),
        );
        (x.is_finite() && y.is_finite()).then_some([x, y])
    }
}
