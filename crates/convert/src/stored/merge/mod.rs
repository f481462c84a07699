//! Several machine files become one.
//!
//! Rules: the points of the sources go through as they were standardised; a record that several
//! sources hold counts once, so that totals are the sums of the sources'; the order in which the
//! sources are named does not change a byte.

mod duplicates;
pub mod parts;
mod source;

use crate::error::RunError;
use crate::facts::FileFacts;
use crate::fields::{Clip, NamedField};
use crate::identity::Identity;
use crate::machine_file::MachineFile;
use crate::options::Options;
use crate::points::passed::Passed;
use crate::progress::Progress;
use crate::report::FileReport;
use arrow_array::cast::AsArray;
use arrow_array::types::Float64Type;
use arrow_array::{ArrayRef, BooleanArray, RecordBatch};
use arrow_select::filter::{filter, filter_record_batch};
use duplicates::Duplicates;
use serde_json::Value;
use source::{Source, align, union, unreadable};
use std::collections::BTreeSet;
use std::fs::File;
use std::sync::Arc;
use tramline_model::{
    Days, Ending, Machine, MachineKind, OperationDescription, OperationType, Property, Provider,
};
use tramline_outputs::Sink;

/// A processed machine file that goes into a merge.
#[derive(Clone, Debug)]
pub struct MergeSource {
    /// The id of the machine file.
    pub id: String,
    /// Its `standard.parquet`, open.
    pub parquet: Arc<File>,
    /// What kind of work it is; all sources have the same.
    pub operation_type: OperationType,
    /// `properties` of its summary, for names of machines and of the source's operation.
    pub summary: Value,
}

/// Why machine files cannot become one.
#[derive(Debug, thiserror::Error)]
pub enum MergeError {
    /// There are not two different sources.
    #[error("a merge needs at least two different files")]
    TooFew,
    /// The sources are of different work.
    #[error("file {id} is {found}, the others are {expected}")]
    OperationTypes {
        /// Of the first source that differs.
        id: String,
        /// Its type of work.
        found: String,
        /// That of the others.
        expected: String,
    },
    /// The standard points of a source cannot be read.
    #[error("the standard points of file {id} cannot be read: {cause}")]
    Unreadable {
        /// Of the source.
        id: String,
        /// Why.
        cause: String,
    },
    /// The output cannot be written.
    #[error(transparent)]
    Run(#[from] RunError),
}

/// Merges into the folder `dir` of the sink. `id` and `dir` are the caller's.
pub fn merge(
    sources: &[MergeSource],
    id: &str,
    dir: &str,
    options: &Options,
    sink: &mut dyn Sink,
    progress: &mut dyn FnMut(Progress),
) -> Result<FileReport, MergeError> {
    merge_with_facts(sources, id, dir, options, sink, progress).map(|(report, _)| report)
}

/// As [`merge`], with the facts of the machine file.
///
/// # Errors
/// As [`merge`].
pub fn merge_with_facts(
    sources: &[MergeSource],
    id: &str,
    dir: &str,
    options: &Options,
    sink: &mut dyn Sink,
    progress: &mut dyn FnMut(Progress),
) -> Result<(FileReport, FileFacts), MergeError> {
    let mut sources: Vec<&MergeSource> = sources.iter().collect();
    sources.sort_by(|a, b| a.id.cmp(&b.id));
    sources.dedup_by(|a, b| a.id == b.id);
    let [first, _, ..] = sources.as_slice() else {
        return Err(MergeError::TooFew);
    };
    if let Some(other) = sources
        .iter()
        .find(|s| s.operation_type != first.operation_type)
    {
        return Err(MergeError::OperationTypes {
            id: other.id.clone(),
            found: other.operation_type.name().to_owned(),
            expected: first.operation_type.name().to_owned(),
        });
    }
    join(&sources, None, (id, dir), options, sink, progress)
}

/// The part of a machine file that lies in one field, as a machine file of its own.
///
/// # Errors
/// The points of the source cannot be read, or the output cannot be written.
pub fn part_in_field(
    source: &MergeSource,
    field: &NamedField,
    (id, dir): (&str, &str),
    options: &Options,
    sink: &mut dyn Sink,
    progress: &mut dyn FnMut(Progress),
) -> Result<(FileReport, FileFacts), MergeError> {
    let within = Clip::new(vec![field.clone()]);
    join(&[source], Some(&within), (id, dir), options, sink, progress)
}

/// The points of the sources as one machine file: all of them, or those within a field.
fn join(
    sources: &[&MergeSource],
    within: Option<&Clip>,
    (id, dir): (&str, &str),
    options: &Options,
    sink: &mut dyn Sink,
    progress: &mut dyn FnMut(Progress),
) -> Result<(FileReport, FileFacts), MergeError> {
    let opened = sources
        .iter()
        .map(|source| Source::open(&source.id, &source.parquet))
        .collect::<Result<Vec<_>, _>>()?;
    let schema = Arc::new(union(&opened));
    let mut description = describe(sources, within);
    description.points_schema = Arc::clone(&schema);
    progress(Progress::File {
        index: 0,
        id,
        name: &description.name,
        file_format: description.file_format,
    });
    let identity = Identity {
        index: 0,
        id: id.to_owned(),
        dir: dir.to_owned(),
    };
    let mut file = MachineFile::begin_merged(identity, description, options, sink)?;
    let mut duplicates = Duplicates::default();
    let mut records = 0;
    for source in opened {
        let (id, batches) = source.batches()?;
        for batch in batches {
            let batch = batch.map_err(|cause| unreadable(&id, cause))?;
            let (batch, passed) = align(&id, &batch, &schema)?;
            let (batch, passed) = match within {
                Some(within) => cut(&id, &batch, passed, within)?,
                None => (batch, passed),
            };
            let keep = duplicates.keep(&batch);
            records += batch.num_rows() as u64;
            file.pass(&batch, &passed, &keep, options, sink)?;
            let points = file.points_read();
            progress(Progress::Points { index: 0, points });
        }
        duplicates.next_source();
    }
    let ending = Ending {
        records,
        days: written_days(sources),
        ..Ending::default()
    };
    let (report, facts) = file.finish(&ending, options, sink, progress)?;
    progress(Progress::Done {
        index: 0,
        report: &report,
        facts: &facts,
    });
    Ok((report, facts))
}

/// The days of sources of which none has instants, by their summaries.
fn written_days(sources: &[&MergeSource]) -> Option<Days> {
    let timed = |source: &&&MergeSource| source.summary["startTime"].is_string();
    if sources.iter().any(|source| timed(&source)) {
        return None;
    }
    let days = |key: &'static str| {
        sources.iter().filter_map(move |source| {
            let date: jiff::civil::Date = source.summary[key].as_str()?.parse().ok()?;
            Some((date - jiff::civil::date(1970, 1, 1)).get_days())
        })
    };
    Some(Days {
        first: days("localStartDay").min()?,
        last: days("localEndDay").max()?,
    })
}

