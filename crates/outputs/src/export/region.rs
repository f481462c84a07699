//! Rows within a box of degrees.

use super::columns::geometry;
use crate::WriteError;
use crate::geoparquet::BBOX;
use crate::wkb::Shape;
use arrow_array::cast::AsArray;
use arrow_array::types::Float64Type;
use arrow_array::{Array, BooleanArray, Float64Array, RecordBatch};
use parquet::file::metadata::RowGroupMetaData;
use parquet::file::statistics::Statistics;

/// Reads `west,south,east,north` in degrees. What is no such box is refused with what to give.
///
/// # Errors
/// A sentence that tells what to give, for what is no box or holds nothing.
pub fn bbox(text: &str) -> Result<[f64; 4], String> {
    let numbers: Result<Vec<f64>, _> = text.split(',').map(|part| part.trim().parse()).collect();
    let corners = numbers
        .ok()
        .and_then(|list| <[f64; 4]>::try_from(list).ok());
    let finite = corners.filter(|corners| corners.iter().all(|corner| corner.is_finite()));
    let bbox = finite.ok_or_else(|| {
        format!("`{text}` is no box: give west, south, east, north in degrees, with commas")
    })?;
    check(Some(bbox)).map_err(|cause| cause.to_string())?;
    Ok(bbox)
}

/// Refuses a box that holds nothing.
pub(super) fn check(bbox: Option<[f64; 4]>) -> Result<(), WriteError> {
    match bbox {
        Some([west, south, east, north]) if !(west <= east && south <= north) => {
            Err(WriteError::Refused(format!(
                "the box {west},{south},{east},{north} is empty: give west, south, east, north in \
                 degrees, the smaller ones first"
            )))
        }
        _ => Ok(()),
    }
}

fn touches([a, b, c, d]: [f64; 4], [west, south, east, north]: [f64; 4]) -> bool {
    a <= east && c >= west && b <= north && d >= south
}

/// The rows whose box touches the asked one; rows without geometry do not.
pub(super) fn inside(batch: &RecordBatch, bbox: [f64; 4]) -> Result<BooleanArray, WriteError> {
    let stored = batch
        .column_by_name(BBOX)
        .and_then(|array| array.as_struct_opt());
    let corner = |name: &str| -> Option<&Float64Array> {
        stored?
            .column_by_name(name)?
            .as_primitive_opt::<Float64Type>()
    };
    let geometry = geometry(batch)?;
    if let (Some(a), Some(b), Some(c), Some(d)) = (
        corner("xmin"),
        corner("ymin"),
        corner("xmax"),
        corner("ymax"),
    ) {
        return Ok((0..batch.num_rows())
            .map(|row| {
                let own = [a.value(row), b.value(row), c.value(row), d.value(row)];
                Some(geometry.is_valid(row) && touches(own, bbox))
            })
            .collect());
    }
    let mut shape = Shape::default();
    Ok((0..batch.num_rows())
        .map(|row| {
            let known = geometry.is_valid(row) && shape.read(geometry.value(row)).is_some();
            Some(known && touches(shape.bounds(), bbox))
        })
        .collect())
}

/// Whether a row group can have rows in the box, by the statistics of its covering.
pub(super) fn may_touch(group: &RowGroupMetaData, bbox: [f64; 4]) -> bool {
    let range = |name: &str| {
        let path = format!("{BBOX}.{name}");
        let column = group
            .columns()
            .iter()
            .find(|column| column.column_path().string() == path);
        match column.and_then(|column| column.statistics()) {
            Some(Statistics::Double(range)) => Some((*range.min_opt()?, *range.max_opt()?)),
            _ => None,
        }
    };
    match (range("xmin"), range("ymin"), range("xmax"), range("ymax")) {
        (Some((a, _)), Some((b, _)), Some((_, c)), Some((_, d))) => touches([a, b, c, d], bbox),
        _ => true,
    }
}
