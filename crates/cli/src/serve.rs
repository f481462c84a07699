//! `tramline serve`: the service in the foreground, until it is told to stop.

use anyhow::Context;
use clap::Args;
use std::io::{IsTerminal, Write};
use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::ExitCode;
use tokio::signal::unix::{SignalKind, signal};
use tracing_subscriber::EnvFilter;
use tramline_server::{Server, Settings};

#[derive(Args)]
pub(crate) struct Arguments {
    /// Address and port to listen on [default: 127.0.0.1:8080]
    #[arg(long)]
    listen: Option<SocketAddr>,
    /// Folder for the database, uploads and results [default: tramline-data]
    #[arg(long, value_name = "DIR")]
    data: Option<PathBuf>,
    /// Settings file (TOML). `TRAMLINE_…` environment variables override it
    #[arg(long, value_name = "FILE", env = "TRAMLINE_SETTINGS")]
    settings: Option<PathBuf>,
}

pub(crate) fn run(arguments: &Arguments) -> anyhow::Result<ExitCode> {
    let mut settings = Settings::load(arguments.settings.as_deref(), std::env::vars())?;
    if let Some(listen) = arguments.listen {
        settings.listen = listen;
    }
    if let Some(data) = &arguments.data {
        settings.data.clone_from(data);
    }
    log();
    let runtime = tokio::runtime::Runtime::new().context("cannot start")?;
    runtime.block_on(async {
        let mut terminate = signal(SignalKind::terminate()).context("cannot wait for signals")?;
        let server = Server::start(settings).await?;
        let mut out = std::io::stdout();
        writeln!(out, "listening on http://{}", server.address)?;
        out.flush()?;
        tokio::select! {
            _ = tokio::signal::ctrl_c() => {}
            _ = terminate.recv() => {}
        }
        server.stop().await;
        Ok(ExitCode::SUCCESS)
    })
}

/// Lines for people on a terminal, JSON elsewhere; `TRAMLINE_LOG` chooses how much.
fn log() {
    let filter = EnvFilter::try_from_env("TRAMLINE_LOG").unwrap_or_else(|_| EnvFilter::new("info"));
    let lines = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr);
    if std::io::stderr().is_terminal() {
        lines.init();
    } else {
        lines.json().init();
    }
}
