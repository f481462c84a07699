//! Record batches of the file to raw records and standard points. Columns that fit go through
//! without a copy.

use super::geometry::{self, Spot};
use super::layout::Layout;
use crate::shared::columns::clock::{self, Instant};
use arrow_array::builder::{
    BinaryBuilder, Float64Builder, Int64Builder, TimestampMillisecondBuilder,
};
use arrow_array::cast::AsArray;
use arrow_array::types::{
    ArrowPrimitiveType, Float32Type, Float64Type, Int8Type, Int16Type, Int32Type, Int64Type,
    TimestampMicrosecondType, TimestampMillisecondType, TimestampNanosecondType,
    TimestampSecondType, UInt8Type, UInt16Type, UInt32Type, UInt64Type,
};
use arrow_array::{Array, ArrayRef, Float64Array, RecordBatch};
use arrow_schema::{ArrowError, DataType, SchemaRef, TimeUnit};
use std::sync::Arc;
use tramline_model::{Kind, Property};

/// What was noticed in the rows.
#[derive(Debug, Default)]
pub(super) struct Counts {
    pub(super) rows: u64,
    pub(super) without_geometry: u64,
    pub(super) without_zone: u64,
    pub(super) without_instant: u64,
}

/// Turns batches of one file.
pub(super) struct Turner {
    layout: Layout,
    positions: Vec<usize>,
    geometry: Option<usize>,
    timestamp: Option<usize>,
    pub(super) points_schema: SchemaRef,
    raw_schema: SchemaRef,
    pub(super) counts: Counts,
}

impl Turner {
    pub(super) fn new(layout: Layout) -> Self {
        Self {
            positions: layout.number_positions(),
            geometry: layout.geometry.and_then(|root| layout.position(root)),
            timestamp: layout.timestamp.and_then(|root| layout.position(root)),
            points_schema: layout.points_schema(),
            raw_schema: layout.raw_schema(),
            counts: Counts::default(),
            layout,
        }
    }

    /// Raw records and standard points of a batch.
    pub(super) fn turn(
        &mut self,
        batch: &RecordBatch,
    ) -> Result<(RecordBatch, RecordBatch), ArrowError> {
        let rows = batch.num_rows();
        let mut longitude = Float64Builder::with_capacity(rows);
        let mut latitude = Float64Builder::with_capacity(rows);
        let mut outlines = BinaryBuilder::new();
        let mut area = Float64Builder::with_capacity(if self.layout.area { rows } else { 0 });
        let shapes = self.geometry.and_then(|at| batch.columns().get(at));
        for row in 0..rows {
            let spot = shapes.and_then(|shapes| spot(shapes, row));
            self.counts.without_geometry += u64::from(spot.is_none());
            longitude.append_option(spot.map(|s| s.longitude));
            latitude.append_option(spot.map(|s| s.latitude));
            if self.layout.area {
                area.append_option(spot.and_then(|s| s.area_m2));
            }
            if self.layout.outlines {
                let covers = spot.is_some_and(|s| s.area_m2.is_some());
                let shape = shapes.filter(|_| covers);
                let outline = shape.and_then(|shapes| binary(shapes, row));
                outlines.append_option(outline.and_then(geometry::outline));
            }
        }
        let mut head: Vec<ArrayRef> =
            vec![Arc::new(longitude.finish()), Arc::new(latitude.finish())];
        if let Some(at) = self.timestamp {
            head.push(self.instants(batch.columns().get(at), rows));
        }
        let sources: Vec<Float64Array> = self
            .positions
            .iter()
            .map(|at| match batch.columns().get(*at) {
                Some(array) => numbers(array),
                None => Float64Array::new_null(rows),
            })
            .collect();
        let mut points = head.clone();
        if self.layout.area {
            points.push(Arc::new(area.finish()));
        }
        for target in &self.layout.targets {
            let mut columns = target.sources.iter().filter_map(|at| sources.get(*at));
            let first = columns.next().cloned();
            let first = first.unwrap_or_else(|| Float64Array::new_null(rows));
            let sum = columns.fold(first, |sum, more| add(&sum, more));
            points.push(match target.property.kind() {
                Kind::Integer => whole(&sum),
                _ => Arc::new(sum),
            });
        }
        if self.layout.outlines {
            points.push(Arc::new(outlines.finish()));
        }
        let mut raw = head;
        raw.extend(sources.into_iter().map(|array| Arc::new(array) as ArrayRef));
        self.counts.rows += rows as u64;
        Ok((
            RecordBatch::try_new(Arc::clone(&self.raw_schema), raw)?,
            RecordBatch::try_new(Arc::clone(&self.points_schema), points)?,
        ))
    }

