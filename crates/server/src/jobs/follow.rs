//! A run whose converter is at work: its progress is told, its machine files are taken as they are made.

use super::job::Work;
use crate::bus::Topic;
use crate::converter::{Ended, convert};
use crate::error::Stored;
use async_trait::async_trait;
use bytes::Bytes;
use std::time::Duration;
use tokio::sync::mpsc;
use tramline_converter::protocol::{Line, Order, Said};

/// How often progress is told.
const BEAT: Duration = Duration::from_millis(500);
/// Messages of a converter that are taken at once: each may be a machine file with its report.
const AT_ONCE: usize = 64;

/// Who takes what a converter says of machine files.
#[async_trait]
pub(super) trait Listener: Send {
    /// Takes what was said meanwhile, in its order and without progress; the converter goes on. An error
    /// ends it.
    async fn hear(&mut self, said: Vec<Said>) -> Stored<()>;
}

/// For converters that say nothing of machine files.
pub(super) struct Nobody;

#[async_trait]
impl Listener for Nobody {
    async fn hear(&mut self, _: Vec<Said>) -> Stored<()> {
        Ok(())
    }
}

/// Runs a converter to its end.
pub(super) async fn follow(
    work: &mut Work<'_>,
    order: &Order,
    listener: &mut dyn Listener,
) -> Stored<Ended> {
    let program = work.state.converter()?;
    let (sender, mut said) = mpsc::unbounded_channel();
    let longest = Duration::from_secs(work.state.settings.convert_seconds);
    let mut lost = work.held.lost.clone();
    let converting = convert(&program, order, longest, &mut lost, &sender);
    tokio::pin!(converting);
    let mut beat = tokio::time::interval(BEAT);
    let mut line = None;
    let mut heard = Vec::new();
    loop {
        tokio::select! {
            biased;
            _ = said.recv_many(&mut heard, AT_ONCE) => {
                take(&mut heard, &mut line, listener).await?;
            }
            ended = &mut converting => {
                // What was said before the end counts.
                loop {
                    while heard.len() < AT_ONCE && let Ok(said) = said.try_recv() {
                        heard.push(said);
                    }
                    if heard.is_empty() {
                        break;
                    }
                    take(&mut heard, &mut line, listener).await?;
                }
                tell(work, line).await;
                return Ok(ended);
            }
            _ = beat.tick() => tell(work, line.take()).await,
        }
    }
}

/// Keeps the last line of progress; the rest is the listener's.
async fn take(
    heard: &mut Vec<Said>,
    line: &mut Option<Line>,
    listener: &mut dyn Listener,
) -> Stored<()> {
    let mut rest = Vec::with_capacity(heard.len());
    for said in heard.drain(..) {
        match said {
            Said::Progress(progress) => *line = Some(progress),
            said => rest.push(said),
        }
    }
    if rest.is_empty() {
        return Ok(());
    }
    listener.hear(rest).await
}

/// Tells how far the run is, if that has changed.
async fn tell(work: &mut Work<'_>, line: Option<Line>) {
    let Some(line) = line else { return };
    let text = serde_json::json!(line).to_string();
    let topic = Topic::Subject(work.run.subject.clone());
    work.state.bus.tell(&topic, Bytes::from(text.clone())).await;
    work.held.came(text);
}
