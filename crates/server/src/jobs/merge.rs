//! The run of a merge: the sources' standard points go through a child into one machine file.

use super::child::{Answer, KnownFields, Merge, Order, Source};
use super::files::{Made, Origin, read_answer, row};
use super::keep::store;
use super::leases::Held;
use super::locate::{known_fields, relocate};
use super::outcome::{Ended, Nobody, follow, fresh_folder};
use crate::db::{FileRow, NewFile, Relocate, Run};
use crate::error::{StoreError, Stored};
use crate::events::event;
use crate::state::State;
use serde_json::Value;
use std::path::Path;
use std::time::Duration;
use tramline_convert::{FileReport, Outcome, Step, Steps};
use tramline_model::{Artifact, FileOrigin, FileStatus};

/// Does the run; an error means trouble that may pass.
pub(super) async fn run(state: &State, run: &Run, held: &mut Held) -> Stored<()> {
    let Some(file) = state.db.file(&run.account_id, &run.subject).await? else {
        return state.db.bury(run, "the file was deleted").await;
    };
    if run.out_of_attempts(0) {
        return fail(
            state,
            run,
            &file,
            "the merge was tried three times and did not end",
        )
        .await;
    }
    let folder = fresh_folder(state, run).await?;
    let order = match order(state, run, &file, &folder).await? {
        Ok(order) => order,
        Err(why) => {
            let _ = tokio::fs::remove_dir_all(&folder).await;
            return fail(state, run, &file, &why).await;
        }
    };
    let fields = order.fields.clone();
    let order = Order::Merge(Box::new(order));
    let done = match follow(state, run, &order, held, &mut Nobody).await? {
        Ended::Converted => publish(state, run, &fields, &folder).await,
        Ended::Refused(message) => fail(state, run, &file, message.trim()).await,
        Ended::Died { death, .. } => {
            let how = death.refusal.reason;
            state
                .db
                .postpone(run, &run.task, &how, Duration::ZERO)
                .await
        }
        Ended::Trouble(cause) => {
            let wait = Duration::from_secs(5_u64.saturating_mul(u64::from(run.attempt)));
            tracing::warn!(run = run.id, cause, "merge put off");
            state.db.postpone(run, &run.task, &cause, wait).await
        }
        Ended::Stopped => state.db.settle_cancelled(run).await,
    };
    let _ = tokio::fs::remove_dir_all(&folder).await;
    done
}

/// What the child is to do, or why it cannot be done.
async fn order(
    state: &State,
    run: &Run,
    file: &FileRow,
    folder: &Path,
) -> Stored<Result<Merge, String>> {
    let mut sources = Vec::with_capacity(file.sources.len());
    for id in &file.sources {
        let row = state.db.file(&run.account_id, id).await?;
        let parquet = state
            .db
            .artifact(&run.account_id, id, Artifact::StandardGeoparquet)
            .await?;
        let (Some(row), Some(parquet)) = (row, parquet) else {
            return Ok(Err(format!("the source {id} is gone")));
        };
        let summary: Value = row
            .summary
            .as_deref()
            .map_or(Ok(Value::Null), serde_json::from_str)
            .map_err(|cause| StoreError::document("summary", cause))?;
        sources.push(Source {
            id: id.clone(),
            parquet: state.blobs.local_path(&parquet.blob_key),
            operation_type: row
                .operation_type
                .map(|kind| kind.name().to_owned())
                .unwrap_or_default(),
            summary: summary["properties"].clone(),
        });
    }
    let configuration =
        crate::configuration::for_user(state, &run.account_id, &run.user_id).await?;
    let (fields, locate) = known_fields(state, &run.account_id, &run.user_id).await?;
    let settings = &state.settings;
    Ok(Ok(Merge {
        id: file.id.clone(),
        sources,
        out: folder.to_owned(),
        configuration,
        fields,
        locate,
        cpu_seconds: settings.convert_cpu_seconds,
        memory_bytes: settings.convert_memory_bytes,
        file_bytes: settings.convert_file_bytes,
    }))
}

async fn publish(state: &State, run: &Run, fields: &KnownFields, folder: &Path) -> Stored<()> {
    let answer: Answer<FileReport> = read_answer(folder)?;
    let key = format!("runs/{}/{}", run.id, run.fence);
    let made = Made {
        folder,
        key: &key,
        hashes: &answer.artifacts,
        facts: &answer.facts,
        fields,
    };
    let origin = Origin {
        file_name: "mergedFile",
        word: FileOrigin::Merged,
        original: None,
    };
    let file = row(&answer.report, run.subject.clone(), origin, &made)?;
    let files = std::slice::from_ref(&file);
    store(state, files, folder, &key).await?;
    let again = relocate(run, &file, fields.changed);
    finish(state, run, &file, again.as_ref()).await
}

async fn finish(state: &State, run: &Run, file: &NewFile, again: Option<&Relocate>) -> Stored<()> {
    let subject = ("fileId", file.id.as_str());
    let user = ("leafUserId", run.user_id.as_str());
    let told = if file.status == FileStatus::Failed {
        let message = file.failed_message.as_deref().unwrap_or_default();
        event(
            "mergedFileProcessingFailed",
            &run.id,
            subject,
            &[user, ("message", message)],
        )
    } else {
        event("mergedFileProcessingFinished", &run.id, subject, &[user])
    };
    state.db.finish_file(run, file, &[told], again).await?;
    state.events.notify_waiters();
    state.work.notify_one();
    Ok(())
}

/// The merged file failed for good, with the reason.
async fn fail(state: &State, run: &Run, row: &FileRow, why: &str) -> Stored<()> {
    let message = "Failed to convert file on provider batch processing";
    let mut steps = Steps::default();
    for step in [Step::OriginalFile, Step::RawGeojson] {
        steps.set(step, Outcome::skipped("skipped"));
    }
    steps.set(
        Step::StandardGeojson,
        Outcome::failed(message).detail(why, ""),
    );
    let steps = serde_json::to_string(&steps)
        .map_err(|cause| StoreError::document("steps of a merge", cause))?;
    let file = NewFile {
        status: FileStatus::Failed,
        steps,
        failed_step: Some(Step::StandardGeojson.name().to_owned()),
        failed_message: Some(message.to_owned()),
        ..NewFile::merged(&row.id, row.operation_type.clone())
    };
    finish(state, run, &file, None).await
}
