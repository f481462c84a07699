//! Tokens of accounts, and the passwords that they are given for.
//!
//! Rules: a token with an id holds while its row is there; every token carries the epoch of its account and
//! ends with it. A token without an id (issued by a version of before, or while the disk was full) has no row.

use super::{Account, By, Listed, Page};
use crate::clock::Micros;
use crate::error::Stored;
use async_trait::async_trait;
use std::net::IpAddr;

/// A token that holds.
#[derive(Clone, Debug)]
pub struct Token {
    pub id: String,
    pub issued: Micros,
    pub expires: Micros,
    /// Where the client that logged in is known.
    pub client: Option<IpAddr>,
}

/// Tokens and passwords.
#[async_trait]
pub trait Logins: Send + Sync {
    /// Writes a new token down, with the time of the login; forgets tokens that have ended.
    async fn log_in(&self, account: &str, token: &Token, by: &By) -> Stored<()>;
    /// The account of a token with this id, or without one; `None` when the token is revoked or has ended.
    async fn holder(&self, account: &str, token: Option<&str>) -> Stored<Option<Account>>;
    /// Tokens of the account that hold, the newest first.
    async fn tokens(&self, account: &str, page: Page) -> Stored<Listed<Token>>;
    /// Ends one token; `false` when there is none.
    async fn revoke_token(&self, account: &str, id: &str, by: &By) -> Stored<bool>;
    /// Ends all tokens: the account has another epoch then. `false` when there is no such account.
    async fn revoke_tokens(&self, account: &str, by: &By) -> Stored<bool>;
    /// Writes another password and ends all tokens but the new one; the account as it is then, with its new
    /// epoch. Does nothing unless the hash is still `before`, where that is given.
    async fn change_password(
        &self,
        account: &str,
        before: Option<&str>,
        hash: &str,
        new: Option<&Token>,
        by: &By,
    ) -> Stored<Option<Account>>;
}
