//! Limits and use of accounts in SQLite. Triggers of the schema keep the use.

use super::{Sqlite, signed, unsigned};
use crate::clock::{Micros, SECOND, now};
use crate::error::Stored;
use crate::store::{Action, By, Quota, Quotas, Usage};
use async_trait::async_trait;
use sqlx::Row;
use sqlx::sqlite::SqliteRow;

const DAY: Micros = 86_400 * SECOND;

pub(super) fn quota(row: &SqliteRow) -> Result<Quota, sqlx::Error> {
    let limit = |column| Ok::<_, sqlx::Error>(row.try_get::<Option<i64>, _>(column)?.map(unsigned));
    Ok(Quota {
        bytes: limit("quota_bytes")?,
        files: limit("quota_files")?,
        uploads_per_day: limit("quota_uploads_per_day")?,
    })
}

pub(super) fn usage(row: &SqliteRow) -> Result<Usage, sqlx::Error> {
    let count = |column| Ok::<_, sqlx::Error>(unsigned(row.try_get(column)?));
    let today = row.try_get::<i64, _>("day")? == now().div_euclid(DAY);
    Ok(Usage {
        bytes: count("upload_bytes")?.saturating_add(count("artifact_bytes")?),
        files: count("files")?,
        uploads_today: if today { count("day_uploads")? } else { 0 },
    })
}

#[async_trait]
impl Quotas for Sqlite {
    async fn usage(&self, account: &str) -> Stored<Option<(Quota, Usage)>> {
        let row = sqlx::query(
            "SELECT a.quota_bytes, a.quota_files, a.quota_uploads_per_day, g.*
             FROM accounts a JOIN account_usage g ON g.account_id = a.id
             WHERE a.id = ? AND a.removing IS NULL",
        )
        .bind(account)
        .fetch_optional(&self.read)
        .await?;
        let Some(row) = row else { return Ok(None) };
        Ok(Some((quota(&row)?, usage(&row)?)))
    }

    async fn set_quota(&self, account: &str, quota: Quota, by: &By) -> Stored<bool> {
        let mut transaction = self.begin().await?;
        let done = sqlx::query(
            "UPDATE accounts SET quota_bytes = ?, quota_files = ?, quota_uploads_per_day = ?
             WHERE id = ? AND removing IS NULL",
        )
        .bind(quota.bytes.map(signed))
        .bind(quota.files.map(signed))
        .bind(quota.uploads_per_day.map(signed))
        .bind(account)
        .execute(&mut *transaction)
        .await?;
        let (rows, action) = (done.rows_affected(), Action::QuotaChanged);
        transaction.committed(rows, account, by, action, None).await
    }
}
