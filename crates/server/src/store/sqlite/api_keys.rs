//! API keys in SQLite.

use super::Sqlite;
use crate::clock::now;
use crate::error::Stored;
use crate::store::{ApiKey, ApiKeys};
use async_trait::async_trait;
use sqlx::Row;
use sqlx::sqlite::SqliteRow;

fn api_key(row: &SqliteRow) -> Result<ApiKey, sqlx::Error> {
    Ok(ApiKey {
        id: row.try_get("id")?,
        account_id: row.try_get("account_id")?,
        user_id: row.try_get("user_id")?,
        masked: row.try_get("masked")?,
        description: row.try_get("description")?,
        expires: row.try_get("expires")?,
        revoked: row.try_get("revoked")?,
    })
}

#[async_trait]
impl ApiKeys for Sqlite {
    async fn add_api_key(&self, key: &ApiKey, digest: &str) -> Stored<()> {
        sqlx::query(
            "INSERT INTO api_keys (id, account_id, user_id, digest, masked, description, expires, created)
             VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
        )
        .bind(&key.id)
        .bind(&key.account_id)
        .bind(&key.user_id)
        .bind(digest)
        .bind(&key.masked)
        .bind(&key.description)
        .bind(key.expires)
        .bind(now())
        .execute(&self.write)
        .await?;
        Ok(())
    }

    async fn api_keys(&self, account: &str, user: Option<&str>) -> Stored<Vec<ApiKey>> {
        let rows = sqlx::query(
            "SELECT * FROM api_keys WHERE account_id = ? AND (? IS NULL OR user_id = ?)
             ORDER BY created DESC, id DESC",
        )
        .bind(account)
        .bind(user)
        .bind(user)
        .fetch_all(&self.read)
        .await?;
        Ok(rows.iter().map(api_key).collect::<Result<_, _>>()?)
    }

    async fn api_key_by_digest(&self, digest: &str) -> Stored<Option<ApiKey>> {
        let row = sqlx::query("SELECT * FROM api_keys WHERE digest = ?")
            .bind(digest)
            .fetch_optional(&self.read)
            .await?;
        Ok(row.as_ref().map(api_key).transpose()?)
    }

    async fn revoke_api_key(&self, account: &str, id: &str) -> Stored<bool> {
        let done = sqlx::query(
            "UPDATE api_keys SET revoked = COALESCE(revoked, ?) WHERE account_id = ? AND id = ?",
        )
        .bind(now())
        .bind(account)
        .bind(id)
        .execute(&self.write)
        .await?;
        Ok(done.rows_affected() == 1)
    }
}
