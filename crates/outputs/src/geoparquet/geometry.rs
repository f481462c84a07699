//! Points and footprints as well-known binary, with the box of each as covering and of all for the metadata.

use crate::WriteError;
use crate::wkb::{Kind, Shape};
use arrow_array::builder::BinaryBuilder;
use arrow_array::cast::AsArray;
use arrow_array::types::Float64Type;
use arrow_array::{Array, ArrayRef, Float64Array, StructArray};
use arrow_schema::{DataType, Field, Fields};
use std::collections::BTreeSet;
use std::sync::Arc;

/// Byte order, type and two doubles (OGC 06-103r4, 8.2).
const POINT_BYTES: usize = 21;

pub(crate) fn point_field(name: &str) -> Field {
    Field::new(name, DataType::Binary, true)
}

/// A nullable struct whose children are required, as the covering of GeoParquet 1.1 wants it.
pub(super) fn bbox_field(name: &str) -> Field {
    Field::new(name, DataType::Struct(corner_fields()), true)
}

fn corner_fields() -> Fields {
    ["xmin", "ymin", "xmax", "ymax"]
        .map(|name| Field::new(name, DataType::Float64, false))
        .into_iter()
        .collect()
}

/// Box of all points so far.
#[derive(Default)]
pub(crate) struct Bounds(Option<[f64; 4]>);

impl Bounds {
    fn add(&mut self, x: f64, y: f64) {
        let [xmin, ymin, xmax, ymax] = self.0.unwrap_or([x, y, x, y]);
        self.0 = Some([xmin.min(x), ymin.min(y), xmax.max(x), ymax.max(y)]);
    }

    /// `xmin`, `ymin`, `xmax`, `ymax` in degrees.
    pub(crate) fn corners(&self) -> Option<[f64; 4]> {
        self.0
    }
}

pub(crate) struct Points {
    pub(crate) geometry: ArrayRef,
    pub(super) bbox: ArrayRef,
}

/// The two columns made of degrees. Null where either coordinate is absent or not finite.
pub(crate) fn points(
    longitude: Option<&ArrayRef>,
    latitude: Option<&ArrayRef>,
    rows: usize,
    bounds: &mut Bounds,
) -> Result<Points, WriteError> {
    let longitude = longitude.and_then(|array| array.as_primitive_opt::<Float64Type>());
    let latitude = latitude.and_then(|array| array.as_primitive_opt::<Float64Type>());
    let mut geometry = BinaryBuilder::with_capacity(rows, rows * POINT_BYTES);
    let (mut xs, mut ys) = (Vec::with_capacity(rows), Vec::with_capacity(rows));
    let mut valid = Vec::with_capacity(rows);
    for row in 0..rows {
        let point = finite(longitude, row).zip(finite(latitude, row));
        valid.push(point.is_some());
        let (x, y) = point.unwrap_or_default();
        xs.push(x);
        ys.push(y);
        if point.is_some() {
            geometry.append_value(wkb_point(x, y));
            bounds.add(x, y);
        } else {
            geometry.append_null();
        }
    }
    let x: ArrayRef = Arc::new(Float64Array::from(xs));
    let y: ArrayRef = Arc::new(Float64Array::from(ys));
    let corners = vec![Arc::clone(&x), Arc::clone(&y), x, y];
    let bbox = StructArray::try_new(corner_fields(), corners, Some(valid.into()))
        .map_err(|e| WriteError::Shape(e.to_string()))?;
    Ok(Points {
        geometry: Arc::new(geometry.finish()),
        bbox: Arc::new(bbox),
    })
}

/// Corners of a footprint.
pub(crate) const CORNERS: i32 = 4;
/// Byte order, type, number of rings, number of positions and five positions.
const FOOTPRINT_BYTES: usize = 13 + 5 * 16;

/// Four corners of a stored footprint in degrees; `None` for any other geometry.
pub fn footprint_of(wkb: &[u8]) -> Option<[(f64, f64); 4]> {
    let mut shape = Shape::default();
    if wkb.len() != FOOTPRINT_BYTES || shape.read(wkb)? != Kind::Polygon {
        return None;
    }
    let [a, b, c, d, _] = shape.corners[..] else {
        return None;
    };
    Some([a, b, c, d].map(|[x, y]| (x, y)))
}

/// A footprint as well-known binary.
pub fn wkb_of(corners: &[(f64, f64); CORNERS as usize]) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(FOOTPRINT_BYTES);
    bytes.push(1);
    for number in [3_u32, 1, 5] {
        bytes.extend(number.to_le_bytes());
    }
    for (x, y) in corners.iter().chain(corners.first()) {
        bytes.extend(x.to_le_bytes());
        bytes.extend(y.to_le_bytes());
    }
    bytes
}

/// All rings of a stored polygon or multipolygon in degrees; `None` for any other geometry.
pub fn rings_of(wkb: &[u8]) -> Option<Vec<Vec<(f64, f64)>>> {
    let mut shape = Shape::default();
    if shape.read(wkb)? == Kind::Point {
        return None;
    }
    let rings = shape.polygons().flatten();
    Some(
        rings
            .map(|ring| ring.iter().map(|[x, y]| (*x, *y)).collect())
            .collect(),
    )
}

