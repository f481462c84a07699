//! Starting the converter in a process of its own, and judging how it ended.

mod death;
mod examine;
mod program;
mod taken;

pub(crate) use examine::{Examined, Refused, examine};
pub(crate) use program::Converter;

use crate::blobs::is_inner;
use crate::error::{StoreError, Stored, is_full};
use death::Death;
use futures::StreamExt;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::sync::mpsc::{self, UnboundedSender};
use tokio::sync::watch;
use tokio_util::codec::{FramedRead, LinesCodec};
use tramline_converter::protocol::{
    ANSWER, BoundaryAnswer, Check, FULL, Line, Order, REFUSED, ReadBoundaries, Said,
};

/// How a child ended.
#[derive(Debug)]
pub(crate) enum Ended {
    /// Answer and artifacts are in the output folder.
    Converted,
    /// The upload itself cannot be opened: message and hint.
    Refused(String),
    /// It died while it read this dataset.
    Died {
        dataset: Option<String>,
        death: Death,
    },
    /// The machine, not the upload: no process, no answer, …
    Trouble(String),
    /// The run was cancelled or taken over.
    Stopped,
}

/// A check by the clock on the wall.
const LONGEST_CHECK: Duration = Duration::from_secs(600);

/// Most of what a child may say on standard error that is kept.
const SAID: u64 = 4_096;

/// Longest line that a child may say: what was found in an upload of 50,000 entries is in one.
const LINE: usize = 64 << 20;
/// Largest answer.
const MOST_SAID: u64 = 256 << 20;

/// Runs one task to its end; every line goes to `said`. An error says that a disk has no space left.
pub(crate) async fn convert(
    converter: &Converter,
    order: &Order,
    longest: Duration,
    lost: &mut watch::Receiver<bool>,
    said: &UnboundedSender<Said>,
) -> Stored<Ended> {
    match start(converter, order, longest, lost, said).await {
        Ok(ended) => Ok(ended),
        Err(cause) if is_full(&cause) => Err(StoreError::io("work", cause)),
        Err(cause) => Ok(Ended::Trouble(cause.to_string())),
    }
}

/// What comes next of a child.
enum Next {
    Line(Option<String>),
    Lost,
    Late,
}

async fn start(
    converter: &Converter,
    order: &Order,
    longest: Duration,
    lost: &mut watch::Receiver<bool>,
    told: &UnboundedSender<Said>,
) -> std::io::Result<Ended> {
    let end = tokio::time::Instant::now() + longest;
    let mut child = converter.command().spawn()?;
    let (stdin, stdout, stderr) = (child.stdin.take(), child.stdout.take(), child.stderr.take());
    let (Some(mut stdin), Some(stdout), Some(stderr)) = (stdin, stdout, stderr) else {
        return Err(std::io::Error::other("the converter has no pipes"));
    };
    let text = serde_json::to_vec(order)?;
    // A child that ends before it reads says why on standard error.
    let _ = stdin.write_all(&text).await;
    drop((stdin, text));
    let said = tokio::spawn(async move {
        let mut said = Vec::new();
        let mut stderr = stderr;
        let _ = (&mut stderr).take(SAID).read_to_end(&mut said).await;
        let _ = tokio::io::copy(&mut stderr, &mut tokio::io::sink()).await;
        String::from_utf8_lossy(&said).into_owned()
    });
    let mut lines = FramedRead::new(stdout, LinesCodec::new_with_max_length(LINE));
    let mut last = Line::default();
    loop {
        let next = tokio::select! {
            line = lines.next() => Next::Line(line.transpose().map_err(std::io::Error::other)?),
            _ = lost.wait_for(|lost| *lost) => Next::Lost,
            () = tokio::time::sleep_until(end) => Next::Late,
        };
        let line = match next {
            Next::Line(line) => line,
            Next::Lost => {
                child.kill().await?;
                return Ok(Ended::Stopped);
            }
            Next::Late => {
                child.kill().await?;
                let (dataset, death) = (last.dataset, Death::of_age(longest));
                return Ok(Ended::Died { dataset, death });
            }
        };
        let Some(text) = line else { break };
        if let Ok(said) = serde_json::from_str::<Said>(&text) {
            match &said {
                Said::Progress(line) => last = line.clone(),
                // What it names leads nowhere but into its own folder.
                Said::Made(name) if !is_inner(name) => {
                    return Err(std::io::Error::other(
                        "the converter named a file outside its folder",
                    ));
                }
                Said::Made(name) => taken(order.folder().join(name)).await?,
                Said::Found(_) | Said::Nothing(_) => {}
            }
            // Nobody may listen, as to a check.
            let _ = told.send(said);
        }
    }
    let status = child.wait().await?;
    let said = said.await.unwrap_or_default();
    Ok(if status.success() {
        taken(order.folder().to_owned()).await?;
        Ended::Converted
    } else {
        match status.code() {
            Some(REFUSED) => Ended::Refused(said),
            // What it says is not the system's alone.
            Some(FULL) => return Err(std::io::ErrorKind::StorageFull.into()),
            Some(70..=74) => Ended::Trouble(said),
            _ => Ended::Died {
                dataset: last.dataset,
                death: Death::of(order, status, &said),
            },
        }
    })
}

