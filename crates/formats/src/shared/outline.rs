//! The polygon that a source has instead of a point, kept ring by ring and handed on as well-known
//! binary in degrees (see `tramline_model::records::outline_field`).
//!
//! Rule: holes are kept. A ring of fewer than three different places is none; an outline with a place
//! that is not on Earth is none.

type Place = (f64, f64);

/// Places that are compared to tell in which ring a hole lies, for each place of the outline.
const LOOKS: usize = 64;

/// Rings of one record in the units of the file.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Outline {
    corners: Vec<Place>,
    /// Where each ring ends among the corners.
    rings: Vec<usize>,
    /// Where each polygon ends among the rings; its first ring is the outer one.
    polygons: Vec<usize>,
}

impl Outline {
    pub(crate) fn add(&mut self, corner: Place) {
        self.corners.push(corner);
    }

    pub(crate) fn corners(&self) -> usize {
        self.corners.len()
    }

    pub(crate) fn close_ring(&mut self) {
        if self.corners.len() > self.rings.last().copied().unwrap_or(0) {
            self.rings.push(self.corners.len());
        }
    }

    pub(crate) fn close_polygon(&mut self) {
        if self.rings.len() > self.polygons.last().copied().unwrap_or(0) {
            self.polygons.push(self.rings.len());
        }
    }

    fn ring(&self, index: usize) -> &[Place] {
        let start = index
            .checked_sub(1)
            .and_then(|before| self.rings.get(before));
        let start = start.copied().unwrap_or(0);
        let end = self.rings.get(index).copied().unwrap_or(start);
        self.corners.get(start..end).unwrap_or_default()
    }

    /// Rings as shapefiles have them, in any order: outer ones turn with the clock, holes against
    /// it and belong to the smallest outer ring around them. Where no ring turns with the clock,
    /// all are outer ones; a hole in no outer ring is one.
    pub(crate) fn by_winding(self) -> Self {
        if self.rings.len() < 2 {
            let mut one = self;
            one.close_polygon();
            return one;
        }
        let areas: Vec<f64> = (0..self.rings.len())
            .map(|i| twice_area(self.ring(i)))
            .collect();
        let any_outer = areas.iter().any(|area| *area < 0.0);
        let is_outer = |area: f64| area < 0.0 || !any_outer;
        let mut outer: Vec<usize> = (0..areas.len()).filter(|i| is_outer(areas[*i])).collect();
        let mut looks = self.corners.len().saturating_mul(LOOKS);
        // By hole: its outer ring. The smallest comes first.
        let mut by_size = outer.clone();
        by_size.sort_by(|a, b| areas[*a].abs().total_cmp(&areas[*b].abs()));
        let boxes: Vec<[f64; 4]> = (0..areas.len()).map(|i| bounds(self.ring(i))).collect();
        let mut holes: Vec<(usize, usize)> = Vec::new();
        for hole in (0..areas.len()).filter(|i| !is_outer(areas[*i])) {
            let around = by_size.iter().copied().find(|ring| {
                let candidate = self.ring(*ring);
                looks = looks.saturating_sub(1);
                if looks == 0 || !encloses(boxes[*ring], boxes[hole]) {
                    return false;
                }
                looks = looks.saturating_sub(candidate.len() * SAMPLES);
                lies_in(self.ring(hole), candidate)
            });
            match around {
                Some(ring) => holes.push((ring, hole)),
                None => outer.push(hole),
            }
        }
        holes.sort_unstable();
        let mut sorted = Self::default();
        for ring in outer {
            sorted.corners.extend_from_slice(self.ring(ring));
            sorted.close_ring();
            let first = holes.partition_point(|(around, _)| *around < ring);
            let own = holes.get(first..).unwrap_or_default();
            for (_, hole) in own.iter().take_while(|(around, _)| *around == ring) {
                sorted.corners.extend_from_slice(self.ring(*hole));
                sorted.close_ring();
            }
            sorted.close_polygon();
        }
        sorted
    }

