//! Uploads in SQLite.

use super::connection::Connection;
use super::sweep::unowned;
use super::{Sqlite, ordered, signed, unsigned, word};
use crate::blobs::{Key, Parts};
use crate::clock::now;
use crate::error::{StoreError, Stored};
use crate::events::batch_finished;
use crate::failpoint::pass;
use crate::store::rules::arrival;
use crate::store::{
    Action, By, Listed, NewRun, NewUpload, Page, Upload, UploadFilter, UploadSort, UploadStatus,
    Uploads,
};
use async_trait::async_trait;
use sqlx::sqlite::SqliteRow;
use sqlx::{QueryBuilder, Row, Sqlite as Driver};

/// A duplicate stands as its first upload does.
const COLUMNS: &str =
    "u.id, u.account_id, u.user_id, u.provider, u.file_format, u.file_name, u.size,
    u.sha256, u.given, u.blob_key, u.parts, u.duplicate_of, u.uploaded,
    COALESCE(f.status, u.status) AS status,
    COALESCE(f.status_details, u.status_details) AS status_details,
    COALESCE(f.findings, u.findings) AS findings, COALESCE(f.ignored, u.ignored) AS ignored,
    COALESCE(f.processed, u.processed) AS processed, COALESCE(f.given_up, u.given_up) AS given_up";
const TABLES: &str = " FROM uploads u LEFT JOIN uploads f ON f.id = u.duplicate_of";

fn row_to_upload(row: &SqliteRow) -> Result<Upload, StoreError> {
    Ok(Upload {
        id: row.try_get("id")?,
        account_id: row.try_get("account_id")?,
        user_id: row.try_get("user_id")?,
        provider: row.try_get("provider")?,
        file_format: row.try_get("file_format")?,
        file_name: row.try_get("file_name")?,
        size: unsigned(row.try_get("size")?),
        sha256: row.try_get("sha256")?,
        given: row.try_get("given")?,
        blob_key: word(row, "blob_key", Key::parse)?,
        parts: word(row, "parts", Parts::parse)?,
        status: word(row, "status", UploadStatus::from_name)?,
        status_details: row.try_get("status_details")?,
        duplicate_of: row.try_get("duplicate_of")?,
        findings: row.try_get("findings")?,
        ignored: row.try_get("ignored")?,
        uploaded: row.try_get("uploaded")?,
        processed: row.try_get("processed")?,
        given_up: row.try_get("given_up")?,
    })
}

async fn insert(
    connection: &mut Connection,
    upload: &NewUpload,
    first: Option<&str>,
) -> Result<(), sqlx::Error> {
    sqlx::query(
        "INSERT INTO uploads (id, account_id, user_id, provider, file_format, file_name, size, sha256,
            given, blob_key, parts, status, findings, duplicate_of, idempotency, uploaded)
         VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 'RECEIVED', ?, ?, ?, ?)",
    )
    .bind(&upload.id)
    .bind(&upload.account_id)
    .bind(&upload.user_id)
    .bind(&upload.provider)
    .bind(&upload.file_format)
    .bind(&upload.file_name)
    .bind(signed(upload.size))
    .bind(&upload.sha256)
    .bind(&upload.given)
    .bind(upload.blob_key.to_string())
    .bind(upload.parts.text())
    .bind(&upload.findings)
    .bind(first)
    .bind(&upload.idempotency)
    .bind(now())
    .execute(connection)
    .await?;
    Ok(())
}

async fn same_key(
    connection: &mut Connection,
    upload: &NewUpload,
) -> Result<Option<String>, sqlx::Error> {
    let Some(key) = &upload.idempotency else {
        return Ok(None);
    };
    let row = sqlx::query("SELECT id FROM uploads WHERE user_id = ? AND idempotency = ?")
        .bind(&upload.user_id)
        .bind(key)
        .fetch_optional(connection)
        .await?;
    row.map(|row| row.try_get(0)).transpose()
}

async fn same_content(
    connection: &mut Connection,
    upload: &NewUpload,
) -> Stored<Option<(String, UploadStatus)>> {
    let row = sqlx::query(
        "SELECT id, status FROM uploads WHERE user_id = ? AND sha256 = ? AND provider = ? AND file_format IS ?
            AND given = ? AND duplicate_of IS NULL ORDER BY uploaded LIMIT 1",
    )
    .bind(&upload.user_id)
    .bind(&upload.sha256)
    .bind(&upload.provider)
    .bind(&upload.file_format)
    .bind(&upload.given)
    .fetch_optional(connection)
    .await?;
    let first = |row: &SqliteRow| {
        Ok((
            row.try_get("id")?,
            word(row, "status", UploadStatus::from_name)?,
        ))
    };
    row.as_ref().map(first).transpose()
}

