//! Calibrations in SQLite.

use super::Sqlite;
use super::files::begin_again;
use crate::clock::now;
use crate::error::Stored;
use crate::store::{Calibrations, NewRun};
use async_trait::async_trait;
use sqlx::Row;

#[async_trait]
impl Calibrations for Sqlite {
    async fn calibration(&self, account: &str, file: &str) -> Stored<Option<String>> {
        let row = sqlx::query(
            "SELECT c.calibration FROM calibrations c JOIN files f ON f.id = c.file_id
             WHERE f.account_id = ? AND f.id = ?",
        )
        .bind(account)
        .bind(file)
        .fetch_optional(&self.read)
        .await?;
        Ok(row.map(|row| row.try_get(0)).transpose()?)
    }

    async fn calibrations_of_upload(
        &self,
        account: &str,
        upload: &str,
    ) -> Stored<Vec<(String, String)>> {
        let rows = sqlx::query(
            "SELECT f.id, c.calibration FROM calibrations c JOIN files f ON f.id = c.file_id
             WHERE f.account_id = ? AND f.upload_id = ? ORDER BY f.id",
        )
        .bind(account)
        .bind(upload)
        .fetch_all(&self.read)
        .await?;
        rows.iter()
            .map(|row| Ok((row.try_get(0)?, row.try_get(1)?)))
            .collect()
    }

    async fn calibrate_file(
        &self,
        account: &str,
        file: &str,
        calibration: Option<&str>,
        run: &NewRun,
    ) -> Stored<bool> {
        let mut transaction = self.begin().await?;
        if !begin_again(&mut transaction, account, file, run).await? {
            return Ok(false);
        }
        let query = match calibration {
            Some(text) => sqlx::query(
                "INSERT INTO calibrations (file_id, calibration, updated) VALUES (?, ?, ?)
                 ON CONFLICT (file_id) DO UPDATE SET calibration = excluded.calibration,
                    updated = excluded.updated",
            )
            .bind(file)
            .bind(text)
            .bind(now()),
            None => sqlx::query("DELETE FROM calibrations WHERE file_id = ?").bind(file),
        };
        query.execute(&mut *transaction).await?;
        transaction.commit().await?;
        Ok(true)
    }
}
