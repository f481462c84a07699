//! Progress of a batch as server-sent events.

use super::batches::known_batch;
use super::caller::Uploader;
use super::problem::Problem;
use crate::db::{FileProgress, UploadStatus};
use crate::state::State;
use axum::extract::{self, Path};
use axum::response::sse::{Event, KeepAlive, Sse};
use futures::Stream;
use std::convert::Infallible;
use std::time::Duration;
use tramline_convert::Step;
use tramline_model::FileStatus;

/// How often the state is looked at.
const LOOK: Duration = Duration::from_millis(500);

/// Follows a batch until it is settled: `event: progress` with status, place in the queue, files,
/// step and points, and each machine file with its status, step and points; the last one is
/// `event: end`
#[utoipa::path(get, path = "/services/operations/api/batch/{id}/progress", tag = "batches",
    params(("id" = String, Path)),
    responses((status = 200, content_type = "text/event-stream"), (status = 400, body = Problem),
        (status = 401, body = Problem), (status = 404, body = Problem)))]
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
    let follower = Follower {
        state,
        caller,
        id,
        subject,
        files: None,
        last: String::new(),
    };
    let stream = futures::stream::unfold(Some(follower), |follower| async move {
        let mut follower = follower?;
        loop {
            let (text, end) = follower.look().await.ok()?;
            if end || text != follower.last {
                let event = Event::default()
                    .event(if end { "end" } else { "progress" })
                    .data(&text);
                follower.last = text;
                return Some((Ok(event), (!end).then_some(follower)));
            }
            tokio::time::sleep(LOOK).await;
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
    /// With their version.
    files: Option<(i64, Vec<FileProgress>)>,
    last: String,
}

impl Follower {
    /// The state as JSON, and whether nothing will change any more.
    async fn look(&mut self) -> Result<(String, bool), Problem> {
        let account = &self.caller.caller.account;
        let known = self.files.as_ref().map(|(version, _)| *version);
        let files = self.state.db.file_progress(account, &self.id, known);
        if let Some(files) = files.await? {
            self.files = Some(files);
        }
        let files = self.files.as_ref().map_or(&[][..], |(_, files)| files);
        look(&self.state, &self.caller, &self.id, &self.subject, files).await
    }
}

async fn look(
    state: &State,
    caller: &Uploader,
    id: &str,
    subject: &str,
    files: &[FileProgress],
) -> Result<(String, bool), Problem> {
    let upload = known_batch(state, caller, id).await?;
    let run = state.db.run_of_subject(subject).await?;
    let (run_state, progress, before) = run.unwrap_or_default();
    let progress: serde_json::Value = serde_json::from_str(&progress).unwrap_or_default();
    let mut body = serde_json::json!({
        "batchId": id,
        "status": upload.status,
        "sizeInBytes": upload.size,
        "run": run_state,
    });
    if run_state == "queued" {
        body["placeInQueue"] = before.into();
    }
    let files = files.iter().map(|file| {
        let mut entry = serde_json::json!({ "id": file.id, "status": file.status });
        let (step, points) = if file.status != FileStatus::Processing {
            (serde_json::Value::Null, file.points.into())
        } else if progress["fileId"] == file.id {
            (progress["step"].clone(), progress["points"].clone())
        } else {
            (Step::OriginalFile.name().into(), serde_json::Value::Null)
        };
        let name = file
            .name
            .as_deref()
            .map_or(serde_json::Value::Null, Into::into);
        for (key, value) in [("name", name), ("step", step), ("points", points)] {
            if !value.is_null() {
                entry[key] = value;
            }
        }
        entry
    });
    body["machineFiles"] = files.collect();
    for key in ["datasets", "files", "file", "step", "points"] {
        if !progress[key].is_null() {
            body[key] = progress[key].clone();
        }
    }
    Ok((body.to_string(), upload.status != UploadStatus::Received))
}
