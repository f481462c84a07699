//! Accounts (API owners) and their users.

use super::{Listed, Page};
use crate::clock::Micros;
use crate::error::Stored;
use async_trait::async_trait;

/// An API owner, who signs in.
#[derive(Clone, Debug)]
pub struct Account {
    pub id: String,
    pub username: String,
    pub password_hash: String,
    /// Tokens issued before are refused.
    pub tokens_from: Micros,
}

/// A user of an account: whose machine files they are.
#[derive(Clone, Debug)]
pub struct User {
    pub id: String,
    pub name: Option<String>,
    pub email: Option<String>,
    pub phone: Option<String>,
    pub address: Option<String>,
    pub external_id: Option<String>,
    pub created: Micros,
}

/// What a client says of a user.
#[derive(Clone, Debug, Default)]
pub struct NewUser {
    pub name: Option<String>,
    pub email: Option<String>,
    pub phone: Option<String>,
    pub address: Option<String>,
    pub external_id: Option<String>,
}

/// What users are filtered by; all that are given must hold.
#[derive(Clone, Debug, Default)]
pub struct UserFilter {
    pub name: Option<String>,
    pub email: Option<String>,
    pub external_id: Option<String>,
}

/// Accounts and their users.
#[async_trait]
pub trait Accounts: Send + Sync {
    /// `false` when the name is taken.
    async fn add_account(&self, username: &str, password_hash: &str) -> Stored<bool>;
    /// The account of that name.
    async fn account_by_name(&self, username: &str) -> Stored<Option<Account>>;
    /// The account of that id.
    async fn account(&self, id: &str) -> Stored<Option<Account>>;
    /// Whether there is an account at all.
    async fn any_account(&self) -> Stored<bool>;

    /// Adds a user.
    async fn add_user(&self, account: &str, user: &NewUser) -> Stored<User>;
    /// A user of the account.
    async fn user(&self, account: &str, id: &str) -> Stored<Option<User>>;
    /// Users of the account, a page at a time.
    async fn users(&self, account: &str, filter: &UserFilter, page: Page) -> Stored<Listed<User>>;
    /// Writes the whole user; `None` when there is none.
    async fn change_user(&self, account: &str, id: &str, user: &NewUser) -> Stored<Option<User>>;
    /// Removes the user with all that belongs to them; `false` when there is none.
    async fn remove_user(&self, account: &str, id: &str) -> Stored<bool>;
}
