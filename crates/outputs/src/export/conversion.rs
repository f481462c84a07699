//! The numbers of an export in the units of another system.
//!
//! Rule: a column that is a property of the model comes in the unit that the standard output has
//! under the system; its metadata says so. Any other column stays as it is: what a raw column
//! means, nobody knows.

use crate::WriteError;
use arrow_array::cast::AsArray;
use arrow_array::types::Float64Type;
use arrow_array::{ArrayRef, RecordBatch};
use arrow_schema::{DataType, Field, FieldRef, Schema, SchemaRef};
use std::sync::Arc;
use tramline_model::records::{UNIT, property_of, unit_of};
use tramline_model::unit_choice::output_unit;
use tramline_model::{Unit, UnitSystem};

/// Columns that change their unit: the place in the batch, from which, to which.
#[derive(Clone, Default)]
pub(super) struct Conversion {
    columns: Vec<(usize, &'static Unit, &'static Unit)>,
}

impl Conversion {
    /// Settles the units of a schema; gives it as it is afterwards. `Default` changes nothing.
    pub(super) fn new(schema: SchemaRef, system: UnitSystem) -> (Self, SchemaRef) {
        let mut conversion = Self::default();
        if system == UnitSystem::Default {
            return (conversion, schema);
        }
        let fields: Vec<FieldRef> = schema
            .fields()
            .iter()
            .enumerate()
            .map(|(place, field)| match change(field, system) {
                Some((from, to)) => {
                    conversion.columns.push((place, from, to));
                    let mut metadata = field.metadata().clone();
                    metadata.insert(UNIT.to_owned(), to.symbol.to_owned());
                    Arc::new(field.as_ref().clone().with_metadata(metadata))
                }
                None => Arc::clone(field),
            })
            .collect();
        (conversion, Arc::new(Schema::new(fields)))
    }

    /// The batch in the new units; `schema` is what [`Conversion::new`] gave.
    pub(super) fn apply(
        &self,
        batch: RecordBatch,
        schema: &SchemaRef,
    ) -> Result<RecordBatch, WriteError> {
        if self.columns.is_empty() {
            return Ok(batch);
        }
        let mut columns: Vec<ArrayRef> = batch.columns().to_vec();
        for &(place, from, to) in &self.columns {
            if let Some(column) = columns.get_mut(place)
                && let Some(numbers) = column.as_primitive_opt::<Float64Type>()
            {
                *column = Arc::new(match from.factor_to(to) {
                    Some(factor) => numbers.unary::<_, Float64Type>(|value| value * factor),
                    None => numbers.unary(|value| to.from_base(from.to_base(value))),
                });
            }
        }
        RecordBatch::try_new(Arc::clone(schema), columns)
            .map_err(|cause| WriteError::Shape(cause.to_string()))
    }
}

/// From which unit to which the numbers of a column go, if they do.
fn change(field: &Field, system: UnitSystem) -> Option<(&'static Unit, &'static Unit)> {
    if field.data_type() != &DataType::Float64 {
        return None;
    }
    let (property, from) = (property_of(field)?, unit_of(field)?);
    let to = output_unit(property, Some(from), system, false)?;
    (from.dimension == to.dimension && from != to).then_some((from, to))
}
