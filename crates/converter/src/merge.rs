//! Makes one machine file of several.

use crate::inputs::Inputs;
use crate::protocol::{Merge, REFUSED};
use crate::sink::{HERE, HashingSink};
use crate::tell::{Failure, Teller, answer, trouble};
use std::sync::Arc;
use tramline_convert::{MergeError, MergeSource, Options, Outputs, Progress};
use tramline_model::OperationType;

pub(crate) fn run(task: &Merge, inputs: &mut Inputs) -> Result<(), Failure> {
    let sources = task.sources.iter().map(|source| {
        let parquet = inputs.next().map_err(|cause| {
            let cause = cause.to_string();
            refuse(&MergeError::Unreadable {
                id: source.id.clone(),
                cause,
            })
        })?;
        Ok(MergeSource {
            id: source.id.clone(),
            parquet: Arc::new(parquet),
            operation_type: OperationType::from_name(&source.operation_type),
            summary: source.summary.clone(),
        })
    });
    let sources: Vec<MergeSource> = sources.collect::<Result<_, Failure>>()?;
    let options = Options {
        configuration: task.configuration.clone(),
        locate: Some(task.locate.clone()),
        outputs: Outputs::COLUMNS,
        ..Options::default()
    };
    let mut sink = HashingSink::new(HERE.as_ref());
    let (hashes, known) = (sink.clone(), sink.clone());
    let name = |_: &str| task.id.clone();
    let mut teller = Teller::new(HERE.as_ref(), &name);
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
        MergeError::Run(cause) => trouble(&cause, &known),
        refusal => refuse(&refusal),
    })?;
    answer(HERE.as_ref(), &report, vec![facts], &sink)
}

fn refuse(refusal: &MergeError) -> Failure {
    (REFUSED as u8, refusal.to_string())
}