/// The two columns made of outlines: well-known binary as it comes. Null where there is none, or no
/// polygon.
pub(crate) fn outlines(
    outlines: &ArrayRef,
    kinds: &mut BTreeSet<&'static str>,
    bounds: &mut Bounds,
) -> Result<Points, WriteError> {
    let outlines = outlines
        .as_binary_opt::<i32>()
        .ok_or_else(|| WriteError::Shape("outlines: no Binary".to_owned()))?;
    let mut geometry = BinaryBuilder::with_capacity(outlines.len(), outlines.values().len());
    let mut boxes: [Vec<f64>; 4] = Default::default();
    let mut valid = Vec::with_capacity(outlines.len());
    let mut shape = Shape::default();
    for wkb in outlines {
        let kind = wkb.and_then(|wkb| shape.read(wkb));
        let kind = kind.filter(|kind| *kind != Kind::Point);
        valid.push(kind.is_some());
        geometry.append_option(wkb.filter(|_| kind.is_some()));
        let mut around = [0.0; 4];
        if let Some(kind) = kind {
            kinds.insert(kind.name());
            around = shape.bounds();
            bounds.add(around[0], around[1]);
            bounds.add(around[2], around[3]);
        }
        for (column, value) in boxes.iter_mut().zip(around) {
            column.push(value);
        }
    }
    finished(geometry, boxes, valid)
}

fn finished(
    mut geometry: BinaryBuilder,
    boxes: [Vec<f64>; 4],
    valid: Vec<bool>,
) -> Result<Points, WriteError> {
    let corners = boxes
        .into_iter()
        .map(|column| Arc::new(Float64Array::from(column)) as ArrayRef)
        .collect();
    let bbox = StructArray::try_new(corner_fields(), corners, Some(valid.into()))
        .map_err(|e| WriteError::Shape(e.to_string()))?;
    Ok(Points {
        geometry: Arc::new(geometry.finish()),
        bbox: Arc::new(bbox),
    })
}

/// The two columns made of footprints: lists of eight degrees, longitude and latitude of four
/// corners counter-clockwise. Null where there is none.
pub(crate) fn footprints(
    corners: &ArrayRef,
    rows: usize,
    bounds: &mut Bounds,
) -> Result<Points, WriteError> {
    let shape = |text: &str| WriteError::Shape(format!("footprints: {text}"));
    let lists = corners
        .as_fixed_size_list_opt()
        .filter(|lists| lists.value_length() == 2 * CORNERS && lists.len() == rows)
        .ok_or_else(|| shape("no lists of eight numbers"))?;
    let degrees = lists
        .values()
        .as_primitive_opt::<Float64Type>()
        .ok_or_else(|| shape("no Float64"))?;
    let mut geometry = BinaryBuilder::with_capacity(rows, rows * FOOTPRINT_BYTES);
    let mut boxes: [Vec<f64>; 4] = Default::default();
    let mut valid = Vec::with_capacity(rows);
    for row in 0..rows {
        let first = row * 2 * CORNERS as usize;
        let list = degrees.values().get(first..first + 2 * CORNERS as usize);
        let list = list.filter(|list| lists.is_valid(row) && list.iter().all(|v| v.is_finite()));
        valid.push(list.is_some());
        let mut corner = [
            f64::INFINITY,
            f64::INFINITY,
            f64::NEG_INFINITY,
            f64::NEG_INFINITY,
        ];
        match list {
            Some(list) => {
                let mut quad = [(0.0, 0.0); CORNERS as usize];
                for (place, slot) in list.chunks_exact(2).zip(&mut quad) {
                    let &[x, y] = place else { continue };
                    *slot = (x, y);
                    bounds.add(x, y);
                    corner = [
                        corner[0].min(x),
                        corner[1].min(y),
                        corner[2].max(x),
                        corner[3].max(y),
                    ];
                }
                geometry.append_value(wkb_of(&quad));
            }
            None => {
                corner = [0.0; 4];
                geometry.append_null();
            }
        }
        for (column, value) in boxes.iter_mut().zip(corner) {
            column.push(value);
        }
    }
    finished(geometry, boxes, valid)
}

fn finite(degrees: Option<&Float64Array>, row: usize) -> Option<f64> {
    let degrees = degrees?;
    (row < degrees.len() && degrees.is_valid(row))
        .then(|| degrees.value(row))
        .filter(|value| value.is_finite())
}

fn wkb_point(x: f64, y: f64) -> [u8; POINT_BYTES] {
    let mut bytes = [0; POINT_BYTES];
    bytes[0] = 1; // little endian
    bytes[1..5].copy_from_slice(&1_u32.to_le_bytes());
    bytes[5..13].copy_from_slice(&x.to_le_bytes());
    bytes[13..].copy_from_slice(&y.to_le_bytes());
    bytes
}
