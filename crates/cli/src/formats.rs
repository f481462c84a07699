//! `tramline formats`: every format known, and what is done with it.

use clap::Args;
use std::io::Write;
use std::process::ExitCode;
use tramline_formats::registry::FORMATS;

#[derive(Args)]
pub(crate) struct Arguments {
    /// Print JSON
    #[arg(long)]
    json: bool,
}

pub(crate) fn run(arguments: &Arguments) -> anyhow::Result<ExitCode> {
    let mut out = std::io::stdout().lock();
    let recognised = tramline_formats::markers::catalogue();
    if arguments.json {
        let rows: Vec<_> = FORMATS
            .iter()
            .filter(|format| !format.reads.starts_with("nothing"))
            .map(|format| {
                serde_json::json!({ "id": format.id, "name": format.name, "read": true,
                    "fileFormats": format.file_formats, "reads": format.reads })
            })
            .chain(recognised.iter().map(|known| {
                serde_json::json!({ "id": known.code, "name": known.name, "read": false,
                    "provider": known.provider.code(), "hint": known.hint })
            }))
            .collect();
        writeln!(out, "{}", serde_json::to_string_pretty(&rows)?)?;
        return Ok(ExitCode::SUCCESS);
    }
    writeln!(out, "READ")?;
    for format in FORMATS
        .iter()
        .filter(|format| !format.reads.starts_with("nothing"))
    {
        writeln!(out, "  {:<12} {}", format.id, format.name)?;
        writeln!(out, "  {:<12}   {}", "", format.reads)?;
    }
    writeln!(
        out,
        "\nRECOGNISED, NOT READ YET (each is named in the report, with the way out)"
    )?;
    for known in recognised {
        writeln!(out, "  {}\n      {}", known.name, known.hint)?;
    }
    Ok(ExitCode::SUCCESS)
}
