//! The merge of machine files: the sources' standard points go through a converter into one.

use super::follow::{Nobody, follow};
use super::job::{Job, Work};
use super::keep::{MadeFile, keep};
use super::locate::{known_fields, relocate};
use super::made::{Made, Origin, read_answer, row};
use crate::blobs::LocalCopy;
use crate::converter::Ended;
use crate::error::{StoreError, Stored};
use crate::events::event;
use crate::store::{FileRow, NewFile, Relocate};
use async_trait::async_trait;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::path::Path;
use tramline_convert::{FileReport, Outcome, Step, Steps};
use tramline_converter::protocol::{Answer, KnownFields, Merge as MergeOrder, Order, Source};
use tramline_model::{Artifact, FileOrigin, FileStatus, JobKind, Provider};

/// A machine file that is made of others: its row names them.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Merge {}

#[async_trait]
impl Job for Merge {
    const KIND: JobKind = JobKind::Merge;

    async fn run(self, work: &mut Work<'_>) -> Stored<()> {
        let run = work.run;
        let Some(file) = work.state.db.file(&run.account_id, &run.subject).await? else {
            return work.bury("the file was deleted").await;
        };
        if run.out_of_attempts(0) {
            let why = "the service tried the merge three times, and it did not finish";
            return fail(work, &file, why).await;
        }
        let folder = work.folder().await?;
        let mut copies = Vec::new();
        let order = match order(work, &file, folder.path(), &mut copies).await? {
            Ok(order) => order,
            Err(why) => return fail(work, &file, &why).await,
        };
        let fields = order.fields.clone();
        let order = Order::Merge(Box::new(order));
        match follow(work, &order, &mut Nobody).await? {
            Ended::Converted => publish(work, &fields, folder.path()).await,
            Ended::Refused(message) => fail(work, &file, message.trim()).await,
            Ended::Died { death, .. } => work.begin_again(&self, &death.refusal.reason).await,
            Ended::Trouble(cause) => work.put_off(&cause).await,
            Ended::Stopped => work.stopped().await,
        }
    }
}

/// What the converter is to do, or why it cannot be done. The copies are there until it has ended.
async fn order(
    work: &Work<'_>,
    file: &FileRow,
    folder: &Path,
    copies: &mut Vec<LocalCopy>,
) -> Stored<Result<MergeOrder, String>> {
    let (state, run) = (work.state, work.run);
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
            .map_err(|cause| StoreError::corrupt("summary", cause))?;
        let copy = state.blobs.local(&parquet.blob(), None).await?;
        sources.push(Source {
            id: id.clone(),
            parquet: copy.path().to_owned(),
            operation_type: row
                .operation_type
                .map(|kind| kind.name().to_owned())
                .unwrap_or_default(),
            summary: summary["properties"].clone(),
        });
        copies.push(copy);
    }
    let configuration =
        crate::configuration::for_user(state, &run.account_id, &run.user_id).await?;
    let (fields, locate) = known_fields(state, &run.account_id, &run.user_id).await?;
    let settings = &state.settings;
    Ok(Ok(MergeOrder {
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

async fn publish(work: &Work<'_>, fields: &KnownFields, folder: &Path) -> Stored<()> {
    let (state, run) = (work.state, work.run);
    let answer: Answer<FileReport> = read_answer(folder)?;
    let made = Made {
        folder,
        run,
        hashes: &answer.artifacts,
        facts: &answer.facts,
        fields,
    };
    let origin = Origin {
        file_name: "mergedFile",
        provider: Provider::Leaf.code(),
        word: FileOrigin::Merged,
        original: None,
    };
    let made = MadeFile {
        file: row(&answer.report, run.subject.clone(), origin, &made)?,
        dir: answer.report.dir.clone(),
    };
    keep(state, run, std::slice::from_ref(&made)).await?;
    let again = relocate(run, &made.file, fields.changed);
    finish(work, &made.file, again.as_ref()).await
}

async fn finish(work: &Work<'_>, file: &NewFile, again: Option<&Relocate>) -> Stored<()> {
    let run = work.run;
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
    work.state.db.finish_file(run, file, &[told], again).await
}

/// The merged file failed for good, with the reason.
async fn fail(work: &Work<'_>, row: &FileRow, why: &str) -> Stored<()> {
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
        .map_err(|cause| StoreError::defect("steps of a merge", cause))?;
    let file = NewFile {
        status: FileStatus::Failed,
        steps,
        failed_step: Some(Step::StandardGeojson.name().to_owned()),
        failed_message: Some(message.to_owned()),
        ..NewFile::merged(&row.id, row.operation_type.clone())
    };
    finish(work, &file, None).await
}
