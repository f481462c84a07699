//! The `.shp` in order of its records; the `.shx` is never needed.
//!
//! Own reader instead of the `shapefile` crate: that one trusts counts and reads whole files, this one
//! keeps one representative position, an area and the rings of each record of a batch, and streams.

use crate::shared::outline::Outline;
use crate::shared::projection::Projection;
use std::io::Read;
use tramline_model::{Place, ReadError};

const HEADER_BYTES: u64 = 100;
const FILE_CODE: i32 = 9994;
/// Largest record that is read: four million corners.
const RECORD_BYTES: u64 = 64 << 20;
/// Corners of a batch after which it ends, whatever its records.
const BATCH_CORNERS: usize = 4 << 20;
const HINT: &str = "export the shapefile again, or copy it again";

/// What a `.shp` says it holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Geometry {
    Point,
    MultiPoint,
    Line,
    Polygon,
}

/// The kind of a shape type number; `None` for null shapes and for numbers no reader knows.
pub(crate) fn geometry(shape_type: i32) -> Option<Geometry> {
    match shape_type {
        1 | 11 | 21 => Some(Geometry::Point),
        3 | 13 | 23 => Some(Geometry::Line),
        5 | 15 | 25 => Some(Geometry::Polygon),
        8 | 18 | 28 => Some(Geometry::MultiPoint),
        _ => None,
    }
}

/// The shape type of a file header, when it is one.
pub(crate) fn shape_type_of_header(head: &[u8]) -> Option<i32> {
    (be_i32(head, 0)? == FILE_CODE)
        .then(|| le_i32(head, 32))
        .flatten()
}

/// Positions of records, one row each, in the units of the file. Not a number where a record has
/// no position (`x`, `y`) or no area.
#[derive(Debug, Default)]
pub(crate) struct Shapes {
    pub(crate) x: Vec<f64>,
    pub(crate) y: Vec<f64>,
    /// Square units of the file.
    pub(crate) area: Vec<f64>,
    /// Rings in the units of the file; may end before the last record.
    pub(crate) outlines: Vec<Outline>,
    /// Corners of all outlines.
    pub(crate) corners: usize,
}

impl Shapes {
    pub(crate) fn len(&self) -> usize {
        self.x.len()
    }

    /// Turns positions into degrees and areas into square metres, in place.
    pub(crate) fn project(&mut self, projection: &Projection) {
        for ((x, y), area) in self.x.iter_mut().zip(&mut self.y).zip(&mut self.area) {
            (*x, *y, *area) = projection.point(*x, *y, *area);
        }
    }

    fn push(&mut self, x: f64, y: f64, area: f64) {
        self.x.push(x);
        self.y.push(y);
        self.area.push(area);
    }

    /// Rings of the record that comes next.
    fn keep(&mut self, outline: Outline) {
        self.corners += outline.corners();
        self.outlines.resize(self.x.len(), Outline::default());
        self.outlines.push(outline);
    }
}

/// Streams the records of a `.shp`.
pub(crate) struct ShapeReader<R> {
    stream: R,
    place: Place,
    size: u64,
    at: u64,
    /// Length that the header claims, in bytes.
    declared: u64,
    record: u64,
    content: Vec<u8>,
    shape_type: i32,
    /// Why reading ended before the last byte, if it did.
    pub(crate) cut: Option<String>,
    /// Multipoint records with more than one point.
    pub(crate) multipoints: u64,
}

