//! Owners of blobs in SQLite. A further column that names a blob must be added to both questions.

use super::{Sqlite, list_of, unsigned};
use crate::error::Stored;
use crate::store::{NamedBlob, Sweep};
use async_trait::async_trait;
use sqlx::{Executor, Row, Sqlite as Driver};
use std::collections::HashMap;
use tramline_model::Artifact;

/// `runs/` is followed by the id of the run: 36 characters.
const UNOWNED: &str = "SELECT k.value FROM json_each(?) k
    WHERE NOT EXISTS (SELECT 1 FROM artifacts a WHERE a.blob_key = k.value)
      AND NOT EXISTS (SELECT 1 FROM uploads u WHERE u.blob_key = k.value
          AND u.duplicate_of IS NULL)
      AND NOT EXISTS (SELECT 1 FROM runs r WHERE k.value LIKE 'runs/%'
          AND r.id = substr(k.value, 6, 36) AND r.state = 'running')";

const NAMED: &str = "SELECT blob_key, size FROM (
        SELECT blob_key, size FROM artifacts WHERE blob_key > ?1 ORDER BY blob_key LIMIT ?2)
    UNION SELECT blob_key, size FROM (
        SELECT blob_key, size FROM uploads WHERE blob_key > ?1 AND duplicate_of IS NULL
        ORDER BY blob_key LIMIT ?2)
    ORDER BY blob_key LIMIT ?2";

const IDLE: &str = "SELECT k.value FROM json_each(?) k
    WHERE NOT EXISTS (SELECT 1 FROM runs r WHERE r.id = k.value AND r.state = 'running')";

/// Those of the keys that nothing names, within the caller's transaction.
pub(super) async fn unowned(
    connection: impl Executor<'_, Database = Driver>,
    keys: &[String],
) -> Stored<Vec<String>> {
    let rows = sqlx::query(UNOWNED)
        .bind(list_of(keys)?)
        .fetch_all(connection)
        .await?;
    rows.iter().map(|row| Ok(row.try_get(0)?)).collect()
}

#[async_trait]
impl Sweep for Sqlite {
    async fn unowned_blobs(&self, keys: &[String]) -> Stored<Vec<String>> {
        unowned(&self.read, keys).await
    }

    async fn named_blobs(&self, after: &str, limit: u32) -> Stored<Vec<NamedBlob>> {
        let rows = sqlx::query(NAMED)
            .bind(after)
            .bind(limit)
            .fetch_all(&self.read)
            .await?;
        rows.iter()
            .map(|row| {
                Ok(NamedBlob {
                    key: row.try_get(0)?,
                    size: unsigned(row.try_get(1)?),
                })
            })
            .collect()
    }

    async fn forget_text(&self) -> Stored<Vec<NamedBlob>> {
        let mut transaction = self.begin().await?;
        let mut sizes = HashMap::new();
        for text in Artifact::ALL {
            let Some(columns) = text.rendered_from() else {
                continue;
            };
            let rows = sqlx::query(
                "DELETE FROM artifacts WHERE kind = ?1 AND EXISTS (SELECT 1 FROM artifacts c
                    WHERE c.file_id = artifacts.file_id AND c.kind = ?2) RETURNING blob_key, size",
            )
            .bind(text.name())
            .bind(columns.name())
            .fetch_all(&mut *transaction)
            .await?;
            for row in rows {
                sizes.insert(row.try_get::<String, _>(0)?, unsigned(row.try_get(1)?));
            }
        }
        let keys: Vec<String> = sizes.keys().cloned().collect();
        let keys = unowned(&mut *transaction, &keys).await?;
        transaction.commit().await?;
        let blobs = keys.into_iter().map(|key| NamedBlob {
            size: sizes.get(&key).copied().unwrap_or(0),
            key,
        });
        Ok(blobs.collect())
    }

    async fn idle_runs(&self, ids: &[String]) -> Stored<Vec<String>> {
        let rows = sqlx::query(IDLE)
            .bind(list_of(ids)?)
            .fetch_all(&self.read)
            .await?;
        rows.iter().map(|row| Ok(row.try_get(0)?)).collect()
    }
}
