//! `tramline account add`: accounts of the service, on its folder of data.

use anyhow::{Context, bail};
use clap::{Args, Subcommand};
use std::io::{Read, Write};
use std::path::PathBuf;
use std::process::ExitCode;

#[derive(Subcommand)]
pub(crate) enum Command {
    /// Add an account. The command reads its password from standard input
    Add(Add),
}

#[derive(Args)]
pub(crate) struct Add {
    /// Name to log in with
    name: String,
    /// Read the password from standard input (the only way to give it)
    #[arg(long, required = true)]
    password_stdin: bool,
    #[command(flatten)]
    folder: DataFolder,
}

/// Where the service keeps its data.
#[derive(Args)]
pub(crate) struct DataFolder {
    /// Folder of the service's data
    #[arg(
        long,
        value_name = "DIR",
        env = "TRAMLINE_DATA",
        default_value = "tramline-data"
    )]
    pub(crate) data: PathBuf,
}

pub(crate) fn run(command: &Command) -> anyhow::Result<ExitCode> {
    let Command::Add(add) = command;
    let mut password = String::new();
    std::io::stdin()
        .read_to_string(&mut password)
        .context("cannot read the password")?;
    let password = password.trim_end_matches(['\r', '\n']);
    if password.len() < 8 {
        bail!("the password is too short: give at least 8 characters");
    }
    let runtime = tokio::runtime::Runtime::new().context("cannot start")?;
    runtime.block_on(async {
        let database = tramline_server::open_database(&add.folder.data).await?;
        let added = tramline_server::add_account(&database, &add.name, password).await?;
        database.close().await;
        if !added {
            bail!("the account `{}` exists already", add.name);
        }
        writeln!(std::io::stdout(), "account `{}` added", add.name)?;
        Ok(ExitCode::SUCCESS)
    })
}
