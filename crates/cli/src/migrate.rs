//! `tramline migrate`: frees the space of what an earlier version stored and this one renders.

use crate::account::DataFolder;
use anyhow::{Context, bail};
use clap::Args;
use std::io::Write;
use std::process::ExitCode;

#[derive(Args)]
pub(crate) struct Arguments {
    #[command(flatten)]
    folder: DataFolder,
}

pub(crate) fn run(arguments: &Arguments) -> anyhow::Result<ExitCode> {
    if !arguments.folder.data.join("tramline.db").is_file() {
        bail!(
            "`{}` is not a data folder of the service: it has no `tramline.db`; give the folder with `--data`",
            arguments.folder.data.display()
        );
    }
    let runtime = tokio::runtime::Runtime::new().context("cannot start")?;
    let (artifacts, bytes) = runtime.block_on(tramline_server::migrate(&arguments.folder.data))?;
    let megabytes = bytes as f64 / 1e6;
    writeln!(
        std::io::stdout(),
        "{artifacts} stored GeoJSON files deleted, {megabytes:.1} MB freed; the service generates them on request"
    )?;
    Ok(ExitCode::SUCCESS)
}
