//! Durable work in SQLite.

use super::connection::Connection;
use super::{Sqlite, unsigned, word};
use crate::clock::now;
use crate::error::{StoreError, Stored};
use crate::events::batch_finished;
use crate::store::rules::{unfinished_step, unfinished_told};
use crate::store::{Beat, GivenUp, NewRun, Queue, Run, RunProgress, RunState};
use async_trait::async_trait;
use sqlx::Row;
use std::time::Duration;

fn micros(duration: Duration) -> i64 {
    i64::try_from(duration.as_micros()).unwrap_or(i64::MAX)
}

/// Ends the run if it is still this worker's; otherwise nothing of the transaction may stand.
pub(super) async fn end(
    connection: &mut Connection,
    run: &Run,
    state: RunState,
    progress: Option<&str>,
) -> Stored<()> {
    let done = sqlx::query(
        "UPDATE runs SET state = ?, lease = NULL, progress = COALESCE(?, progress), updated = ?
         WHERE id = ? AND fence = ? AND state = 'running'",
    )
    .bind(state.name())
    .bind(progress)
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

#[async_trait]
impl Queue for Sqlite {
    async fn add_run(&self, run: &NewRun) -> Stored<()> {
        let mut transaction = self.begin().await?;
        transaction.add_run(run).await?;
        transaction.commit().await
    }

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

    async fn renew(&self, beats: &[Beat], lease: Duration) -> Stored<Vec<String>> {
        let mut lost = Vec::new();
        let until = now().saturating_add(micros(lease));
        for beat in beats {
            let row = sqlx::query(
                "UPDATE runs SET lease = ?, progress = COALESCE(?, progress)
                 WHERE id = ? AND fence = ? AND state = 'running' RETURNING cancel",
            )
            .bind(until)
            .bind(&beat.progress)
            .bind(&beat.run)
            .bind(beat.fence)
            .fetch_optional(&self.write)
            .await?;
            let cancelled = match row {
                None => true,
                Some(row) => row.try_get::<i64, _>(0)? != 0,
            };
            if cancelled {
                lost.push(beat.run.clone());
            }
        }
        Ok(lost)
    }

    async fn postpone(&self, run: &Run, task: &str, reason: &str, wait: Duration) -> Stored<()> {
        let time = now();
        let mut transaction = self.begin().await?;
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
        .execute(&mut *transaction)
        .await?;
        if done.rows_affected() == 0 {
            return Err(StoreError::LeaseLost(run.id.clone()));
        }
        if wait.is_zero() {
            transaction.bell.run();
        }
        transaction.bell.changed(&run.subject);
        transaction.commit().await
    }

    async fn put_back(&self, run: &Run, reason: &str, wait: Duration) -> Stored<()> {
        let time = now();
        let mut transaction = self.begin().await?;
        let done = sqlx::query(
            "UPDATE runs SET state = 'queued', lease = NULL, attempt = MAX(attempt - 1, 0),
                not_before = ?, reason = ?, updated = ?
             WHERE id = ? AND fence = ? AND state = 'running'",
        )
        .bind(time.saturating_add(micros(wait)))
        .bind(reason)
        .bind(time)
        .bind(&run.id)
        .bind(run.fence)
        .execute(&mut *transaction)
        .await?;
        if done.rows_affected() == 0 {
            return Err(StoreError::LeaseLost(run.id.clone()));
        }
        if wait.is_zero() {
            transaction.bell.run();
        }
        transaction.bell.changed(&run.subject);
        transaction.commit().await
    }

    async fn abandon(&self, run: &Run, given_up: &GivenUp<'_>) -> Stored<()> {
        let time = now();
        let mut transaction = self.begin().await?;
        end(&mut transaction, run, RunState::Dead, None).await?;
        sqlx::query("UPDATE runs SET reason = ? WHERE id = ?")
            .bind(given_up.reason)
            .bind(&run.id)
            .execute(&mut *transaction)
            .await?;
        let failed = sqlx::query(
            "UPDATE files SET status = 'failed', failed_step = ?1, failed_message = ?2, updated = ?3
             WHERE status = 'processing' AND (id = ?4 OR (upload_id = ?4 AND NOT EXISTS (
                SELECT 1 FROM runs WHERE subject = ?4 AND kind = ?5 AND state IN ('queued', 'running'))))
             RETURNING id",
        )
        .bind(unfinished_step())
        .bind(given_up.details)
        .bind(time)
        .bind(&run.subject)
        .bind(&run.kind)
        .fetch_all(&mut *transaction)
        .await?;
        let failed = failed.iter().map(|row| Ok(row.try_get(0)?));
        let failed = failed.collect::<Stored<Vec<String>>>()?;
        sqlx::query(
            "UPDATE uploads SET processed = ?1, given_up = 1, findings = ?2, status_details = ?3,
                status = CASE WHEN EXISTS (SELECT 1 FROM files
                    WHERE upload_id = ?4 AND status = 'processed') THEN 'PROCESSED' ELSE 'FAILED' END
             WHERE id = ?4 AND status = 'RECEIVED' AND NOT EXISTS (
                SELECT 1 FROM runs WHERE subject = ?4 AND kind = ?5 AND state IN ('queued', 'running'))",
        )
        .bind(time)
        .bind(given_up.findings)
        .bind(given_up.details)
        .bind(&run.subject)
        .bind(&run.kind)
        .execute(&mut *transaction)
        .await?;
        let duplicates = sqlx::query("SELECT id, user_id FROM uploads WHERE duplicate_of = ?")
            .bind(&run.subject)
            .fetch_all(&mut *transaction)
            .await?;
        let mut events = given_up.events.to_vec();
        for row in duplicates {
            let (id, user): (String, String) = (row.try_get(0)?, row.try_get(1)?);
            events.push(batch_finished(&run.id, &id, &user));
            transaction.bell.ended(&id);
        }
        if failed.iter().any(|file| *file != run.subject) {
            events.extend(unfinished_told(run, &failed, given_up.details));
        }
        transaction.add_events(&run.account_id, &events).await?;
        transaction.bell.ended(&run.subject);
        transaction.commit().await
    }

    async fn give_back(&self, run: &Run) -> Stored<()> {
        let mut transaction = self.begin().await?;
        let done = sqlx::query(
            "UPDATE runs SET state = 'queued', lease = NULL, attempt = MAX(attempt - 1, 0), updated = ?
             WHERE id = ? AND fence = ? AND state = 'running'",
        )
        .bind(now())
        .bind(&run.id)
        .bind(run.fence)
        .execute(&mut *transaction)
        .await?;
        if done.rows_affected() == 1 {
            transaction.bell.run();
            transaction.bell.changed(&run.subject);
        }
        transaction.commit().await
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
        end(&mut transaction, run, RunState::Dead, None).await?;
        sqlx::query("UPDATE runs SET reason = ? WHERE id = ?")
            .bind(reason)
            .bind(&run.id)
            .execute(&mut *transaction)
            .await?;
        transaction.bell.changed(&run.subject);
        transaction.commit().await
    }

    async fn finish_run(&self, run: &Run) -> Stored<()> {
        let mut transaction = self.begin().await?;
        end(&mut transaction, run, RunState::Done, None).await?;
        transaction.bell.changed(&run.subject);
        transaction.commit().await
    }

    async fn release_all(&self) -> Stored<u64> {
        let done = sqlx::query(
            "UPDATE runs SET lease = 0, attempt = MAX(attempt - 1, 0) WHERE state = 'running'",
        )
        .execute(&self.write)
        .await?;
        Ok(done.rows_affected())
    }

    async fn run_of_subject(&self, subject: &str) -> Stored<Option<RunProgress>> {
        let row = sqlx::query(
            "SELECT r.state, r.progress,
                (SELECT COUNT(*) FROM runs b WHERE b.state = 'queued' AND b.created < r.created) AS before
             FROM runs r WHERE r.subject = ? ORDER BY r.state = 'running' DESC, r.created DESC LIMIT 1",
        )
        .bind(subject)
        .fetch_optional(&self.read)
        .await?;
        let Some(row) = row else { return Ok(None) };
        Ok(Some(RunProgress {
            state: word(&row, "state", RunState::from_name)?,
            progress: row.try_get("progress")?,
            before: unsigned(row.try_get("before")?),
        }))
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
