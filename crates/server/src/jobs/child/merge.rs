//! Makes one machine file of several.

use super::protocol::{Line, Merge, REFUSED};
use super::sink::HashingSink;
use super::{Failure, answer, tell};
use tramline_convert::{MergeError, MergeSource, Options};
use tramline_model::OperationType;

pub(super) fn run(task: &Merge) -> Result<(), Failure> {
    let sources: Vec<MergeSource> = task
        .sources
        .iter()
        .map(|source| MergeSource {
            id: source.id.clone(),
            parquet: source.parquet.clone(),
            operation_type: OperationType::from_name(&source.operation_type),
            summary: source.summary.clone(),
        })
        .collect();
    let options = Options {
        configuration: task.configuration.clone(),
        locate: Some(task.locate.clone()),
        ..Options::default()
    };
    let mut sink = HashingSink::new(&task.out);
    let mut line = Line::default();
    let merged = tramline_convert::merge_with_facts(
        &sources,
        &task.id,
        "01-merged",
        &options,
        &mut sink,
        &mut |progress| tell(&mut line, progress),
    );
    let (report, facts) = merged.map_err(|cause| match cause {
        MergeError::Run(cause) => (74, cause.to_string()),
        refusal => (REFUSED as u8, refusal.to_string()),
    })?;
    answer(&task.out, &report, vec![facts], &sink)
}
