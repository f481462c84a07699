//! Figures about all rows together, for whoever watches the service.

use crate::clock::Micros;
use crate::error::Stored;
use async_trait::async_trait;

/// Sums over all accounts.
#[async_trait]
pub trait Figures: Send + Sync {
    /// Bytes of all uploads and artifacts, each blob once.
    async fn stored_bytes(&self) -> Stored<u64>;
    /// When the run was added that waits longest.
    async fn oldest_waiting(&self) -> Stored<Option<Micros>>;
}
