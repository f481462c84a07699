//! Sums over all accounts in SQLite.

use super::{Sqlite, unsigned};
use crate::blobs::UPLOADS;
use crate::clock::Micros;
use crate::error::Stored;
use crate::store::Figures;
use async_trait::async_trait;
use sqlx::Row;

#[async_trait]
impl Figures for Sqlite {
    async fn stored_bytes(&self) -> Stored<u64> {
        // A duplicate has the bytes of its first, and the original of a file is its upload; two artifacts may be the
        // same blob.
        let row = sqlx::query(
            "SELECT COALESCE((SELECT SUM(size) FROM uploads WHERE duplicate_of IS NULL), 0)
                + COALESCE((SELECT SUM(size) FROM (SELECT MAX(size) AS size
                    FROM artifacts INDEXED BY artifacts_by_blob
                    WHERE blob_key NOT GLOB ? GROUP BY blob_key)), 0)",
        )
        .bind(format!("{UPLOADS}/*"))
        .fetch_one(&self.read)
        .await?;
        Ok(unsigned(row.try_get(0)?))
    }

    async fn oldest_waiting(&self) -> Stored<Option<Micros>> {
        let row = sqlx::query("SELECT MIN(created) FROM runs WHERE state = 'queued'")
            .fetch_one(&self.read)
            .await?;
        Ok(row.try_get(0)?)
    }
}
