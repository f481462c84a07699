//! Every ISOXML set of the corpus read to standard points: calls in order, batches as their
//! schema says, positions, instants and values within what machines can do.

use arrow_array::cast::AsArray;
use arrow_array::types::{Float64Type, TimestampMillisecondType};
use arrow_array::{Array, RecordBatch};
use std::collections::BTreeMap;
use tramline_formats::claim::ReadOptions;
use tramline_formats::{Limits, Tree};
use tramline_model::{
    Ending, Finding, Kind, OperationDescription, Property, ReadError, Receiver, Stop, records,
};

/// 1990 and 2060, milliseconds since 1970 UTC.
const INSTANTS: std::ops::Range<i64> = 631_152_000_000..2_840_140_800_000;

/// Count, minimum, sum, maximum of a numeric column.
type Range = (u64, f64, f64, f64);

#[derive(Default)]
struct Recorder {
    open: Option<OperationDescription>,
    rows: u64,
    raw_rows: u64,
    ranges: BTreeMap<String, Range>,
    /// One line for each machine file.
    files: Vec<String>,
    records: u64,
    findings: Vec<Finding>,
    errors: Vec<String>,
    /// What no reader may do.
    wrong: Vec<String>,
}

impl Recorder {
    fn wrong(&mut self, what: String) {
        if self.wrong.len() < 20 {
            self.wrong.push(what);
        }
    }

    fn column(&mut self, batch: &RecordBatch, index: usize) {
        let schema = batch.schema();
        let field = schema.field(index);
        let Some(property) = records::property_of(field) else {
            return;
        };
        let column = batch.column(index);
        match property.kind() {
            Kind::Number => {
                let Some(values) = column.as_primitive_opt::<Float64Type>() else {
                    return self.wrong(format!("{} is not Float64", field.name()));
                };
                let unit = records::unit_of(field).map_or("", |unit| unit.symbol);
                let key = format!("{} [{unit}]", field.name());
                for value in values.iter().flatten() {
                    let range = self
                        .ranges
                        .entry(key.clone())
                        .or_insert((0, value, 0.0, value));
                    *range = (
                        range.0 + 1,
                        range.1.min(value),
                        range.2 + value,
                        range.3.max(value),
                    );
                    if !value.is_finite() {
                        self.wrong.push(format!("{key} is {value}"));
                        return;
                    }
                }
            }
            Kind::Instant => {
                let Some(values) = column.as_primitive_opt::<TimestampMillisecondType>() else {
                    return self.wrong(format!("{} is not a timestamp", field.name()));
                };
                if let Some(bad) = values.iter().flatten().find(|ms| !INSTANTS.contains(ms)) {
                    self.wrong(format!("instant {bad} out of range"));
                }
                let known = (values.len() - values.null_count()) as u64;
                let range = self
                    .ranges
                    .entry("timestamp".to_owned())
                    .or_insert((0, 0.0, 0.0, 0.0));
                range.0 += known;
            }
            Kind::Text | Kind::Integer => {}
        }
    }
}

impl Receiver for Recorder {
    fn begin(&mut self, operation: OperationDescription) -> Result<(), Stop> {
        if self.open.is_some() {
            self.wrong("begin within begin".to_owned());
        }
        self.open = Some(operation);
        self.rows = 0;
        self.raw_rows = 0;
        self.ranges.clear();
        Ok(())
    }

    fn raw(&mut self, batch: &RecordBatch) -> Result<(), Stop> {
        if self.open.is_none() {
            self.wrong("raw outside begin and finish".to_owned());
        }
        self.raw_rows += batch.num_rows() as u64;
        Ok(())
    }

    fn points(&mut self, batch: &RecordBatch) -> Result<(), Stop> {
        match &self.open {
            None => self.wrong("points outside begin and finish".to_owned()),
            Some(operation) if operation.points_schema != batch.schema() => {
                self.wrong("points in another schema".to_owned());
            }
            Some(_) => {}
        }
        if batch.num_rows() > records::BATCH_ROWS {
            self.wrong(format!("{} rows in a batch", batch.num_rows()));
        }
        self.rows += batch.num_rows() as u64;
        for index in 0..batch.num_columns() {
            self.column(batch, index);
        }
        Ok(())
    }

