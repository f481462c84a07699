//! Shared secrets in SQLite.

use super::Sqlite;
use crate::error::Stored;
use crate::store::Secrets;
use async_trait::async_trait;
use sqlx::Row;

#[async_trait]
impl Secrets for Sqlite {
    async fn secret(&self, name: &str, proposal: Vec<u8>) -> Stored<Vec<u8>> {
        sqlx::query(
            "INSERT INTO secrets (name, value) VALUES (?, ?) ON CONFLICT (name) DO NOTHING",
        )
        .bind(name)
        .bind(proposal)
        .execute(&self.write)
        .await?;
        let row = sqlx::query("SELECT value FROM secrets WHERE name = ?")
            .bind(name)
            .fetch_one(&self.read)
            .await?;
        Ok(row.try_get(0)?)
    }
}