    fn instants(&mut self, array: Option<&ArrayRef>, rows: usize) -> ArrayRef {
        let mut builder = TimestampMillisecondBuilder::with_capacity(rows).with_timezone("UTC");
        for row in 0..rows {
            let found = array.and_then(|array| instant_at(array, row));
            self.counts.without_instant += u64::from(found.is_none());
            self.counts.without_zone += u64::from(found.is_some_and(|f| !f.zoned));
            builder.append_option(found.map(|f| f.ms));
        }
        Arc::new(builder.finish())
    }
}

/// Whether records of the batch cover ground.
pub(super) fn covers_ground(batch: &RecordBatch, at: usize) -> bool {
    batch.columns().get(at).is_some_and(|shapes| {
        (0..shapes.len()).any(|row| spot(shapes, row).is_some_and(|s| s.area_m2.is_some()))
    })
}

/// Whether the values only ever rise, and by more than a record's way: a counter.
pub(super) fn is_counter(batch: &RecordBatch, at: usize) -> bool {
    const LEAST: usize = 20;
    const WAY_M: f64 = 20.0;
    let Some(array) = batch.columns().get(at) else {
        return false;
    };
    let values = numbers(array);
    let mut seen = values.iter().flatten();
    let Some(first) = seen.next() else {
        return false;
    };
    let (mut last, mut count) = (first, 1);
    for value in seen {
        if value < last {
            return false;
        }
        last = value;
        count += 1;
    }
    count >= LEAST && last - first > WAY_M
}

fn binary(shapes: &ArrayRef, row: usize) -> Option<&[u8]> {
    let shapes = shapes.as_binary_view_opt()?;
    (row < shapes.len() && shapes.is_valid(row)).then(|| shapes.value(row))
}

fn spot(shapes: &ArrayRef, row: usize) -> Option<Spot> {
    binary(shapes, row).and_then(geometry::read)
}

fn instant_at(array: &ArrayRef, row: usize) -> Option<Instant> {
    if row >= array.len() || array.is_null(row) {
        return None;
    }
    let text = match array.data_type() {
        DataType::Utf8View => array.as_string_view_opt()?.value(row),
        DataType::BinaryView => std::str::from_utf8(array.as_binary_view_opt()?.value(row)).ok()?,
        DataType::Timestamp(unit, zone) => {
            let ms = match unit {
                TimeUnit::Second => at::<TimestampSecondType>(array, row)?.checked_mul(1_000)?,
                TimeUnit::Millisecond => at::<TimestampMillisecondType>(array, row)?,
                TimeUnit::Microsecond => {
                    at::<TimestampMicrosecondType>(array, row)?.div_euclid(1_000)
                }
                TimeUnit::Nanosecond => {
                    at::<TimestampNanosecondType>(array, row)?.div_euclid(1_000_000)
                }
            };
            let zoned = zone.is_some();
            return Some(Instant { ms, zoned });
        }
        _ => return None,
    };
    // A text as long as no instant is not looked at.
    (text.len() <= 64)
        .then(|| clock::instant_of(text))
        .flatten()
}

fn at<T: ArrowPrimitiveType>(array: &ArrayRef, row: usize) -> Option<T::Native> {
    Some(array.as_primitive_opt::<T>()?.value(row))
}

/// A column as doubles; what is no finite number is null.
fn numbers(array: &ArrayRef) -> Float64Array {
    if let Some(values) = array.as_primitive_opt::<Float64Type>() {
        if values.iter().flatten().all(f64::is_finite) {
            return values.clone();
        }
        return values.iter().map(|v| v.filter(|v| v.is_finite())).collect();
    }
    macro_rules! first_of {
        ($($kind:ty),*) => {
            $( if let Some(values) = array.as_primitive_opt::<$kind>() {
                return values
                    .iter()
                    .map(|v| v.map(|v| v as f64).filter(|v| v.is_finite()))
                    .collect();
            } )*
        };
    }
    first_of!(
        Float32Type,
        Int8Type,
        Int16Type,
        Int32Type,
        Int64Type,
        UInt8Type,
        UInt16Type,
        UInt32Type,
        UInt64Type
    );
    Float64Array::new_null(array.len())
}

/// The sum of two columns; an absent value adds nothing.
fn add(left: &Float64Array, right: &Float64Array) -> Float64Array {
    left.iter()
        .zip(right)
        .map(|pair| match pair {
            (Some(a), Some(b)) => Some(a + b),
            (one, other) => one.or(other),
        })
        .collect()
}

fn whole(values: &Float64Array) -> ArrayRef {
    let mut builder = Int64Builder::with_capacity(values.len());
    for value in values {
        let value = value.filter(|v| v.fract() == 0.0 && v.abs() < 9e15);
        builder.append_option(value.map(|v| v as i64));
    }
    Arc::new(builder.finish())
}

/// Columns that say something of the work, not only of the way.
pub(super) fn has_values(layout: &Layout) -> bool {
    layout.targets.iter().any(|target| {
        !matches!(
            target.property,
            Property::Elevation | Property::Heading | Property::Speed | Property::Distance
        )
    })
}
