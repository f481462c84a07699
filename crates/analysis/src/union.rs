//! The ground that was covered, as polygons: the union of strips, and the outline of it that a
//! person wants to see.
//!
//! Rules: a strip is the chain of footprints that share edges. The union has the area that was
//! covered; the outline is closed over gaps of up to a swath, without holes smaller than a quarter
//! of a squared swath and without parts below 100 m², simplified, valid, with exteriors
//! counter-clockwise. Areas that are told are geodesic (Karney) on WGS 84.

use crate::bitmap::Bitmap;
use crate::footprint::{Footprints, Quad};
use crate::frame::LocalFrame;
use geo::algorithm::bool_ops::unary_union;
use geo::orient::{Direction, Orient};
use geo::{
    Area, BooleanOps, Buffer, Coord, GeodesicArea, LineString, MapCoords, MultiPolygon, Polygon,
    Simplify, Validation,
};

/// Footprints in one strip at most: longer ones cost the sweep more than they save.
const STRIP: usize = 256;
/// Side of the cells that tell covered ground.
const CELL_M: f64 = 0.25;
/// Least part of an outline, square metres.
const PART_M2: f64 = 100.0;

/// Strips of footprints that share edges, with sides simplified by `tolerance_m`.
pub fn strips(
    footprints: &Footprints<'_>,
    wanted: impl Fn(usize) -> bool,
    tolerance_m: f64,
) -> Vec<Polygon<f64>> {
    let mut strips = Vec::new();
    let mut strip = Strip::default();
    // Ground that is covered through and through gains nothing. Without this a machine that turns on
    // the spot, or a log that repeats itself, would cross every footprint with every other one.
    let mut covered = Bitmap::new(CELL_M);
    footprints.for_each(wanted, |_, quad| {
        let marked = covered.mark(&quad);
        if marked.cells > 0 && marked.before == marked.cells {
            return;
        }
        if !strip.goes_on(&quad) {
            strip.finish(tolerance_m, &mut strips);
        }
        strip.push(&quad);
    });
    strip.finish(tolerance_m, &mut strips);
    strips
}

#[derive(Default)]
struct Strip {
    left: Vec<Coord<f64>>,
    right: Vec<Coord<f64>>,
}

fn coord((x, y): (f64, f64)) -> Coord<f64> {
    Coord { x, y }
}

impl Strip {
    fn goes_on(&self, quad: &Quad) -> bool {
        self.left.len() < STRIP
            && self.left.last() == Some(&coord(quad[0]))
            && self.right.last() == Some(&coord(quad[1]))
    }

    fn push(&mut self, quad: &Quad) {
        if self.left.is_empty() {
            self.left.push(coord(quad[0]));
            self.right.push(coord(quad[1]));
        }
        self.left.push(coord(quad[3]));
        self.right.push(coord(quad[2]));
    }

    fn finish(&mut self, tolerance_m: f64, strips: &mut Vec<Polygon<f64>>) {
        if self.left.is_empty() {
            return;
        }
        let side = |points: &mut Vec<Coord<f64>>| {
            let line = LineString::new(std::mem::take(points));
            if tolerance_m > 0.0 {
                line.simplify(tolerance_m).into_inner()
            } else {
                line.into_inner()
            }
        };
        let mut ring = side(&mut self.right);
        ring.extend(side(&mut self.left).into_iter().rev());
        strips.push(Polygon::new(LineString::new(ring), Vec::new()));
    }
}

/// The union of polygons that all turn the same way round.
pub fn union(polygons: &[Polygon<f64>]) -> MultiPolygon<f64> {
    unary_union(polygons)
}

/// The union of polygons of any winding, as files have them: rings that cross themselves count by
/// the even-odd rule.
pub fn of_any(polygons: &[Polygon<f64>]) -> MultiPolygon<f64> {
    let sound: Vec<Polygon<f64>> = polygons
        .iter()
        .flat_map(|polygon| {
            if polygon.is_valid() {
                vec![polygon.orient(Direction::Default)]
            } else {
                let nothing = MultiPolygon::<f64>::new(Vec::new());
                let mended = polygon.union(&nothing);
                mended.orient(Direction::Default).into_iter().collect()
            }
        })
        .collect();
    union(&sound)
}

/// The outline of a union for people: see the rules above. `swath_m` is the usual width.
pub fn outline(union: &MultiPolygon<f64>, swath_m: f64) -> MultiPolygon<f64> {
    let reach = (swath_m / 2.0).clamp(0.25, 50.0);
    let closed = simplified(union, 0.1).buffer(reach).buffer(-reach);
    let least_hole = 0.25 * swath_m * swath_m;
    let area = |ring: &LineString<f64>| Polygon::new(ring.clone(), Vec::new()).unsigned_area();
    let parts: Vec<Polygon<f64>> = closed
        .into_iter()
        .map(|polygon| {
            let (exterior, mut holes) = polygon.into_inner();
            holes.retain(|hole| area(hole) >= least_hole);
            Polygon::new(exterior, holes)
        })
        .collect();
    let greatest = parts.iter().map(Area::unsigned_area).fold(0.0, f64::max);
    let least = PART_M2.min(greatest);
    let kept: MultiPolygon<f64> = parts
        .into_iter()
        .filter(|part| part.unsigned_area() >= least)
        .collect();
    let best = [0.25, 0.1, 0.05]
        .into_iter()
        .map(|tolerance| simplified(&kept, tolerance))
        .find(Validation::is_valid);
    best.unwrap_or(kept).orient(Direction::Default)
}

fn simplified(polygons: &MultiPolygon<f64>, tolerance_m: f64) -> MultiPolygon<f64> {
    polygons.simplify(tolerance_m)
}

/// Polygons of the plane in degrees.
pub fn in_degrees(polygons: &MultiPolygon<f64>, frame: &LocalFrame) -> MultiPolygon<f64> {
    polygons.map_coords(|c| coord(frame.degrees(c.x, c.y)))
}

/// Square metres of polygons in degrees on the ellipsoid.
pub fn geodesic_area_m2(polygons: &MultiPolygon<f64>) -> f64 {
    polygons.geodesic_area_signed().abs()
}
