//! Durable work in SQLite.

use super::conversion::{
    check, duplicates_finished, forget_announced, is_of, locate_stale, others_at_work,
    settle_unfinished, status_of,
};
use super::fields::fields_changed;
use super::publish::{Owner, insert_events, insert_file, insert_parts};
use super::uploads::insert_run;
use super::{Sqlite, signed, unsigned};
use crate::clock::now;
use crate::db::{
    Announced, Converted, Event, NewFile, NothingCame, Published, PublishedFile, Relocate, Run,
    Runs,
};
use crate::error::{StoreError, Stored};
use crate::events::file_failed;
use crate::failpoint::pass;
use async_trait::async_trait;
use sqlx::Row;
use sqlx::sqlite::SqliteConnection;
use std::time::Duration;
use tramline_model::{Artifact, FileOrigin};

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

    async fn give_back(&self, run: &Run) -> Stored<()> {
        sqlx::query(
            "UPDATE runs SET state = 'queued', lease = NULL, attempt = MAX(attempt - 1, 0), updated = ?
             WHERE id = ? AND fence = ? AND state = 'running'",
        )
        .bind(now())
        .bind(&run.id)
        .bind(run.fence)
        .execute(&self.write)
        .await?;
        Ok(())
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

    async fn announce(&self, run: &Run, files: &[Announced]) -> Stored<()> {
        let mut transaction = self.begin().await?;
        check(&mut transaction, run).await?;
        let upload = sqlx::query("SELECT blob_key, size, sha256 FROM uploads WHERE id = ?")
            .bind(&run.subject)
            .fetch_optional(&mut *transaction)
            .await?;
        // Removed meanwhile: the run will be told to stop.
        let Some(upload) = upload else { return Ok(()) };
        let (key, size, sha256): (String, i64, String) =
            (upload.try_get(0)?, upload.try_get(1)?, upload.try_get(2)?);
        for file in files {
            let new = sqlx::query(
                "INSERT INTO announced (upload_id, file_id) VALUES (?, ?) ON CONFLICT DO NOTHING",
            )
            .bind(&run.subject)
            .bind(&file.id)
            .execute(&mut *transaction)
            .await?;
            if new.rows_affected() == 0 {
                continue;
            }
            let time = now();
            sqlx::query(
                "INSERT INTO files (id, account_id, user_id, upload_id, provider, file_name, file_format,
                    status, origin, size, report, run_id, created, updated)
                 VALUES (?, ?, ?, ?, ?, ?, ?, 'processing', ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING",
            )
            .bind(&file.id)
            .bind(&run.account_id)
            .bind(&run.user_id)
            .bind(&run.subject)
            .bind(&file.provider)
            .bind(&file.file_name)
            .bind(&file.file_format)
            .bind(FileOrigin::Uploaded.name())
            .bind(signed(file.size))
            .bind(serde_json::json!({ "name": file.name }).to_string())
            .bind(&run.id)
            .bind(time)
            .bind(time)
            .execute(&mut *transaction)
            .await?;
            sqlx::query(
                "INSERT INTO artifacts (file_id, kind, blob_key, size, sha256) VALUES (?, ?, ?, ?, ?)
                 ON CONFLICT DO NOTHING",
            )
            .bind(&file.id)
            .bind(Artifact::OriginalFile.name())
            .bind(&key)
            .bind(size)
            .bind(&sha256)
            .execute(&mut *transaction)
            .await?;
        }
        pass("file.announcing");
        transaction.commit().await?;
        Ok(())
    }

    async fn withdraw(&self, run: &Run, file: &str) -> Stored<()> {
        let mut transaction = self.begin().await?;
        check(&mut transaction, run).await?;
        let gone = sqlx::query(
            "DELETE FROM files WHERE id = ? AND upload_id = ? AND run_id = ? AND status = 'processing'",
        )
        .bind(file)
        .bind(&run.subject)
        .bind(&run.id)
        .execute(&mut *transaction)
        .await?;
        if gone.rows_affected() > 0 {
            forget_announced(&mut transaction, run, file).await?;
        }
        transaction.commit().await?;
        Ok(())
    }

    async fn publish_file(&self, run: &Run, published: &Published) -> Stored<bool> {
        let mut transaction = self.begin().await?;
        check(&mut transaction, run).await?;
        let file = &published.file;
        if !is_of(&mut transaction, run, &file.id).await? {
            return Ok(false);
        }
        let owner = Owner {
            account: &run.account_id,
            user: &run.user_id,
            upload: Some(&run.subject),
            run: &run.id,
            made_with: Some(&published.made_with),
            located_with: Some(published.located_with),
        };
        insert_file(&mut transaction, &owner, file).await?;
        insert_parts(&mut transaction, file).await?;
        insert_events(&mut transaction, &run.account_id, &published.events).await?;
        pass("file.publishing");
        transaction.commit().await?;
        Ok(true)
    }

    async fn published_files(&self, run: &Run, made_with: &str) -> Stored<Vec<PublishedFile>> {
        let rows = sqlx::query(
            "SELECT id, status = 'failed', report, steps FROM files WHERE upload_id = ? AND run_id = ?
             AND made_with = ? AND status <> 'processing'",
        )
        .bind(&run.subject)
        .bind(&run.id)
        .bind(made_with)
        .fetch_all(&self.read)
        .await?;
        let files = rows.iter().map(|row| {
            Ok(PublishedFile {
                id: row.try_get(0)?,
                failed: row.try_get(1)?,
                report: row.try_get(2)?,
                steps: row.try_get(3)?,
            })
        });
        files.collect()
    }

    async fn files_of_others(&self, run: &Run) -> Stored<Vec<String>> {
        let rows = sqlx::query(
            "SELECT a.file_id FROM announced a LEFT JOIN files f ON f.id = a.file_id
             WHERE a.upload_id = ? AND (f.id IS NULL OR f.run_id <> ?)",
        )
        .bind(&run.subject)
        .bind(&run.id)
        .fetch_all(&self.read)
        .await?;
        rows.iter().map(|row| Ok(row.try_get(0)?)).collect()
    }

    async fn finish_conversion(&self, run: &Run, converted: &Converted) -> Stored<()> {
        let mut transaction = self.begin().await?;
        end(&mut transaction, run, "done").await?;
        let failed = settle_unfinished(&mut transaction, run, converted).await?;
        if converted.only.is_none() {
            sqlx::query("UPDATE uploads SET findings = ?, ignored = ?, given_up = ? WHERE id = ?")
                .bind(&converted.findings)
                .bind(&converted.ignored)
                .bind(converted.given_up)
                .bind(&run.subject)
                .execute(&mut *transaction)
                .await?;
        }
        if let NothingCame::Failed(message) = converted.nothing_came {
            let failed: Vec<Event> = failed
                .iter()
                .map(|file| file_failed(&run.id, file, &run.user_id, message))
                .collect();
            insert_events(&mut transaction, &run.account_id, &failed).await?;
        }
        locate_stale(&mut transaction, run, converted.relocate).await?;
        if !others_at_work(&mut transaction, run).await? {
            if let Some((status, details)) = status_of(&mut transaction, run, converted).await? {
                sqlx::query(
                    "UPDATE uploads SET status = ?, status_details = ?, processed = ? WHERE id = ?",
                )
                .bind(status.name())
                .bind(details)
                .bind(now())
                .bind(&run.subject)
                .execute(&mut *transaction)
                .await?;
            }
            insert_events(&mut transaction, &run.account_id, &converted.events).await?;
            let duplicates = duplicates_finished(&mut transaction, run).await?;
            insert_events(&mut transaction, &run.account_id, &duplicates).await?;
        }
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
        if !is_of(&mut transaction, run, &file.id).await? {
            // Removed meanwhile: it does not come back.
            transaction.commit().await?;
            return Ok(());
        }
        let owner = Owner {
            account: &run.account_id,
            user: &run.user_id,
            upload: None,
            run: &run.id,
            made_with: None,
            located_with: relocate.map(|relocate| relocate.since),
        };
        insert_file(&mut transaction, &owner, file).await?;
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
             FROM runs r WHERE r.subject = ? ORDER BY r.state = 'running' DESC, r.created DESC LIMIT 1",
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