/// The answer that a child left in its folder. It reads strangers' bytes: what it says has an end.
pub(crate) fn answer(folder: &Path) -> std::io::Result<Vec<u8>> {
    let file = std::fs::File::open(folder.join(ANSWER))?;
    let size = file.metadata()?.len();
    if size > MOST_SAID {
        let text = format!("the converter's answer has {size} bytes, more than {MOST_SAID}");
        return Err(std::io::Error::new(std::io::ErrorKind::InvalidData, text));
    }
    let mut bytes = Vec::new();
    file.take(MOST_SAID).read_to_end(&mut bytes)?;
    Ok(bytes)
}

/// Makes the service's own what the child left there.
async fn taken(folder: PathBuf) -> std::io::Result<()> {
    let work = move || taken::take_over(&folder);
    tokio::task::spawn_blocking(work)
        .await
        .map_err(std::io::Error::other)?
}

/// Asks a child whether an upload may be kept; message and hint when not.
pub(crate) async fn check(
    converter: &Converter,
    check: Check,
) -> std::io::Result<Result<(), String>> {
    let _folder = OwnFolder::make(&check.out)?;
    ask(converter, &Order::Check(check)).await
}

/// Has a child read the boundaries of an upload; message and hint when it cannot.
pub(crate) async fn read_boundaries(
    converter: &Converter,
    task: ReadBoundaries,
) -> std::io::Result<Result<BoundaryAnswer, String>> {
    let folder = OwnFolder::make(&task.out)?;
    if let Err(message) = ask(converter, &Order::Boundaries(task)).await? {
        return Ok(Err(message));
    }
    let text = tokio::task::spawn_blocking(move || answer(&folder.0)).await;
    Ok(Ok(serde_json::from_slice(
        &text.map_err(std::io::Error::other)??,
    )?))
}

/// The folder of a converter that is asked something; it goes with the question.
struct OwnFolder(PathBuf);

impl OwnFolder {
    fn make(folder: &Path) -> std::io::Result<Self> {
        std::fs::create_dir(folder)?;
        Ok(Self(folder.to_owned()))
    }
}

impl Drop for OwnFolder {
    fn drop(&mut self) {
        // What stays is left to the sweep.
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

async fn ask(converter: &Converter, order: &Order) -> std::io::Result<Result<(), String>> {
    let (_switch, mut lost) = watch::channel(false);
    let (said, _) = mpsc::unbounded_channel();
    match start(converter, order, LONGEST_CHECK, &mut lost, &said).await? {
        Ended::Converted | Ended::Stopped => Ok(Ok(())),
        Ended::Refused(message) => Ok(Err(message)),
        Ended::Died { death, .. } => Ok(Err(format!(
            "the upload cannot be opened: {}\nzip fewer files at once",
            death.refusal.reason
        ))),
        Ended::Trouble(cause) => Err(std::io::Error::other(cause)),
    }
}
