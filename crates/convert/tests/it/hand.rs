//! Points built by hand and fed through the `Receiver`.

use arrow_array::{
    ArrayRef, Float64Array, Int64Array, RecordBatch, StringArray, TimestampMillisecondArray,
};
use arrow_schema::{Field, Schema};
use std::sync::Arc;
use tramline_convert::{Collector, FileFacts, FileReport, Input, Options};
use tramline_model::records::{SourceColumn, field};
use tramline_model::{
    Ending, OperationDescription, OperationType, Property, Provider, Receiver, Unit,
};
use tramline_outputs::MemorySink;

/// Columns of one hand-made machine file.
#[derive(Default, Clone)]
pub(crate) struct Table {
    pub(crate) fields: Vec<Field>,
    pub(crate) columns: Vec<ArrayRef>,
}

impl Table {
    pub(crate) fn number(
        mut self,
        property: Property,
        unit: &'static str,
        values: impl IntoIterator<Item = Option<f64>>,
    ) -> Self {
        let unit = Unit::known(unit);
        self.fields
            .push(field(property, Some(unit), &SourceColumn::default()));
        self.columns
            .push(Arc::new(values.into_iter().collect::<Float64Array>()));
        self
    }

    pub(crate) fn integers(
        mut self,
        property: Property,
        values: impl IntoIterator<Item = i64>,
    ) -> Self {
        self.fields
            .push(field(property, None, &SourceColumn::default()));
        self.columns.push(Arc::new(
            values
                .into_iter()
                .collect::<Vec<_>>()
                .into_iter()
                .map(Some)
                .collect::<Int64Array>(),
        ));
        self
    }

    pub(crate) fn text<'a>(
        mut self,
        property: Property,
        values: impl IntoIterator<Item = Option<&'a str>>,
    ) -> Self {
        self.fields
            .push(field(property, None, &SourceColumn::default()));
        self.columns
            .push(Arc::new(values.into_iter().collect::<StringArray>()));
        self
    }

    pub(crate) fn instants(mut self, values: impl IntoIterator<Item = Option<i64>>) -> Self {
        self.fields
            .push(field(Property::Timestamp, None, &SourceColumn::default()));
        let array: TimestampMillisecondArray = values.into_iter().collect();
        self.columns.push(Arc::new(array.with_timezone("UTC")));
        self
    }

    pub(crate) fn batch(&self) -> RecordBatch {
        RecordBatch::try_new(
            Arc::new(Schema::new(self.fields.clone())),
            self.columns.clone(),
        )
        .unwrap()
    }
}

pub(crate) fn description(operation: OperationType, table: &Table) -> OperationDescription {
    OperationDescription {
        name: "north field".to_owned(),
        file_format: "CSV",
        provider: Provider::Other,
        operation_type: operation,
        operation_reason: "hand".to_owned(),
        original_operation_type: None,
        operation_description: None,
        grower: None,
        farm: None,
        field: None,
        crop: None,
        variety: None,
        products: Vec::new(),
        tank_mix: false,
        machines: Vec::new(),
        entries: vec!["a.csv".to_owned()],
        points_schema: Arc::new(Schema::new(table.fields.clone())),
        time_source: String::new(),
        assumed_units: Vec::new(),
    }
}

pub(crate) struct Converted {
    pub(crate) report: FileReport,
    pub(crate) facts: FileFacts,
    pub(crate) sink: MemorySink,
}

impl Converted {
    pub(crate) fn json(&self, kind: &str) -> serde_json::Value {
        let name = &self.report.artifacts[kind];
        serde_json::from_slice(&self.sink.files.lock().unwrap()[name]).unwrap()
    }

    pub(crate) fn summary(&self) -> serde_json::Value {
        self.json("summary")["properties"].clone()
    }

    pub(crate) fn message(&self, step: tramline_convert::Step) -> String {
        self.report.steps.get(step).unwrap().message.clone()
    }
}

/// Feeds the table in slices of `rows`.
pub(crate) fn convert(
    description: OperationDescription,
    table: &Table,
    options: &Options,
    rows: usize,
) -> Converted {
    convert_to(description, table, options, rows, Ending::default())
}

/// The same, with what the source says at its end.
pub(crate) fn convert_to(
    description: OperationDescription,
    table: &Table,
    options: &Options,
    rows: usize,
    ending: Ending,
) -> Converted {
    let sink = MemorySink::default();
    let mut output = sink.clone();
    let input = Input {
        name: "a.csv".into(),
        sha256: "00".into(),
        size_bytes: 1,
    };
    let mut progress = |_: tramline_convert::Progress<'_>| {};
    let mut collector = Collector::new(&input, options, &mut output, &mut progress);
    collector.start_claim("a.csv", vec!["a.csv".to_owned()]);
    collector.begin(description).unwrap();
    let batch = table.batch();
    let mut from = 0;
    while from < batch.num_rows() {
        let length = rows.min(batch.num_rows() - from);
        collector.points(&batch.slice(from, length)).unwrap();
        from += length;
    }
    collector
        .finish(Ending {
            records: batch.num_rows() as u64,
            ..ending
        })
        .unwrap();
    let facts = collector.facts()[0].clone();
    let (mut files, _) = collector.into_parts();
    Converted {
        report: files.remove(0),
        facts,
        sink,
    }
}

/// Relative difference below the tolerance.
pub(crate) fn near(value: &serde_json::Value, expected: f64, tolerance: f64) {
    let value = value
        .as_f64()
        .unwrap_or_else(|| panic!("no number: {value}"));
    assert!(
        (value / expected - 1.0).abs() <= tolerance,
        "{value} is not {expected}"
    );
}
