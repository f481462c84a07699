//! Stored configurations: the keys that an owner or a user has set, nothing else.

use crate::error::Stored;
use async_trait::async_trait;
use serde_json::{Map, Value};

/// Keys with their values.
pub type Keys = Map<String, Value>;

#[async_trait]
pub trait Configurations: Send + Sync {
    /// The keys set on the account (`user` empty) or on a user; `None` when nothing is stored.
    async fn configuration(&self, account: &str, user: &str) -> Stored<Option<Keys>>;
    /// Writes all keys.
    async fn set_configuration(&self, account: &str, user: &str, keys: &Keys) -> Stored<()>;
    /// `false` when nothing was stored.
    async fn remove_configuration(&self, account: &str, user: &str) -> Stored<bool>;
}
