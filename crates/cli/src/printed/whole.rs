//! All about a machine file, for `--verbose`.

use super::row;
use crate::totals::Totals;
use std::io::Write;
use std::path::Path;
use tramline_convert::{FileReport, StepStatus};
use tramline_model::{Finding, Severity};

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

/// A block for the machine file.
pub(super) fn write(out: &mut dyn Write, file: &FileReport, folder: &Path) -> std::io::Result<()> {
    writeln!(out)?;
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
    let totals = Totals::of(&row::summary(file, folder)["properties"]).line();
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
    for finding in notes {
        print_finding(out, finding)?;
    }
    Ok(())
}
