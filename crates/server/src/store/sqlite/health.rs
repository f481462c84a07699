//! The sign of life in SQLite: one row.

use super::Sqlite;
use crate::clock::now;
use crate::error::Stored;
use crate::store::Health;
use async_trait::async_trait;

#[async_trait]
impl Health for Sqlite {
    async fn beat(&self) -> Stored<()> {
        sqlx::query("UPDATE beat SET at = ?")
            .bind(now())
            .execute(&self.write)
            .await?;
        Ok(())
    }
}
