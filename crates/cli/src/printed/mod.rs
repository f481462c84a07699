//! The result of a conversion for a person: a table with a row for each machine file, and below it
//! what needs attention, counted.
//!
//! Rule: everything that is wrong is said with what to do, and each thing once: what several machine
//! files share is said for all of them. `report.json` has every detail, and so has `--verbose`.

mod attention;
mod row;
mod whole;

use crate::ending;
use crate::left_out;
use crate::progress;
use crate::table::{Table, terminal_width};
use console::Style;
use row::Row;
use std::io::{self, Write};
use std::path::Path;
use tramline_convert::{ExitClass, Report};
use tramline_model::{FileStatus, Severity};

/// The page over all machine files, where one was written.
const INDEX: &str = "index.html";

/// How much is printed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Detail {
    /// What went wrong, on standard error.
    Errors,
    /// The report as JSON.
    Json,
    /// The table, and what needs attention.
    Table,
    /// The table, and all about each machine file.
    Everything,
}

/// What is told of a report.
pub(crate) fn report(
    out: &mut dyn Write,
    report: &Report,
    folder: &Path,
    detail: Detail,
) -> io::Result<()> {
    match detail {
        Detail::Json => writeln!(out, "{}", serde_json::to_string_pretty(report)?),
        Detail::Errors => {
            let mut text = Vec::new();
            attention::failed(&mut text, report)?;
            attention::of_input(&mut text, report, Severity::Error)?;
            let text = String::from_utf8_lossy(&text);
            if !text.is_empty() {
                progress::say(text.trim_end());
            }
            Ok(())
        }
        Detail::Table => {
            table(out, report, folder)?;
            attention::implausible(out, report)?;
            attention::failed(out, report)?;
            attention::closed(out, report)?;
            attention::of_input(out, report, Severity::Note)?;
            attention::findings(out, report)?;
            left_out::print(out, &report.unclaimed)?;
            ended(out, report, folder)
        }
        Detail::Everything => {
            table(out, report, folder)?;
            for file in &report.files {
                whole::write(out, file, folder)?;
            }
            attention::of_input(out, report, Severity::Note)?;
            left_out::print_all(out, &report.unclaimed)?;
            ended(out, report, folder)
        }
    }
}

fn table(out: &mut dyn Write, report: &Report, folder: &Path) -> io::Result<()> {
    if report.files.is_empty() {
        return Ok(());
    }
    let mut table = Table::new(row::columns());
    for file in &report.files {
        table.row(Row::of(file, folder).into_cells());
    }
    table.write(out, terminal_width())
}

/// How many were processed, and where the results are.
fn ended(out: &mut dyn Write, report: &Report, folder: &Path) -> io::Result<()> {
    let files = &report.files;
    let count = |wanted: &dyn Fn(&tramline_convert::FileReport) -> bool| {
        files.iter().filter(|file| wanted(file)).count()
    };
    let processed = count(&|file| file.status == FileStatus::Processed);
    let closed = count(&|file| file.closed);
    let failed = files.len() - processed - closed;
    let mut text = match (report.exit_class(), files.len()) {
        (ExitClass::NothingRecognised, _) => {
            "nothing was recognised; run `tramline formats` to see what Tramline reads".to_owned()
        }
        (_, 0) => "the input was recognised, but it holds no logged work".to_owned(),
        (_, all) if all == processed => format!("{} processed", files_of(all)),
        (_, all) => format!("{processed} of {} processed", files_of(all)),
    };
    for (number, words) in [(failed, "failed"), (closed, "in closed formats not read")] {
        if number > 0 {
            text.push_str(&format!(", {number} {words}"));
        }
    }
    let style = match report.exit_class() {
        ExitClass::Processed => Style::new().green(),
        ExitClass::SomeFailed => Style::new().yellow(),
        ExitClass::NothingRecognised | ExitClass::Refused => Style::new().red(),
    };
    writeln!(out, "\n{}", style.bold().apply_to(text))?;
    let index = folder.join(INDEX);
    match index.is_file() {
        true => writeln!(
            out,
            "results in {}; open {} to see them",
            folder.display(),
            index.display()
        ),
        false => writeln!(out, "results in {}", folder.display()),
    }
}

/// `1 machine file`, `47 machine files`.
pub(super) fn files_of(count: usize) -> String {
    match count {
        1 => "1 machine file".to_owned(),
        many => format!("{many} machine files"),
    }
}

/// Above the table of one of several inputs: its name.
pub(crate) fn input(out: &mut dyn Write, name: &str) -> io::Result<()> {
    writeln!(out, "\n{}", Style::new().bold().underlined().apply_to(name))
}

/// The last line of a run over several inputs, by their exit codes.
pub(crate) fn inputs(out: &mut dyn Write, codes: &[u8]) -> io::Result<()> {
    let bad = |code: &&u8| **code > ending::FAILED;
    let unusable = codes.iter().filter(bad).count();
    let partly = codes.iter().filter(|code| **code == ending::FAILED);
    let mut text = format!(
        "\n{} inputs: {} converted",
        codes.len(),
        codes.len() - unusable
    );
    match partly.count() {
        0 => {}
        some => text.push_str(&format!(" ({some} with failures)")),
    }
    if unusable > 0 {
        text.push_str(&format!(", {unusable} without results (see above)"));
    }
    writeln!(out, "{text}")
}
