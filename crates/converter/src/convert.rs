//! Converts an upload.

use crate::attempt::Planned;
use crate::confine::limit_processor;
use crate::inputs::Inputs;
use crate::protocol::Task;
use crate::protocol::machine_file_id;
use crate::sink::{HERE, HashingSink};
use crate::tell::{Failure, Teller, answer, refused, trouble};
use tramline_convert::{
    BridgeHand, Calibrations, Input, Options, Outputs, PassedOver, Progress, Report,
};
use tramline_formats::columns::given::Used;
use tramline_formats::{Limits, ReadOptions, Tree};
use tramline_model::{OperationType, Provider};

pub(crate) fn run(
    task: &Task,
    inputs: &mut Inputs,
    hand: Option<BridgeHand>,
) -> Result<(), Failure> {
    let limits = Limits {
        upload_bytes: task.upload_bytes,
        ..Limits::default()
    };
    let planned = Planned::from_environment();
    let upload = inputs.upload(&task.input)?;
    let tree = Tree::open_file(upload, &task.name, &limits).map_err(|e| refused(&e))?;
    let input = Input {
        name: task.name.clone(),
        sha256: task.sha256.clone(),
        size_bytes: task.size,
    };
    let mut sink = HashingSink::new(HERE.as_ref());
    let (hashes, known) = (sink.clone(), sink.clone());
    let name = |id: &str| machine_file_id(&task.upload, id);
    let mut teller = Teller::new(HERE.as_ref(), &name);
    let mut told = Ok(());
    let (report, facts) = tramline_convert::run_with_facts(
        &tree,
        &input,
        &options(task, limits, hand),
        &mut sink,
        &mut |progress| {
            if matches!(progress, Progress::Dataset { .. }) {
                // Each dataset has the whole allowance: a neighbour's use is not held against it.
                let _ = limit_processor(task.cpu_seconds);
            }
            if told.is_ok() {
                told = teller.tell(&progress, &hashes);
            }
            if let Progress::Dataset { main } = &progress
                && !task.refused.contains_key(*main)
            {
                planned.iter().for_each(|planned| planned.in_dataset(main));
            }
        },
    )
    .map_err(|cause| trouble(&cause, &known))?;
    told?;
    // The machine files were told one by one.
    let report = Report {
        files: Vec::new(),
        ..report
    };
    drop(facts);
    let here = HERE.as_ref();
    answer(here, &report, Vec::new(), &HashingSink::new(here))
}

fn options(task: &Task, limits: Limits, hand: Option<BridgeHand>) -> Options {
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
        bridge_hand: hand,
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