impl<R: Read> ShapeReader<R> {
    /// Reads the header. `size` is the size of the entry in bytes.
    ///
    /// # Errors
    /// Malformed when there is no header or it is none of a `.shp`; unsupported for a shape type
    /// that is not read.
    pub(crate) fn open(mut stream: R, size: u64, place: Place) -> Result<Self, ReadError> {
        if size == 0 {
            return Err(ReadError::malformed(
                place,
                "the .shp is empty (0 bytes)",
                HINT,
            ));
        }
        let mut head = Vec::new();
        read_up_to(&mut stream, HEADER_BYTES, &mut head, &place)?;
        let code = be_i32(&head, 0);
        if let Some(code) = code.filter(|c| *c != FILE_CODE) {
            let what =
                format!("not a .shp, or corrupt: the file code is {code} instead of {FILE_CODE}");
            return Err(ReadError::malformed(place, what, HINT));
        }
        let (Some(words), Some(shape_type), true) = (
            be_i32(&head, 24),
            le_i32(&head, 32),
            head.len() as u64 == HEADER_BYTES,
        ) else {
            let what = format!(
                "the .shp header of {HEADER_BYTES} bytes is cut off after {}",
                head.len()
            );
            return Err(ReadError::malformed(place, what, HINT));
        };
        if shape_type != 0 && geometry(shape_type).is_none() {
            return Err(unknown_type(place, shape_type));
        }
        Ok(Self {
            stream,
            place,
            size,
            at: HEADER_BYTES,
            declared: u64::try_from(words).unwrap_or(0) * 2,
            record: 0,
            content: Vec::new(),
            shape_type,
            cut: None,
            multipoints: 0,
        })
    }

    /// The shape type of the header.
    pub(crate) fn shape_type(&self) -> i32 {
        self.shape_type
    }

    /// Length in bytes that the header claims, where it differs from the size of the entry.
    pub(crate) fn wrong_length(&self) -> Option<u64> {
        (self.declared != self.size).then_some(self.declared)
    }

    /// Reads up to `rows` records into `shapes`, replacing what is there; none at the end.
    ///
    /// # Errors
    /// Malformed for a record whose sizes contradict each other or the bytes that are there.
    pub(crate) fn read(&mut self, rows: usize, shapes: &mut Shapes) -> Result<(), ReadError> {
        shapes.x.clear();
        shapes.y.clear();
        shapes.area.clear();
        shapes.outlines.clear();
        shapes.corners = 0;
        while shapes.len() < rows && shapes.corners < BATCH_CORNERS && self.cut.is_none() {
            let behind_declared = self.declared >= HEADER_BYTES && self.at >= self.declared;
            match self.next(shapes) {
                Ok(true) => {}
                Ok(false) => break,
                Err(ReadError::Malformed { what, .. } | ReadError::Unsupported { what, .. })
                    if behind_declared =>
                {
                    self.cut = Some(format!(
                        "bytes after the stated end are not records: {what}"
                    ));
                }
                Err(e) => return Err(e),
            }
        }
        Ok(())
    }

    fn next(&mut self, shapes: &mut Shapes) -> Result<bool, ReadError> {
        let left = self.size.saturating_sub(self.at);
        if left == 0 {
            return Ok(false);
        }
        let record = self.record + 1;
        read_up_to(&mut self.stream, 8, &mut self.content, &self.place)?;
        let Some(words) = be_i32(&self.content, 4) else {
            self.cut = Some(format!("the .shp ends in the header of record {record}"));
            return Ok(false);
        };
        let Ok(words) = u64::try_from(words) else {
            return Err(self.malformed(record, format!("record length of {words} words")));
        };
        let length = words * 2;
        let left = left.saturating_sub(8);
        if length < 4 {
            return Err(self.malformed(record, format!("record length of {length} bytes")));
        }
        if length > RECORD_BYTES && length <= left {
            let place = self.place_of(record);
            return Err(ReadError::Limit {
                place,
                limit: "shp record bytes",
                allowed: RECORD_BYTES,
            });
        }
        read_up_to(
            &mut self.stream,
            length.min(left).min(RECORD_BYTES),
            &mut self.content,
            &self.place,
        )?;
        if length > left || (self.content.len() as u64) < length {
            if self.plausible(length) {
                self.cut = Some(format!("the .shp ends in record {record}"));
                return Ok(false);
            }
            let mut what = format!(
                "a record length of {length} bytes, but only {left} bytes are left in the .shp"
            );
            let kind = le_i32(&self.content, 0).and_then(geometry);
            if let Some((parts, points)) = kind.and_then(|kind| counts(&self.content, kind)) {
                what.push_str(&format!("; it states {parts} parts and {points} points"));
            }
            return Err(self.malformed(record, what));
        }
        self.at += 8 + length;
        self.record = record;
        self.shape(record, shapes)?;
        Ok(true)
    }

