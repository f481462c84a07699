//! Stored configurations in SQLite.

use super::Sqlite;
use crate::clock::now;
use crate::db::{Configurations, Keys};
use crate::error::{StoreError, Stored};
use async_trait::async_trait;
use sqlx::Row;

#[async_trait]
impl Configurations for Sqlite {
    async fn configuration(&self, account: &str, user: &str) -> Stored<Option<Keys>> {
        let row =
            sqlx::query("SELECT keys FROM configurations WHERE account_id = ? AND user_id = ?")
                .bind(account)
                .bind(user)
                .fetch_optional(&self.read)
                .await?;
        let Some(row) = row else { return Ok(None) };
        let text: String = row.try_get(0)?;
        serde_json::from_str(&text)
            .map(Some)
            .map_err(|cause| StoreError::document("configuration", cause))
    }

    async fn set_configuration(&self, account: &str, user: &str, keys: &Keys) -> Stored<()> {
        let text = serde_json::to_string(keys)
            .map_err(|cause| StoreError::document("configuration", cause))?;
        sqlx::query(
            "INSERT INTO configurations (account_id, user_id, keys, updated) VALUES (?, ?, ?, ?)
             ON CONFLICT (account_id, user_id) DO UPDATE SET keys = excluded.keys, updated = excluded.updated",
        )
        .bind(account)
        .bind(user)
        .bind(text)
        .bind(now())
        .execute(&self.write)
        .await?;
        Ok(())
    }

    async fn remove_configuration(&self, account: &str, user: &str) -> Stored<bool> {
        let done = sqlx::query("DELETE FROM configurations WHERE account_id = ? AND user_id = ?")
            .bind(account)
            .bind(user)
            .execute(&self.write)
            .await?;
        Ok(done.rows_affected() == 1)
    }
}
