//! Durable work in SQLite.

use super::fields::fields_changed;
use super::publish::{insert_events, insert_file, insert_parts};
use super::uploads::insert_run;
use super::{Sqlite, unsigned};
use crate::clock::now;
use crate::db::{Converted, Event, NewFile, Relocate, Run, Runs, UploadStatus};
use crate::error::{StoreError, Stored};
use crate::events::batch_finished;
use crate::failpoint::pass;
use async_trait::async_trait;
use sqlx::Row;
use sqlx::sqlite::SqliteConnection;
use std::collections::HashSet;
use std::time::Duration;

/// How often a run may begin before it is given up.
const ATTEMPTS: i64 = 3;

fn micros(duration: Duration) -> i64 {
    i64::try_from(duration.as_micros()).unwrap_or(i64::MAX)
}

/// Ends the run if it is still this worker's; otherwise nothing of the transaction may stand.
pub(super) async fn end(connection: &mut SqliteConnection, run: &Run, state: &str) -> Stored<()> {
    let done = sqlx::query(
        "UPDATE runs SET state = ?, lease = NULL, updated = ?
         WHERE id = ? AND fence = ? AND state = 'running'",
    )
    .bind(state)
    .bind(now())
    .bind(&run.id)
    .bind(run.fence)
    .execute(connection)
    .await?;
    if done.rows_affected() == 1 {
        Ok(())
    } else {
        Err(StoreError::LeaseLost(run.id.clone()))
    }
}

fn only(converted: &Converted) -> String {
    serde_json::to_string(&converted.only).unwrap_or_default()
}

