//! What the sweeper asks: who owns a blob, and which blobs there must be.

use crate::error::Stored;
use async_trait::async_trait;

/// A blob that a row names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NamedBlob {
    pub key: String,
    pub size: u64,
}

/// What the sweep of blobs asks.
#[async_trait]
pub trait Sweep: Send + Sync {
    /// Those of the keys that no row names and that do not belong to a running run: as of one
    /// instant, so that a run which is published meanwhile is one or the other.
    async fn unowned_blobs(&self, keys: &[String]) -> Stored<Vec<String>>;
    /// Blobs that rows name, by key, from the one after `after` on.
    async fn named_blobs(&self, after: &str, limit: u32) -> Stored<Vec<NamedBlob>>;
    /// Forgets text of an earlier version whose columns are stored beside it. Gives its blobs, which no
    /// row names any more.
    async fn forget_text(&self) -> Stored<Vec<NamedBlob>>;
    /// Those of the runs that no worker has.
    async fn idle_runs(&self, ids: &[String]) -> Stored<Vec<String>>;
}