/// The texts under a key that all sources agree on.
fn agreed(sources: &[&MergeSource], pointer: &str) -> Option<String> {
    let texts: BTreeSet<Option<&str>> = sources
        .iter()
        .map(|source| source.summary.pointer(pointer).and_then(Value::as_str))
        .collect();
    let mut texts = texts.into_iter();
    match (texts.next(), texts.next()) {
        (Some(text), None) => text.map(str::to_owned),
        _ => None,
    }
}

fn machines(sources: &[&MergeSource]) -> Vec<Machine> {
    let mut list: Vec<Machine> = Vec::new();
    for source in sources {
        for entry in source.summary["machinery"].as_array().into_iter().flatten() {
            let text = |key: &str| entry[key].as_str().map(str::to_owned);
            let machine = Machine {
                name: text("name").unwrap_or_default(),
                kind: if entry["type"] == "implement" {
                    MachineKind::Implement
                } else {
                    MachineKind::Machine
                },
                serial_number: text("serialNumber"),
                brand: text("brand").filter(|brand| brand != "unknown"),
            };
            if !list.contains(&machine) {
                list.push(machine);
            }
        }
    }
    list
}

/// The rows within a field.
fn cut(
    id: &str,
    batch: &RecordBatch,
    passed: Passed,
    within: &Clip,
) -> Result<(RecordBatch, Passed), MergeError> {
    let column = |property: Property| {
        let array = batch.column_by_name(property.name())?;
        array.as_primitive_opt::<Float64Type>()
    };
    let places = column(Property::Longitude).zip(column(Property::Latitude));
    let Some((x, y)) = places else {
        return Err(unreadable(id, "there are no positions"));
    };
    let mask: BooleanArray = x
        .iter()
        .zip(y)
        .map(|(x, y)| Some(x.zip(y).is_some_and(|(x, y)| within.holds(x, y))))
        .collect();
    let kept = |column: Option<ArrayRef>| {
        let kept = column.map(|column| filter(&column, &mask)).transpose();
        kept.map_err(|cause| unreadable(id, cause))
    };
    let passed = Passed {
        products: kept(passed.products)?,
        machinery: kept(passed.machinery)?,
    };
    let batch = filter_record_batch(batch, &mask).map_err(|cause| unreadable(id, cause))?;
    Ok((batch, passed))
}

fn describe(sources: &[&MergeSource], within: Option<&Clip>) -> OperationDescription {
    let operation_type = sources
        .first()
        .map_or(OperationType::Other(String::new()), |source| {
            source.operation_type.clone()
        });
    OperationDescription {
        operation_reason: "that of the sources".to_owned(),
        original_operation_type: agreed(sources, "/originalOperationType"),
        operation_description: agreed(sources, "/operationDescription"),
        grower: agreed(sources, "/originalOperationData/originalOperationGrower"),
        farm: agreed(sources, "/originalOperationData/originalOperationFarm"),
        field: within
            .and_then(Clip::only_name)
            .map(str::to_owned)
            .or_else(|| agreed(sources, "/originalOperationData/originalOperationField")),
        tank_mix: sources
            .iter()
            .any(|source| source.summary["tankMix"] == true),
        machines: machines(sources),
        entries: sources.iter().map(|source| source.id.clone()).collect(),
        time_source: "that of the sources".to_owned(),
        ..OperationDescription::new("mergedFile", "UNKNOWN", Provider::Leaf, operation_type)
    }
}
