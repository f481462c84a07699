//! What an operator does with accounts on the machine itself, beside a service that may be running.
//!
//! Rule: what other crates await is boxed here, as in `serve`.

use crate::error::{StoreError, Stored};
use crate::passwords::{Weak, judge};
use crate::store::{Accounts, By, Logins, Removals, Sqlite};
use crate::tokens::hash_password;
use futures::future::BoxFuture;
use std::time::Instant;

/// Bytes of an account's name.
const NAME_BYTES: usize = 200;

/// Why an account is not made or changed.
#[derive(Debug, thiserror::Error)]
pub enum Refused {
    /// Nobody could tell or type the name.
    #[error(
        "`{0}` cannot be the name of an account: give 1 to {NAME_BYTES} bytes without control characters, and \
         without spaces at its ends"
    )]
    Name(String),
    /// Another account has it.
    #[error("the account `{0}` exists already: `tramline account passwd` changes its password")]
    Taken(String),
    /// The password is too weak.
    #[error(transparent)]
    Password(#[from] Weak),
    /// The account is gone.
    #[error("there is no account `{0}`")]
    Missing(String),
    /// The database cannot do it.
    #[error(transparent)]
    Store(#[from] StoreError),
}

fn hash(password: &str) -> Stored<String> {
    hash_password(password).map_err(|cause| StoreError::defect("password", cause))
}

/// Whether an account may have this name.
pub fn judge_name(name: &str) -> Result<(), Refused> {
    let plain = !name.is_empty()
        && name.len() <= NAME_BYTES
        && name.trim() == name
        && !name.chars().any(char::is_control);
    if plain {
        Ok(())
    } else {
        Err(Refused::Name(
            name.escape_debug().take(NAME_BYTES).collect(),
        ))
    }
}

/// Adds an account.
pub fn add_account<'a>(
    database: &'a Sqlite,
    name: &'a str,
    password: &'a str,
) -> BoxFuture<'a, Result<(), Refused>> {
    Box::pin(async move {
        judge_name(name)?;
        judge(password, name)?;
        if database.add_account(name, &hash(password)?).await? {
            Ok(())
        } else {
            Err(Refused::Taken(name.to_owned()))
        }
    })
}

/// Gives an account another password and ends all of its tokens.
pub fn change_password<'a>(
    database: &'a Sqlite,
    name: &'a str,
    password: &'a str,
) -> BoxFuture<'a, Result<(), Refused>> {
    Box::pin(async move {
        judge(password, name)?;
        let missing = || Refused::Missing(name.to_owned());
        let account = database.account_by_name(name).await?.ok_or_else(missing)?;
        let hash = hash(password)?;
        let by = By::operator();
        let changed = database.change_password(&account.id, None, &hash, None, by);
        changed.await?.ok_or_else(missing)?;
        Ok(())
    })
}

/// Removes an account with all that is its own, whatever a running service does with it.
pub fn remove_account<'a>(
    database: &'a Sqlite,
    name: &'a str,
) -> BoxFuture<'a, Result<(), Refused>> {
    Box::pin(async move {
        let missing = || Refused::Missing(name.to_owned());
        let account = database.account_by_name(name).await?.ok_or_else(missing)?;
        if !database.begin_removal(&account.id).await? {
            return Err(missing());
        }
        // A running service writes as well: half of the time is left to it.
        let mut begin = Instant::now();
        while database.continue_removal().await? {
            tokio::time::sleep(begin.elapsed()).await;
            begin = Instant::now();
        }
        Ok(())
    })
}
