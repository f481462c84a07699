//! `tramline serve`: the service in the foreground, until it is told to stop.

use anyhow::{Context, bail};
use clap::Args;
use std::io::{IsTerminal, Write};
use std::path::PathBuf;
use std::process::ExitCode;
use tokio::signal::unix::{SignalKind, signal};
use tracing_subscriber::EnvFilter;
use tramline_model::did_you_mean;
use tramline_server::{Listen, Server, Settings, keep_private};

#[derive(Args)]
pub(crate) struct Arguments {
    /// Address or name, and port to listen on [default: 127.0.0.1:8080]
    #[arg(long, value_name = "HOST:PORT")]
    listen: Option<Listen>,
    /// Folder for the database, uploads and results [default: tramline-data]
    #[arg(long, value_name = "DIR")]
    data: Option<PathBuf>,
    /// Settings file (TOML). `TRAMLINE_…` environment variables override it
    #[arg(long, value_name = "FILE", env = "TRAMLINE_SETTINGS")]
    settings: Option<PathBuf>,
}

pub(crate) fn run(arguments: &Arguments) -> anyhow::Result<ExitCode> {
    keep_private();
    let mut settings = Settings::load(arguments.settings.as_deref(), std::env::vars_os())?;
    if let Some(listen) = &arguments.listen {
        settings.listen.clone_from(listen);
    }
    if let Some(data) = &arguments.data {
        settings.data.clone_from(data);
    }
    log()?;
    let data = settings.data.clone();
    let runtime = tokio::runtime::Runtime::new().context("cannot start")?;
    runtime.block_on(async {
        let mut terminate = signal(SignalKind::terminate()).context("cannot wait for signals")?;
        let server = Server::start(settings).await?;
        let mut out = std::io::stdout();
        for address in &server.addresses {
            writeln!(out, "listening on http://{address}")?;
        }
        for address in &server.metrics {
            writeln!(out, "metrics on http://{address}/metrics")?;
        }
        if !server.has_account {
            let data = data.display();
            writeln!(
                out,
                "there is no account yet, so nobody can log in; make one in another terminal: \
                 tramline account add NAME --data {data}"
            )?;
        }
        out.flush()?;
        tokio::select! {
            _ = tokio::signal::ctrl_c() => {}
            _ = terminate.recv() => {}
        }
        server.stop().await;
        Ok(ExitCode::SUCCESS)
    })
}

/// Levels of the log.
const LEVELS: [&str; 6] = ["off", "error", "warn", "info", "debug", "trace"];

/// What `TRAMLINE_LOG` says: a level, or `PART=LEVEL`, with commas between. A word that is no level would be taken for
/// a part, and nothing else would be logged.
fn filter(text: &str) -> anyhow::Result<EnvFilter> {
    let words: Vec<&str> = text.split(',').map(str::trim).collect();
    for word in &words {
        let level = word.rsplit_once('=').map_or(*word, |(_, level)| level);
        if !LEVELS.contains(&level.to_lowercase().as_str()) {
            let meant = did_you_mean(level, LEVELS);
            bail!(
                "`TRAMLINE_LOG`: `{level}` is none of {}{meant}",
                LEVELS.join(", ")
            );
        }
    }
    EnvFilter::try_new(words.join(","))
        .with_context(|| format!("`TRAMLINE_LOG` cannot be `{text}`"))
}

/// Lines for people on a terminal, JSON elsewhere; `TRAMLINE_LOG` chooses how much.
fn log() -> anyhow::Result<()> {
    let chosen = std::env::var("TRAMLINE_LOG").ok();
    let chosen = chosen.filter(|text| !text.trim().is_empty());
    let filter = filter(chosen.as_deref().unwrap_or("info"))?;
    let lines = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr);
    if std::io::stderr().is_terminal() {
        lines.init();
    } else {
        lines.json().init();
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::filter;

    #[test]
    fn a_word_that_is_no_level_is_refused() {
        for text in [
            "info",
            "INFO",
            "warn,access=off",
            "info, tramline_server=debug",
        ] {
            assert!(filter(text).is_ok(), "{text}");
        }
        for (text, wrong) in [
            (
                "inof",
                "`inof` is none of off, error, warn, info, debug, trace; did you mean `info`?",
            ),
            ("info,access=no", "`no` is none of"),
            ("info,,debug", "`` is none of"),
        ] {
            let refused = filter(text).map(|_| ()).expect_err("a refusal").to_string();
            assert!(refused.contains(wrong), "{refused}");
        }
    }
}
