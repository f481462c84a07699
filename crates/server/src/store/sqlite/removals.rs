//! Removal of accounts in SQLite, a portion at a time.

use super::Sqlite;
use crate::clock::now;
use crate::error::Stored;
use crate::store::Removals;
use async_trait::async_trait;
use sqlx::Row;

/// Rows that one transaction removes of a table with many; what belongs to them goes with them.
const PORTIONS: &[&str] = &[
    "DELETE FROM files WHERE id IN (SELECT id FROM files WHERE account_id = ?1 LIMIT 500)",
    "DELETE FROM uploads WHERE id IN (SELECT id FROM uploads WHERE account_id = ?1 LIMIT 500)",
    "DELETE FROM users WHERE id IN (SELECT id FROM users WHERE account_id = ?1 LIMIT 500)",
    "DELETE FROM audit WHERE id IN (SELECT id FROM audit WHERE account_id = ?1 LIMIT 5000)",
];

/// What is left then, with the account itself.
const LAST: &[&str] = &[
    "DELETE FROM runs WHERE account_id = ?1",
    "DELETE FROM events WHERE account_id = ?1",
    "DELETE FROM failed_calls WHERE account_id = ?1",
    "DELETE FROM fields WHERE account_id = ?1",
    "DELETE FROM configurations WHERE account_id = ?1",
    "DELETE FROM file_versions WHERE account_id = ?1",
    "DELETE FROM accounts WHERE id = ?1",
];

#[async_trait]
impl Removals for Sqlite {
    async fn begin_removal(&self, account: &str) -> Stored<bool> {
        let mut transaction = self.begin().await?;
        let done = sqlx::query(
            "UPDATE accounts SET removing = ?, username = id, password_hash = '', epoch = epoch + 1
             WHERE id = ? AND removing IS NULL",
        )
        .bind(now())
        .bind(account)
        .execute(&mut *transaction)
        .await?;
        if done.rows_affected() == 0 {
            return Ok(false);
        }
        for sql in [
            "DELETE FROM tokens WHERE account_id = ?",
            "DELETE FROM api_keys WHERE account_id = ?",
            "DELETE FROM webhooks WHERE account_id = ?",
            "UPDATE runs SET state = 'cancelled' WHERE account_id = ? AND state = 'queued'",
        ] {
            sqlx::query(sql)
                .bind(account)
                .execute(&mut *transaction)
                .await?;
        }
        let rows = sqlx::query(
            "UPDATE runs SET cancel = 1 WHERE account_id = ? AND state = 'running' RETURNING id",
        )
        .bind(account)
        .fetch_all(&mut *transaction)
        .await?;
        for row in rows {
            transaction.bell.cancelled(row.try_get(0)?);
        }
        transaction.commit().await?;
        Ok(true)
    }

    async fn continue_removal(&self) -> Stored<bool> {
        let row = sqlx::query("SELECT id FROM accounts WHERE removing IS NOT NULL LIMIT 1")
            .fetch_optional(&self.read)
            .await?;
        let Some(row) = row else { return Ok(false) };
        let account: String = row.try_get(0)?;
        let mut transaction = self.begin().await?;
        for sql in PORTIONS {
            let done = sqlx::query(*sql)
                .bind(&account)
                .execute(&mut *transaction)
                .await?;
            if done.rows_affected() > 0 {
                transaction.commit().await?;
                return Ok(true);
            }
        }
        for sql in LAST {
            sqlx::query(*sql)
                .bind(&account)
                .execute(&mut *transaction)
                .await?;
        }
        transaction.commit().await?;
        Ok(true)
    }
}