    /// Whether a record length fits the shape whose beginning is in `content`: then the file is
    /// cut, else the length lies.
    fn plausible(&self, length: u64) -> bool {
        let Some(shape_type) = le_i32(&self.content, 0) else {
            return length <= 1 << 20;
        };
        match geometry(shape_type) {
            Some(Geometry::Point) => [20, 28, 36].contains(&length),
            Some(kind) => match counts(&self.content, kind) {
                Some((parts, points)) => body_bytes(kind, parts, points)
                    .is_some_and(|least| length >= least && length <= least * 3 + 64),
                None => length <= 1 << 20,
            },
            None => shape_type == 0 && length == 4,
        }
    }

    fn shape(&mut self, record: u64, shapes: &mut Shapes) -> Result<(), ReadError> {
        let content = &self.content[..];
        let shape_type = le_i32(content, 0).unwrap_or(0);
        let Some(kind) = geometry(shape_type) else {
            if shape_type != 0 {
                return Err(unknown_type(self.place_of(record), shape_type));
            }
            shapes.push(f64::NAN, f64::NAN, f64::NAN);
            return Ok(());
        };
        if kind == Geometry::Point {
            let (Some(x), Some(y), true) = (
                le_f64(content, 4),
                le_f64(content, 12),
                [20, 28, 36].contains(&content.len()),
            ) else {
                let what = format!("record length of {} bytes for a point", content.len());
                return Err(self.malformed(record, what));
            };
            shapes.push(x, y, f64::NAN);
            return Ok(());
        }
        let Some((parts, points)) = counts(content, kind) else {
            let what = format!(
                "record length of {} bytes is too short for its shape",
                content.len()
            );
            return Err(self.malformed(record, what));
        };
        if parts < 0 || points < 0 {
            let what = format!("a shape of {parts} parts and {points} points");
            return Err(self.malformed(record, what));
        }
        if body_bytes(kind, parts, points).is_none_or(|least| least > content.len() as u64) {
            let what = format!(
                "it states {parts} parts and {points} points, but has {} bytes",
                content.len()
            );
            return Err(self.malformed(record, what));
        }
        let first = points_offset(kind, parts);
        let vertex = |i: usize| -> Option<(f64, f64)> {
            let at = first.checked_add(i.checked_mul(16)?)?;
            Some((le_f64(content, at)?, le_f64(content, at + 8)?))
        };
        let count = usize::try_from(points).unwrap_or(0);
        if count == 0 {
            shapes.push(f64::NAN, f64::NAN, f64::NAN);
            return Ok(());
        }
        match kind {
            Geometry::Polygon => {
                let ring_start = |part: usize| -> usize {
                    le_i32(content, 44 + part * 4)
                        .and_then(|s| usize::try_from(s).ok())
                        .map_or(count, |s| s.min(count))
                };
                let parts = usize::try_from(parts).unwrap_or(0);
                let mut outline = Outline::default();
                let rings = (0..parts).map(|p| {
                    (
                        ring_start(p),
                        if p + 1 < parts {
                            ring_start(p + 1)
                        } else {
                            count
                        },
                    )
                });
                let mut done = 0;
                for (start, end) in rings.clone() {
                    (start.max(done)..end)
                        .filter_map(vertex)
                        .for_each(|corner| outline.add(corner));
                    outline.close_ring();
                    done = done.max(end);
                }
                let (x, y, area) = polygon(rings, count, vertex);
                shapes.keep(outline.by_winding());
                shapes.push(x, y, area);
            }
            Geometry::Line => {
                let (x, y) = vertex(count / 2).unwrap_or((f64::NAN, f64::NAN));
                shapes.push(x, y, f64::NAN);
            }
            Geometry::MultiPoint | Geometry::Point => {
                self.multipoints += u64::from(count > 1);
                let (x, y) = vertex(0).unwrap_or((f64::NAN, f64::NAN));
                shapes.push(x, y, f64::NAN);
            }
        }
        Ok(())
    }

    fn place_of(&self, record: u64) -> Place {
        Place::inside(self.place.entry.clone(), format!("record {record}"))
    }

    fn malformed(&self, record: u64, what: String) -> ReadError {
        ReadError::malformed(
            self.place_of(record),
            format!("damaged shp record: {what}"),
            HINT,
        )
    }
}

fn unknown_type(place: Place, shape_type: i32) -> ReadError {
    ReadError::unsupported(
        place,
        format!("shapes of type {shape_type} are not read"),
        "export points or polygons",
    )
}

