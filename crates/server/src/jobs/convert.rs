//! The run of an upload: convert it in a child, publish each machine file when it is done, end.

use super::child::{Answer, KnownFields, Order, Task};
use super::files::{Given, read_answer};
use super::leases::Held;
use super::locate::{LocateTask, known_fields};
use super::outcome::{Ended, follow, fresh_folder};
use super::publish::Publishing;
use crate::clock::{SECOND, now};
use crate::db::{Converted, Event, NothingCame, PublishedFile, Run, Upload};
use crate::error::{StoreError, Stored};
use crate::events::batch_finished;
use crate::failpoint::pass;
use crate::state::State;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::time::Duration;
use tramline_convert::{Refusal, Report, Step};
use tramline_model::Provider;

/// What a conversion run is about, beside its upload.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct ConvertTask {
    /// Only these machine files may change.
    pub only: Option<Vec<String>>,
    /// Machine files that stay as they are, although the whole upload is converted.
    #[serde(skip_serializing_if = "BTreeSet::is_empty")]
    pub kept: BTreeSet<String>,
    /// Datasets that killed a converter, each with the reason.
    pub refused: BTreeMap<String, Refusal>,
    /// Datasets at which something outside killed the converter: tried once more.
    pub killed: BTreeSet<String>,
    /// A converter died while it had boundaries: the points are located afterwards, by a run of
    /// their own.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub unlocated: bool,
}

/// Datasets of one upload that may kill a converter, each costing a further attempt.
const MOST_REFUSED: usize = 20;

/// The contract's texts for a failed batch.
const NOTHING: &str = "No valid files found";
/// Plans, boundaries and set-ups alone.
const NO_OPERATION: &str =
    "No operation found. Check file format before re-trying or contact support";
const UNREADABLE: &str = "Files found but unable to read. Please check file format before re-trying \
                          or contact Support";
/// A machine file that the upload gave once and gives no more.
const VANISHED: &str = "the upload holds no such machine file any more";
const INTERNAL: &str = "Internal error. Please try again or contact Support";

/// Does the run; an error means trouble that may pass.
pub(super) async fn run(state: &State, run: &Run, held: &mut Held) -> Stored<()> {
    let Some(upload) = state.db.upload(&run.account_id, &run.subject).await? else {
        return state.db.bury(run, "the upload was deleted").await;
    };
    let mut task: ConvertTask = serde_json::from_str(&run.task)
        .map_err(|cause| StoreError::document("task of a run", cause))?;
    // A beginning that found another dataset to be left out was not in vain.
    let more = task.refused.len().min(MOST_REFUSED) + usize::from(task.unlocated);
    if run.out_of_attempts(more) {
        return give_up(state, run, &upload, &task).await;
    }
    let folder = fresh_folder(state, run).await?;
    let mut order = child_task(state, &upload, &task, folder.clone()).await?;
    let made_with = order.made_with();
    let published = state.db.published_files(run, &made_with).await?;
    order.refused_before = told(&task.refused, &published);
    order.kept = task.kept.clone();
    order.kept.extend(published.into_iter().map(|file| file.id));
    order.kept.extend(state.db.files_of_others(run).await?);
    let mut publishing = Publishing {
        state,
        run,
        upload: &upload,
        fields: order.fields.clone(),
        made_with,
        new_rows: task.only.is_none(),
    };
    let located = !order.fields.ids.is_empty();
    let order = Order::Convert(Box::new(order));
    let ended = follow(state, run, &order, held, &mut publishing).await?;
    pass("run.converted");
    let outcome = match ended {
        Ended::Converted => finish(state, run, &upload, &task, &folder).await,
        Ended::Refused(message) => refuse(state, run, &upload, &task, &message).await,
        Ended::Died { dataset, death } => {
            let how = death.refusal.reason.clone();
            tracing::warn!(run = run.id, attempt = run.attempt, how, "converter died");
            if !task.unlocated && located {
                // The boundaries may have been too much: no dataset is blamed before it was tried
                // without them.
                task.unlocated = true;
            } else if let Some(dataset) = dataset
                && (!death.from_outside || !task.killed.insert(dataset.clone()))
            {
                task.refused.insert(dataset, death.refusal);
            }
            let text = task_text(&task)?;
            state.db.postpone(run, &text, &how, Duration::ZERO).await
        }
        Ended::Trouble(cause) => {
            let wait = Duration::from_secs(5_u64.saturating_mul(u64::from(run.attempt)));
            tracing::warn!(run = run.id, cause, "conversion put off");
            state.db.postpone(run, &run.task, &cause, wait).await
        }
        Ended::Stopped => state.db.settle_cancelled(run).await,
    };
    let _ = tokio::fs::remove_dir_all(&folder).await;
    outcome
}

/// The refused datasets of which a file that this run has published tells.
fn told(refused: &BTreeMap<String, Refusal>, published: &[PublishedFile]) -> BTreeSet<String> {
    let document = |text: &str| serde_json::from_str::<Value>(text).unwrap_or_default();
    let tells = |file: &PublishedFile, dataset: &str, refusal: &Refusal| {
        let entries = &document(&file.report)["entries"];
        let mut entries = entries.as_array().into_iter().flatten();
        entries.any(|entry| entry == dataset)
            && document(&file.steps)[Step::RawGeojson.name()]["detail"] == refusal.reason
    };
    let of = |(dataset, refusal): (&String, &Refusal)| {
        let mut files = published.iter().filter(|file| file.failed);
        files
            .any(|file| tells(file, dataset, refusal))
            .then(|| dataset.clone())
    };
    refused.iter().filter_map(of).collect()
}

