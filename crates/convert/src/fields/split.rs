//! The standard points of a machine file by field: how many lie in which, and which in none.
//!
//! Rule: a point outside that is within half a swath of a field's edge belongs to the field if at
//! least four fifths of its stretch of work lie in it: that is the receiver's drift, not the road.

use super::boundary::Boundary;
use super::locator::Locator;
use crate::error::RunError;
use crate::points::way::step_metres;
use crate::writers::ArtifactWriter;
use arrow_array::{
    Array, BooleanArray, Float64Array, RecordBatch, StructArray, TimestampMillisecondArray,
};
use arrow_schema::{Field, Schema};
use arrow_select::filter::filter_record_batch;
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use std::collections::HashMap;
use std::path::Path;
use std::sync::Arc;
use tramline_model::{Property, records};
use tramline_outputs::{Sink, WriteError};

/// A longer pause or step ends a stretch.
const PAUSE_MS: u64 = 10_000;
const STEP_M: f64 = 30.0;
/// Share of a stretch that lies in a field to which its other points belong as well.
const INSIDE: f64 = 0.8;
/// What a receiver without correction is off.
const RECEIVER_M: f64 = 1.5;

/// The part of a file that lies in one field.
#[derive(Clone, Debug, PartialEq)]
pub struct FieldShare {
    /// Place of the boundary in the list.
    pub boundary: usize,
    pub points: u64,
    /// Square metres.
    pub area_m2: f64,
}

/// A file by field.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct FieldSplit {
    pub fields: Vec<FieldShare>,
    pub points: u64,
    /// Points in no field.
    pub outside: u64,
    /// West, south, east, north of all points.
    pub bounds: Option<[f64; 4]>,
}

fn unreadable(cause: impl std::fmt::Display) -> RunError {
    RunError::Write(WriteError::Shape(format!("standard points: {cause}")))
}

/// Splits the points of a `standard.parquet`. Fields with less than `least_percent` of the points
/// are left out. With `outside`, points in no field are written to that artifact, when there are
/// some and not all.
pub fn split_by_fields(
    parquet: &Path,
    boundaries: &[Boundary],
    least_percent: f64,
    outside: Option<(&mut dyn Sink, &str)>,
) -> Result<FieldSplit, RunError> {
    let locator = Locator::new(boundaries);
    let mut shares = vec![(0_u64, 0.0); boundaries.len()];
    let mut split = FieldSplit::default();
    let mut outside_rows: Vec<bool> = Vec::new();
    let mut stretch = Stretch::default();
    each_batch(parquet, |batch| {
        let place = Places::of(batch)?;
        for row in 0..batch.num_rows() {
            if place.longitude.is_null(row) || place.latitude.is_null(row) {
                outside_rows.push(false);
                continue;
            }
            split.points += 1;
            split.bounds = Some(place.widen(split.bounds, row));
            if !stretch.goes_on(&place, row) {
                stretch.close(&mut shares, &mut outside_rows);
            }
            stretch.points += 1;
            let mut alone = true;
            for boundary in place.fields(&locator, row) {
                alone = false;
                stretch.inside(boundary);
                if let Some((points, area)) = shares.get_mut(boundary) {
                    *points += 1;
                    *area += place.area_m2(row);
                }
            }
            if alone {
                let (x, y) = (place.longitude.value(row), place.latitude.value(row));
                if let Some(boundary) = locator.edge_within(x, y, place.drift_m(row)) {
                    stretch.near(outside_rows.len(), boundary, place.area_m2(row));
                }
            }
            outside_rows.push(alone);
        }
        Ok(())
    })?;
    stretch.close(&mut shares, &mut outside_rows);
    split.outside = outside_rows.iter().filter(|outside| **outside).count() as u64;
    let least = split.points as f64 * least_percent / 100.0;
    split.fields = shares
        .into_iter()
        .enumerate()
        .filter(|(_, (points, _))| *points > 0 && *points as f64 >= least)
        .map(|(boundary, (points, area_m2))| FieldShare {
            boundary,
            points,
            area_m2,
        })
        .collect();
    if let Some((sink, name)) = outside
        && split.outside > 0
        && split.outside < split.points
    {
        write_outside(parquet, &outside_rows, sink, name)?;
    }
    Ok(split)
}

fn each_batch(
    parquet: &Path,
    mut each: impl FnMut(&RecordBatch) -> Result<(), RunError>,
) -> Result<(), RunError> {
    let file = std::fs::File::open(parquet).map_err(unreadable)?;
    let reader = ParquetRecordBatchReaderBuilder::try_new(file)
        .and_then(ParquetRecordBatchReaderBuilder::build)
        .map_err(unreadable)?;
    for batch in reader {
        each(&batch.map_err(unreadable)?)?;
    }
    Ok(())
}

/// Points of one unbroken stretch of work, and those of them just outside of a field.
#[derive(Default)]
struct Stretch {
    points: u64,
    last: Option<(Option<i64>, f64, f64)>,
    inside: HashMap<usize, u64>,
    /// Row, field and square metres.
    near: Vec<(usize, usize, f64)>,
}

impl Stretch {
    fn goes_on(&mut self, place: &Places, row: usize) -> bool {
        let (time, x, y) = (
            place.time_ms(row),
            place.longitude.value(row),
            place.latitude.value(row),
        );
        let goes_on = self.last.is_some_and(|(before, a, b)| {
            let (east, north) = step_metres((a, b), (x, y));
            let soon = match (before, time) {
                (Some(before), Some(time)) => before.abs_diff(time) <= PAUSE_MS,
                _ => true,
            };
            soon && east.hypot(north) <= STEP_M
        });
        self.last = Some((time, x, y));
        goes_on
    }

