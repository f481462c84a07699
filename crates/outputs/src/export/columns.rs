//! The columns that are exported: which, of what type, with what unit.
//!
//! Rule: in the order that was asked for; a column that is not there is refused by name.

use crate::geoparquet::{BBOX, GEOMETRY};
use crate::values::values;
use crate::{WriteError, is_json};
use arrow_array::cast::AsArray;
use arrow_array::{BinaryArray, RecordBatch};
use arrow_schema::{DataType, FieldRef, Fields};
use std::collections::HashSet;
use std::sync::Arc;
use tramline_model::records::UNIT;

/// How a value is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Type {
    Real,
    Integer,
    Boolean,
    Instant,
    Text,
    Json,
}

/// An exported column.
pub(super) struct Column {
    pub(super) name: String,
    pub(super) unit: Option<String>,
    pub(super) kind: Type,
    pub(super) field: FieldRef,
}

impl Column {
    /// `speed [m/s]`.
    pub(super) fn title(&self) -> String {
        match &self.unit {
            Some(unit) => format!("{} [{unit}]", self.name),
            None => self.name.clone(),
        }
    }
}

pub(super) fn column(field: FieldRef) -> Result<Column, WriteError> {
    // An empty array of the type tells whether it can be written at all.
    values(&field, &*arrow_array::new_empty_array(field.data_type()))?;
    let kind = match field.data_type() {
        DataType::Float64 | DataType::Float32 => Type::Real,
        DataType::Boolean => Type::Boolean,
        DataType::Timestamp(_, _) => Type::Instant,
        DataType::Utf8 | DataType::Dictionary(_, _) if is_json(&field) => Type::Json,
        DataType::Utf8 | DataType::Dictionary(_, _) => Type::Text,
        _ => Type::Integer,
    };
    Ok(Column {
        name: field.name().clone(),
        unit: field.metadata().get(UNIT).cloned(),
        kind,
        field,
    })
}

/// The columns that were asked for, in that order; without a wish all that hold a type.
pub(super) fn chosen(
    stored: &Fields,
    wanted: Option<&[String]>,
) -> Result<Vec<FieldRef>, WriteError> {
    let known: Vec<&FieldRef> = stored
        .iter()
        .filter(|field| field.name() != GEOMETRY && field.name() != BBOX)
        .filter(|field| field.data_type() != &DataType::Null)
        .collect();
    let Some(wanted) = wanted else {
        return Ok(known.into_iter().cloned().collect());
    };
    let mut seen = HashSet::new();
    let mut list = Vec::with_capacity(wanted.len());
    for name in wanted {
        let Some(field) = known.iter().find(|field| field.name() == name) else {
            let names: Vec<&str> = known.iter().map(|field| field.name().as_str()).collect();
            return Err(WriteError::Refused(format!(
                "column `{name}` cannot be exported: the file has no such column; choose from: {}",
                names.join(", ")
            )));
        };
        if seen.insert(name) {
            list.push(Arc::clone(field));
        }
    }
    Ok(list)
}

/// The geometry of a batch.
pub(super) fn geometry(batch: &RecordBatch) -> Result<&BinaryArray, WriteError> {
    batch
        .column_by_name(GEOMETRY)
        .and_then(|array| array.as_binary_opt())
        .ok_or_else(|| WriteError::Shape("a batch without geometry".to_owned()))
}
