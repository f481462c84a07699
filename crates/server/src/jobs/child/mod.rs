//! Conversion in a process of its own: limits on memory, processor time and written bytes; it dies
//! with its parent. The order comes in as JSON, progress goes out as lines of JSON, the answer stands
//! in the output folder beside the artifacts.
//!
//! Rule: nothing here speaks HTTP or SQL, so that it can become a crate of its own.

mod boundaries;
mod check;
mod confine;
mod convert;
mod locate;
mod merge;
mod protocol;
mod sink;

pub use protocol::COMMAND;
pub(super) use protocol::{
    ANSWER, Answer, Hashes, KnownFields, Line, LocateStored, Merge, Order, REFUSED, Source, Stored,
    Task,
};
pub(crate) use protocol::{BoundaryAnswer, Check, ReadBoundaries};

use serde::Serialize;
use sink::HashingSink;
use std::io::{Read, Write};
use std::path::Path;
use tramline_convert::{FileFacts, Progress};

/// Why a command ended early: its exit code, and what is said on standard error.
type Failure = (u8, String);

/// The hidden command: reads a task from standard input; the exit code for the process.
pub fn main() -> u8 {
    let outcome = order().map_err(|cause| (70, cause)).and_then(|order| {
        confine::confine(order.limits())
            .map_err(|cause| (71, format!("limits cannot be set: {cause}")))?;
        match order {
            Order::Check(task) => check::run(&task),
            Order::Boundaries(task) => boundaries::run(&task),
            Order::Convert(task) => convert::run(&task),
            Order::Merge(task) => merge::run(&task),
            Order::Locate(task) => locate::run(&task),
        }
    });
    match outcome {
        Ok(()) => 0,
        Err((code, cause)) => {
            let _ = writeln!(std::io::stderr(), "{cause}");
            code
        }
    }
}

/// The order on standard input. Its text, which boundaries make long, ends here.
fn order() -> Result<Order, String> {
    let mut text = String::new();
    std::io::stdin()
        .read_to_string(&mut text)
        .map_err(|e| e.to_string())?;
    serde_json::from_str(&text).map_err(|e| e.to_string())
}

fn refused(refusal: &tramline_formats::SourceError) -> Failure {
    (REFUSED as u8, format!("{refusal}\n{}", refusal.hint()))
}

fn tell(line: &mut Line, progress: Progress) {
    match progress {
        Progress::Detected { files } => line.datasets = Some(files),
        Progress::Dataset { main } => line.dataset = Some(main),
        Progress::File { name, .. } => {
            line.file = Some(name);
            line.points = 0;
            line.step = Some("rawGeojson".to_owned());
        }
        Progress::Points { points, .. } => line.points = points,
        Progress::Step { step, .. } => line.step = Some(step.name().to_owned()),
        Progress::Done { .. } => line.files += 1,
    }
    if let Ok(text) = serde_json::to_string(line) {
        let mut out = std::io::stdout().lock();
        // A parent that no longer listens ends this process anyway.
        let _ = writeln!(out, "{text}");
        let _ = out.flush();
    }
}

/// Leaves the answer in the output folder.
fn answer<R: Serialize>(
    out: &Path,
    report: R,
    facts: Vec<FileFacts>,
    sink: &HashingSink,
) -> Result<(), Failure> {
    let answer = Answer {
        report,
        facts,
        artifacts: sink.hashes(),
    };
    let fault = |cause: String| (74, format!("cannot write `{ANSWER}`: {cause}"));
    std::fs::create_dir_all(out).map_err(|e| fault(e.to_string()))?;
    let text = serde_json::to_vec(&answer).map_err(|e| fault(e.to_string()))?;
    std::fs::write(out.join(ANSWER), text).map_err(|e| fault(e.to_string()))
}