fn task_text(task: &ConvertTask) -> Stored<String> {
    serde_json::to_string(task).map_err(|cause| StoreError::document("task of a run", cause))
}

async fn child_task(
    state: &State,
    upload: &Upload,
    task: &ConvertTask,
    out: PathBuf,
) -> Stored<Task> {
    let given: Given = serde_json::from_str(&upload.given)
        .map_err(|cause| StoreError::document("parameters of an upload", cause))?;
    let configuration =
        crate::configuration::for_user(state, &upload.account_id, &upload.user_id).await?;
    let mut calibrations = BTreeMap::new();
    let stored = state
        .db
        .calibrations_of_upload(&upload.account_id, &upload.id)
        .await?;
    for (file, text) in stored {
        // What other files are made of now does not change: their masses need not be summed.
        if task.only.as_ref().is_none_or(|only| only.contains(&file)) {
            let calibration = serde_json::from_str(&text)
                .map_err(|cause| StoreError::document("calibration of a file", cause))?;
            calibrations.insert(file, calibration);
        }
    }
    let (mut fields, mut locate) = known_fields(state, &upload.account_id, &upload.user_id).await?;
    if task.unlocated {
        fields = KnownFields::NONE_YET;
        locate.boundaries.clear();
    }
    let settings = &state.settings;
    // `Other` and `Leaf` mean: find out.
    let none = [Provider::Other, Provider::Leaf].map(Provider::code);
    let provider = Some(upload.provider.clone()).filter(|name| !none.contains(&name.as_str()));
    Ok(Task {
        input: state.blobs.local_path(&upload.blob_key),
        upload: upload.id.clone(),
        name: upload.file_name.clone(),
        sha256: upload.sha256.clone(),
        size: upload.size,
        out,
        configuration,
        provider,
        file_format: upload.file_format.clone(),
        crop: given.crop,
        width_m: given.width,
        operation_type: given.operation_type,
        column_map: given.columns,
        latest_instant_ms: (now() + 86_400 * SECOND) / 1_000,
        refused: task.refused.clone(),
        refused_before: BTreeSet::new(),
        only: task
            .only
            .as_ref()
            .map(|only| only.iter().cloned().collect()),
        kept: BTreeSet::new(),
        bridges: settings.bridges.clone(),
        calibrations,
        fields,
        locate,
        upload_bytes: settings.upload_bytes,
        cpu_seconds: settings.convert_cpu_seconds,
        memory_bytes: settings.convert_memory_bytes,
        file_bytes: settings.convert_file_bytes,
    })
}

/// Ends the run, whose machine files are published.
async fn finish(
    state: &State,
    run: &Run,
    upload: &Upload,
    task: &ConvertTask,
    folder: &Path,
) -> Stored<()> {
    let answer: Answer<Report> = read_answer(folder)?;
    let report = &answer.report;
    let nothing_but_sets = report.unclaimed.iter().any(|entry| entry.set.is_some());
    let converted = Converted {
        only: task.only.clone(),
        nothing_came: match task.only {
            Some(_) => NothingCame::Failed(VANISHED),
            None => NothingCame::Removed,
        },
        no_files: if nothing_but_sets {
            NO_OPERATION
        } else {
            NOTHING
        },
        none_processed: UNREADABLE,
        findings: serde_json::json!(report.findings).to_string(),
        ignored: serde_json::json!(report.unclaimed).to_string(),
        given_up: false,
        events: vec![batch_event(run, upload)],
        relocate: LocateTask::again,
    };
    state.db.finish_conversion(run, &converted).await?;
    pass("run.published");
    state.events.notify_waiters();
    pass("run.told");
    state.work.notify_one();
    Ok(())
}

fn batch_event(run: &Run, upload: &Upload) -> Event {
    batch_finished(&run.id, &upload.id, &upload.user_id)
}

/// The run ends without an answer; what it published stays.
async fn fail(
    state: &State,
    run: &Run,
    upload: &Upload,
    only: Option<Vec<String>>,
    (details, given_up): (&'static str, bool),
    finding: Value,
) -> Stored<()> {
    let converted = Converted {
        only,
        nothing_came: NothingCame::Failed(details),
        no_files: details,
        none_processed: details,
        findings: Value::Array(vec![finding]).to_string(),
        ignored: "[]".to_owned(),
        given_up,
        events: vec![batch_event(run, upload)],
        relocate: LocateTask::again,
    };
    state.db.finish_conversion(run, &converted).await?;
    state.events.notify_waiters();
    Ok(())
}

/// The container cannot be opened: the batch failed, with place and hint.
async fn refuse(
    state: &State,
    run: &Run,
    upload: &Upload,
    task: &ConvertTask,
    message: &str,
) -> Stored<()> {
    let (text, hint) = message.trim_end().split_once('\n').unwrap_or((message, ""));
    let finding = serde_json::json!({
        "code": "source.refused", "severity": "error", "place": "", "text": text, "hint": hint,
    });
    let only = task.only.clone();
    fail(state, run, upload, only, (NOTHING, false), finding).await
}

/// Three beginnings and no end.
async fn give_up(state: &State, run: &Run, upload: &Upload, task: &ConvertTask) -> Stored<()> {
    let how = task.refused.values().next_back().map_or(
        "the conversion was tried three times and did not end",
        |refusal| refusal.reason.as_str(),
    );
    let finding = serde_json::json!({
        "code": "convert.given-up", "severity": "error", "place": "", "text": how,
        "hint": "retry the batch; if it fails again, please report it with the file",
    });
    let only = task.only.clone();
    fail(state, run, upload, only, (INTERNAL, true), finding).await
}
