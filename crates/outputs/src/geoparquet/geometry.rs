//! Points as well-known binary, with the box of each as covering and of all for the metadata.

use crate::WriteError;
use arrow_array::builder::BinaryBuilder;
use arrow_array::cast::AsArray;
use arrow_array::types::Float64Type;
use arrow_array::{Array, ArrayRef, Float64Array, StructArray};
use arrow_schema::{DataType, Field, Fields};
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
