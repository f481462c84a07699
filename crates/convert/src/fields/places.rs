//! Positions and areas of standard points: of a batch in memory, whose degrees are
//! columns, or of a stored one, whose degrees stand in the covering `bbox`.

use crate::error::RunError;
use arrow_array::{Array, ArrayRef, Float64Array, RecordBatch, StructArray};
use arrow_schema::{Field, Schema};
use std::sync::Arc;
use tramline_model::{Property, records};
use tramline_outputs::WriteError;

pub(super) fn unreadable(cause: impl std::fmt::Display) -> RunError {
    RunError::Write(WriteError::Shape(format!("standard points: {cause}")))
}

/// What the locating asks of a batch.
pub(super) struct Places {
    longitude: Float64Array,
    latitude: Float64Array,
    area: Option<Float64Array>,
    /// Square metres in the unit of `area`.
    factor: f64,
}

fn floats(array: &ArrayRef) -> Option<Float64Array> {
    array.as_any().downcast_ref::<Float64Array>().cloned()
}

/// A column of degrees, else that corner of the covering.
fn degrees(batch: &RecordBatch, property: Property, corner: &str) -> Option<Float64Array> {
    if let Some(column) = batch.column_by_name(property.name()) {
        return floats(column);
    }
    let bbox = batch.column_by_name("bbox")?;
    let bbox = bbox.as_any().downcast_ref::<StructArray>()?;
    floats(bbox.column_by_name(corner)?)
}

impl Places {
    /// # Errors
    ///
    /// The batch has no positions.
    pub(super) fn of(batch: &RecordBatch) -> Result<Self, RunError> {
        let (Some(longitude), Some(latitude)) = (
            degrees(batch, Property::Longitude, "xmin"),
            degrees(batch, Property::Latitude, "ymin"),
        ) else {
            return Err(unreadable("there are no positions"));
        };
        let column = |property: Property| {
            let array = batch.column_by_name(property.name())?;
            let field = batch.schema_ref().field_with_name(property.name()).ok()?;
            let factor = records::unit_of(field).map_or(1.0, |unit| unit.factor);
            Some((floats(array)?, factor))
        };
        let area = column(Property::Area);
        Ok(Self {
            longitude,
            latitude,
            factor: area.as_ref().map_or(1.0, |(_, factor)| *factor),
            area: area.map(|(array, _)| array),
        })
    }

    /// Longitude and latitude in degrees; `None` where either is absent or not finite.
    pub(super) fn position(&self, row: usize) -> Option<(f64, f64)> {
        let finite = |degrees: &Float64Array| {
            let value = degrees.is_valid(row).then(|| degrees.value(row))?;
            value.is_finite().then_some(value)
        };
        finite(&self.longitude).zip(finite(&self.latitude))
    }

    pub(super) fn area_m2(&self, row: usize) -> f64 {
        match &self.area {
            Some(area) if area.is_valid(row) => area.value(row) * self.factor,
            _ => 0.0,
        }
    }

    /// The batch as the standard output has it in memory: degrees as columns, no geometry.
    pub(super) fn in_memory(self, batch: &RecordBatch) -> Result<RecordBatch, RunError> {
        if batch.column_by_name(Property::Longitude.name()).is_some() {
            return Ok(batch.clone());
        }
        let plain = records::SourceColumn::default();
        let mut fields: Vec<Field> = vec![
            records::field(Property::Longitude, None, &plain),
            records::field(Property::Latitude, None, &plain),
        ];
        let mut columns: Vec<ArrayRef> = vec![Arc::new(self.longitude), Arc::new(self.latitude)];
        for (field, column) in batch.schema_ref().fields().iter().zip(batch.columns()) {
            if field.name() != "geometry" && field.name() != "bbox" {
                fields.push(field.as_ref().clone());
                columns.push(Arc::clone(column));
            }
        }
        RecordBatch::try_new(Arc::new(Schema::new(fields)), columns).map_err(unreadable)
    }
}
