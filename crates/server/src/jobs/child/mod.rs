//! Conversion in a process of its own: limits on memory, processor time and written bytes; it dies
//! with its parent. The task comes in as JSON, progress goes out as lines of JSON, the report and a
//! list of artifacts with their hashes stand in the output folder.
//!
//! Rule: nothing here knows HTTP or SQL.

mod boundaries;
mod check;
mod confine;
mod convert;
mod merge;
mod protocol;
mod sink;

pub use protocol::COMMAND;
pub(super) use protocol::{ARTIFACTS, Hashes, Line, Merge, Order, REFUSED, REPORT, Source, Task};
pub(crate) use protocol::{BoundaryAnswer, Check, ReadBoundaries};

use serde::Serialize;
use std::io::{Read, Write};
use std::path::Path;
use tramline_convert::Progress;

/// Why a command ended early: its exit code, and what is said on standard error.
type Failure = (u8, String);

/// The hidden command: reads a task from standard input; the exit code for the process.
pub fn main() -> u8 {
    let mut text = String::new();
    let task = std::io::stdin()
        .read_to_string(&mut text)
        .map_err(|e| e.to_string())
        .and_then(|_| serde_json::from_str::<Order>(&text).map_err(|e| e.to_string()));
    let outcome = task.map_err(|cause| (70, cause)).and_then(|order| {
        confine::confine(order.limits())
            .map_err(|cause| (71, format!("limits cannot be set: {cause}")))?;
        match order {
            Order::Check(task) => check::run(&task),
            Order::Boundaries(task) => boundaries::run(&task),
            Order::Convert(task) => convert::run(&task),
            Order::Merge(task) => merge::run(&task),
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

fn write_json(folder: &Path, name: &str, document: &impl Serialize) -> Result<(), Failure> {
    let fault = |cause: String| (74, format!("cannot write `{name}`: {cause}"));
    std::fs::create_dir_all(folder).map_err(|e| fault(e.to_string()))?;
    let text = serde_json::to_vec(document).map_err(|e| fault(e.to_string()))?;
    std::fs::write(folder.join(name), text).map_err(|e| fault(e.to_string()))
}
