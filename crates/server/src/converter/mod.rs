//! Starting the converter in a process of its own, and judging how it ended.

mod death;

use death::Death;
use std::path::Path;
use std::process::Stdio;
use std::time::Duration;
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::process::Command;
use tokio::sync::mpsc::{self, UnboundedSender};
use tokio::sync::watch;
use tramline_converter::protocol::{COMMAND, Check, Line, Order, REFUSED, ReadBoundaries, Said};

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
    /// The machine, not the upload: disk full, no process, …
    Trouble(String),
    /// The run was cancelled or taken over.
    Stopped,
}

/// A check by the clock on the wall.
const LONGEST_CHECK: Duration = Duration::from_secs(600);

/// Most of what a child may say on standard error that is kept.
const SAID: u64 = 4_096;

/// Runs one task to its end; every line goes to `said`.
pub(crate) async fn convert(
    program: &Path,
    order: &Order,
    longest: Duration,
    lost: &mut watch::Receiver<bool>,
    said: &UnboundedSender<Said>,
) -> Ended {
    match start(program, order, longest, lost, said).await {
        Ok(ended) => ended,
        Err(cause) => Ended::Trouble(cause.to_string()),
    }
}

/// What comes next of a child.
enum Next {
    Line(Option<String>),
    Lost,
    Late,
}

async fn start(
    program: &Path,
    order: &Order,
    longest: Duration,
    lost: &mut watch::Receiver<bool>,
    told: &UnboundedSender<Said>,
) -> std::io::Result<Ended> {
    let end = tokio::time::Instant::now() + longest;
    let mut child = Command::new(program)
        .arg(COMMAND)
        .env_clear()
        .env("TMPDIR", folder_of(order))
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .kill_on_drop(true)
        .spawn()?;
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
    let mut lines = BufReader::new(stdout).lines();
    let mut last = Line::default();
    loop {
        let next = tokio::select! {
            line = lines.next_line() => Next::Line(line?),
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
            if let Said::Progress(line) = &said {
                last = line.clone();
            }
            // Nobody may listen, as to a check.
            let _ = told.send(said);
        }
    }
    let status = child.wait().await?;
    let said = said.await.unwrap_or_default();
    Ok(if status.success() {
        Ended::Converted
    } else {
        match status.code() {
            Some(REFUSED) => Ended::Refused(said),
            Some(70..=74) => Ended::Trouble(said),
            _ => Ended::Died {
                dataset: last.dataset,
                death: Death::of(order, status, &said),
            },
        }
    })
}

/// Where the child may put its temporary files.
fn folder_of(order: &Order) -> &Path {
    match order {
        Order::Check(check) => check.input.parent().unwrap_or(&check.input),
        Order::Boundaries(task) => task.input.parent().unwrap_or(&task.input),
        Order::Convert(task) => &task.out,
        Order::Merge(task) => &task.out,
        Order::Locate(task) => &task.out,
    }
}

/// Asks a child whether an upload may be kept; message and hint when not.
pub(crate) async fn check(program: &Path, check: Check) -> std::io::Result<Result<(), String>> {
    ask(program, &Order::Check(check)).await
}

/// Has a child read the boundaries of an upload; message and hint when it cannot.
pub(crate) async fn read_boundaries(
    program: &Path,
    task: ReadBoundaries,
) -> std::io::Result<Result<(), String>> {
    ask(program, &Order::Boundaries(task)).await
}

async fn ask(program: &Path, order: &Order) -> std::io::Result<Result<(), String>> {
    let (_switch, mut lost) = watch::channel(false);
    let (said, _) = mpsc::unbounded_channel();
    match start(program, order, LONGEST_CHECK, &mut lost, &said).await? {
        Ended::Converted | Ended::Stopped => Ok(Ok(())),
        Ended::Refused(message) => Ok(Err(message)),
        Ended::Died { death, .. } => Ok(Err(format!(
            "the upload cannot be opened: {}\nzip fewer files at once",
            death.refusal.reason
        ))),
        Ended::Trouble(cause) => Err(std::io::Error::other(cause)),
    }
}
