//! What the converter tells its parent: progress line by line, answers in the output folder, and why it ended
//! early.

use crate::protocol::{ANSWER, Answer, FULL, FoundFile, Line, REFUSED, Said};
use crate::sink::{HashingSink, is_full};
use serde::Serialize;
use std::collections::HashSet;
use std::io::Write;
use std::path::Path;
use tramline_convert::{FileFacts, Progress, RunError};
use tramline_formats::SourceError;

/// Why a command ended early: its exit code, and what is said on standard error.
pub(crate) type Failure = (u8, String);

/// The run ended early, for want of space if that is what it was.
pub(crate) fn trouble(cause: &RunError, sink: &HashingSink) -> Failure {
    let full = cause.is_full_disk() || sink.is_full();
    (if full { FULL as u8 } else { 74 }, cause.to_string())
}

/// A file of ours cannot be written.
pub(crate) fn unwritten(name: &str, cause: &std::io::Error) -> Failure {
    let code = if is_full(cause) { FULL as u8 } else { 74 };
    (code, format!("cannot write `{name}`: {cause}"))
}

/// The upload cannot be opened: message and hint.
pub(crate) fn refused(refusal: &SourceError) -> Failure {
    if refusal.is_full_disk() {
        return (FULL as u8, refusal.to_string());
    }
    if matches!(refusal, SourceError::Temporary { .. }) {
        return (74, refusal.to_string());
    }
    (REFUSED as u8, format!("{refusal}\n{}", refusal.hint()))
}

/// What is told of progress, one line after the other. `name` makes the id of a row of that in a report.
pub(crate) struct Teller<'a> {
    out: &'a Path,
    line: Line,
    name: &'a dyn Fn(&str) -> String,
    /// Ids of machine files that were told of.
    told: HashSet<String>,
}

impl<'a> Teller<'a> {
    pub(crate) fn new(out: &'a Path, name: &'a dyn Fn(&str) -> String) -> Self {
        Self {
            out,
            line: Line::default(),
            name,
            told: HashSet::new(),
        }
    }

    /// Tells; a machine file that is complete has its answer written first.
    pub(crate) fn tell(
        &mut self,
        progress: &Progress<'_>,
        sink: &HashingSink,
    ) -> Result<(), Failure> {
        let line = &mut self.line;
        match progress {
            Progress::Detected { found } => {
                line.datasets = Some(found.len());
                let files = found.iter().map(|found| FoundFile {
                    id: found.id.clone(),
                    name: found.name.clone(),
                    file_format: found.file_format.map(str::to_owned),
                });
                let files: Vec<FoundFile> = files.collect();
                self.told.extend(files.iter().map(|file| file.id.clone()));
                say(&Said::Found(files));
            }
            Progress::NoWork { id } => say(&Said::Nothing((*id).to_owned())),
            Progress::Dataset { main } => line.dataset = Some((*main).to_owned()),
            Progress::File {
                id,
                name,
                file_format,
                ..
            } => {
                line.file = Some((*name).to_owned());
                line.file_id = Some((self.name)(id));
                line.points = 0;
                line.step = Some("rawGeojson".to_owned());
                if self.told.insert((*id).to_owned()) {
                    say(&Said::Found(vec![FoundFile {
                        id: (*id).to_owned(),
                        name: (*name).to_owned(),
                        file_format: Some((*file_format).to_owned()),
                    }]));
                }
            }
            Progress::Points { points, .. } => line.points = *points,
            Progress::Step { step, .. } => line.step = Some(step.name().to_owned()),
            // An artifact may be missing for want of space, and nobody can tell which.
            Progress::Done { .. } if sink.is_full() => {
                return Err((FULL as u8, "an artifact did not fit on the disk".to_owned()));
            }
            Progress::Done { report, facts, .. } => {
                line.files += 1;
                let folder = format!("{}/", report.dir);
                let answer = Answer {
                    report,
                    facts: vec![(*facts).clone()],
                    artifacts: sink.hashes_below(&folder),
                };
                write_answer(&self.out.join(&report.dir), &answer)?;
                say(&Said::Made(report.dir.clone()));
            }
        }
        say(&Said::Progress(self.line.clone()));
        Ok(())
    }
}

fn say(said: &Said) {
    if let Ok(text) = serde_json::to_string(said) {
        let mut out = std::io::stdout().lock();
        // A parent that no longer listens ends this process anyway.
        let _ = writeln!(out, "{text}");
        let _ = out.flush();
    }
}

/// Leaves the answer in the output folder.
pub(crate) fn answer<R: Serialize>(
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
    write_answer(out, &answer)
}

fn write_answer<R: Serialize>(folder: &Path, answer: &Answer<R>) -> Result<(), Failure> {
    let fault = |cause: std::io::Error| unwritten(ANSWER, &cause);
    std::fs::create_dir_all(folder).map_err(fault)?;
    let text = serde_json::to_vec(answer).map_err(|cause| fault(cause.into()))?;
    std::fs::write(folder.join(ANSWER), text).map_err(fault)
}
