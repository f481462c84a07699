//! Keys that every server of one database shares.

use crate::error::Stored;
use async_trait::async_trait;

/// Secrets of the service itself.
#[async_trait]
pub trait Secrets: Send + Sync {
    /// The secret of that name; the first caller's proposal becomes it.
    async fn secret(&self, name: &str, proposal: Vec<u8>) -> Stored<Vec<u8>>;
    /// The secret of that name, where there is one.
    async fn known_secret(&self, name: &str) -> Stored<Option<Vec<u8>>>;
    /// Another form of a secret, if it is still as it was before. Nothing of that stays behind.
    async fn replace_secret(&self, name: &str, before: &[u8], after: &[u8]) -> Stored<()>;
    /// Removes all secrets, and the webhooks with what waits for them; how many webhooks.
    async fn forget_secrets(&self) -> Stored<u64>;
}