/// What is asked of rows without the first uploads of duplicates beside them, so that an index may be enough.
pub(super) fn narrow(query: &mut QueryBuilder<Driver>, account: &str, filter: &UploadFilter) {
    query
        .push(" FROM uploads u WHERE u.account_id = ")
        .push_bind(account.to_owned());
    if let Some(user) = &filter.user {
        query.push(" AND u.user_id = ").push_bind(user.clone());
    }
    if let Some(status) = filter.status {
        query
            .push(" AND u.shown_status = ")
            .push_bind(status.name());
    }
    for (condition, value) in [
        (" AND u.uploaded >= ", filter.uploaded_from),
        (" AND u.uploaded <= ", filter.uploaded_to),
    ] {
        if let Some(value) = value {
            query.push(condition).push_bind(value);
        }
    }
    for (compared, value) in [
        (" >= ", filter.processed_from),
        (" <= ", filter.processed_to),
    ] {
        if let Some(value) = value {
            query
                .push(" AND COALESCE((SELECT processed FROM uploads f WHERE f.id = u.duplicate_of), u.processed)")
                .push(compared)
                .push_bind(value);
        }
    }
}

pub(super) fn order(query: &mut QueryBuilder<Driver>, sort: &[(UploadSort, bool)]) {
    let keys = sort.iter().map(|(sort, rises)| (column(*sort), *rises));
    query.push(ordered(keys, "u.uploaded", "u.id"));
}

fn column(sort: UploadSort) -> &'static str {
    match sort {
        UploadSort::Id => "u.id",
        UploadSort::FileName => "u.file_name",
        UploadSort::Size => "u.size",
        UploadSort::Status => "u.shown_status",
        UploadSort::Provider => "u.provider",
        UploadSort::UploadTimestamp => "u.uploaded",
    }
}

#[async_trait]
impl Uploads for Sqlite {
    async fn add_upload(&self, upload: &NewUpload, run: &NewRun, force: bool) -> Stored<Upload> {
        let mut transaction = self.begin().await?;
        if let Some(id) = same_key(&mut transaction, upload).await? {
            return self.stored(&upload.account_id, &id).await;
        }
        let first = same_content(&mut transaction, upload).await?;
        let arrival = arrival(first.as_ref(), force, || {
            batch_finished(&run.id, &upload.id, &upload.user_id)
        });
        insert(&mut transaction, upload, arrival.duplicate_of).await?;
        if arrival.runs {
            transaction.add_run(run).await?;
        }
        transaction
            .add_events(&upload.account_id, &arrival.events)
            .await?;
        let id = Some(upload.id.as_str());
        transaction
            .record(&upload.account_id, &upload.by, Action::Upload, id)
            .await?;
        pass("upload.committing");
        transaction.commit().await?;
        self.stored(&upload.account_id, &upload.id).await
    }

    async fn upload(&self, account: &str, id: &str) -> Stored<Option<Upload>> {
        let mut query = QueryBuilder::<Driver>::new("SELECT ");
        query.push(COLUMNS).push(TABLES);
        query
            .push(" WHERE u.account_id = ")
            .push_bind(account)
            .push(" AND u.id = ")
            .push_bind(id);
        let row = query.build().fetch_optional(&self.read).await?;
        row.as_ref().map(row_to_upload).transpose()
    }

    async fn uploads(
        &self,
        account: &str,
        filter: &UploadFilter,
        sort: &[(UploadSort, bool)],
        page: Page,
    ) -> Stored<Listed<Upload>> {
        let mut count = QueryBuilder::<Driver>::new("SELECT COUNT(*)");
        narrow(&mut count, account, filter);
        let total: i64 = count.build().fetch_one(&self.read).await?.try_get(0)?;
        let mut query = QueryBuilder::<Driver>::new("SELECT ");
        query
            .push(COLUMNS)
            .push(TABLES)
            .push(" JOIN (SELECT u.id AS page_id");
        narrow(&mut query, account, filter);
        order(&mut query, sort);
        query
            .push(" LIMIT ")
            .push_bind(signed(page.size))
            .push(" OFFSET ")
            .push_bind(signed(page.page.saturating_mul(page.size)))
            .push(") ON page_id = u.id");
        order(&mut query, sort);
        let rows = query.build().fetch_all(&self.read).await?;
        Ok(Listed {
            items: rows.iter().map(row_to_upload).collect::<Result<_, _>>()?,
            total: unsigned(total),
        })
    }

