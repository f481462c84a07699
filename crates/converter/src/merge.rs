//! Makes one machine file of several.

use crate::protocol::{Merge, REFUSED};
use crate::sink::HashingSink;
use crate::tell::{Failure, Teller, answer};
use tramline_convert::{MergeError, MergeSource, Options, Outputs, Progress};
use tramline_model::OperationType;

pub(crate) fn run(task: &Merge) -> Result<(), Failure> {
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
        outputs: Outputs::COLUMNS,
        ..Options::default()
    };
    let mut sink = HashingSink::new(&task.out);
    let (hashes, name) = (sink.clone(), |_: &str| task.id.clone());
    let mut teller = Teller::new(&task.out, &name);
    let merged = tramline_convert::merge_with_facts(
        &sources,
        &task.id,
        "01-merged",
        &options,
        &mut sink,
        &mut |progress| {
            // The merged file is published when all of it is done, and told by its answer.
            if !matches!(progress, Progress::Done { .. }) {
                let _ = teller.tell(&progress, &hashes);
            }
        },
    );
    let (report, facts) = merged.map_err(|cause| match cause {
        MergeError::Run(cause) => (74, cause.to_string()),
        refusal => (REFUSED as u8, refusal.to_string()),
    })?;
    answer(&task.out, &report, vec![facts], &sink)
}
