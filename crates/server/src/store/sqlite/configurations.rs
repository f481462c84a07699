//! Stored configurations in SQLite.

use super::Sqlite;
use crate::clock::now;
use crate::error::{StoreError, Stored};
use crate::store::rules::changed_keys;
use crate::store::{Action, Before, By, Change, Configurations, Keys};
use async_trait::async_trait;
use sqlx::Row;
use sqlx::sqlite::SqliteRow;

/// `IS` also holds between nulls: the owner has no user.
const SELECT: &str = "SELECT keys FROM configurations WHERE account_id = ? AND user_id IS ?";

fn keys(row: &SqliteRow) -> Stored<Keys> {
    let text: String = row.try_get("keys")?;
    serde_json::from_str(&text).map_err(|cause| StoreError::corrupt("configuration", cause))
}

#[async_trait]
impl Configurations for Sqlite {
    async fn configuration(&self, account: &str, user: Option<&str>) -> Stored<Option<Keys>> {
        let row = sqlx::query(SELECT)
            .bind(account)
            .bind(user)
            .fetch_optional(&self.read)
            .await?;
        row.as_ref().map(keys).transpose()
    }

    async fn own_configurations(&self, account: &str) -> Stored<Vec<(String, Keys)>> {
        let rows = sqlx::query(
            "SELECT user_id, keys FROM configurations WHERE account_id = ? AND user_id IS NOT NULL
             ORDER BY user_id",
        )
        .bind(account)
        .fetch_all(&self.read)
        .await?;
        let own = rows
            .iter()
            .map(|row| Ok((row.try_get("user_id")?, keys(row)?)));
        own.collect()
    }

    async fn change_configuration(
        &self,
        account: &str,
        user: Option<&str>,
        before: Before,
        new: &Keys,
        by: &By,
    ) -> Stored<Change> {
        let mut transaction = self.begin().await?;
        let row = sqlx::query(SELECT)
            .bind(account)
            .bind(user)
            .fetch_optional(&mut *transaction)
            .await?;
        let stored = row.as_ref().map(keys).transpose()?;
        let change = changed_keys(stored, before, new)?;
        let Change::Done(keys) = &change else {
            return Ok(change);
        };
        let text = serde_json::to_string(keys)
            .map_err(|cause| StoreError::defect("configuration", cause))?;
        sqlx::query(
            "INSERT INTO configurations (account_id, user_id, keys, updated) VALUES (?, ?, ?, ?)
             ON CONFLICT (account_id, coalesce(user_id, ''))
             DO UPDATE SET keys = excluded.keys, updated = excluded.updated",
        )
        .bind(account)
        .bind(user)
        .bind(&text)
        .bind(now())
        .execute(&mut *transaction)
        .await?;
        let action = Action::ConfigurationChanged;
        transaction.record(account, by, action, user).await?;
        transaction.commit().await?;
        Ok(change)
    }

    async fn remove_configuration(&self, account: &str, user: &str, by: &By) -> Stored<bool> {
        let mut transaction = self.begin().await?;
        let done = sqlx::query("DELETE FROM configurations WHERE account_id = ? AND user_id = ?")
            .bind(account)
            .bind(user)
            .execute(&mut *transaction)
            .await?;
        let action = Action::ConfigurationRemoved;
        transaction
            .committed(done.rows_affected(), account, by, action, user)
            .await
    }
}
