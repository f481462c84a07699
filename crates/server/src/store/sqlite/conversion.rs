//! Questions and changes within the transaction of a conversion.

use super::connection::Connection;
use super::fields::fields_changed;
use super::writing::Writing;
use super::{list_of, unsigned, word};
use crate::clock::now;
use crate::error::{StoreError, Stored};
use crate::store::rules::{Standing, unfinished_step, unfinished_told};
use crate::store::{Converted, NewRun, NothingCame, Run, UploadStatus};
use sqlx::Row;
use sqlx::sqlite::SqliteRow;
use std::collections::HashSet;

/// Whether the run is still this worker's; otherwise nothing of the transaction may stand.
pub(super) async fn check(connection: &mut Connection, run: &Run) -> Stored<()> {
    let row = sqlx::query("SELECT 1 FROM runs WHERE id = ? AND fence = ? AND state = 'running'")
        .bind(&run.id)
        .bind(run.fence)
        .fetch_optional(connection)
        .await?;
    row.map(|_| ())
        .ok_or_else(|| StoreError::LeaseLost(run.id.clone()))
}

/// Those of the files whose rows are there, and this run's to change, if the run is still this worker's;
/// otherwise nothing of the transaction may stand.
pub(super) async fn own<'a>(
    connection: &mut Connection,
    run: &Run,
    files: impl IntoIterator<Item = &'a String>,
) -> Stored<HashSet<String>> {
    let rows = sqlx::query(
        "SELECT f.id FROM runs r LEFT JOIN files f ON f.id IN (SELECT value FROM json_each(?))
            AND f.account_id = r.account_id AND (f.run_id IS NULL OR f.run_id = r.id)
         WHERE r.id = ? AND r.fence = ? AND r.state = 'running'",
    )
    .bind(list_of(files)?)
    .bind(&run.id)
    .bind(run.fence)
    .fetch_all(connection)
    .await?;
    if rows.is_empty() {
        return Err(StoreError::LeaseLost(run.id.clone()));
    }
    let ids = rows.iter().map(|row| Ok(row.try_get(0)?));
    let ids = ids.collect::<Stored<Vec<Option<String>>>>()?;
    Ok(ids.into_iter().flatten().collect())
}

/// Nobody removed these files, whose ids the rows hold: another conversion may find work in them.
pub(super) async fn forget_announced(
    connection: &mut Connection,
    run: &Run,
    gone: &[SqliteRow],
) -> Stored<()> {
    let gone = gone.iter().map(|row| Ok(row.try_get(0)?));
    let gone = gone.collect::<Stored<Vec<String>>>()?;
    sqlx::query(
        "DELETE FROM announced WHERE upload_id = ?
         AND file_id IN (SELECT value FROM json_each(?))",
    )
    .bind(&run.subject)
    .bind(list_of(&gone)?)
    .execute(connection)
    .await?;
    Ok(())
}

/// No file waits for a run that has ended.
pub(super) async fn settle_unfinished(
    writing: &mut Writing,
    run: &Run,
    converted: &Converted,
) -> Stored<()> {
    let NothingCame::Failed(message) = converted.nothing_came else {
        let rows = sqlx::query(
            "DELETE FROM files WHERE status = 'processing' AND upload_id = ? AND run_id = ?
             RETURNING id",
        )
        .bind(&run.subject)
        .bind(&run.id)
        .fetch_all(&mut **writing)
        .await?;
        forget_announced(writing, run, &rows).await?;
        return Ok(());
    };
    let rows = sqlx::query(
        "UPDATE files SET status = 'failed', failed_step = ?, failed_message = ?, updated = ?
         WHERE status = 'processing' AND upload_id = ? AND (run_id = ?
            OR (run_id IS NULL AND id IN (SELECT value FROM json_each(?)))) RETURNING id",
    )
    .bind(unfinished_step())
    .bind(message)
    .bind(now())
    .bind(&run.subject)
    .bind(&run.id)
    .bind(list_of(converted.only.iter().flatten())?)
    .fetch_all(&mut **writing)
    .await?;
    let failed = rows.iter().map(|row| Ok(row.try_get(0)?));
    let failed = failed.collect::<Stored<Vec<String>>>()?;
    let told = unfinished_told(run, &failed, message);
    writing.add_events(&run.account_id, &told).await
}

/// How the upload of a conversion that ends stands.
pub(super) async fn standing(connection: &mut Connection, run: &Run) -> Stored<Standing> {
    let counted = sqlx::query(
        "SELECT (SELECT COUNT(*) FROM files WHERE upload_id = ?1),
            (SELECT COUNT(*) FROM files WHERE upload_id = ?1 AND status = 'processed'),
            EXISTS (SELECT 1 FROM runs WHERE subject = ?1 AND kind = 'convert' AND id <> ?2
                AND state IN ('queued', 'running'))",
    )
    .bind(&run.subject)
    .bind(&run.id)
    .fetch_one(&mut *connection)
    .await?;
    let rows =
        sqlx::query("SELECT id, user_id, status FROM uploads WHERE id = ?1 OR duplicate_of = ?1")
            .bind(&run.subject)
            .fetch_all(connection)
            .await?;
    let mut standing = Standing {
        files: unsigned(counted.try_get(0)?),
        processed: unsigned(counted.try_get(1)?),
        others_at_work: counted.try_get(2)?,
        status: None,
        duplicates: Vec::new(),
    };
    for row in rows {
        let (id, user): (String, String) = (row.try_get(0)?, row.try_get(1)?);
        if id == run.subject {
            standing.status = Some(word(&row, "status", UploadStatus::from_name)?);
        } else {
            standing.duplicates.push((id, user));
        }
    }
    Ok(standing)
}

/// Adds the run that locates the files of this one again, of which a boundary changed meanwhile.
pub(super) async fn locate_stale(
    writing: &mut Writing,
    run: &Run,
    again: fn(&Run, [f64; 4], Vec<String>) -> NewRun,
) -> Stored<()> {
    let changed = fields_changed(&mut **writing, &run.user_id).await?;
    let rows = sqlx::query(
        "SELECT id, west, south, east, north FROM files WHERE upload_id = ? AND run_id = ?
         AND west IS NOT NULL AND located_with IS NOT ? ORDER BY created, id",
    )
    .bind(&run.subject)
    .bind(&run.id)
    .bind(changed)
    .fetch_all(&mut **writing)
    .await?;
    let Some(first) = rows.first() else {
        return Ok(());
    };
    let bounds = [
        first.try_get(1)?,
        first.try_get(2)?,
        first.try_get(3)?,
        first.try_get(4)?,
    ];
    let files = rows.iter().map(|row| Ok(row.try_get(0)?));
    let files = files.collect::<Stored<Vec<String>>>()?;
    writing.add_run(&again(run, bounds, files)).await
}
