//! `tramline migrate`: frees the space of what an earlier version stored and this one renders.

use anyhow::Context;
use clap::Args;
use std::io::Write;
use std::path::PathBuf;
use std::process::ExitCode;

#[derive(Args)]
pub(crate) struct Arguments {
    /// Folder of the service's data; the service must not be running on it
    #[arg(
        long,
        value_name = "DIR",
        env = "TRAMLINE_DATA",
        default_value = "tramline-data"
    )]
    data: PathBuf,
}

pub(crate) fn run(arguments: &Arguments) -> anyhow::Result<ExitCode> {
    let runtime = tokio::runtime::Runtime::new().context("cannot start")?;
    let (artifacts, bytes) = runtime.block_on(tramline_server::migrate(&arguments.data))?;
    let megabytes = bytes as f64 / 1e6;
    writeln!(
        std::io::stdout(),
        "{artifacts} stored GeoJSON files removed, {megabytes:.1} MB freed; they are rendered when they are asked for"
    )?;
    Ok(ExitCode::SUCCESS)
}