    async fn remove_upload(&self, account: &str, id: &str) -> Stored<Option<Vec<String>>> {
        let mut transaction = self.begin().await?;
        let row = sqlx::query(
            "SELECT blob_key, duplicate_of FROM uploads WHERE account_id = ? AND id = ?",
        )
        .bind(account)
        .bind(id)
        .fetch_optional(&mut *transaction)
        .await?;
        let Some(row) = row else { return Ok(None) };
        let mut keys = Vec::new();
        if row.try_get::<Option<String>, _>("duplicate_of")?.is_none() {
            // What duplicates of it showed goes with it: they have no files of their own.
            let rows = sqlx::query("DELETE FROM uploads WHERE duplicate_of = ? RETURNING id")
                .bind(id)
                .fetch_all(&mut *transaction)
                .await?;
            for row in rows {
                transaction.bell.ended(row.try_get(0)?);
            }
            keys.push(row.try_get("blob_key")?);
            let rows = sqlx::query(
                "SELECT a.blob_key FROM artifacts a JOIN files f ON f.id = a.file_id WHERE f.upload_id = ?",
            )
            .bind(id)
            .fetch_all(&mut *transaction)
            .await?;
            for row in rows {
                keys.push(row.try_get(0)?);
            }
            let rows = sqlx::query(
                "UPDATE runs SET cancel = 1 WHERE subject = ? RETURNING CASE state WHEN 'running' THEN id END",
            )
            .bind(id)
            .fetch_all(&mut *transaction)
            .await?;
            for row in rows {
                if let Some(run) = row.try_get::<Option<String>, _>(0)? {
                    transaction.bell.cancelled(&run);
                }
            }
            sqlx::query(
                "UPDATE runs SET state = 'cancelled' WHERE subject = ? AND state = 'queued'",
            )
            .bind(id)
            .execute(&mut *transaction)
            .await?;
        }
        sqlx::query("DELETE FROM uploads WHERE id = ?")
            .bind(id)
            .execute(&mut *transaction)
            .await?;
        let keys = unowned(&mut *transaction, &keys).await?;
        transaction.bell.ended(id);
        transaction.commit().await?;
        Ok(Some(keys))
    }

    async fn retry_upload(&self, upload: &Upload, run: &NewRun, by: &By) -> Stored<()> {
        let mut transaction = self.begin().await?;
        let time = now();
        let done = sqlx::query(
            "UPDATE uploads SET status = 'RECEIVED', status_details = NULL, processed = NULL
             WHERE id = ? AND status <> 'RECEIVED'",
        )
        .bind(&upload.id)
        .execute(&mut *transaction)
        .await?;
        if done.rows_affected() == 0 {
            return Ok(());
        }
        sqlx::query(
            "UPDATE files SET status = 'processing', run_id = ?, updated = ?
             WHERE upload_id = ? AND status = 'failed'",
        )
        .bind(&run.id)
        .bind(time)
        .bind(&upload.id)
        .execute(&mut *transaction)
        .await?;
        // With no file left, all of it is wanted anew, also what was removed.
        sqlx::query(
            "DELETE FROM announced WHERE upload_id = ?1
             AND NOT EXISTS (SELECT 1 FROM files WHERE upload_id = ?1)",
        )
        .bind(&upload.id)
        .execute(&mut *transaction)
        .await?;
        transaction.add_run(run).await?;
        let (action, id) = (Action::BatchRetried, Some(upload.id.as_str()));
        transaction
            .record(&upload.account_id, by, action, id)
            .await?;
        transaction.bell.changed(&upload.id);
        transaction.commit().await
    }
}

impl Sqlite {
    async fn stored(&self, account: &str, id: &str) -> Stored<Upload> {
        let found = self.upload(account, id).await?;
        found.ok_or_else(|| StoreError::defect("upload", "it vanished after it was written"))
    }
}
