//! How much an account may take up, and how much it does.
//!
//! Rule: use is kept in each change that makes it more or less, so that asking for it counts nothing.

use super::By;
use crate::error::Stored;
use async_trait::async_trait;

/// Limits of an account where they are its own: `None` is the setting's, 0 is no limit.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Quota {
    pub bytes: Option<u64>,
    pub files: Option<u64>,
    pub uploads_per_day: Option<u64>,
}

/// What an account takes up.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Usage {
    /// Of its uploads and of what was made of them, as stored.
    pub bytes: u64,
    /// Machine files.
    pub files: u64,
    /// Uploads of this day (UTC), also those that were removed again.
    pub uploads_today: u64,
}

/// Limits and use.
#[async_trait]
pub trait Quotas: Send + Sync {
    /// `None` when there is no such account.
    async fn usage(&self, account: &str) -> Stored<Option<(Quota, Usage)>>;
    /// `false` when there is no such account.
    async fn set_quota(&self, account: &str, quota: Quota, by: &By) -> Stored<bool>;
}
