//! `tramline demo`: makes a sample stick with the generator of `testkit` and converts it.

use crate::convert::{convert, print_report, tomorrow_ms};
use anyhow::Context;
use clap::Args;
use std::io::Write;
use std::path::PathBuf;
use std::process::ExitCode;
use tramline_convert::Options;
use tramline_formats::ReadOptions;

#[derive(Args)]
pub(crate) struct Arguments {
    /// Where the stick and the results go; made if it is not there
    #[arg(long, value_name = "DIR", default_value = "demo")]
    dir: PathBuf,
}

pub(crate) fn run(arguments: &Arguments) -> anyhow::Result<ExitCode> {
    let stick = arguments.dir.join("stick.zip");
    let results = arguments.dir.join("results");
    std::fs::create_dir_all(&results)
        .with_context(|| format!("cannot make `{}`", results.display()))?;
    std::fs::write(
        &stick,
        tramline_testkit::zip(&tramline_testkit::sample_stick()),
    )
    .with_context(|| format!("cannot write `{}`", stick.display()))?;
    let mut out = std::io::stdout().lock();
    writeln!(out, "made a sample stick: {}\n", stick.display())?;
    let options = Options {
        read: ReadOptions {
            latest_instant_ms: Some(tomorrow_ms()),
            ..ReadOptions::default()
        },
        ..Options::default()
    };
    let report = convert(&stick, &results, &options, false)?;
    print_report(&mut out, &report, &results)?;
    writeln!(
        out,
        "\nThe .dat file on the stick stands for a closed format: it is named, not read."
    )?;
    writeln!(
        out,
        "Look at report.json first; docs/outputs.md explains every file."
    )?;
    Ok(ExitCode::SUCCESS)
}