    fn inside(&mut self, boundary: usize) {
        *self.inside.entry(boundary).or_default() += 1;
    }

    fn near(&mut self, row: usize, boundary: usize, area_m2: f64) {
        self.near.push((row, boundary, area_m2));
    }

    /// Gives the drifted points to their field, and begins anew.
    fn close(&mut self, shares: &mut [(u64, f64)], outside: &mut [bool]) {
        for (row, boundary, area_m2) in self.near.drain(..) {
            let inside = self.inside.get(&boundary).copied().unwrap_or(0);
            if inside as f64 >= INSIDE * self.points as f64
                && let (Some(share), Some(outside)) =
                    (shares.get_mut(boundary), outside.get_mut(row))
            {
                share.0 += 1;
                share.1 += area_m2;
                *outside = false;
            }
        }
        self.inside.clear();
        self.points = 0;
    }
}

/// Positions and areas of a stored batch.
struct Places {
    longitude: Float64Array,
    latitude: Float64Array,
    area: Option<Float64Array>,
    /// Square metres in the unit of `area`.
    factor: f64,
    /// Working width, and metres in its unit.
    width: Option<(Float64Array, f64)>,
    times: Option<TimestampMillisecondArray>,
}

fn corner(batch: &RecordBatch, name: &str) -> Option<Float64Array> {
    let bbox = batch
        .column_by_name("bbox")?
        .as_any()
        .downcast_ref::<StructArray>()?;
    bbox.column_by_name(name)?
        .as_any()
        .downcast_ref::<Float64Array>()
        .cloned()
}

impl Places {
    fn of(batch: &RecordBatch) -> Result<Self, RunError> {
        let (Some(longitude), Some(latitude)) = (corner(batch, "xmin"), corner(batch, "ymin"))
        else {
            return Err(unreadable("there are no positions"));
        };
        let column = |property: Property| {
            let array = batch.column_by_name(property.name())?;
            let field = batch.schema_ref().field_with_name(property.name()).ok()?;
            let factor = records::unit_of(field).map_or(1.0, |unit| unit.factor);
            Some((
                array.as_any().downcast_ref::<Float64Array>()?.clone(),
                factor,
            ))
        };
        let area = column(Property::Area);
        let times = batch.column_by_name(Property::Timestamp.name());
        Ok(Self {
            longitude,
            latitude,
            factor: area.as_ref().map_or(1.0, |(_, factor)| *factor),
            area: area.map(|(array, _)| array),
            width: column(Property::EquipmentWidth),
            times: times.and_then(|times| times.as_any().downcast_ref().cloned()),
        })
    }

    fn fields<'a>(&self, locator: &'a Locator, row: usize) -> impl Iterator<Item = usize> + 'a {
        locator.locate(self.longitude.value(row), self.latitude.value(row))
    }

    fn widen(&self, bounds: Option<[f64; 4]>, row: usize) -> [f64; 4] {
        let (x, y) = (self.longitude.value(row), self.latitude.value(row));
        let [west, south, east, north] = bounds.unwrap_or([x, y, x, y]);
        [west.min(x), south.min(y), east.max(x), north.max(y)]
    }

    /// How far a position may lie off: half the swath, at least what a receiver is off.
    fn drift_m(&self, row: usize) -> f64 {
        let width = match &self.width {
            Some((width, factor)) if width.is_valid(row) => width.value(row) * factor,
            _ => 0.0,
        };
        (width / 2.0).clamp(RECEIVER_M, 50.0)
    }

    fn time_ms(&self, row: usize) -> Option<i64> {
        let times = self.times.as_ref().filter(|times| times.is_valid(row))?;
        Some(times.value(row))
    }

    fn area_m2(&self, row: usize) -> f64 {
        match &self.area {
            Some(area) if area.is_valid(row) => area.value(row) * self.factor,
            _ => 0.0,
        }
    }
}

fn write_outside(
    parquet: &Path,
    outside: &[bool],
    sink: &mut dyn Sink,
    name: &str,
) -> Result<(), RunError> {
    let mut artifact = ArtifactWriter::geojson(sink, name.to_owned())?;
    let mut rest = outside.iter();
    each_batch(parquet, |batch| {
        let place = Places::of(batch)?;
        let alone: BooleanArray = rest
            .by_ref()
            .take(batch.num_rows())
            .map(|o| Some(*o))
            .collect();
        let points = points(batch, &place)?;
        let points = filter_record_batch(&points, &alone).map_err(unreadable)?;
        Ok(artifact.write(&points)?)
    })?;
    artifact.finish()?;
    Ok(())
}

/// The batch as the standard output had it: positions as columns, no geometry.
fn points(batch: &RecordBatch, place: &Places) -> Result<RecordBatch, RunError> {
    let plain = records::SourceColumn::default();
    let mut fields: Vec<Field> = vec![
        records::field(Property::Longitude, None, &plain),
        records::field(Property::Latitude, None, &plain),
    ];
    let mut columns: Vec<arrow_array::ArrayRef> = vec![
        Arc::new(place.longitude.clone()),
        Arc::new(place.latitude.clone()),
    ];
    for (field, column) in batch.schema_ref().fields().iter().zip(batch.columns()) {
        if field.name() != "geometry" && field.name() != "bbox" {
            fields.push(field.as_ref().clone());
            columns.push(Arc::clone(column));
        }
    }
    RecordBatch::try_new(Arc::new(Schema::new(fields)), columns).map_err(unreadable)
}