    /// Well-known binary in degrees; `None` where nothing is left or a place is nowhere.
    pub(crate) fn wkb(&self, degrees: impl Fn(f64, f64) -> Option<Place>) -> Option<Vec<u8>> {
        let mut parts: Vec<Vec<Vec<Place>>> = Vec::new();
        let mut first = 0;
        for end in &self.polygons {
            let mut part: Vec<Vec<Place>> = Vec::new();
            for (place, index) in (first..*end).enumerate() {
                let mut ring = Vec::with_capacity(self.ring(index).len() + 1);
                for (x, y) in self.ring(index) {
                    let (longitude, latitude) = degrees(*x, *y)?;
                    if !(longitude.abs() <= 180.0 && latitude.abs() <= 90.0) {
                        return None;
                    }
                    ring.push((longitude, latitude));
                }
                if ring.first() != ring.last() {
                    ring.extend(ring.first().copied());
                }
                if ring.len() < 4 {
                    if place == 0 {
                        break;
                    }
                    continue;
                }
                let against_the_clock = twice_area(&ring) > 0.0;
                if against_the_clock != (place == 0) {
                    ring.reverse();
                }
                part.push(ring);
            }
            first = *end;
            if !part.is_empty() {
                parts.push(part);
            }
        }
        let mut bytes = Vec::with_capacity(32 + self.corners.len() * 16);
        match &parts[..] {
            [] => return None,
            [one] => polygon(one, &mut bytes),
            several => {
                head(6, several.len(), &mut bytes);
                for part in several {
                    polygon(part, &mut bytes);
                }
            }
        }
        Some(bytes)
    }
}

fn head(kind: u32, count: usize, bytes: &mut Vec<u8>) {
    bytes.push(1);
    bytes.extend(kind.to_le_bytes());
    bytes.extend((count as u32).to_le_bytes());
}

fn polygon(rings: &[Vec<Place>], bytes: &mut Vec<u8>) {
    head(3, rings.len(), bytes);
    for ring in rings {
        bytes.extend((ring.len() as u32).to_le_bytes());
        for (x, y) in ring {
            bytes.extend(x.to_le_bytes());
            bytes.extend(y.to_le_bytes());
        }
    }
}

/// Twice the area of a ring, closed or not; positive when it turns against the clock.
fn twice_area(ring: &[Place]) -> f64 {
    let Some(&(x0, y0)) = ring.first() else {
        return 0.0;
    };
    ring.windows(2)
        .map(|pair| match pair {
            [(ax, ay), (bx, by)] => (ax - x0) * (by - y0) - (bx - x0) * (ay - y0),
            _ => 0.0,
        })
        .sum()
}

fn bounds(ring: &[Place]) -> [f64; 4] {
    let nowhere = [
        f64::INFINITY,
        f64::INFINITY,
        f64::NEG_INFINITY,
        f64::NEG_INFINITY,
    ];
    ring.iter().fold(nowhere, |[a, b, c, d], (x, y)| {
        [a.min(*x), b.min(*y), c.max(*x), d.max(*y)]
    })
}

fn encloses(outer: [f64; 4], inner: [f64; 4]) -> bool {
    outer[0] <= inner[0] && outer[1] <= inner[1] && outer[2] >= inner[2] && outer[3] >= inner[3]
}

/// Corners of a hole that are looked for in a ring.
const SAMPLES: usize = 5;

/// Whether most of a few corners of the hole lie in the ring: one may touch it.
fn lies_in(hole: &[Place], ring: &[Place]) -> bool {
    let step = (hole.len() / SAMPLES).max(1);
    let looked = hole.iter().step_by(step).take(SAMPLES);
    let (mut inside, mut all) = (0, 0);
    for corner in looked {
        all += 1;
        inside += usize::from(contains(ring, *corner));
    }
    inside * 2 > all
}

fn contains(ring: &[Place], (x, y): Place) -> bool {
    let Some(mut last) = ring.last().copied() else {
        return false;
    };
    let mut inside = false;
    for &(bx, by) in ring {
        let (ax, ay) = last;
        if (ay > y) != (by > y) && x < ax + (bx - ax) * (y - ay) / (by - ay) {
            inside = !inside;
        }
        last = (bx, by);
    }
    inside
}

#[cfg(test)]
#[path = "outline_tests.rs"]
mod tests;
