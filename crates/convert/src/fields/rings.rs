//! Whether rings make valid polygons: crossings by a sweep over longitudes, then which ring lies
//! in which.

use geo::line_intersection::{LineIntersection, line_intersection};
use geo::{Coord, Line, LineString, Polygon};

/// What is wrong, by the contract's word, and where.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Fault {
    pub(super) word: &'static str,
    pub(super) text: &'static str,
    pub(super) at: Coord<f64>,
}

fn fault(word: &'static str, text: &'static str, at: Coord<f64>) -> Fault {
    Fault { word, text, at }
}

/// A segment with its ring and its place in the ring.
struct Segment {
    line: Line<f64>,
    ring: usize,
    index: usize,
}

struct Ring<'a> {
    line: &'a LineString<f64>,
    polygon: usize,
    hole: bool,
}

pub(super) fn check(polygons: &[Polygon<f64>]) -> Result<(), Fault> {
    let mut rings = Vec::new();
    for (polygon, shape) in polygons.iter().enumerate() {
        let ring = |line, hole| Ring {
            line,
            polygon,
            hole,
        };
        rings.push(ring(shape.exterior(), false));
        rings.extend(shape.interiors().iter().map(|line| ring(line, true)));
    }
    duplicates(&rings)?;
    crossings(&rings)?;
    nesting(&rings)
}

fn first(ring: &Ring<'_>) -> Coord<f64> {
    ring.line.0.first().copied().unwrap_or_default()
}

fn duplicates(rings: &[Ring<'_>]) -> Result<(), Fault> {
    let mut known = std::collections::HashSet::new();
    for ring in rings {
        let mut positions: Vec<(u64, u64)> = ring
            .line
            .coords()
            .map(|c| (c.x.to_bits(), c.y.to_bits()))
            .collect();
        positions.sort_unstable();
        positions.dedup();
        if !known.insert(positions) {
            return Err(fault("DUPLICATE_RINGS", "Duplicate rings", first(ring)));
        }
    }
    Ok(())
}

/// Segments that meet elsewhere than neighbours do.
fn crossings(rings: &[Ring<'_>]) -> Result<(), Fault> {
    let mut segments = Vec::new();
    for (number, ring) in rings.iter().enumerate() {
        for (index, line) in ring.line.lines().enumerate() {
            segments.push(Segment {
                line,
                ring: number,
                index,
            });
        }
    }
    let west = |s: &Segment| s.line.start.x.min(s.line.end.x);
    let east = |s: &Segment| s.line.start.x.max(s.line.end.x);
    segments.sort_by(|a, b| west(a).total_cmp(&west(b)));
    let mut active: Vec<&Segment> = Vec::new();
    // How often a hole touches its shell, or another ring of its polygon.
    let mut touches = std::collections::HashMap::<(usize, usize), Coord<f64>>::new();
    for segment in &segments {
        active.retain(|other| east(other) >= west(segment));
        for other in &active {
            if let Some(at) = meet(segment, other, rings)? {
                let pair = (segment.ring.min(other.ring), segment.ring.max(other.ring));
                let holes = rings.get(pair.0).zip(rings.get(pair.1));
                let same = holes.is_some_and(|(a, b)| a.polygon == b.polygon);
                match touches.insert(pair, at) {
                    Some(before) if before != at && same => {
                        let text = "Interior is disconnected";
                        return Err(fault("DISCONNECTED_INTERIOR", text, at));
                    }
                    _ => {}
                }
            }
        }
        active.push(segment);
    }
    Ok(())
}

/// Where two segments of different rings touch; a fault when they cross or run together.
fn meet(a: &Segment, b: &Segment, rings: &[Ring<'_>]) -> Result<Option<Coord<f64>>, Fault> {
    let south = |s: &Segment| s.line.start.y.min(s.line.end.y);
    let north = |s: &Segment| s.line.start.y.max(s.line.end.y);
    if south(a) > north(b) || south(b) > north(a) {
        return Ok(None);
    }
    let Some(met) = line_intersection(a.line, b.line) else {
        return Ok(None);
    };
    let (at, is_proper) = match met {
        LineIntersection::SinglePoint {
            intersection,
            is_proper,
        } => (intersection, is_proper),
        LineIntersection::Collinear { intersection } => {
            if intersection.start != intersection.end {
                let text = "Self-intersection";
                return Err(fault("SELF_INTERSECTION", text, intersection.start));
            }
            (intersection.start, false)
        }
    };
    if is_proper {
        return Err(fault("SELF_INTERSECTION", "Self-intersection", at));
    }
    if a.ring != b.ring {
        return Ok(Some(at));
    }
    let count = rings
        .get(a.ring)
        .map_or(0, |ring| ring.line.0.len().saturating_sub(1));
    let apart = a.index.abs_diff(b.index);
    if apart == 1 || apart + 1 == count {
        return Ok(None);
    }
    Err(fault(
        "RING_SELF_INTERSECTION",
        "Ring Self-intersection",
        at,
    ))
}

/// Whether a position lies in a ring; those on its rim may be either.
fn inside(ring: &LineString<f64>, at: Coord<f64>) -> bool {
    let mut within = false;
    for line in ring.lines() {
        let (a, b) = (line.start, line.end);
        if (a.y > at.y) != (b.y > at.y) && at.x < (b.x - a.x) * (at.y - a.y) / (b.y - a.y) + a.x {
            within = !within;
        }
    }
    within
}

/// Whether a ring lies in another: by the majority of its positions, for some may touch.
fn lies_in(ring: &Ring<'_>, other: &Ring<'_>) -> bool {
    let step = (ring.line.0.len() / 16).max(1);
    let some: Vec<_> = ring.line.coords().step_by(step).collect();
    let within = some.iter().filter(|at| inside(other.line, ***at)).count();
    within * 2 > some.len()
}

fn nesting(rings: &[Ring<'_>]) -> Result<(), Fault> {
    for (number, ring) in rings.iter().enumerate() {
        for (other_number, other) in rings.iter().enumerate() {
            if number == other_number {
                continue;
            }
            let same = ring.polygon == other.polygon;
            if ring.hole && same && !other.hole && !lies_in(ring, other) {
                let text = "Hole lies outside shell";
                return Err(fault("HOLE_OUTSIDE_SHELL", text, first(ring)));
            }
            if ring.hole && same && other.hole && lies_in(ring, other) {
                return Err(fault("NESTED_HOLES", "Holes are nested", first(ring)));
            }
            if !ring.hole && !same && !other.hole && lies_in(ring, other) {
                // A shell in a hole of another polygon is an island and fine.
                let island = rings
                    .iter()
                    .any(|hole| hole.hole && hole.polygon == other.polygon && lies_in(ring, hole));
                if !island {
                    return Err(fault("NESTED_SHELLS", "Nested shells", first(ring)));
                }
            }
        }
    }
    Ok(())
}
