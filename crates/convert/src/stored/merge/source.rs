//! A source of a merge: its `standard.parquet`, batch by batch, in the merged file's columns.

use super::MergeError;
use crate::points::passed::Passed;
use arrow_array::{
    Array, ArrayRef, Float64Array, RecordBatch, RecordBatchOptions, StructArray, new_null_array,
};
use arrow_schema::{DataType, Field, Schema, SchemaRef};
use parquet::arrow::arrow_reader::{ParquetRecordBatchReader, ParquetRecordBatchReaderBuilder};
use std::fs::File;
use std::sync::Arc;
use tramline_model::{Property, records};

/// Rows of a batch.
const ROWS: usize = 65_536;

/// An opened source.
pub(super) struct Source {
    pub(super) id: String,
    pub(super) schema: SchemaRef,
    builder: ParquetRecordBatchReaderBuilder<File>,
}

pub(super) fn unreadable(id: &str, cause: impl std::fmt::Display) -> MergeError {
    MergeError::Unreadable {
        id: id.to_owned(),
        cause: cause.to_string(),
    }
}

impl Source {
    pub(super) fn open(id: &str, file: &File) -> Result<Self, MergeError> {
        let file = file.try_clone().map_err(|cause| unreadable(id, cause))?;
        let builder = ParquetRecordBatchReaderBuilder::try_new(file)
            .map_err(|cause| unreadable(id, cause))?;
        let schema = Arc::clone(builder.schema());
        let has = |name: &str| schema.field_with_name(name).is_ok();
        if !has("bbox") || !has("operationType") {
            return Err(unreadable(id, "it is no standard output of this program"));
        }
        Ok(Self {
            id: id.to_owned(),
            schema,
            builder,
        })
    }

    /// The batches, as they are stored.
    pub(super) fn batches(self) -> Result<(String, ParquetRecordBatchReader), MergeError> {
        let id = self.id;
        let reader = self.builder.with_batch_size(ROWS).build();
        let reader = reader.map_err(|cause| unreadable(&id, cause))?;
        Ok((id, reader))
    }
}

/// The merged columns: every property that a source has, in the unit of the first that has it.
pub(super) fn union(sources: &[Source]) -> Schema {
    let mut fields: Vec<Field> = Vec::new();
    for property in Property::ALL {
        let found = match property {
            Property::Longitude | Property::Latitude => Some(records::field(
                *property,
                None,
                &records::SourceColumn::default(),
            )),
            Property::Product | Property::Machinery => None,
            _ => sources.iter().find_map(|source| {
                let field = source.schema.field_with_name(property.name()).ok()?;
                (records::property_of(field) == Some(*property)).then(|| field.clone())
            }),
        };
        let Some(field) = found else { continue };
        // Where the sources say different things of a column's origin, nothing is said.
        let mut metadata = field.metadata().clone();
        for source in sources {
            if let Ok(other) = source.schema.field_with_name(field.name()) {
                metadata.retain(|key, value| {
                    key == records::UNIT || other.metadata().get(key) == Some(value)
                });
            }
        }
        let kind = records::data_type(*property);
        fields.push(Field::new(field.name(), kind, true).with_metadata(metadata));
    }
    if sources
        .iter()
        .any(|source| source.schema.field_with_name("machinery").is_ok())
    {
        fields.push(records::field(
            Property::Machinery,
            None,
            &records::SourceColumn::default(),
        ));
    }
    Schema::new(fields)
}

/// A stored batch in the merged columns, and the columns that go through as they are.
pub(super) fn align(
    id: &str,
    batch: &RecordBatch,
    target: &SchemaRef,
) -> Result<(RecordBatch, Passed), MergeError> {
    let rows = batch.num_rows();
    let mut columns: Vec<ArrayRef> = Vec::with_capacity(target.fields().len());
    for field in target.fields() {
        let found = match field.name().as_str() {
            "longitude" => corner(batch, "xmin"),
            "latitude" => corner(batch, "ymin"),
            // Names of machines come by the column that goes through.
            "machinery" => None,
            name => batch.column_by_name(name).cloned(),
        };
        columns.push(match found {
            None => new_null_array(field.data_type(), rows),
            Some(array) => convert(id, batch, field, array)?,
        });
    }
    let options = RecordBatchOptions::new().with_row_count(Some(rows));
    let aligned = RecordBatch::try_new_with_options(Arc::clone(target), columns, &options)
        .map_err(|cause| unreadable(id, cause))?;
    let passed = Passed {
        products: batch.column_by_name("products").cloned(),
        machinery: batch.column_by_name("machinery").cloned(),
    };
    Ok((aligned, passed))
}

fn corner(batch: &RecordBatch, name: &str) -> Option<ArrayRef> {
    let bbox = batch
        .column_by_name("bbox")?
        .as_any()
        .downcast_ref::<StructArray>()?;
    bbox.column_by_name(name).cloned()
}

fn convert(
    id: &str,
    batch: &RecordBatch,
    field: &Field,
    array: ArrayRef,
) -> Result<ArrayRef, MergeError> {
    let source = batch
        .schema_ref()
        .field_with_name(field.name())
        .ok()
        .cloned();
    let unit = |field: &Field| records::unit_of(field);
    if let (Some(from), Some(to)) = (source.as_ref().and_then(unit), unit(field))
        && from.symbol != to.symbol
    {
        let numbers = array.as_any().downcast_ref::<Float64Array>();
        let (Some(factor), Some(numbers)) = (from.factor_to(to), numbers) else {
            let cause = format!(
                "`{}` is in {} and cannot become {}",
                field.name(),
                from.symbol,
                to.symbol
            );
            return Err(unreadable(id, cause));
        };
        let converted: Float64Array = numbers.iter().map(|n| n.map(|n| n * factor)).collect();
        return Ok(Arc::new(converted));
    }
    let text = |kind: &DataType| matches!(kind, DataType::Utf8 | DataType::Dictionary(..));
    if array.data_type() == field.data_type() {
        return Ok(array);
    }
    if text(array.data_type()) && text(field.data_type()) {
        let texts = crate::points::columns::Texts::read(&array)
            .ok_or_else(|| unreadable(id, format!("`{}` is no text", field.name())))?;
        let plain: arrow_array::StringArray = (0..batch.num_rows())
            .map(|row| texts.get(row).map(str::to_owned))
            .collect();
        return if matches!(field.data_type(), DataType::Utf8) {
            Ok(Arc::new(plain))
        } else {
            Ok(texts.array())
        };
    }
    let cause = format!(
        "`{}` is {} and not {}",
        field.name(),
        array.data_type(),
        field.data_type()
    );
    Err(unreadable(id, cause))
}