/// Events about batches of the same bytes: they end with the first.
async fn duplicates_finished(
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

/// Those of `only` that were not removed meanwhile: they must not come back.
async fn still_there(
    connection: &mut SqliteConnection,
    converted: &Converted,
) -> Stored<HashSet<String>> {
    let rows = sqlx::query("SELECT id FROM files WHERE id IN (SELECT value FROM json_each(?))")
        .bind(only(converted))
        .fetch_all(connection)
        .await?;
    rows.iter().map(|row| Ok(row.try_get(0)?)).collect()
}

/// No file waits for a run that has ended.
async fn fail_unfinished(connection: &mut SqliteConnection, converted: &Converted) -> Stored<()> {
    sqlx::query(
        "UPDATE files SET status = 'failed', failed_step = 'rawGeojson', failed_message = ?, updated = ?
         WHERE status = 'processing' AND id IN (SELECT value FROM json_each(?))",
    )
    .bind(converted.unfinished)
    .bind(now())
    .bind(only(converted))
    .execute(connection)
    .await?;
    Ok(())
}

async fn any_processed(connection: &mut SqliteConnection, upload: &str) -> Stored<bool> {
    let row =
        sqlx::query("SELECT 1 FROM files WHERE upload_id = ? AND status = 'processed' LIMIT 1")
            .bind(upload)
            .fetch_optional(connection)
            .await?;
    Ok(row.is_some())
}

#[async_trait]
impl Runs for Sqlite {
    async fn lease_run(&self, worker: &str, lease: Duration) -> Stored<Option<Run>> {
        let mut transaction = self.begin().await?;
        let time = now();
        let row = sqlx::query(
            "UPDATE runs SET state = 'running', attempt = attempt + 1, fence = fence + 1, worker = ?,
                lease = ?, updated = ?
             WHERE id = (
                SELECT r.id FROM runs r
                WHERE (r.state = 'queued' AND r.not_before <= ?)
                   OR (r.state = 'running' AND r.lease <= ?)
                ORDER BY (SELECT COUNT(*) FROM runs b
                          WHERE b.user_id = r.user_id AND b.state = 'running' AND b.lease > ?),
                         r.created
                LIMIT 1)
             RETURNING id, account_id, user_id, kind, subject, task, attempt, fence",
        )
        .bind(worker)
        .bind(time.saturating_add(micros(lease)))
        .bind(time)
        .bind(time)
        .bind(time)
        .bind(time)
        .fetch_optional(&mut *transaction)
        .await?;
        transaction.commit().await?;
        let Some(row) = row else { return Ok(None) };
        Ok(Some(Run {
            id: row.try_get("id")?,
            account_id: row.try_get("account_id")?,
            user_id: row.try_get("user_id")?,
            kind: row.try_get("kind")?,
            subject: row.try_get("subject")?,
            task: row.try_get("task")?,
            attempt: u32::try_from(row.try_get::<i64, _>("attempt")?).unwrap_or(u32::MAX),
            fence: row.try_get("fence")?,
        }))
    }

    async fn renew(&self, runs: &[(String, i64)], lease: Duration) -> Stored<Vec<String>> {
        let mut lost = Vec::new();
        let until = now().saturating_add(micros(lease));
        for (id, fence) in runs {
            let row = sqlx::query(
                "UPDATE runs SET lease = ? WHERE id = ? AND fence = ? AND state = 'running'
                 RETURNING cancel",
            )
            .bind(until)
            .bind(id)
            .bind(fence)
            .fetch_optional(&self.write)
            .await?;
            let cancelled = match row {
                None => true,
                Some(row) => row.try_get::<i64, _>(0)? != 0,
            };
            if cancelled {
                lost.push(id.clone());
            }
        }
        Ok(lost)
    }

    async fn set_progress(&self, run: &Run, progress: &str) -> Stored<()> {
        sqlx::query("UPDATE runs SET progress = ?, updated = ? WHERE id = ? AND fence = ?")
            .bind(progress)
            .bind(now())
            .bind(&run.id)
            .bind(run.fence)
            .execute(&self.write)
            .await?;
        Ok(())
    }

    async fn postpone(&self, run: &Run, task: &str, reason: &str, wait: Duration) -> Stored<()> {
        let time = now();
        let done = sqlx::query(
            "UPDATE runs SET state = 'queued', lease = NULL, not_before = ?, task = ?, reason = ?, updated = ?
             WHERE id = ? AND fence = ? AND state = 'running'",
        )
        .bind(time.saturating_add(micros(wait)))
        .bind(task)
        .bind(reason)
        .bind(time)
        .bind(&run.id)
        .bind(run.fence)
        .execute(&self.write)
        .await?;
        if done.rows_affected() == 1 {
            Ok(())
        } else {
            Err(StoreError::LeaseLost(run.id.clone()))
        }
    }

    async fn settle_cancelled(&self, run: &Run) -> Stored<()> {
        sqlx::query(
            "UPDATE runs SET state = 'cancelled', lease = NULL, updated = ?
             WHERE id = ? AND fence = ? AND state = 'running' AND cancel = 1",
        )
        .bind(now())
        .bind(&run.id)
        .bind(run.fence)
        .execute(&self.write)
        .await?;
        Ok(())
    }

    async fn bury(&self, run: &Run, reason: &str) -> Stored<()> {
        let mut transaction = self.begin().await?;
        end(&mut transaction, run, "dead").await?;
        sqlx::query("UPDATE runs SET reason = ? WHERE id = ?")
            .bind(reason)
            .bind(&run.id)
            .execute(&mut *transaction)
            .await?;
        transaction.commit().await?;
        Ok(())
    }

    async fn finish_conversion(&self, run: &Run, converted: &Converted) -> Stored<()> {
        let mut transaction = self.begin().await?;
        end(&mut transaction, run, "done").await?;
        let still_there = still_there(&mut transaction, converted).await?;
        for file in &converted.files {
            if converted.only.is_some() && !still_there.contains(&file.id) {
                continue;
            }
            insert_file(
                &mut transaction,
                &run.account_id,
                &run.user_id,
                Some(&run.subject),
                file,
            )
            .await?;
            insert_parts(&mut transaction, file).await?;
        }
        fail_unfinished(&mut transaction, converted).await?;
        let (status, details) = match &converted.only {
            Some(_) if any_processed(&mut transaction, &run.subject).await? => {
                (UploadStatus::Processed, None)
            }
            _ => (converted.status, converted.status_details.as_deref()),
        };
        sqlx::query(
            "UPDATE uploads SET status = ?, status_details = ?, findings = ?, ignored = ?, processed = ?
             WHERE id = ?",
        )
        .bind(status.name())
        .bind(details)
        .bind(&converted.findings)
        .bind(&converted.ignored)
        .bind(now())
        .bind(&run.subject)
        .execute(&mut *transaction)
        .await?;
        insert_events(&mut transaction, &run.account_id, &converted.events).await?;
        let duplicates = duplicates_finished(&mut transaction, run).await?;
        insert_events(&mut transaction, &run.account_id, &duplicates).await?;
        locate_again(&mut transaction, run, converted.relocate.as_ref()).await?;
        pass("run.publishing");
        transaction.commit().await?;
        Ok(())
    }

    async fn finish_file(
        &self,
        run: &Run,
        file: &NewFile,
        events: &[Event],
        relocate: Option<&Relocate>,
    ) -> Stored<()> {
        let mut transaction = self.begin().await?;
        end(&mut transaction, run, "done").await?;
        insert_file(&mut transaction, &run.account_id, &run.user_id, None, file).await?;
        insert_parts(&mut transaction, file).await?;
        insert_events(&mut transaction, &run.account_id, events).await?;
        locate_again(&mut transaction, run, relocate).await?;
        transaction.commit().await?;
        Ok(())
    }

    async fn release_all(&self) -> Stored<u64> {
        let done = sqlx::query(
            "UPDATE runs SET lease = 0, attempt = MAX(attempt - 1, 0) WHERE state = 'running'",
        )
        .execute(&self.write)
        .await?;
        Ok(done.rows_affected())
    }

    async fn run_of_subject(&self, subject: &str) -> Stored<Option<(String, String, u64)>> {
        let row = sqlx::query(
            "SELECT r.state, r.progress,
                (SELECT COUNT(*) FROM runs b WHERE b.state = 'queued' AND b.created < r.created) AS before
             FROM runs r WHERE r.subject = ? ORDER BY r.created DESC LIMIT 1",
        )
        .bind(subject)
        .fetch_optional(&self.read)
        .await?;
        let Some(row) = row else { return Ok(None) };
        Ok(Some((
            row.try_get(0)?,
            row.try_get(1)?,
            unsigned(row.try_get(2)?),
        )))
    }

    async fn cancel_runs(&self, subject: &str) -> Stored<()> {
        sqlx::query(
            "UPDATE runs SET cancel = 1 WHERE subject = ? AND state IN ('queued', 'running')",
        )
        .bind(subject)
        .execute(&self.write)
        .await?;
        Ok(())
    }

    async fn run_counts(&self) -> Stored<(u64, u64, u64)> {
        let mut counts = (0, 0, 0);
        let rows = sqlx::query("SELECT state, COUNT(*) FROM runs GROUP BY state")
            .fetch_all(&self.read)
            .await?;
        for row in rows {
            let state: String = row.try_get(0)?;
            let count = unsigned(row.try_get(1)?);
            match state.as_str() {
                "queued" => counts.0 = count,
                "running" => counts.1 = count,
                "dead" => counts.2 = count,
                _ => {}
            }
        }
        Ok(counts)
    }
}

/// Adds the run that locates files again, if a boundary changed since they were located.
async fn locate_again(
    connection: &mut SqliteConnection,
    run: &Run,
    relocate: Option<&Relocate>,
) -> Stored<()> {
    if let Some(relocate) = relocate
        && fields_changed(connection, &run.user_id).await? != relocate.since
    {
        insert_run(connection, &relocate.run).await?;
    }
    Ok(())
}

/// Whether this beginning is one too many.
impl Run {
    /// `forgiven` beginnings do not count.
    pub fn out_of_attempts(&self, forgiven: usize) -> bool {
        i64::from(self.attempt) > ATTEMPTS.saturating_add(forgiven as i64)
    }
}
