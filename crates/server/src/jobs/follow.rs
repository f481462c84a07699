//! A run whose converter is at work: its progress is told, its machine files are taken as they are made.

use super::job::Work;
use crate::bus::Topic;
use crate::converter::{Ended, convert};
use crate::error::Stored;
use async_trait::async_trait;
use bytes::Bytes;
use std::time::Duration;
use tokio::sync::mpsc;
use tokio::time::{Instant, sleep_until};
use tramline_converter::protocol::{Line, Order, Said};

/// How often progress is told.
const BEAT: Duration = Duration::from_millis(500);
/// Messages of a converter that are taken at once: each may be a machine file with its report.
const AT_ONCE: usize = 64;
/// What a converter makes within this time goes together: the first of it at once, since whoever watches waits
/// for that; so small files do not cost a flush of the disk each.
const GATHER: Duration = Duration::from_millis(100);

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
    let mut next = Instant::now();
    loop {
        tokio::select! {
            biased;
            () = sleep_until(next), if !heard.is_empty() => {
                listener.hear(std::mem::take(&mut heard)).await?;
                next = Instant::now() + GATHER;
            }
            _ = beat.tick() => tell(work, line.take()).await,
            Some(said) = said.recv(), if heard.len() < AT_ONCE => match said {
                Said::Progress(progress) => line = Some(progress),
                said => heard.push(said),
            },
            ended = &mut converting => {
                // What was said before the end counts.
                while let Ok(said) = said.try_recv() {
                    match said {
                        Said::Progress(progress) => line = Some(progress),
                        said => heard.push(said),
                    }
                }
                while !heard.is_empty() {
                    let rest = heard.split_off(heard.len().min(AT_ONCE));
                    listener.hear(std::mem::replace(&mut heard, rest)).await?;
                }
                tell(work, line).await;
                return ended;
            }
        }
    }
}

/// Tells how far the run is: once more where it has come no further, since somebody may have begun to follow
/// it.
async fn tell(work: &mut Work<'_>, line: Option<Line>) {
    if let Some(line) = line {
        work.held.came(serde_json::json!(line).to_string());
    }
    if let Some(progress) = work.held.progress() {
        let topic = Topic::Subject(work.run.subject.clone());
        work.state
            .bus
            .tell(&topic, Bytes::from(progress.to_owned()))
            .await;
    }
}
