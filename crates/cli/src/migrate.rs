//! `tramline migrate`: frees the space of what an earlier version stored and this one renders.

use crate::account::DataFolder;
use crate::progress;
use anyhow::{Context, bail};
use clap::Args;
use std::io::Write;
use std::process::ExitCode;

#[derive(Args)]
pub(crate) struct Arguments {
    /// Instead, remove the secrets in the database, when the key that seals them is lost: all tokens end and all
    /// webhooks go
    #[arg(long)]
    forget_secrets: bool,
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
    tramline_server::keep_private();
    let runtime = tokio::runtime::Runtime::new().context("cannot start")?;
    if arguments.forget_secrets {
        let webhooks = runtime.block_on(tramline_server::forget_secrets(&arguments.folder.data))?;
        writeln!(
            std::io::stdout(),
            "all tokens have ended and {webhooks} webhooks are removed; the next start makes a new key"
        )?;
        return Ok(ExitCode::SUCCESS);
    }
    let (artifacts, bytes) = runtime.block_on(tramline_server::migrate(&arguments.folder.data))?;
    let megabytes = bytes as f64 / 1e6;
    writeln!(
        progress::stdout(),
        "{artifacts} stored GeoJSON files deleted, {megabytes:.1} MB freed; the service generates them on request"
    )?;
    Ok(ExitCode::SUCCESS)
}
