//! What conversions write in SQLite.

use super::conversion::{check, forget_announced, locate_stale, own, settle_unfinished, standing};
use super::fields::fields_changed;
use super::publish::{Owner, Row, insert_files};
use super::queue::end;
use super::writing::Writing;
use super::{ROWS, Sqlite, list_of};
use crate::clock::now;
use crate::error::Stored;
use crate::failpoint::pass;
use crate::store::rules::conversion_end;
use crate::store::{
    Announced, Conversions, Converted, Event, NewFile, Published, PublishedFile, Relocate, Run,
    RunState,
};
use async_trait::async_trait;
use sqlx::{QueryBuilder, Row as _};
use std::collections::HashSet;
use tramline_model::{Artifact, FileOrigin};

#[async_trait]
impl Conversions for Sqlite {
    async fn announce(&self, run: &Run, files: &[Announced]) -> Stored<()> {
        let mut transaction = self.begin().await?;
        check(&mut transaction, run).await?;
        if files.is_empty() {
            return Ok(());
        }
        let mut query = QueryBuilder::new(
            "INSERT INTO announced (upload_id, file_id) SELECT u.id, f.value FROM uploads u, json_each(",
        );
        query
            .push_bind(list_of(files.iter().map(|file| &file.id))?)
            .push(") f WHERE u.id = ")
            .push_bind(&run.subject)
            .push(" ON CONFLICT DO NOTHING RETURNING file_id");
        let rows = query.build().fetch_all(&mut *transaction).await?;
        let new = rows.iter().map(|row| Ok(row.try_get(0)?));
        let new = new.collect::<Stored<HashSet<String>>>()?;
        let new: Vec<&Announced> = files.iter().filter(|file| new.contains(&file.id)).collect();
        // None are new, or the upload was removed meanwhile: the run will be told to stop.
        if new.is_empty() {
            return Ok(());
        }
        // Files are listed in the order in which they were recognised.
        let row = sqlx::query("SELECT COALESCE(MAX(created), 0) FROM files WHERE upload_id = ?")
            .bind(&run.subject)
            .fetch_one(&mut *transaction)
            .await?;
        let first = now().max(row.try_get::<i64, _>(0)?.saturating_add(1));
        let rows: Vec<(&Announced, i64)> = new.iter().copied().zip(first..).collect();
        for rows in rows.chunks(ROWS) {
            let mut query = QueryBuilder::new(
                "INSERT INTO files (id, account_id, user_id, upload_id, provider, file_name, file_format,
                    status, origin, size, report, run_id, created, updated) ",
            );
            query.push_values(rows, |mut row, (file, time)| {
                row.push_bind(&file.id)
                    .push_bind(&run.account_id)
                    .push_bind(&run.user_id)
                    .push_bind(&run.subject)
                    .push_bind(&file.provider)
                    .push_bind(&file.file_name)
                    .push_bind(&file.file_format)
                    .push_bind("processing")
                    .push_bind(FileOrigin::Uploaded.name())
                    .push_bind(super::signed(file.size))
                    .push_bind(serde_json::json!({ "name": file.name }).to_string())
                    .push_bind(&run.id)
                    .push_bind(*time)
                    .push_bind(*time);
            });
            query.push(" ON CONFLICT DO NOTHING");
            let query = query.build().persistent(rows.len() == 1);
            query.execute(&mut *transaction).await?;
        }
        sqlx::query(
            "INSERT INTO artifacts (file_id, kind, blob_key, size, sha256)
             SELECT f.value, ?, u.blob_key, u.size, u.sha256 FROM uploads u, json_each(?) f WHERE u.id = ?
             ON CONFLICT DO NOTHING",
        )
        .bind(Artifact::OriginalFile.name())
        .bind(list_of(new.iter().map(|file| &file.id))?)
        .bind(&run.subject)
        .execute(&mut *transaction)
        .await?;
        pass("file.announcing");
        transaction.bell.changed(&run.subject);
        transaction.commit().await
    }

    async fn withdraw(&self, run: &Run, files: &[String]) -> Stored<()> {
        let mut transaction = self.begin().await?;
        check(&mut transaction, run).await?;
        let gone = sqlx::query(
            "DELETE FROM files WHERE id IN (SELECT value FROM json_each(?)) AND upload_id = ?
                AND run_id = ? AND status = 'processing' RETURNING id",
        )
        .bind(list_of(files)?)
        .bind(&run.subject)
        .bind(&run.id)
        .fetch_all(&mut *transaction)
        .await?;
        forget_announced(&mut transaction, run, &gone).await?;
        transaction.bell.changed(&run.subject);
        transaction.commit().await
    }

    async fn publish(&self, run: &Run, files: &[Published]) -> Stored<Vec<String>> {
        let mut transaction = self.begin().await?;
        let own = own(
            &mut transaction,
            run,
            files.iter().map(|made| &made.file.id),
        )
        .await?;
        let files: Vec<&Published> = files
            .iter()
            .filter(|made| own.contains(&made.file.id))
            .collect();
        if files.is_empty() {
            return Ok(Vec::new());
        }
        let owner = Owner {
            account: &run.account_id,
            user: &run.user_id,
            upload: Some(&run.subject),
            run: &run.id,
        };
        let rows = files.iter().map(|made| Row {
            file: &made.file,
            made_with: Some(&made.made_with),
            located_with: Some(made.located_with),
        });
        insert_files(&mut transaction, &owner, &rows.collect::<Vec<_>>()).await?;
        let events = files.iter().flat_map(|made| made.events.iter().cloned());
        let events: Vec<Event> = events.collect();
        transaction.add_events(&run.account_id, &events).await?;
        pass("file.publishing");
        transaction.bell.changed(&run.subject);
        transaction.commit().await?;
        Ok(files.iter().map(|made| made.file.id.clone()).collect())
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
        let progress = converted.progress.as_deref();
        end(&mut transaction, run, RunState::Done, progress).await?;
        settle_unfinished(&mut transaction, run, converted).await?;
        if converted.only.is_none() {
            sqlx::query("UPDATE uploads SET findings = ?, ignored = ?, given_up = ? WHERE id = ?")
                .bind(&converted.findings)
                .bind(&converted.ignored)
                .bind(converted.given_up)
                .bind(&run.subject)
                .execute(&mut *transaction)
                .await?;
        }
        locate_stale(&mut transaction, run, converted.relocate).await?;
        let standing = standing(&mut transaction, run).await?;
        let ending = conversion_end(run, converted, &standing);
        if let Some((status, details)) = ending.status {
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
        transaction
            .add_events(&run.account_id, &ending.events)
            .await?;
        for (duplicate, _) in &standing.duplicates {
            transaction.bell.ended(duplicate);
        }
        transaction.bell.ended(&run.subject);
        pass("run.publishing");
        transaction.commit().await
    }

    async fn finish_file(
        &self,
        run: &Run,
        file: &NewFile,
        events: &[Event],
        relocate: Option<&Relocate>,
    ) -> Stored<()> {
        let mut transaction = self.begin().await?;
        let own = own(&mut transaction, run, [&file.id]).await?;
        end(&mut transaction, run, RunState::Done, None).await?;
        if own.is_empty() {
            // Removed meanwhile: it does not come back.
            return transaction.commit().await;
        }
        let owner = Owner {
            account: &run.account_id,
            user: &run.user_id,
            upload: None,
            run: &run.id,
        };
        let row = Row {
            file,
            made_with: None,
            located_with: relocate.map(|relocate| relocate.since),
        };
        insert_files(&mut transaction, &owner, &[row]).await?;
        transaction.add_events(&run.account_id, events).await?;
        locate_again(&mut transaction, run, relocate).await?;
        transaction.bell.changed(&run.subject);
        transaction.commit().await
    }
}

/// Adds the run that locates files again, if a boundary changed since they were located.
async fn locate_again(writing: &mut Writing, run: &Run, relocate: Option<&Relocate>) -> Stored<()> {
    if let Some(relocate) = relocate
        && fields_changed(&mut **writing, &run.user_id).await? != relocate.since
    {
        writing.add_run(&relocate.run).await?;
    }
    Ok(())
}
