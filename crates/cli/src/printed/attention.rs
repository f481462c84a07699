//! What needs attention: results that cannot be true, machine files that failed or are in closed
//! formats, findings.
//!
//! Rule: what is the same for several machine files is said once, with their numbers in the table.

use super::row::number;
use console::Style;
use std::collections::HashMap;
use std::io::{self, Write};
use tramline_convert::{FileReport, Report, StepStatus};
use tramline_model::{FileStatus, Finding, Severity};

/// Numbers of machine files that are named beside a text.
const NUMBERS: usize = 8;

/// What is said of some machine files.
struct Said<'a> {
    files: Vec<&'a FileReport>,
    times: usize,
    text: String,
    hint: &'a str,
}

/// What is said, gathered by a key: the same for what is said once.
#[derive(Default)]
struct Gathered<'a> {
    said: Vec<Said<'a>>,
    at: HashMap<String, usize>,
}

impl<'a> Gathered<'a> {
    fn add(&mut self, key: String, file: &'a FileReport, text: String, hint: &'a str) {
        let next = self.said.len();
        let at = *self.at.entry(key).or_insert(next);
        if at == next {
            self.said.push(Said {
                files: Vec::new(),
                times: 0,
                text,
                hint,
            });
        }
        if let Some(said) = self.said.get_mut(at) {
            said.times += 1;
            if said.files.last().is_none_or(|last| last.dir != file.dir) {
                said.files.push(file);
            }
        }
    }

    /// Under a title, if there is anything.
    fn write(&self, out: &mut dyn Write, title: &str, style: &Style) -> io::Result<()> {
        if self.said.is_empty() {
            return Ok(());
        }
        writeln!(out, "\n{}", style.apply_to(title))?;
        for said in &self.said {
            writeln!(out, "  {}  {}", said.numbers(), said.text)?;
            if !said.hint.is_empty() {
                writeln!(out, "      what to do: {}", said.hint)?;
            }
        }
        Ok(())
    }
}

impl Said<'_> {
    /// `01, 02, 07 and 40 more`.
    fn numbers(&self) -> String {
        let numbers: Vec<&str> = self.files.iter().map(|file| number(&file.dir)).collect();
        match numbers.get(NUMBERS..) {
            Some([_, _, ..]) => {
                let shown = numbers.get(..NUMBERS).unwrap_or_default().join(", ");
                format!("{shown} and {} more", numbers.len() - NUMBERS)
            }
            _ => numbers.join(", "),
        }
    }
}

/// Results that cannot be true.
pub(super) fn implausible(out: &mut dyn Write, report: &Report) -> io::Result<()> {
    let mut gathered = Gathered::default();
    for file in &report.files {
        for (place, finding) in file.implausible().enumerate() {
            let key = format!("{} {place}", file.dir);
            gathered.add(key, file, finding.text.clone(), &finding.hint);
        }
    }
    let style = Style::new().red().bold();
    gathered.write(out, "these results cannot be true", &style)
}

/// Machine files that failed, but for those of closed formats.
pub(super) fn failed(out: &mut dyn Write, report: &Report) -> io::Result<()> {
    let style = Style::new().red().bold();
    let failed = |file: &&FileReport| file.status == FileStatus::Failed && !file.closed;
    reasons(report.files.iter().filter(failed)).write(out, "failed", &style)
}

/// Machine files of formats that are recognised and not read.
pub(super) fn closed(out: &mut dyn Write, report: &Report) -> io::Result<()> {
    let closed = report.files.iter().filter(|file| file.closed);
    let style = Style::new().yellow().bold();
    reasons(closed).write(out, "recognised, but not read", &style)
}

/// Why steps failed.
fn reasons<'a>(files: impl Iterator<Item = &'a FileReport>) -> Gathered<'a> {
    let mut gathered = Gathered::default();
    for file in files {
        let before = gathered.said.len();
        let failed = file.steps.iter();
        for (_, outcome) in failed.filter(|(_, outcome)| outcome.status == StepStatus::Failed) {
            let (message, detail) = (outcome.message.as_str(), outcome.detail.as_str());
            let why = match (message, detail) {
                (message, "") => message,
                (_, detail) => detail,
            };
            let key = format!("{why}\n{}", outcome.hint);
            gathered.add(key, file, why.to_owned(), &outcome.hint);
        }
        // Where it is said which file failed, its name says more than its number.
        for said in gathered.said.iter_mut().skip(before) {
            if !said.text.contains(file.name.as_str()) {
                said.text = format!("{}: {}", file.name, said.text);
            }
        }
    }
    gathered
}

/// Warnings and errors about machine files, each code once with how often it comes.
pub(super) fn findings(out: &mut dyn Write, report: &Report) -> io::Result<()> {
    let (mut gathered, mut notes) = (Gathered::default(), 0);
    for file in &report.files {
        for finding in &file.findings {
            if finding.severity == Severity::Note {
                notes += 1;
            } else if !file.implausible().any(|known| known == finding) {
                let key = format!("{} {}", finding.code, finding.hint);
                gathered.add(key, file, finding.text.clone(), &finding.hint);
            }
        }
    }
    for said in &mut gathered.said {
        match said.times - 1 {
            0 => {}
            1 => said.text.push_str(" (and one more like it)"),
            more => said.text.push_str(&format!(" (and {more} more like it)")),
        }
    }
    let style = Style::new().yellow().bold();
    gathered.write(out, "warnings", &style)?;
    match notes {
        0 => Ok(()),
        1 => writeln!(out, "\n1 note, in report.json and with --verbose"),
        many => writeln!(out, "\n{many} notes, in report.json and with --verbose"),
    }
}

/// Findings about the input as a whole, from a severity on.
pub(super) fn of_input(out: &mut dyn Write, report: &Report, least: Severity) -> io::Result<()> {
    let wanted = |finding: &&Finding| least != Severity::Error || finding.severity == least;
    let findings: Vec<&Finding> = report.findings.iter().filter(wanted).collect();
    if findings.is_empty() {
        return Ok(());
    }
    writeln!(out, "\n{}", Style::new().bold().apply_to("about the input"))?;
    for finding in findings {
        let place = finding.place.to_string();
        let colon = if place.is_empty() { "" } else { ": " };
        writeln!(out, "  {place}{colon}{}", finding.text)?;
        if !finding.hint.is_empty() {
            writeln!(out, "      what to do: {}", finding.hint)?;
        }
    }
    Ok(())
}
