//! The result of a conversion for a person: a block for each machine file, then what was left out.

use crate::totals;
use std::collections::HashMap;
use std::io::Write;
use std::path::Path;
use tramline_convert::{ExitClass, FileReport, FileStatus, Report, StepStatus, UnclaimedEntry};
use tramline_model::{Artifact, Finding, Severity};

/// The result for a person: a block for each machine file, then what was left out.
pub(crate) fn print_report(
    out: &mut dyn Write,
    report: &Report,
    folder: &Path,
) -> std::io::Result<()> {
    for file in &report.files {
        print_file(out, file, folder)?;
    }
    for group in left_out(&report.unclaimed) {
        let (first, more) = (&group[0], group.len() - 1);
        let name = first.set.as_ref().unwrap_or(&first.entry);
        let more = match more {
            0 => String::new(),
            1 => " and 1 more file".to_owned(),
            more => format!(" and {more} more files"),
        };
        writeln!(out, "left out   {name}{more}\n           {}", first.reason)?;
    }
    for finding in &report.findings {
        let word = match finding.severity {
            Severity::Error => "error",
            Severity::Warning | Severity::Note => "note",
        };
        let place = finding.place.to_string();
        let colon = if place.is_empty() { "" } else { ": " };
        writeln!(out, "{word:<10} {place}{colon}{}", finding.text)?;
    }
    let processed = report
        .files
        .iter()
        .filter(|file| file.status == FileStatus::Processed)
        .count();
    if report.files.is_empty() {
        let text = match report.exit_class() {
            ExitClass::NothingRecognised => {
                "nothing was recognised; run `tramline formats` to see what Tramline reads"
            }
            _ => "the input was recognised, but it holds no logged work",
        };
        writeln!(out, "{text}")?;
    } else {
        writeln!(
            out,
            "{processed} of {} machine files processed",
            report.files.len()
        )?;
    }
    writeln!(out, "results in {}", folder.display())
}

/// Entries that were left out for one reason as parts of one set are said once, under the set's
/// main entry, and so are the sides of a file that differ by their ending only.
fn left_out(unclaimed: &[UnclaimedEntry]) -> Vec<Vec<&UnclaimedEntry>> {
    let mut groups: Vec<Vec<&UnclaimedEntry>> = Vec::new();
    let mut of_set: HashMap<(&str, &str), usize> = HashMap::new();
    for entry in unclaimed {
        let stem = || entry.entry.rsplit_once('.').map_or("", |(stem, _)| stem);
        let set = entry.set.as_deref().unwrap_or_else(stem);
        let key = (set, entry.reason.as_str());
        match of_set.get(&key).filter(|_| !set.is_empty()) {
            Some(at) => groups[*at].push(entry),
            None => {
                of_set.insert(key, groups.len());
                groups.push(vec![entry]);
            }
        }
    }
    groups
}

/// The summary in a line; empty where there is none.
fn totals_of(file: &FileReport, folder: &Path) -> String {
    let summary = file
        .artifacts
        .get(&Artifact::Summary)
        .and_then(|name| std::fs::read(folder.join(name)).ok())
        .and_then(|bytes| serde_json::from_slice::<serde_json::Value>(&bytes).ok());
    summary.map_or_else(String::new, |summary| totals::line(&summary["properties"]))
}

/// Code, text, place, and what to do.
fn print_finding(out: &mut dyn Write, finding: &Finding) -> std::io::Result<()> {
    writeln!(
        out,
        "           {}: {} ({})",
        finding.code, finding.text, finding.place
    )?;
    if !finding.hint.is_empty() {
        writeln!(out, "           what to do: {}", finding.hint)?;
    }
    Ok(())
}

fn print_file(out: &mut dyn Write, file: &FileReport, folder: &Path) -> std::io::Result<()> {
    let (kind, format) = (&file.operation_type, &file.file_format);
    match file.incomplete() {
        Some(lacks) => writeln!(
            out,
            "{}, incomplete: {lacks}\n           {} ({kind}, {format})",
            file.status, file.name
        )?,
        None => writeln!(out, "{:<10} {} ({kind}, {format})", file.status, file.name)?,
    }
    for finding in file.implausible() {
        print_finding(out, finding)?;
    }
    let points = &file.points;
    if points.read > 0 {
        writeln!(
            out,
            "           {} points read, {} standard, {} filtered",
            points.read, points.standard, points.filtered
        )?;
    }
    let totals = totals_of(file, folder);
    if !totals.is_empty() {
        writeln!(out, "           {totals}")?;
    }
    for (reason, count) in &points.dropped {
        writeln!(out, "           dropped {count}: {reason}")?;
    }
    for (step, outcome) in file
        .steps
        .iter()
        .filter(|(_, o)| o.status == StepStatus::Failed)
    {
        writeln!(
            out,
            "           {} failed: {}",
            step.name(),
            outcome.message
        )?;
        if !outcome.detail.is_empty() {
            writeln!(out, "           because: {}", outcome.detail)?;
        }
        if !outcome.hint.is_empty() {
            writeln!(out, "           what to do: {}", outcome.hint)?;
        }
    }
    let (notes, louder): (Vec<_>, Vec<_>) = file
        .findings
        .iter()
        .partition(|finding| finding.severity == Severity::Note);
    for finding in louder {
        // Those stand above the numbers.
        if !file.implausible().any(|first| first == finding) {
            print_finding(out, finding)?;
        }
    }
    if !notes.is_empty() {
        let codes: Vec<&str> = notes.iter().map(|finding| finding.code.as_ref()).collect();
        writeln!(out, "           notes in report.json: {}", codes.join(", "))?;
    }
    Ok(())
}
