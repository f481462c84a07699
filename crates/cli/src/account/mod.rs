//! `tramline account`: accounts of the service, on its folder of data, also while it runs. What is done here
//! holds for its next request.

mod audit;
mod folder;
mod list;
mod password;
mod quota;
mod remove;
mod shown;

pub(crate) use folder::DataFolder;

use anyhow::Context;
use clap::{Args, Subcommand};
use folder::{Named, known, open, warn_if_nobody_can_log_in};
use shown::say;
use std::process::ExitCode;
use tramline_server::store::{Accounts, By, Logins};

#[derive(Subcommand)]
pub(crate) enum Command {
    /// Add an account. The command asks for its password
    Add(WithPassword),
    /// List the accounts, and what each takes up
    List(list::Arguments),
    /// Give an account another password, and end all of its tokens
    Passwd(WithPassword),
    /// Refuse every use of an account. Its data stays, and its uploads are still converted
    Disable(Named),
    /// Allow the use of a disabled account again
    Enable(Named),
    /// Remove an account with its users, uploads, files and webhooks, for good
    Remove(remove::Arguments),
    /// End all tokens of an account: its clients must log in again
    RevokeTokens(Named),
    /// Show or set how much an account may take up
    Quota(quota::Arguments),
    /// Show what was done with an account, the newest first
    Audit(audit::Arguments),
}

#[derive(Args)]
pub(crate) struct WithPassword {
    #[command(flatten)]
    account: Named,
    /// Read the password from standard input instead of asking for it
    #[arg(long)]
    password_stdin: bool,
}

pub(crate) fn run(command: &Command) -> anyhow::Result<ExitCode> {
    tramline_server::keep_private();
    let runtime = tokio::runtime::Runtime::new().context("cannot start")?;
    runtime.block_on(async {
        match command {
            Command::Add(arguments) => add(arguments).await,
            Command::List(arguments) => list::run(arguments).await,
            Command::Passwd(arguments) => passwd(arguments).await,
            Command::Disable(account) => set_disabled(account, true).await,
            Command::Enable(account) => set_disabled(account, false).await,
            Command::Remove(arguments) => remove::run(arguments).await,
            Command::RevokeTokens(account) => revoke_tokens(account).await,
            Command::Quota(arguments) => quota::run(arguments).await,
            Command::Audit(arguments) => audit::run(arguments).await,
        }
    })?;
    Ok(ExitCode::SUCCESS)
}

async fn add(arguments: &WithPassword) -> anyhow::Result<()> {
    let name = &arguments.account.name;
    tramline_server::judge_name(name)?;
    let password = password::new(name, arguments.password_stdin)?;
    let database = tramline_server::open_database(&arguments.account.folder.data).await?;
    let added = tramline_server::add_account(&database, name, &password).await;
    database.close().await;
    added?;
    say(&format!(
        "account `{name}` added: it can log in at once, with POST /api/authenticate"
    ))
}

async fn passwd(arguments: &WithPassword) -> anyhow::Result<()> {
    let name = &arguments.account.name;
    let database = open(&arguments.account.folder).await?;
    let changed = async {
        known(&database, name).await?;
        let password = password::new(name, arguments.password_stdin)?;
        tramline_server::change_password(&database, name, &password).await?;
        anyhow::Ok(())
    };
    let changed = changed.await;
    database.close().await;
    changed?;
    say(&format!(
        "password of `{name}` changed; all of its tokens have ended, so its clients must log in again. \
         API keys still hold"
    ))
}

async fn set_disabled(account: &Named, disabled: bool) -> anyhow::Result<()> {
    let name = &account.name;
    let database = open(&account.folder).await?;
    let done = async {
        let found = known(&database, name).await?;
        let by = By::operator();
        database
            .set_disabled(&found.account.id, disabled, by)
            .await?;
        warn_if_nobody_can_log_in(&database).await
    };
    let done = done.await;
    database.close().await;
    done?;
    say(&if disabled {
        format!(
            "account `{name}` disabled: its logins, tokens and API keys are refused, and its webhooks wait. \
             Its data stays; `tramline account enable {name}` allows it again"
        )
    } else {
        format!("account `{name}` enabled: its tokens and API keys hold again")
    })
}

async fn revoke_tokens(account: &Named) -> anyhow::Result<()> {
    let name = &account.name;
    let database = open(&account.folder).await?;
    let done = async {
        let found = known(&database, name).await?;
        database
            .revoke_tokens(&found.account.id, By::operator())
            .await?;
        anyhow::Ok(())
    };
    let done = done.await;
    database.close().await;
    done?;
    say(&format!(
        "all tokens of `{name}` have ended: its clients must log in again. If somebody else knows the password, \
         change it with `tramline account passwd {name}`; API keys still hold"
    ))
}
