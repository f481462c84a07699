//! Finds the points of machine files in fields.

use super::confine::limit_processor;
use super::protocol::LocateStored;
use super::sink::HashingSink;
use super::{Failure, answer};
use std::path::Path;
use tramline_convert::fields::{FieldSplit, Locate, OUTSIDE_NAME, split_by_fields};
use tramline_convert::{FileFacts, FileReport};
use tramline_model::Artifact;
use tramline_outputs::Sink;

/// Locates stored machine files; the points in no field of each go into the folder of its id.
pub(super) fn run(task: &LocateStored) -> Result<(), Failure> {
    let mut sink = HashingSink::new(&task.out);
    let mut facts = Vec::with_capacity(task.files.len());
    for file in &task.files {
        // Each file has the whole allowance.
        let _ = limit_processor(task.cpu_seconds);
        let split = locate(&file.parquet, &file.id, &task.locate, &mut sink)?;
        facts.push(FileFacts {
            id: file.id.clone(),
            located: Some(split),
            ..FileFacts::default()
        });
    }
    answer(&task.out, (), facts, &sink)
}

/// The facts of a machine file that was just written into `out`.
pub(super) fn facts_of(
    report: &mut FileReport,
    out: &Path,
    wanted: &Locate,
    sink: &mut HashingSink,
) -> Result<FileFacts, Failure> {
    let located = match report.artifacts.get(&Artifact::StandardGeoparquet) {
        None => None,
        Some(name) => Some(locate(&out.join(name), &report.dir, wanted, sink)?),
    };
    let outside = format!("{}/{OUTSIDE_NAME}", report.dir);
    if sink.hashes().contains_key(&outside) {
        report.artifacts.insert(Artifact::OutsideFieldGeojson, outside);
    }
    Ok(FileFacts {
        id: report.id.clone(),
        located,
        ..FileFacts::default()
    })
}

fn locate(
    parquet: &Path,
    dir: &str,
    wanted: &Locate,
    sink: &mut HashingSink,
) -> Result<FieldSplit, Failure> {
    let name = format!("{dir}/{OUTSIDE_NAME}");
    let outside = wanted
        .outside
        .then_some((sink as &mut dyn Sink, name.as_str()));
    split_by_fields(parquet, &wanted.boundaries, wanted.least_percent, outside)
        .map_err(|cause| (74, cause.to_string()))
}