/// Parts and points that a shape claims.
fn counts(content: &[u8], kind: Geometry) -> Option<(i32, i32)> {
    match kind {
        Geometry::Point => None,
        Geometry::MultiPoint => Some((0, le_i32(content, 36)?)),
        _ => Some((le_i32(content, 36)?, le_i32(content, 40)?)),
    }
}

/// Bytes of a shape without its Z and M parts.
fn body_bytes(kind: Geometry, parts: i32, points: i32) -> Option<u64> {
    let parts = u64::try_from(parts).ok()?;
    let points = u64::try_from(points).ok()?;
    let fixed = if kind == Geometry::MultiPoint { 40 } else { 44 };
    Some(fixed + parts * 4 + points * 16)
}

fn points_offset(kind: Geometry, parts: i32) -> usize {
    if kind == Geometry::MultiPoint {
        40
    } else {
        44 + usize::try_from(parts).unwrap_or(0) * 4
    }
}

/// Centroid and area of rings; the middle of the extent where the area is zero.
fn polygon(
    rings: impl Iterator<Item = (usize, usize)>,
    count: usize,
    vertex: impl Fn(usize) -> Option<(f64, f64)>,
) -> (f64, f64, f64) {
    let none = (f64::NAN, f64::NAN, f64::NAN);
    let Some((x0, y0)) = vertex(0) else {
        return none;
    };
    let (mut twice, mut sum_x, mut sum_y) = (0.0, 0.0, 0.0);
    // Each corner at most once: overlapping ring starts cannot multiply the work.
    let mut done = 0;
    for (start, end) in rings {
        let start = start.max(done);
        done = done.max(end);
        let Some((mut ax, mut ay)) = vertex(start).map(|(x, y)| (x - x0, y - y0)) else {
            continue;
        };
        let (first_x, first_y) = (ax, ay);
        let corners = (start + 1..end)
            .filter_map(&vertex)
            .map(|(x, y)| (x - x0, y - y0));
        for (bx, by) in corners.chain(std::iter::once((first_x, first_y))) {
            let cross = ax * by - bx * ay;
            twice += cross;
            sum_x += (ax + bx) * cross;
            sum_y += (ay + by) * cross;
            (ax, ay) = (bx, by);
        }
    }
    let (x, y) = (x0 + sum_x / (3.0 * twice), y0 + sum_y / (3.0 * twice));
    let mut low = (f64::INFINITY, f64::INFINITY);
    let mut high = (f64::NEG_INFINITY, f64::NEG_INFINITY);
    for (vx, vy) in (0..count).filter_map(&vertex) {
        low = (low.0.min(vx), low.1.min(vy));
        high = (high.0.max(vx), high.1.max(vy));
    }
    let inside = x >= low.0 && x <= high.0 && y >= low.1 && y <= high.1;
    if twice != 0.0 && inside {
        (x, y, (twice / 2.0).abs())
    } else {
        (
            f64::midpoint(low.0, high.0),
            f64::midpoint(low.1, high.1),
            (twice / 2.0).abs(),
        )
    }
}

/// Replaces `bytes` by up to `count` bytes of the stream; fewer only at its end.
fn read_up_to(
    stream: &mut impl Read,
    count: u64,
    bytes: &mut Vec<u8>,
    place: &Place,
) -> Result<(), ReadError> {
    bytes.clear();
    match stream.take(count).read_to_end(bytes) {
        Ok(_) => Ok(()),
        Err(e) => Err(ReadError::malformed(
            place.clone(),
            format!("the .shp cannot be read: {e}"),
            HINT,
        )),
    }
}

fn array<const N: usize>(bytes: &[u8], at: usize) -> Option<[u8; N]> {
    bytes.get(at..at.checked_add(N)?)?.try_into().ok()
}

fn be_i32(bytes: &[u8], at: usize) -> Option<i32> {
    array(bytes, at).map(i32::from_be_bytes)
}

fn le_i32(bytes: &[u8], at: usize) -> Option<i32> {
    array(bytes, at).map(i32::from_le_bytes)
}

fn le_f64(bytes: &[u8], at: usize) -> Option<f64> {
    array(bytes, at).map(f64::from_le_bytes)
}
