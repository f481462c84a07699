//! The raw form: each row as it stands, each column under its representation and its own name.

use super::super::raw::{Block, Column, ColumnKind};
use super::plan::Plan;
use arrow_array::builder::{Float64Builder, StringBuilder, TimestampMillisecondBuilder};
use arrow_array::{ArrayRef, RecordBatch};
use arrow_schema::{DataType, Field, Schema, SchemaRef, TimeUnit};
use std::collections::HashMap;
use std::sync::Arc;
use tramline_model::records::{self, BATCH_ROWS, SourceColumn};
use tramline_model::{Receiver, Stop};

enum Values {
    Number(Float64Builder),
    Member(StringBuilder, Vec<String>),
    /// Time and place, which have columns of their own.
    Elsewhere,
}

/// Collects rows of one block.
pub(crate) struct Rows {
    schema: SchemaRef,
    longitude: Float64Builder,
    latitude: Float64Builder,
    timestamp: TimestampMillisecondBuilder,
    values: Vec<Values>,
    rows: usize,
}

impl Rows {
    pub(crate) fn new(block: &Block, plan: &Plan, columns: &[Column]) -> Self {
        let named: HashMap<&str, (&str, &str)> = block
            .meters
            .iter()
            .flat_map(|meter| &meter.columns)
            .map(|c| {
                (
                    c.column.as_str(),
                    (c.representation.as_str(), c.unit.as_str()),
                )
            })
            .collect();
        let mut fields = vec![
            Field::new("longitude", DataType::Float64, true),
            Field::new("latitude", DataType::Float64, true),
            Field::new(
                "timestamp",
                DataType::Timestamp(TimeUnit::Millisecond, Some("UTC".into())),
                true,
            ),
        ];
        let mut values = Vec::new();
        for (index, column) in columns.iter().enumerate() {
            let own = [plan.time, plan.latitude, plan.longitude];
            if own.contains(&Some(index)) {
                values.push(Values::Elsewhere);
                continue;
            }
            let (what, unit) = named.get(column.name.as_str()).copied().unwrap_or_default();
            let mut name = if what.is_empty() {
                column.name.clone()
            } else {
                format!("{what} {}", column.name)
            };
            if fields.iter().any(|field| *field.name() == name) {
                name = format!("{name} #{index}");
            }
            let source = SourceColumn {
                name: what.to_owned(),
                code: column.name.clone(),
                unit: unit.to_owned(),
            };
            let (data_type, builder) = match &column.kind {
                ColumnKind::Enumeration(members) => (
                    DataType::Utf8,
                    Values::Member(StringBuilder::new(), members.clone()),
                ),
                _ => (DataType::Float64, Values::Number(Float64Builder::new())),
            };
            fields.push(records::raw_field(&name, data_type, &source));
            values.push(builder);
        }
        Self {
            schema: Arc::new(Schema::new(fields)),
            longitude: Float64Builder::new(),
            latitude: Float64Builder::new(),
            timestamp: TimestampMillisecondBuilder::new(),
            values,
            rows: 0,
        }
    }

    pub(crate) fn row(
        &mut self,
        plan: &Plan,
        row: &[f64],
        receiver: &mut dyn Receiver,
    ) -> Result<(), Stop> {
        let at = |index: Option<usize>| {
            let value = index.and_then(|index| row.get(index)).copied();
            value.filter(|value| value.is_finite())
        };
        self.longitude.append_option(at(plan.longitude));
        self.latitude.append_option(at(plan.latitude));
        let time = at(plan.time).filter(|_| plan.start_ms > 0);
        self.timestamp
            .append_option(time.map(|time| plan.start_ms.saturating_add(time.round() as i64)));
        for (builder, value) in self.values.iter_mut().zip(row) {
            match builder {
                Values::Number(builder) => {
                    builder.append_option(value.is_finite().then_some(*value));
                }
                Values::Member(builder, members) => {
                    let member = (*value >= 0.0)
                        .then(|| members.get(*value as usize))
                        .flatten();
                    builder.append_option(member);
                }
                Values::Elsewhere => {}
            }
        }
        self.rows += 1;
        if self.rows >= BATCH_ROWS {
            self.flush(receiver)?;
        }
        Ok(())
    }

    pub(crate) fn flush(&mut self, receiver: &mut dyn Receiver) -> Result<(), Stop> {
        if self.rows == 0 {
            return Ok(());
        }
        self.rows = 0;
        let mut arrays: Vec<ArrayRef> = vec![
            Arc::new(self.longitude.finish()),
            Arc::new(self.latitude.finish()),
            Arc::new(self.timestamp.finish().with_timezone("UTC")),
        ];
        for values in &mut self.values {
            match values {
                Values::Number(builder) => arrays.push(Arc::new(builder.finish())),
                Values::Member(builder, _) => arrays.push(Arc::new(builder.finish())),
                Values::Elsewhere => {}
            }
        }
        let batch = RecordBatch::try_new(Arc::clone(&self.schema), arrays)
            .map_err(|error| Stop(error.to_string()))?;
        receiver.raw(&batch)
    }
}
