//! Keys that every server of one database shares.

use crate::error::Stored;
use async_trait::async_trait;

/// Secrets of the service itself.
#[async_trait]
pub trait Secrets: Send + Sync {
    /// The secret of that name; the first caller's proposal becomes it.
    async fn secret(&self, name: &str, proposal: Vec<u8>) -> Stored<Vec<u8>>;
}
