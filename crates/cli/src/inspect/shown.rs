//! The survey for a person: a row for each machine file, then what cannot be read and what is left out.

use crate::left_out;
use crate::table::{Cell, Column, Table};
use std::io::{self, Write};
use tramline_convert::{Survey, SurveyedFile};
use tramline_model::{OperationType, Severity};

/// Writes the survey, no wider than `width` characters where there is one.
pub(super) fn print(out: &mut dyn Write, survey: &Survey, width: Option<usize>) -> io::Result<()> {
    let mut table = Table::new([
        Column::whole("work"),
        Column::words("field"),
        Column::words("crop or product"),
        Column::whole("day"),
        Column::numbers("records"),
        Column::whole("format"),
        Column::words("name"),
    ]);
    let read = |file: &&SurveyedFile| file.unreadable.is_none();
    for file in survey.files.iter().filter(read) {
        table.row(row(file));
    }
    if !table.is_empty() {
        table.write(out, width)?;
        writeln!(out)?;
    }
    for file in &survey.files {
        let Some(unreadable) = &file.unreadable else {
            continue;
        };
        let (name, format) = (&file.name, &file.file_format);
        writeln!(
            out,
            "not read   {name} ({format})\n           {}",
            unreadable.text
        )?;
        if !unreadable.hint.is_empty() {
            writeln!(out, "           what to do: {}", unreadable.hint)?;
        }
    }
    left_out::print(out, &survey.unclaimed)?;
    for finding in &survey.findings {
        let word = match finding.severity {
            Severity::Error => "error",
            Severity::Warning | Severity::Note => "note",
        };
        writeln!(out, "{word:<10} {}: {}", finding.place, finding.text)?;
        if !finding.hint.is_empty() {
            writeln!(out, "           what to do: {}", finding.hint)?;
        }
    }
    let of_files: u64 = survey.files.iter().map(|file| file.findings).sum();
    if of_files > 0 {
        let findings = if of_files == 1 { "finding" } else { "findings" };
        writeln!(
            out,
            "{of_files} {findings} in the machine files; `convert` writes them to report.json"
        )?;
    }
    writeln!(out, "{}", ending(survey))
}

/// How many can be read.
fn ending(survey: &Survey) -> String {
    let all = survey.files.len();
    let readable = survey
        .files
        .iter()
        .filter(|file| file.unreadable.is_none())
        .count();
    match (all, readable) {
        (0, _) if survey.unclaimed.iter().any(|entry| entry.set.is_some()) => {
            "the input was recognised, but it holds no logged work".to_owned()
        }
        (0, _) => {
            "nothing was recognised; run `tramline formats` to see what Tramline reads".to_owned()
        }
        (1, 1) => "1 machine file, and it can be read".to_owned(),
        (1, 0) => "1 machine file, and it cannot be read".to_owned(),
        _ if all == readable => format!("{all} machine files, and all can be read"),
        _ => format!("{readable} of {all} machine files can be read"),
    }
}

fn row(file: &SurveyedFile) -> [Cell; 7] {
    let names = [&file.crops, &file.products, &file.varieties];
    let names = names.into_iter().find(|names| !names.is_empty());
    let day = match (&file.first_day, &file.last_day) {
        (Some(first), Some(last)) if first != last => format!("{first} to {last}"),
        (first, _) => first.clone().unwrap_or_default(),
    };
    [
        work(&file.operation_type).into(),
        file.field.clone().unwrap_or_default().into(),
        names
            .map_or_else(String::new, |names| names.join(", "))
            .into(),
        day.into(),
        file.records.to_string().into(),
        file.file_format.clone().into(),
        file.name.clone().into(),
    ]
}

/// The kind of work in the words of the trade.
fn work(kind: &OperationType) -> &str {
    match kind {
        OperationType::Harvested => "harvest",
        OperationType::Planted => "planting",
        OperationType::Applied => "application",
        OperationType::Tillage => "tillage",
        OperationType::Other(word) if word.is_empty() => "other",
        OperationType::Other(word) => word,
    }
}
