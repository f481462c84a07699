//! API keys in SQLite.

use super::Sqlite;
use crate::clock::now;
use crate::error::Stored;
use crate::store::{Action, ApiKey, ApiKeys, By};
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
        last_used: row.try_get("last_used")?,
    })
}

#[async_trait]
impl ApiKeys for Sqlite {
    async fn add_api_key(&self, key: &ApiKey, digest: &str, by: &By) -> Stored<()> {
        let mut transaction = self.begin().await?;
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
        .execute(&mut *transaction)
        .await?;
        let (action, id) = (Action::KeyMade, Some(key.id.as_str()));
        transaction.record(&key.account_id, by, action, id).await?;
        transaction.commit().await
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

    async fn revoke_api_key(&self, account: &str, id: &str, by: &By) -> Stored<bool> {
        let mut transaction = self.begin().await?;
        let done = sqlx::query(
            "UPDATE api_keys SET revoked = COALESCE(revoked, ?) WHERE account_id = ? AND id = ?",
        )
        .bind(now())
        .bind(account)
        .bind(id)
        .execute(&mut *transaction)
        .await?;
        let (gone, action) = (done.rows_affected(), Action::KeyRevoked);
        transaction.committed(gone, account, by, action, id).await
    }

    async fn api_key_used(&self, id: &str) -> Stored<()> {
        sqlx::query("UPDATE api_keys SET last_used = ? WHERE id = ?")
            .bind(now())
            .bind(id)
            .execute(&self.write)
            .await?;
        Ok(())
    }
}
