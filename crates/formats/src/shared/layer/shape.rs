//! One position for a geometry: sums over its positions. The rings of polygons are kept for the
//! outline; a point costs nothing.

use super::Feature;
use crate::shared::outline::Outline;

/// Sums over the positions of a geometry.
#[derive(Default)]
pub(crate) struct Shape {
    first: Option<(f64, f64)>,
    previous: Option<(f64, f64)>,
    /// Of the first ring: twice its area and the moments.
    area: f64,
    moment: (f64, f64),
    rings: usize,
    /// Twice the area of the ring that is being added, and rings of its polygon before it.
    ring: f64,
    inner: usize,
    /// Area of all polygons without their holes.
    whole: f64,
    outline: Outline,
    /// The outline has all positions: from the second on.
    keeps: bool,
}

impl Shape {
    /// The next position.
    pub(crate) fn add(&mut self, point: (f64, f64)) {
        let Some(origin) = self.first else {
            self.first = Some(point);
            self.previous = Some((0.0, 0.0));
            return;
        };
        if !self.keeps {
            self.keeps = true;
            self.outline.add(origin);
        }
        self.outline.add(point);
        let (x, y) = (point.0 - origin.0, point.1 - origin.1);
        if let Some((a, b)) = self.previous {
            let cross = a * y - x * b;
            self.ring += cross;
            // The first ring only: holes and further parts do not move the point much.
            if self.rings == 0 {
                self.area += cross;
                self.moment.0 += (a + x) * cross;
                self.moment.1 += (b + y) * cross;
            }
        }
        self.previous = Some((x, y));
    }

    /// A ring, or a list of positions, ends here.
    pub(crate) fn close_ring(&mut self) {
        let area = (std::mem::take(&mut self.ring) / 2.0).abs();
        self.whole += if self.inner == 0 { area } else { -area };
        self.inner += 1;
        self.rings += 1;
        self.previous = None;
        self.outline.close_ring();
    }

    /// The rings of a polygon, the outer one first, end here.
    pub(crate) fn close_polygon(&mut self) {
        self.inner = 0;
        self.outline.close_polygon();
    }

    /// Gives a feature its position, and its rings and area if it is a polygon or several.
    pub(crate) fn settle(&mut self, feature: &mut Feature) {
        if feature.polygon {
            feature.area = Some(self.whole).filter(|a| a.is_finite() && *a > 0.0);
        }
        feature.position = self.position(feature.polygon);
        feature.outline = feature.polygon.then(|| std::mem::take(&mut self.outline));
    }

    /// The centroid of the first ring, or the first position of anything else.
    fn position(&self, polygon: bool) -> Option<(f64, f64)> {
        let (x, y) = self.first?;
        if !polygon || self.area == 0.0 || !self.area.is_finite() {
            return Some((x, y));
        }
        let (dx, dy) = (
            self.moment.0 / (3.0 * self.area),
            self.moment.1 / (3.0 * self.area),
        );
        Some((x + dx, y + dy)).filter(|p| p.0.is_finite() && p.1.is_finite())
    }
}
