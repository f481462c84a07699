//! What a conversion changes beside its own run: rows of files that are announced, settled and told of, and
//! the state of their upload. All within the caller's transaction.

use super::fields::fields_changed;
use super::uploads::insert_run;
use crate::clock::now;
use crate::db::{Converted, Event, NewRun, NothingCame, Run, UploadStatus};
use crate::error::{StoreError, Stored};
use crate::events::batch_finished;
use sqlx::Row;
use sqlx::sqlite::SqliteConnection;

fn only(converted: &Converted) -> String {
    serde_json::to_string(&converted.only).unwrap_or_default()
}

/// Events about batches of the same bytes: they end with the first.
pub(super) async fn duplicates_finished(
    connection: &mut SqliteConnection,
    run: &Run,
) -> Result<Vec<Event>, sqlx::Error> {
    let rows = sqlx::query("SELECT id, user_id FROM uploads WHERE duplicate_of = ?")
        .bind(&run.subject)
        .fetch_all(connection)
        .await?;
    rows.iter()
        .map(|row| {
            let (id, user): (String, String) = (row.try_get(0)?, row.try_get(1)?);
            Ok(batch_finished(&run.id, &id, &user))
        })
        .collect()
}

/// Whether the run is still this worker's; otherwise nothing of the transaction may stand.
pub(super) async fn check(connection: &mut SqliteConnection, run: &Run) -> Stored<()> {
    let row = sqlx::query("SELECT 1 FROM runs WHERE id = ? AND fence = ? AND state = 'running'")
        .bind(&run.id)
        .bind(run.fence)
        .fetch_optional(connection)
        .await?;
    row.map(|_| ())
        .ok_or_else(|| StoreError::LeaseLost(run.id.clone()))
}

/// Whether the row of a file is there, and this run's to change.
pub(super) async fn is_of(
    connection: &mut SqliteConnection,
    run: &Run,
    file: &str,
) -> Stored<bool> {
    let row = sqlx::query(
        "SELECT 1 FROM files WHERE id = ? AND account_id = ? AND (run_id IS NULL OR run_id = ?)",
    )
    .bind(file)
    .bind(&run.account_id)
    .bind(&run.id)
    .fetch_optional(connection)
    .await?;
    Ok(row.is_some())
}

pub(super) async fn forget_announced(
    connection: &mut SqliteConnection,
    run: &Run,
    file: &str,
) -> Result<(), sqlx::Error> {
    sqlx::query("DELETE FROM announced WHERE upload_id = ? AND file_id = ?")
        .bind(&run.subject)
        .bind(file)
        .execute(connection)
        .await?;
    Ok(())
}

/// No file waits for a run that has ended. Gives those that failed by it.
pub(super) async fn settle_unfinished(
    connection: &mut SqliteConnection,
    run: &Run,
    converted: &Converted,
) -> Stored<Vec<String>> {
    let NothingCame::Failed(message) = converted.nothing_came else {
        let rows = sqlx::query(
            "DELETE FROM files WHERE status = 'processing' AND upload_id = ? AND run_id = ?
             RETURNING id",
        )
        .bind(&run.subject)
        .bind(&run.id)
        .fetch_all(&mut *connection)
        .await?;
        // Nobody removed them: another conversion may find work in them.
        for row in rows {
            let file: String = row.try_get(0)?;
            forget_announced(connection, run, &file).await?;
        }
        return Ok(Vec::new());
    };
    let rows = sqlx::query(
        "UPDATE files SET status = 'failed', failed_step = 'rawGeojson', failed_message = ?, updated = ?
         WHERE status = 'processing' AND upload_id = ? AND (run_id = ?
            OR (run_id IS NULL AND id IN (SELECT value FROM json_each(?)))) RETURNING id",
    )
    .bind(message)
    .bind(now())
    .bind(&run.subject)
    .bind(&run.id)
    .bind(only(converted))
    .fetch_all(connection)
    .await?;
    rows.iter().map(|row| Ok(row.try_get(0)?)).collect()
}

/// How an upload stands by its files; `None` where it stays as it is.
pub(super) async fn status_of(
    connection: &mut SqliteConnection,
    run: &Run,
    converted: &Converted,
) -> Stored<Option<(UploadStatus, Option<&'static str>)>> {
    let row = sqlx::query(
        "SELECT COUNT(*), COALESCE(SUM(status = 'processed'), 0),
            (SELECT status = 'RECEIVED' FROM uploads WHERE id = ?1)
         FROM files WHERE upload_id = ?1",
    )
    .bind(&run.subject)
    .fetch_one(connection)
    .await?;
    let (files, processed): (i64, i64) = (row.try_get(0)?, row.try_get(1)?);
    let open: Option<bool> = row.try_get(2)?;
    Ok(match (files, processed) {
        // The only file was removed while it was made anew.
        (0, _) if converted.only.is_some() && open == Some(false) => None,
        (0, _) => Some((UploadStatus::Failed, Some(converted.no_files))),
        (_, 0) => Some((UploadStatus::Failed, Some(converted.none_processed))),
        _ => Some((UploadStatus::Processed, None)),
    })
}

/// Whether another conversion of the upload has not ended: it will say how the upload stands.
pub(super) async fn others_at_work(connection: &mut SqliteConnection, run: &Run) -> Stored<bool> {
    let row = sqlx::query(
        "SELECT 1 FROM runs WHERE subject = ? AND kind = 'convert' AND id <> ?
         AND state IN ('queued', 'running') LIMIT 1",
    )
    .bind(&run.subject)
    .bind(&run.id)
    .fetch_optional(connection)
    .await?;
    Ok(row.is_some())
}

/// Adds the run that locates the files of this one again, of which a boundary changed meanwhile.
pub(super) async fn locate_stale(
    connection: &mut SqliteConnection,
    run: &Run,
    again: fn(&Run, [f64; 4], Vec<String>) -> NewRun,
) -> Stored<()> {
    let changed = fields_changed(connection, &run.user_id).await?;
    let rows = sqlx::query(
        "SELECT id, west, south, east, north FROM files WHERE upload_id = ? AND run_id = ?
         AND west IS NOT NULL AND located_with IS NOT ? ORDER BY created, id",
    )
    .bind(&run.subject)
    .bind(&run.id)
    .bind(changed)
    .fetch_all(&mut *connection)
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
    insert_run(connection, &again(run, bounds, files)).await?;
    Ok(())
}
