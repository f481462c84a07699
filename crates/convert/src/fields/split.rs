//! The standard points of a machine file by field: how many lie in which, and which in none.

use super::boundary::Boundary;
use super::locator::Locator;
use crate::run::RunError;
use crate::writers::Artifact;
use arrow_array::{Array, BooleanArray, Float64Array, RecordBatch, StructArray};
use arrow_schema::{Field, Schema};
use arrow_select::filter::filter_record_batch;
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use std::path::Path;
use std::sync::Arc;
use tramline_model::{Property, records};
use tramline_outputs::{Sink, WriteError};

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
    each_batch(parquet, |batch| {
        let place = Places::of(batch)?;
        for row in 0..batch.num_rows() {
            if place.longitude.is_null(row) || place.latitude.is_null(row) {
                continue;
            }
            split.points += 1;
            split.bounds = Some(place.widen(split.bounds, row));
            let mut alone = true;
            for boundary in place.fields(&locator, row) {
                alone = false;
                if let Some((points, area)) = shares.get_mut(boundary) {
                    *points += 1;
                    *area += place.area_m2(row);
                }
            }
            split.outside += u64::from(alone);
        }
        Ok(())
    })?;
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
        write_outside(parquet, &locator, sink, name)?;
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

/// Positions and areas of a stored batch.
struct Places {
    longitude: Float64Array,
    latitude: Float64Array,
    area: Option<Float64Array>,
    /// Square metres in the unit of `area`.
    factor: f64,
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
        let name = Property::Area.name();
        let unit = batch
            .schema_ref()
            .field_with_name(name)
            .ok()
            .and_then(records::unit_of);
        let area = batch.column_by_name(name);
        Ok(Self {
            longitude,
            latitude,
            area: area.and_then(|a| a.as_any().downcast_ref::<Float64Array>().cloned()),
            factor: unit.map_or(1.0, |unit| unit.factor),
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

    fn area_m2(&self, row: usize) -> f64 {
        match &self.area {
            Some(area) if area.is_valid(row) => area.value(row) * self.factor,
            _ => 0.0,
        }
    }
}

fn write_outside(
    parquet: &Path,
    locator: &Locator,
    sink: &mut dyn Sink,
    name: &str,
) -> Result<(), RunError> {
    let artifact = Artifact::geojson(sink, name.to_owned(), serde_json::Map::new())?;
    each_batch(parquet, |batch| {
        let place = Places::of(batch)?;
        let alone: BooleanArray = (0..batch.num_rows())
            .map(|row| Some(place.fields(locator, row).next().is_none()))
            .collect();
        let points = points(batch, &place)?;
        let points = filter_record_batch(&points, &alone).map_err(unreadable)?;
        if artifact.write(&points) {
            Ok(())
        } else {
            Err(unreadable(format!("`{name}`: the writer ended early")))
        }
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
