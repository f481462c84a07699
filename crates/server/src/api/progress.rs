//! Progress of a batch as server-sent events.

use super::batches::known_batch;
use super::caller::Uploader;
use super::problem::Problem;
use crate::db::UploadStatus;
use crate::state::State;
use axum::extract::{self, Path};
use axum::response::sse::{Event, KeepAlive, Sse};
use futures::Stream;
use std::convert::Infallible;
use std::time::Duration;

/// How often the state is looked at.
const LOOK: Duration = Duration::from_millis(500);

/// Follows a batch until it is settled: `event: progress` with status, place in the queue, files,
/// step and points; the last one is `event: end`
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
    let start = (state, caller, id, subject, String::new(), false);
    let stream = futures::stream::unfold(
        start,
        |(state, caller, id, subject, mut last, ended)| async move {
            if ended {
                return None;
            }
            loop {
                let (text, end) = look(&state, &caller, &id, &subject).await.ok()?;
                if end || text != last {
                    let event = Event::default()
                        .event(if end { "end" } else { "progress" })
                        .data(&text);
                    last = text;
                    return Some((Ok(event), (state, caller, id, subject, last, end)));
                }
                tokio::time::sleep(LOOK).await;
            }
        },
    );
    Ok(Sse::new(stream).keep_alive(KeepAlive::default()))
}

/// The state as JSON, and whether nothing will change any more.
async fn look(
    state: &State,
    caller: &Uploader,
    id: &str,
    subject: &str,
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
    for key in ["datasets", "files", "file", "step", "points"] {
        if !progress[key].is_null() {
            body[key] = progress[key].clone();
        }
    }
    Ok((body.to_string(), upload.status != UploadStatus::Received))
}
