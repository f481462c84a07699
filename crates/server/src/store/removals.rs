//! Accounts that are removed. Their rows are many: they go a portion at a time, so that nobody waits for long.
//!
//! Rule: from the first step on nobody sees the account any more and its name is free. What is left of it is
//! found and goes on after any interruption.

use crate::error::Stored;
use async_trait::async_trait;

/// Removal of accounts.
#[async_trait]
pub trait Removals: Send + Sync {
    /// Ends all that the account can do: tokens, keys, webhooks and work under way; `false` when there is none.
    async fn begin_removal(&self, account: &str) -> Stored<bool>;
    /// Removes a portion of the rows of an account that is being removed; `false` when nothing is left of any.
    /// Blobs without a row are the sweeper's.
    async fn continue_removal(&self) -> Stored<bool>;
}
