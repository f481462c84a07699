//! `tramline account remove`: asks first, for it cannot be undone.

use super::folder::{Named, known, open, warn_if_nobody_can_log_in};
use super::shown::{say, size};
use anyhow::{Context, bail};
use clap::Args;
use std::io::{IsTerminal, Write};
use tramline_server::store::Overview;

#[derive(Args)]
pub(crate) struct Arguments {
    #[command(flatten)]
    account: Named,
    /// Do not ask
    #[arg(long)]
    yes: bool,
}

pub(super) async fn run(arguments: &Arguments) -> anyhow::Result<()> {
    let name = &arguments.account.name;
    let database = open(&arguments.account.folder).await?;
    let removed = async {
        let found = known(&database, name).await?;
        if !arguments.yes {
            confirm(&found)?;
        }
        tramline_server::remove_account(&database, name).await?;
        warn_if_nobody_can_log_in(&database).await
    };
    let removed = removed.await;
    database.close().await;
    removed?;
    say(&format!(
        "account `{name}` removed; a running service deletes its stored bytes with its next sweeps, \
         and conversions of it that are under way end within a lease"
    ))
}

/// Has the name typed once more.
fn confirm(found: &Overview) -> anyhow::Result<()> {
    let name = &found.account.username;
    let what = format!(
        "account `{name}` has {} users, {} machine files and {}: all of it goes for good",
        found.users,
        found.usage.files,
        size(found.usage.bytes)
    );
    if !std::io::stdin().is_terminal() {
        bail!("{what}; there is no terminal to confirm that: add `--yes`");
    }
    let mut out = std::io::stdout();
    write!(out, "{what}.\nType its name to remove it: ")?;
    out.flush()?;
    let mut line = String::new();
    std::io::stdin()
        .read_line(&mut line)
        .context("cannot read the answer")?;
    if line.trim_end_matches(['\r', '\n']) != name {
        bail!("that is not its name: nothing was removed");
    }
    Ok(())
}
