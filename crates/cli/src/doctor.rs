//! `tramline doctor`: what is good, weak or bad about the machine and the settings of a service.

use anyhow::Context;
use clap::Args;
use std::io::Write;
use std::path::PathBuf;
use std::process::ExitCode;
use tramline_server::{Settings, Verdict, doctor};

use crate::ending;

#[derive(Args)]
pub(crate) struct Arguments {
    /// Folder of the service's data [default: as `serve`]
    #[arg(long, value_name = "DIR")]
    data: Option<PathBuf>,
    /// Settings file (TOML), as for `serve`. `TRAMLINE_…` environment variables override it
    #[arg(long, value_name = "FILE", env = "TRAMLINE_SETTINGS")]
    settings: Option<PathBuf>,
}

pub(crate) fn run(arguments: &Arguments) -> anyhow::Result<ExitCode> {
    let mut settings = Settings::load(arguments.settings.as_deref(), std::env::vars_os())?;
    if let Some(data) = &arguments.data {
        settings.data.clone_from(data);
    }
    let runtime = tokio::runtime::Runtime::new().context("cannot start")?;
    let checks = runtime.block_on(doctor(&settings));
    let width = checks.iter().map(|check| check.what.chars().count()).max();
    let width = width.unwrap_or_default();
    let mut out = std::io::stdout().lock();
    let (mut weak, mut bad) = (0, 0);
    for check in &checks {
        let (word, text) = match &check.verdict {
            Verdict::Good(text) => ("good", text),
            Verdict::Weak(text) => {
                weak += 1;
                ("weak", text)
            }
            Verdict::Bad(text) => {
                bad += 1;
                ("BAD", text)
            }
        };
        writeln!(out, "{word:<4}  {:<width$}  {text}", check.what)?;
    }
    writeln!(out, "\n{} checks: {weak} weak, {bad} bad", checks.len())?;
    Ok(if bad == 0 {
        ExitCode::SUCCESS
    } else {
        ExitCode::from(ending::FAILED)
    })
}