    fn finish(&mut self, ending: Ending) -> Result<(), Stop> {
        let Some(operation) = self.open.take() else {
            self.wrong("finish without begin".to_owned());
            return Ok(());
        };
        self.records += ending.records;
        if self.raw_rows > ending.records {
            self.wrong(format!(
                "{} raw rows of {} records",
                self.raw_rows, ending.records
            ));
        }
        let mut line = format!(
            "{} | {} ({}) | records {} raw {} points {} skipped {} | time {} | crop {:?}",
            operation.name,
            operation.operation_type.name(),
            operation.operation_reason,
            ending.records,
            self.raw_rows,
            self.rows,
            ending.skipped_bytes,
            operation.time_source,
            operation.crop,
        );
        for (name, (count, min, sum, max)) in &self.ranges {
            line += &format!(
                "\n      {name}: {count} in {min:.6} ~ {:.4} .. {max:.6}",
                sum / (*count).max(1) as f64
            );
        }
        for (property, bounds) in [
            (Property::Longitude, -180.0..=180.0),
            (Property::Latitude, -90.0..=90.0),
            (Property::Heading, 0.0..=360.0),
        ] {
            for (name, (_, min, _, max)) in &self.ranges {
                let ours = name.split(' ').next() == Some(property.name());
                if ours && !(bounds.contains(min) && bounds.contains(max)) {
                    self.wrong.push(format!("{name} from {min} to {max}"));
                }
            }
        }
        self.files.push(line);
        Ok(())
    }

    fn failed(
        &mut self,
        operation: Option<OperationDescription>,
        error: ReadError,
    ) -> Result<(), Stop> {
        self.open = None;
        self.errors.push(format!(
            "{}: {error}",
            operation.map(|o| o.name).unwrap_or_default()
        ));
        Ok(())
    }

    fn finding(&mut self, finding: Finding) {
        self.findings.push(finding);
    }
}

#[test]
fn every_set_gives_plausible_points() {
    let Some(folder) = crate::isoxml_corpus::corpus("isoxml") else {
        return;
    };
    let mut folders: Vec<_> = std::fs::read_dir(&folder)
        .expect("lists")
        .map(|item| item.expect("item").path())
        .filter(|path| path.is_dir())
        .collect();
    folders.sort();
    // Told when something is wrong.
    let mut told = Vec::new();
    let mut wrong = Vec::new();
    for path in folders {
        let dataset = path
            .file_name()
            .expect("name")
            .to_string_lossy()
            .into_owned();
        let tree = Tree::open(&path, &Limits::default()).expect("opens");
        let detection = tramline_formats::detect(&tree, Some("ISO11783"), &ReadOptions::default());
        for claim in detection
            .claims
            .iter()
            .filter(|claim| claim.format == "isoxml")
        {
            let read = tramline_formats::isoxml::FORMAT.read;
            let mut recorder = Recorder::default();
            let options = ReadOptions::default();
            let result = read(&tree, claim, &Limits::default(), &options, &mut recorder);
            told.push(format!(
                "{dataset} {}: {result:?}",
                tree.entry(claim.main).path
            ));
            told.extend(recorder.files.iter().map(|file| format!("   {file}")));
            let mut codes: BTreeMap<&str, usize> = BTreeMap::new();
            for finding in &recorder.findings {
                *codes.entry(finding.code.as_ref()).or_default() += 1;
            }
            told.push(format!(
                "   findings {codes:?} failed {:?}",
                recorder.errors
            ));
            if recorder.open.is_some() && result.is_ok() {
                recorder.wrong.push("begun and never finished".to_owned());
            }
            wrong.extend(
                recorder
                    .wrong
                    .iter()
                    .map(|what| format!("{dataset}: {what}")),
            );
        }
    }
    assert!(
        wrong.is_empty(),
        "{}\n{}",
        wrong.join("\n"),
        told.join("\n")
    );
}
