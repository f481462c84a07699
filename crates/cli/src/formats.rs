//! `tramline formats`: every format known, and what is done with it.

use crate::progress;
use clap::Args;
use std::io::Write;
use std::process::ExitCode;
use tramline_formats::{Sureness, descriptors};

#[derive(Args)]
pub(crate) struct Arguments {
    /// Print JSON
    #[arg(long)]
    json: bool,
}

pub(crate) fn run(arguments: &Arguments) -> anyhow::Result<ExitCode> {
    let mut out = progress::stdout();
    let rows = descriptors::rows();
    if arguments.json {
        let rows: Vec<_> = rows
            .iter()
            .map(|row| {
                serde_json::json!({ "provider": row.provider.code(), "format": row.format,
                    "data": row.data, "sureness": row.sureness.word(),
                    "read": row.sureness != Sureness::Named, "evidence": row.evidence })
            })
            .collect();
        writeln!(out, "{}", serde_json::to_string_pretty(&rows)?)?;
        return Ok(ExitCode::SUCCESS);
    }
    writeln!(out, "READ")?;
    for format in descriptors::readers() {
        writeln!(out, "  {:<16} {}", format.id, format.name)?;
        writeln!(out, "  {:<16}   {}", "", format.reads)?;
    }
    writeln!(
        out,
        "\nBY PROVIDER (proven: compared with the values of another program; sampled: real files"
    )?;
    writeln!(
        out,
        "were read; reported: built from a description, without a real file)"
    )?;
    for row in rows.iter().filter(|row| row.sureness != Sureness::Named) {
        let (provider, word) = (row.provider.code(), row.sureness.word());
        writeln!(
            out,
            "  {provider:<17} {word:<9} {:<16} {}",
            row.format, row.data
        )?;
    }
    writeln!(
        out,
        "\nRECOGNISED, NOT READ (the report names each and says what to do instead)"
    )?;
    for row in rows.iter().filter(|row| row.sureness == Sureness::Named) {
        writeln!(out, "  {}\n      {}", row.data, row.evidence)?;
    }
    Ok(ExitCode::SUCCESS)
}
