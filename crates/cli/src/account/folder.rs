//! The data folder that a command works on, and the accounts in it.

use anyhow::bail;
use clap::Args;
use std::path::{Path, PathBuf};
use tramline_model::did_you_mean;
use tramline_server::store::{Accounts, Overview, Sqlite};

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

/// An account by its name.
#[derive(Args)]
pub(crate) struct Named {
    /// Name of the account
    pub(super) name: String,
    #[command(flatten)]
    pub(super) folder: DataFolder,
}

/// The database of a folder that the service has used already: a wrong folder is not filled.
pub(super) async fn open(folder: &DataFolder) -> anyhow::Result<Sqlite> {
    require_data(&folder.data)?;
    Ok(tramline_server::open_database(&folder.data).await?)
}

/// Whether the folder is one of the service.
fn require_data(folder: &Path) -> anyhow::Result<()> {
    if !folder.join("tramline.db").is_file() {
        bail!(
            "`{}` is not a data folder of the service: it has no `tramline.db`; give the folder with `--data`",
            folder.display()
        );
    }
    Ok(())
}

/// The account of this name, or what is there instead.
pub(super) async fn known(database: &Sqlite, name: &str) -> anyhow::Result<Overview> {
    let mut all = database.overview(None).await?;
    if let Some(place) = all.iter().position(|one| one.account.username == name) {
        return Ok(all.swap_remove(place));
    }
    let names = all.iter().map(|one| one.account.username.as_str());
    let nearest = did_you_mean(name, names);
    let name = name.escape_debug();
    if all.is_empty() {
        bail!("there is no account yet: `tramline account add {name}` makes it");
    }
    bail!("there is no account `{name}`{nearest}; `tramline account list` shows all of them");
}

/// Warns when the last account that could has just been taken away.
pub(super) async fn warn_if_nobody_can_log_in(database: &Sqlite) -> anyhow::Result<()> {
    let all = database.overview(None).await?;
    if all.iter().all(|one| one.account.disabled.is_some()) {
        crate::progress::say_error(
            "nobody can log in any more: `tramline account add NAME` makes an account, \
             `tramline account enable NAME` allows a disabled one",
        );
    }
    Ok(())
}
