//! Stored configurations: the keys that an owner or a user has set, nothing else.

use super::By;
use crate::error::Stored;
use async_trait::async_trait;
use serde_json::{Map, Value};

/// Keys with their values, none of them null.
pub type Keys = Map<String, Value>;

/// What became of a change.
#[derive(Clone, Debug, PartialEq)]
pub enum Change {
    /// All keys that are stored now.
    Done(Keys),
    /// There is no configuration to change.
    Missing,
    /// There is one already.
    Exists,
    /// The document would be larger than the limit.
    TooLarge,
}

/// What a change expects to find.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Before {
    /// No configuration yet.
    Nothing,
    /// A configuration whose other keys stay.
    Something,
    /// Either.
    Either,
}

/// Configurations of accounts and users.
#[async_trait]
pub trait Configurations: Send + Sync {
    /// Keys of the user, or of the owner; `None` when nothing is stored.
    async fn configuration(&self, account: &str, user: Option<&str>) -> Stored<Option<Keys>>;
    /// Keys of every user of the account who has some of their own.
    async fn own_configurations(&self, account: &str) -> Stored<Vec<(String, Keys)>>;
    /// Sets these keys in one transaction.
    async fn change_configuration(
        &self,
        account: &str,
        user: Option<&str>,
        before: Before,
        keys: &Keys,
        by: &By,
    ) -> Stored<Change>;
    /// `false` when there is none.
    async fn remove_configuration(&self, account: &str, user: &str, by: &By) -> Stored<bool>;
}
