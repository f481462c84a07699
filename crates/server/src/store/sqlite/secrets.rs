//! Shared secrets in SQLite.

use super::Sqlite;
use crate::error::Stored;
use crate::store::Secrets;
use async_trait::async_trait;
use sqlx::query::Query;
use sqlx::sqlite::SqliteArguments;
use sqlx::{Row, Sqlite as Driver};

impl Sqlite {
    /// Writes over what a row held, also in the pages that it leaves and in the log.
    pub(super) async fn overwrite(&self, query: Query<'_, Driver, SqliteArguments>) -> Stored<()> {
        let mut connection = self.write.alone().await?;
        sqlx::query("PRAGMA secure_delete = ON")
            .execute(&mut connection)
            .await?;
        let written = query.execute(&mut connection).await;
        for after in [
            "PRAGMA secure_delete = OFF",
            "PRAGMA wal_checkpoint(TRUNCATE)",
        ] {
            sqlx::query(after).execute(&mut connection).await?;
        }
        written?;
        connection.give_back();
        Ok(())
    }
}

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

    async fn known_secret(&self, name: &str) -> Stored<Option<Vec<u8>>> {
        let row = sqlx::query("SELECT value FROM secrets WHERE name = ?")
            .bind(name)
            .fetch_optional(&self.read)
            .await?;
        Ok(row.map(|row| row.try_get(0)).transpose()?)
    }

    async fn replace_secret(&self, name: &str, before: &[u8], after: &[u8]) -> Stored<()> {
        let sql = "UPDATE secrets SET value = ? WHERE name = ? AND value = ?";
        let query = sqlx::query(sql).bind(after).bind(name).bind(before);
        self.overwrite(query).await
    }

    async fn forget_secrets(&self) -> Stored<u64> {
        let mut transaction = self.begin().await?;
        sqlx::query("DELETE FROM secrets")
            .execute(&mut *transaction)
            .await?;
        let done = sqlx::query("DELETE FROM webhooks")
            .execute(&mut *transaction)
            .await?;
        transaction.commit().await?;
        Ok(done.rows_affected())
    }
}
