//! Keys that upload for one user.

use super::By;
use crate::clock::Micros;
use crate::error::Stored;
use async_trait::async_trait;

/// A key that uploads for one user; the key itself is not stored.
#[derive(Clone, Debug)]
pub struct ApiKey {
    pub id: String,
    pub account_id: String,
    pub user_id: String,
    /// Enough of the key to know it by.
    pub masked: String,
    pub description: Option<String>,
    pub expires: Micros,
    pub revoked: Option<Micros>,
    /// To the minute.
    pub last_used: Option<Micros>,
}

/// API keys.
#[async_trait]
pub trait ApiKeys: Send + Sync {
    /// `digest` is the SHA-256 of the key.
    async fn add_api_key(&self, key: &ApiKey, digest: &str, by: &By) -> Stored<()>;
    /// Keys of the account, of one user if given; the newest first.
    async fn api_keys(&self, account: &str, user: Option<&str>) -> Stored<Vec<ApiKey>>;
    /// The key of that digest, whatever its account.
    async fn api_key_by_digest(&self, digest: &str) -> Stored<Option<ApiKey>>;
    /// `false` when there is none.
    async fn revoke_api_key(&self, account: &str, id: &str, by: &By) -> Stored<bool>;
    /// The key was used now.
    async fn api_key_used(&self, id: &str) -> Stored<()>;
}
