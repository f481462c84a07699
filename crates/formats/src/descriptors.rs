//! What is read, for people: rows and tables made of the formats' own descriptors. The `formats`
//! command, the endpoint, the README's table and the index of the format pages come from here.

use crate::claim::{Coverage, Format, Sureness};
use crate::markers;
use crate::registry::FORMATS;
use std::fmt::Write;
use tramline_model::Provider;

/// Provider by format.
#[derive(Clone, Debug)]
pub struct Row {
    /// Whose data.
    pub provider: Provider,
    /// `Format::id`, or the code of a format that is only named.
    pub format: &'static str,
    /// The display, program or service that writes it.
    pub data: &'static str,
    /// How sure.
    pub sureness: Sureness,
    /// What it rests on, or what to do about a format that is not read.
    pub evidence: &'static str,
}

/// Formats with a reader.
pub fn readers() -> impl Iterator<Item = &'static Format> {
    FORMATS
        .iter()
        .copied()
        .filter(|f| f.id != markers::FORMAT.id)
}

/// Every row, by provider, what is read before what is only named.
pub fn rows() -> Vec<Row> {
    let read = readers().flat_map(|format| {
        let row = |coverage: &Coverage| Row {
            provider: coverage.provider,
            format: format.id,
            data: coverage.data,
            sureness: coverage.sureness,
            evidence: coverage.evidence,
        };
        format.coverage.iter().map(row)
    });
    let named = markers::catalogue().into_iter().map(|known| Row {
        provider: known.provider,
        format: known.code,
        data: known.name,
        sureness: Sureness::Named,
        evidence: known.hint,
    });
    let mut rows: Vec<Row> = read.chain(named).collect();
    rows.sort_by_key(|row| (row.provider, row.sureness == Sureness::Named));
    rows
}

/// The README's table: one line for each format.
pub fn readme_table() -> String {
    let mut text = String::from("| format | what is read | page |\n|---|---|---|\n");
    for format in readers() {
        let id = format.id;
        let _ = writeln!(
            text,
            "| {} | {} | [{id}](docs/formats/{id}.md) |",
            format.name, format.reads
        );
    }
    text.push_str(
        "| CN1, AgData, FieldView, Ag Leader and Raven jobs, and some thirty others | recognised by \
         name, with advice on exporting them | [markers](docs/formats/markers.md) |\n",
    );
    text
}

/// The table of the index page: provider by format, with evidence.
pub fn coverage_table() -> String {
    let mut text = String::from(
        "| provider | data | format | how sure | evidence, or what to do |\n|---|---|---|---|---|\n",
    );
    for row in rows() {
        let format = if row.sureness == Sureness::Named {
            format!("`{}`", row.format)
        } else {
            format!("[{0}]({0}.md)", row.format)
        };
        let _ = writeln!(
            text,
            "| {} | {} | {format} | {} | {} |",
            row.provider.code(),
            row.data,
            row.sureness.word(),
            row.evidence
        );
    }
    text
}
