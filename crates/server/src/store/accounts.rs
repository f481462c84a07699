//! Accounts (API owners) and their users.

use super::{By, Listed, Page, Quota, Usage};
use crate::clock::Micros;
use crate::error::Stored;
use async_trait::async_trait;

/// An API owner, who signs in.
#[derive(Clone, Debug)]
pub struct Account {
    pub id: String,
    pub username: String,
    pub password_hash: String,
    /// Tokens of another epoch are refused.
    pub epoch: i64,
    /// Since when nobody may use it. Its work goes on.
    pub disabled: Option<Micros>,
    pub created: Micros,
    pub last_login: Option<Micros>,
}

/// An account as its operator sees it.
#[derive(Clone, Debug)]
pub struct Overview {
    pub account: Account,
    pub users: u64,
    pub quota: Quota,
    pub usage: Usage,
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

/// What users can be sorted by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum UserSort {
    Id,
    Name,
    Email,
    Phone,
    Address,
    ExternalId,
    CreatedTime,
}

/// What users are filtered by; all that are given must hold.
#[derive(Clone, Debug, Default)]
pub struct UserFilter {
    pub name: Option<String>,
    pub email: Option<String>,
    pub external_id: Option<String>,
    /// What they are sorted by, and whether each rises; the newest first without any.
    pub sort: Vec<(UserSort, bool)>,
}

/// Accounts and their users.
#[async_trait]
pub trait Accounts: Send + Sync {
    /// `false` when the name is taken. Only the operator makes accounts.
    async fn add_account(&self, username: &str, password_hash: &str) -> Stored<bool>;
    /// The account of that name.
    async fn account_by_name(&self, username: &str) -> Stored<Option<Account>>;
    /// The account of that id.
    async fn account(&self, id: &str) -> Stored<Option<Account>>;
    /// Whether there is an account at all.
    async fn any_account(&self) -> Stored<bool>;
    /// All accounts by name, or the one of this id.
    async fn overview(&self, only: Option<&str>) -> Stored<Vec<Overview>>;
    /// Refuses every use of the account, or allows it again; `false` when there is none. What is so already
    /// stays as it is.
    async fn set_disabled(&self, account: &str, disabled: bool, by: &By) -> Stored<bool>;

    /// Adds a user.
    async fn add_user(&self, account: &str, user: &NewUser, by: &By) -> Stored<User>;
    /// A user of the account.
    async fn user(&self, account: &str, id: &str) -> Stored<Option<User>>;
    /// Users of the account, a page at a time.
    async fn users(&self, account: &str, filter: &UserFilter, page: Page) -> Stored<Listed<User>>;
    /// Writes the whole user; `None` when there is none.
    async fn change_user(
        &self,
        account: &str,
        id: &str,
        user: &NewUser,
        by: &By,
    ) -> Stored<Option<User>>;
    /// Removes the user with all that belongs to them; `false` when there is none.
    async fn remove_user(&self, account: &str, id: &str, by: &By) -> Stored<bool>;
}
