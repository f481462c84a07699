//! A receiver that keeps what a reader pushes, and checks the order of calls and the schemas.

use arrow_array::RecordBatch;
use arrow_array::cast::AsArray;
use arrow_array::types::{Float64Type, TimestampMillisecondType};
use std::path::Path;
use tramline_formats::{Claim, Limits, ReadOptions, Tree, Verdict, registry};
use tramline_model::{
    Ending, Finding, OperationDescription, Property, ReadError, Receiver, Stop, Unit, records,
};

/// Machine files as they came.
#[derive(Default)]
pub(crate) struct Collected {
    pub(crate) operations: Vec<OperationDescription>,
    pub(crate) raw: Vec<RecordBatch>,
    pub(crate) points: Vec<RecordBatch>,
    pub(crate) endings: Vec<Ending>,
    pub(crate) failures: Vec<String>,
    pub(crate) findings: Vec<Finding>,
    open: bool,
}

impl Receiver for Collected {
    fn begin(&mut self, operation: OperationDescription) -> Result<(), Stop> {
        assert!(!self.open, "begin inside begin..finish");
        self.open = true;
        self.operations.push(operation);
        Ok(())
    }

    fn raw(&mut self, batch: &RecordBatch) -> Result<(), Stop> {
        assert!(self.open && batch.num_rows() <= records::BATCH_ROWS);
        self.raw.push(batch.clone());
        Ok(())
    }

    fn points(&mut self, batch: &RecordBatch) -> Result<(), Stop> {
        let operation = self.operations.last().expect("begin before points");
        assert!(self.open && batch.schema() == operation.points_schema);
        self.points.push(batch.clone());
        Ok(())
    }

    fn finish(&mut self, ending: Ending) -> Result<(), Stop> {
        assert!(self.open, "finish without begin");
        self.open = false;
        self.endings.push(ending);
        Ok(())
    }

    fn failed(&mut self, _: Option<OperationDescription>, error: ReadError) -> Result<(), Stop> {
        self.open = false;
        self.failures.push(error.to_string());
        Ok(())
    }

    fn finding(&mut self, finding: Finding) {
        self.findings.push(finding);
    }
}

impl Collected {
    pub(crate) fn rows(&self) -> usize {
        assert_eq!(
            self.raw.iter().map(RecordBatch::num_rows).sum::<usize>(),
            self.points.iter().map(RecordBatch::num_rows).sum::<usize>()
        );
        self.points.iter().map(RecordBatch::num_rows).sum()
    }

    /// The unit of a property's column.
    pub(crate) fn unit(&self, property: Property) -> Option<&'static Unit> {
        let batch = self.points.first()?;
        records::unit_of(
            batch
                .schema_ref()
                .field(records::column_index(batch, property)?),
        )
    }

    /// All values of a number column; null is `None`.
    pub(crate) fn numbers(&self, property: Property) -> Vec<Option<f64>> {
        let mut values = Vec::new();
        for batch in &self.points {
            let at = records::column_index(batch, property).expect("column exists");
            values.extend(batch.column(at).as_primitive::<Float64Type>().iter());
        }
        values
    }

    pub(crate) fn sum(&self, property: Property) -> f64 {
        self.numbers(property).into_iter().flatten().sum()
    }

    pub(crate) fn instants(&self) -> Vec<Option<i64>> {
        let mut values = Vec::new();
        for batch in &self.points {
            let at = records::column_index(batch, Property::Timestamp).expect("column exists");
            values.extend(
                batch
                    .column(at)
                    .as_primitive::<TimestampMillisecondType>()
                    .iter(),
            );
        }
        values
    }

    pub(crate) fn texts(&self, property: Property) -> Vec<Option<String>> {
        let mut values = Vec::new();
        for batch in &self.points {
            let at = records::column_index(batch, property).expect("column exists");
            let column = batch.column(at).as_string::<i32>();
            values.extend(column.iter().map(|t| t.map(str::to_owned)));
        }
        values
    }

    pub(crate) fn has(&self, code: &str) -> bool {
        self.findings.iter().any(|f| f.code == code)
    }
}

/// A tree of one corpus file, unfolded if it is compressed.
pub(crate) fn tree_of(path: &Path) -> Tree {
    Tree::open(path, &Limits::default()).expect("opens")
}

/// The claim of a format, if it is one to read.
pub(crate) fn claims(tree: &Tree, format: &str) -> Vec<Claim> {
    let format = registry::by_id(format).expect("known format");
    (format.claim)(tree, &ReadOptions::default())
}

/// Reads every claim of a format in a tree. An error outside `begin` counts as a failure.
pub(crate) fn read_with(tree: &Tree, format: &str, options: &ReadOptions) -> Collected {
    let mut collected = Collected::default();
    let reader = registry::by_id(format).expect("known format");
    for claim in (reader.claim)(tree, options)
        .iter()
        .filter(|c| c.verdict == Verdict::Read)
    {
        if let Err(error) = (reader.read)(tree, claim, &Limits::default(), options, &mut collected)
        {
            collected.open = false;
            collected
                .failures
                .push(format!("{error} | {}", error.hint()));
        }
    }
    collected
}

/// A tree of one text in memory.
pub(crate) fn one(name: &str, bytes: impl Into<Vec<u8>>) -> Tree {
    Tree::from_files([(name.to_owned(), bytes.into())])
}
