//! Progress of a batch as server-sent events.
//!
//! Rule: the state comes out of the store once, then news out of the bus; the store is asked again when rows
//! have changed, and now and then in case news were lost.

use super::body::waits_for;
use super::read::known_batch;
use crate::api::caller::Uploader;
use crate::api::path::BatchId;
use crate::api::problem::Problem;
use crate::bus::{END, Topic};
use crate::state::State;
use crate::store::{FileProgress, RunProgress, RunState, Upload, UploadStatus};
use axum::extract::{self, Path};
use axum::response::sse::{Event, KeepAlive, Sse};
use bytes::Bytes;
use futures::stream::{BoxStream, select};
use futures::{Stream, StreamExt};
use serde_json::Value;
use std::convert::Infallible;
use std::time::Duration;
use tokio::time::Instant;
use tramline_convert::Step;
use tramline_model::FileStatus;

/// A client hears no more than once in this time.
const PACE: Duration = Duration::from_millis(500);
/// How long the store is not asked without news: while a run waits, whose place moves without any, and else.
const WAITING: Duration = Duration::from_secs(2);
const QUIET: Duration = Duration::from_secs(15);

/// Follows a batch until it is settled: `event: progress` with status, place in the queue, files,
/// step and points, and each machine file with its status, step and points; the last one is
/// `event: end`
#[utoipa::path(get, path = "/services/operations/api/batch/{id}/progress", operation_id = "followBatch",
    tag = "batches", params(BatchId),
    responses(
        (status = 200, description = "Server-sent events, each with a `BatchProgress` as its data.", content_type = "text/event-stream", body = String),
    ))]
pub(crate) async fn follow(
    extract::State(state): extract::State<State>,
    caller: Uploader,
    Path(id): Path<String>,
) -> Result<Sse<impl Stream<Item = Result<Event, Infallible>>>, Problem> {
    let upload = known_batch(&state, &caller, &id).await?;
    let subject = upload
        .duplicate_of
        .clone()
        .unwrap_or_else(|| upload.id.clone());
    let mut news = state.bus.listen(Topic::Subject(subject.clone())).await;
    if subject != upload.id {
        let own = state.bus.listen(Topic::Subject(upload.id.clone())).await;
        news = select(news, own).boxed();
    }
    let follower = Follower {
        news,
        state,
        caller,
        id,
        subject,
        files: None,
        upload,
        run: None,
        heard: None,
        last: String::new(),
        next: Instant::now(),
    };
    let stream = futures::stream::unfold(Some(follower), |follower| async move {
        let mut follower = follower?;
        let mut look = true;
        loop {
            if look {
                follower.look().await.ok()?;
            }
            let (text, end) = follower.shown();
            if end || text != follower.last {
                let event = Event::default()
                    .event(if end { "end" } else { "progress" })
                    .data(&text);
                follower.last = text;
                return Some((Ok(event), (!end).then_some(follower)));
            }
            look = follower.news().await;
        }
    });
    Ok(Sse::new(stream).keep_alive(KeepAlive::default()))
}

/// Who follows a batch, and what it saw last.
struct Follower {
    state: State,
    caller: Uploader,
    id: String,
    subject: String,
    news: BoxStream<'static, Bytes>,
    /// With their version.
    files: Option<(i64, Vec<FileProgress>)>,
    upload: Upload,
    run: Option<RunProgress>,
    /// Progress of the run that is newer than what the store has.
    heard: Option<String>,
    last: String,
    /// When the client may hear again.
    next: Instant,
}

impl Follower {
    /// Waits for news; whether the store is to be asked.
    async fn news(&mut self) -> bool {
        let quiet = match self.run_state() {
            Some(RunState::Queued) => WAITING,
            _ => QUIET,
        };
        let first = match tokio::time::timeout(quiet, self.news.next()).await {
            Ok(Some(first)) => first,
            // Nobody tells anything any more.
            Ok(None) => {
                tokio::time::sleep(WAITING).await;
                return true;
            }
            Err(_) => return true,
        };
        let mut look = self.hear(&first);
        let mut end = first == END;
        // What comes until the client may hear again goes together; an end is heard at once.
        while !end {
            let more = tokio::time::timeout_at(self.next, self.news.next()).await;
            let Ok(Some(more)) = more else { break };
            look |= self.hear(&more);
            end = more == END;
        }
        self.next = Instant::now() + PACE;
        look
    }

    /// Progress is taken as it is; anything else means a look.
    fn hear(&mut self, news: &Bytes) -> bool {
        match std::str::from_utf8(news) {
            Ok(text) if text.starts_with('{') && self.run_state() == Some(RunState::Running) => {
                self.heard = Some(text.to_owned());
                false
            }
            _ => true,
        }
    }

    fn run_state(&self) -> Option<RunState> {
        self.run.as_ref().map(|run| run.state)
    }

    /// Asks the store.
    async fn look(&mut self) -> Result<(), Problem> {
        let db = &self.state.db;
        let account = &self.caller.caller.account;
        let known = self.files.as_ref().map(|(version, _)| *version);
        if let Some(files) = db.file_progress(account, &self.id, known).await? {
            self.files = Some(files);
        }
        self.upload = known_batch(&self.state, &self.caller, &self.id).await?;
        self.run = db.run_of_subject(&self.subject).await?;
        if self.run_state() != Some(RunState::Running) {
            self.heard = None;
        }
        Ok(())
    }

    /// The state as JSON, and whether nothing will change any more.
    fn shown(&self) -> (String, bool) {
        let stored = self.run.as_ref().map(|run| &run.progress);
        let progress = self.heard.as_ref().or(stored);
        let progress = progress.and_then(|text| serde_json::from_str(text).ok());
        let progress: Value = progress.unwrap_or_default();
        let mut body = serde_json::json!({
            "batchId": self.id,
            "status": self.upload.status,
            "sizeInBytes": self.upload.size,
            "run": self.run_state().map_or("", RunState::name),
        });
        if let Some(waits) = waits_for(&self.state, &self.upload) {
            body["statusDetails"] = waits.into();
        }
        if let Some(run) = &self.run
            && run.state == RunState::Queued
        {
            body["placeInQueue"] = run.before.into();
        }
        let files = self.files.iter().flat_map(|(_, files)| files);
        body["machineFiles"] = files.map(|file| shown(file, &progress)).collect();
        for key in ["datasets", "files", "file", "step", "points"] {
            if !progress[key].is_null() {
                body[key] = progress[key].clone();
            }
        }
        let end = self.upload.status != UploadStatus::Received;
        (body.to_string(), end)
    }
}

/// A machine file of a run that has come so far.
fn shown(file: &FileProgress, progress: &Value) -> Value {
    let mut entry = serde_json::json!({ "id": file.id, "status": file.status });
    let (step, points) = if file.status != FileStatus::Processing {
        (Value::Null, file.points.into())
    } else if progress["fileId"] == file.id {
        (progress["step"].clone(), progress["points"].clone())
    } else {
        (Step::OriginalFile.name().into(), Value::Null)
    };
    let name = file.name.as_deref().map_or(Value::Null, Into::into);
    for (key, value) in [("name", name), ("step", step), ("points", points)] {
        if !value.is_null() {
            entry[key] = value;
        }
    }
    entry
}
