//! Converts an upload.

use crate::confine::limit_processor;
use crate::protocol::Task;
use crate::protocol::machine_file_id;
use crate::sink::HashingSink;
use crate::tell::{Failure, Teller, answer, refused};
use tramline_convert::{Calibrations, Input, Options, Outputs, PassedOver, Progress, Report};
use tramline_formats::columns::given::Used;
use tramline_formats::{Limits, ReadOptions, Tree};
use tramline_model::{OperationType, Provider};

pub(crate) fn run(task: &Task) -> Result<(), Failure> {
    let limits = Limits {
        upload_bytes: task.upload_bytes,
        ..Limits::default()
    };
    let tree = Tree::open_named(&task.input, &task.name, &limits).map_err(|e| refused(&e))?;
    let input = Input {
        name: task.name.clone(),
        sha256: task.sha256.clone(),
        size_bytes: task.size,
    };
    let mut sink = HashingSink::new(&task.out);
    let hashes = sink.clone();
    let name = |id: &str| machine_file_id(&task.upload, id);
    let mut teller = Teller::new(&task.out, &name);
    let mut told = Ok(());
    let (report, facts) = tramline_convert::run_with_facts(
        &tree,
        &input,
        &options(task, limits),
        &mut sink,
        &mut |progress| {
            if matches!(progress, Progress::Dataset { .. }) {
                // Each dataset has the whole allowance: a neighbour's use is not held against it.
                let _ = limit_processor(task.cpu_seconds);
            }
            if told.is_ok() {
                told = teller.tell(&progress, &hashes);
            }
        },
    )
    .map_err(|cause| (74, cause.to_string()))?;
    told?;
    // The machine files were told one by one.
    let report = Report {
        files: Vec::new(),
        ..report
    };
    drop(facts);
    answer(&task.out, &report, Vec::new(), &HashingSink::new(&task.out))
}

fn options(task: &Task, limits: Limits) -> Options {
    let (upload, known_as) = (task.upload.clone(), task.upload.clone());
    let (kept, only) = (task.kept.clone(), task.only.clone());
    Options {
        configuration: task.configuration.clone(),
        read: ReadOptions {
            column_map: task.column_map.clone(),
            used: Used::default(),
            crop: task.crop.clone(),
            equipment_width_m: task.width_m,
            operation_type: task.operation_type.as_deref().map(OperationType::from_name),
            latest_instant_ms: Some(task.latest_instant_ms),
            hold_ms: None,
        },
        limits,
        provider: task.provider.as_deref().and_then(Provider::from_code),
        file_format: task.file_format.clone(),
        refused: task.refused.clone(),
        refused_before: task.refused_before.clone(),
        bridges: task.bridges.clone(),
        calibrations: Calibrations::from(task.calibrations.clone())
            .known_as(move |id| machine_file_id(&upload, id)),
        locate: Some(task.locate.clone()),
        outputs: Outputs::COLUMNS,
        passed_over: PassedOver::those(move |id| {
            let id = machine_file_id(&known_as, id);
            kept.contains(&id) || only.as_ref().is_some_and(|only| !only.contains(&id))
        }),
        ..Options::default()
    }
}
