//! A receiver that keeps nothing, looks at every value, and holds the readers to the order of calls.

use arrow_array::{Array as _, RecordBatch};
use std::collections::BTreeSet;
use tramline_model::{
    Ending, Finding, OperationDescription, ReadError, Receiver, Stop, records::BATCH_ROWS,
};

/// Findings of one dataset after which a reader repeats itself without bound.
const FINDINGS: usize = 100_000;

#[derive(Default)]
pub(crate) struct Touching {
    /// The machine file that has begun.
    open: Option<OperationDescription>,
    findings: usize,
    begun: usize,
}

impl Touching {
    /// What must hold after a read.
    pub(crate) fn end(&self, is_complete: bool) {
        assert!(
            !is_complete || self.open.is_none(),
            "a machine file was begun and never finished"
        );
    }

    /// Machine files that were begun.
    #[cfg(all(test, feature = "seeds"))]
    pub(crate) fn begun(&self) -> usize {
        self.begun
    }
}

/// Validates all buffers of a batch, whose columns are those of its schema.
fn touch(batch: &RecordBatch) {
    assert!(
        batch.num_rows() <= BATCH_ROWS,
        "a batch of {} rows",
        batch.num_rows()
    );
    for column in batch.columns() {
        let checked = column.to_data().validate_full();
        assert!(checked.is_ok(), "{checked:?}");
    }
}

impl Receiver for Touching {
    fn begin(&mut self, operation: OperationDescription) -> Result<(), Stop> {
        assert!(self.open.is_none(), "begin inside of begin..finish");
        let fields = operation.points_schema.fields();
        let names: BTreeSet<&String> = fields.iter().map(|field| field.name()).collect();
        assert_eq!(
            names.len(),
            fields.len(),
            "two columns of points of one name"
        );
        self.begun += 1;
        self.open = Some(operation);
        Ok(())
    }

    fn raw(&mut self, batch: &RecordBatch) -> Result<(), Stop> {
        assert!(self.open.is_some(), "raw before begin");
        touch(batch);
        Ok(())
    }

    fn points(&mut self, batch: &RecordBatch) -> Result<(), Stop> {
        let schema = self.open.as_ref().map(|open| &open.points_schema);
        assert_eq!(schema, Some(&batch.schema()), "not the schema of begin");
        touch(batch);
        Ok(())
    }

    fn finish(&mut self, _: Ending) -> Result<(), Stop> {
        assert!(self.open.take().is_some(), "finish without begin");
        Ok(())
    }

    fn failed(&mut self, _: Option<OperationDescription>, error: ReadError) -> Result<(), Stop> {
        assert!(!error.to_string().is_empty(), "a failure without words");
        self.open = None;
        Ok(())
    }

    fn finding(&mut self, finding: Finding) {
        assert!(!finding.text.is_empty(), "a finding without words");
        self.findings += 1;
        assert!(self.findings <= FINDINGS, "findings without bound");
    }
}
