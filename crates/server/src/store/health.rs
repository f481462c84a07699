//! Whether rows can be written.

use crate::error::Stored;
use async_trait::async_trait;

/// A sign of life.
#[async_trait]
pub trait Health: Send + Sync {
    /// Writes a row that nobody reads, as durably as any other.
    async fn beat(&self) -> Stored<()>;
}
