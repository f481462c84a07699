//! Machine files in SQLite.

use super::documents::{COLUMNS, file};
use super::publish::{Owner, Row as FileToWrite, insert_files};
use super::sweep::unowned;
use super::writing::Writing;
use super::{ROWS, Sqlite, list_of, ordered, signed, unsigned, word};
use crate::blobs::Key;
use crate::clock::now;
use crate::error::Stored;
use crate::store::{
    ArtifactRow, FileDocument, FileFilter, FileGroups, FileProgress, FileRow, FileSort, Files,
    Listed, NewFile, NewRun, Page, Users,
};
use async_trait::async_trait;
use sqlx::sqlite::SqliteRow;
use sqlx::{QueryBuilder, Row, Sqlite as Driver};
use std::collections::HashMap;
use tramline_model::{Artifact, FileOrigin, FileStatus, OperationType};

fn artifact(row: &SqliteRow) -> Stored<ArtifactRow> {
    Ok(ArtifactRow {
        kind: word(row, "kind", Artifact::from_name)?,
        blob_key: word(row, "blob_key", Key::parse)?,
        size: unsigned(row.try_get("size")?),
        sha256: row.try_get("sha256")?,
    })
}

pub(super) fn narrow(query: &mut QueryBuilder<Driver>, account: &str, filter: &FileFilter) {
    query
        .push(" FROM files WHERE account_id = ")
        .push_bind(account.to_owned());
    let operation_type = filter.operation_type.as_ref();
    for (condition, value) in [
        (" AND user_id = ", filter.user.as_deref()),
        (" AND provider = ", filter.provider.as_deref()),
        (" AND status = ", filter.status.map(FileStatus::name)),
        (" AND origin = ", filter.origin.map(FileOrigin::name)),
        (" AND organization_id = ", filter.organization_id.as_deref()),
        (" AND id = ", filter.file.as_deref()),
        (" AND file_format = ", filter.file_format.as_deref()),
        (
            " AND operation_type = ",
            operation_type.map(OperationType::name),
        ),
        (
            " AND provider_file_id = ",
            filter.provider_file_id.as_deref(),
        ),
    ] {
        if let Some(value) = value {
            query.push(condition).push_bind(value.to_owned());
        }
    }
    if let Some(users) = &filter.users {
        let (condition, ids) = match users {
            Users::Only(ids) => (" AND user_id IN (SELECT value FROM json_each(", ids),
            Users::AllBut(ids) => (" AND user_id NOT IN (SELECT value FROM json_each(", ids),
        };
        let ids = serde_json::json!(ids).to_string();
        query.push(condition).push_bind(ids).push("))");
    }
    if let Some(upload) = &filter.upload {
        query
            .push(" AND upload_id = COALESCE((SELECT duplicate_of FROM uploads WHERE id = ")
            .push_bind(upload.clone())
            .push("), ")
            .push_bind(upload.clone())
            .push(")");
    }
    for (condition, value) in [
        (" AND created >= ", filter.created_from),
        (" AND updated >= ", filter.updated_from),
        (" AND started >= ", filter.started_from),
        (" AND ended <= ", filter.ended_to),
    ] {
        if let Some(value) = value {
            query.push(condition).push_bind(value);
        }
    }
    if let Some(area) = filter.min_area_m2 {
        query.push(" AND area_m2 >= ").push_bind(area);
    }
    if let Some(kind) = filter.artifact {
        query
            .push(
                " AND EXISTS (SELECT 1 FROM artifacts a WHERE a.file_id = files.id AND a.kind IN (",
            )
            .push_bind(kind.name())
            .push(", ")
            .push_bind(kind.rendered_from().unwrap_or(kind).name())
            .push("))");
    }
    if let Some(standard) = filter.standard {
        query
            .push(" AND has_standard = ")
            .push_bind(i64::from(standard));
    }
}

fn column(sort: FileSort) -> &'static str {
    match sort {
        FileSort::Id => "id",
        FileSort::FileName => "file_name",
        FileSort::CreatedTime => "created",
        FileSort::UpdatedTime => "updated",
        FileSort::Origin => "origin",
        FileSort::LeafUserId => "user_id",
        FileSort::SizeInBytes => "size",
        FileSort::Provider => "provider",
        FileSort::OrganizationId => "organization_id",
        FileSort::FileFormat => "file_format",
    }
}

pub(super) fn order(query: &mut QueryBuilder<Driver>, sort: &[(FileSort, bool)]) {
    let keys = sort.iter().map(|(sort, rises)| (column(*sort), *rises));
    query.push(ordered(keys, "created", "id"));
}

impl Sqlite {
    /// Changes with every change of an account's files.
    async fn version(&self, account: &str) -> Stored<i64> {
        let row = sqlx::query("SELECT version FROM file_versions WHERE account_id = ?")
            .bind(account)
            .fetch_optional(&self.read)
            .await?;
        Ok(row.map_or(Ok(0), |row| row.try_get(0))?)
    }

    /// How many files there are: counted once for as long as no file of the account changes.
    async fn total_files(&self, account: &str, filter: &FileFilter) -> Stored<u64> {
        let version = self.version(account).await?;
        let key = format!("{account} {filter:?}");
        if let Some(total) = self.totals.get(&key, version) {
            return Ok(total);
        }
        // Counted after the version was read: at worst it is counted once more than needed.
        let mut count = QueryBuilder::<Driver>::new("SELECT COUNT(*)");
        narrow(&mut count, account, filter);
        let total = unsigned(count.build().fetch_one(&self.read).await?.try_get(0)?);
        self.totals.set(key, version, total);
        Ok(total)
    }
}

/// The file back to `processing`, and its run, inside the caller's transaction. False when it is
/// being processed, and nothing changes.
pub(super) async fn begin_again(
    writing: &mut Writing,
    account: &str,
    file: &str,
    run: &NewRun,
) -> Stored<bool> {
    let done = sqlx::query(
        "UPDATE files SET status = 'processing', run_id = ?, updated = ?
         WHERE account_id = ? AND id = ? AND status <> 'processing'",
    )
    .bind(&run.id)
    .bind(now())
    .bind(account)
    .bind(file)
    .execute(&mut **writing)
    .await?;
    if done.rows_affected() == 0 {
        return Ok(false);
    }
    writing.add_run(run).await?;
    writing.bell.changed(&run.subject);
    Ok(true)
}

#[async_trait]
impl Files for Sqlite {
    async fn file(&self, account: &str, id: &str) -> Stored<Option<FileRow>> {
        let mut query = QueryBuilder::<Driver>::new(COLUMNS);
        query
            .push("WHERE account_id = ")
            .push_bind(account)
            .push(" AND id = ")
            .push_bind(id);
        let row = query.build().fetch_optional(&self.read).await?;
        row.as_ref().map(file).transpose()
    }

    async fn file_document(
        &self,
        account: &str,
        id: &str,
        document: FileDocument,
    ) -> Stored<Option<(FileStatus, Option<String>)>> {
        let sql = match document {
            FileDocument::Summary => {
                "SELECT status, (SELECT summary FROM file_summaries WHERE file_id = files.id)
                 FROM files WHERE account_id = ? AND id = ?"
            }
            FileDocument::Units => {
                "SELECT status, units FROM files WHERE account_id = ? AND id = ?"
            }
            FileDocument::Steps => {
                "SELECT status, steps FROM files WHERE account_id = ? AND id = ?"
            }
        };
        let row = sqlx::query(sql)
            .bind(account)
            .bind(id)
            .fetch_optional(&self.read)
            .await?;
        let Some(row) = row else { return Ok(None) };
        let status = word(&row, "status", FileStatus::from_name)?;
        Ok(Some((status, row.try_get(1)?)))
    }

    async fn files(
        &self,
        account: &str,
        filter: &FileFilter,
        sort: &[(FileSort, bool)],
        page: Page,
    ) -> Stored<Listed<FileRow>> {
        // The page is found on an index alone; only its files are read.
        let mut query = QueryBuilder::<Driver>::new(COLUMNS);
        query.push("JOIN (SELECT id AS page_id");
        narrow(&mut query, account, filter);
        order(&mut query, sort);
        query
            .push(" LIMIT ")
            .push_bind(signed(page.size))
            .push(" OFFSET ")
            .push_bind(signed(page.page.saturating_mul(page.size)))
            .push(") ON page_id = id");
        order(&mut query, sort);
        let rows = query.build().fetch_all(&self.read).await?;
        let items: Vec<FileRow> = rows.iter().map(file).collect::<Result<_, _>>()?;
        let total = if page.page == 0 && (items.len() as u64) < page.size {
            items.len() as u64
        } else {
            self.total_files(account, filter).await?
        };
        Ok(Listed { items, total })
    }

    async fn file_ids_of_upload(&self, account: &str, upload: &str) -> Stored<Vec<String>> {
        let rows = sqlx::query(
            "SELECT id FROM files WHERE account_id = ? AND upload_id =
                COALESCE((SELECT duplicate_of FROM uploads WHERE id = ?), ?) ORDER BY created, id",
        )
        .bind(account)
        .bind(upload)
        .bind(upload)
        .fetch_all(&self.read)
        .await?;
        rows.iter().map(|row| Ok(row.try_get(0)?)).collect()
    }

    async fn file_ids_of_uploads(
        &self,
        account: &str,
        uploads: &[String],
    ) -> Stored<HashMap<String, Vec<String>>> {
        let rows = sqlx::query(
            "SELECT u.id, f.id FROM uploads u JOIN files f ON f.upload_id = COALESCE(u.duplicate_of, u.id)
             WHERE u.account_id = ? AND u.id IN (SELECT value FROM json_each(?))
             ORDER BY f.created, f.id",
        )
        .bind(account)
        .bind(list_of(uploads)?)
        .fetch_all(&self.read)
        .await?;
        let mut files: HashMap<String, Vec<String>> = HashMap::new();
        for row in rows {
            files
                .entry(row.try_get(0)?)
                .or_default()
                .push(row.try_get(1)?);
        }
        Ok(files)
    }

    async fn file_groups(
        &self,
        account: &str,
        upload: &str,
        sort: &[(FileSort, bool)],
        page: Option<Page>,
    ) -> Stored<FileGroups> {
        let mut query = QueryBuilder::<Driver>::new(
            "SELECT id, status, failed_step, failed_message FROM files WHERE upload_id =
                COALESCE((SELECT duplicate_of FROM uploads WHERE id = ",
        );
        query
            .push_bind(upload)
            .push("), ")
            .push_bind(upload)
            .push(") AND account_id = ")
            .push_bind(account);
        if sort.is_empty() {
            query.push(" ORDER BY created, id");
        } else {
            order(&mut query, sort);
        }
        if let Some(page) = page {
            query
                .push(" LIMIT ")
                .push_bind(signed(page.size))
                .push(" OFFSET ")
                .push_bind(signed(page.page.saturating_mul(page.size)));
        }
        let rows = query.build().fetch_all(&self.read).await?;
        let mut files = Vec::with_capacity(rows.len());
        for row in rows {
            files.push((
                row.try_get(0)?,
                word(&row, "status", FileStatus::from_name)?,
                row.try_get(2)?,
                row.try_get(3)?,
            ));
        }
        let total = match page {
            None => files.len() as u64,
            Some(_) => self.file_ids_of_upload(account, upload).await?.len() as u64,
        };
        Ok(FileGroups { files, total })
    }

    async fn file_progress(
        &self,
        account: &str,
        upload: &str,
        known: Option<i64>,
    ) -> Stored<Option<(i64, Vec<FileProgress>)>> {
        let version = self.version(account).await?;
        if known == Some(version) {
            return Ok(None);
        }
        let rows = sqlx::query(
            "SELECT id, status, json_extract(report, '$.name'), json_extract(report, '$.points.read')
             FROM files WHERE account_id = ? AND upload_id =
                COALESCE((SELECT duplicate_of FROM uploads WHERE id = ?), ?) ORDER BY created, id",
        )
        .bind(account)
        .bind(upload)
        .bind(upload)
        .fetch_all(&self.read)
        .await?;
        let progress = rows.iter().map(|row| {
            Ok(FileProgress {
                id: row.try_get(0)?,
                status: word(row, "status", FileStatus::from_name)?,
                name: row.try_get(2)?,
                points: row.try_get::<Option<i64>, _>(3)?.map(unsigned),
            })
        });
        Ok(Some((version, progress.collect::<Stored<_>>()?)))
    }

    async fn artifact(
        &self,
        account: &str,
        file: &str,
        kind: Artifact,
    ) -> Stored<Option<ArtifactRow>> {
        let row = sqlx::query(
            "SELECT a.* FROM artifacts a JOIN files f ON f.id = a.file_id
             WHERE f.account_id = ? AND f.id = ? AND a.kind = ?",
        )
        .bind(account)
        .bind(file)
        .bind(kind.name())
        .fetch_optional(&self.read)
        .await?;
        row.as_ref().map(artifact).transpose()
    }

    async fn artifacts(&self, account: &str, file: &str) -> Stored<Vec<ArtifactRow>> {
        let rows = sqlx::query(
            "SELECT a.* FROM artifacts a JOIN files f ON f.id = a.file_id
             WHERE f.account_id = ? AND f.id = ? ORDER BY a.kind",
        )
        .bind(account)
        .bind(file)
        .fetch_all(&self.read)
        .await?;
        rows.iter().map(artifact).collect()
    }

    async fn remove_file(&self, account: &str, id: &str) -> Stored<Option<Vec<String>>> {
        let mut transaction = self.begin().await?;
        let rows = sqlx::query(
            "SELECT a.blob_key FROM artifacts a JOIN files f ON f.id = a.file_id
             WHERE f.account_id = ? AND f.id = ? AND a.kind <> 'originalFile'",
        )
        .bind(account)
        .bind(id)
        .fetch_all(&mut *transaction)
        .await?;
        let gone = sqlx::query(
            "DELETE FROM files WHERE account_id = ? AND id = ? RETURNING COALESCE(upload_id, id)",
        )
        .bind(account)
        .bind(id)
        .fetch_optional(&mut *transaction)
        .await?;
        let Some(gone) = gone else { return Ok(None) };
        transaction.bell.changed(gone.try_get(0)?);
        let keys: Vec<String> = rows
            .iter()
            .map(|row| row.try_get(0))
            .collect::<Result<_, _>>()?;
        // The upload's own bytes, and what other files are made of, stay.
        let keys = unowned(&mut *transaction, &keys).await?;
        transaction.commit().await?;
        Ok(Some(keys))
    }

    async fn reprocess_file(&self, account: &str, file: &str, run: &NewRun) -> Stored<bool> {
        let mut transaction = self.begin().await?;
        let begun = begin_again(&mut transaction, account, file, run).await?;
        transaction.commit().await?;
        Ok(begun)
    }

    async fn add_merged_file(
        &self,
        account: &str,
        file: &NewFile,
        sources: &[String],
        run: &NewRun,
    ) -> Stored<()> {
        let mut transaction = self.begin().await?;
        let owner = Owner {
            account,
            user: &run.user_id,
            upload: None,
            run: &run.id,
        };
        let row = FileToWrite {
            file,
            made_with: None,
            located_with: None,
        };
        insert_files(&mut transaction, &owner, &[row]).await?;
        let places: Vec<(&String, i64)> = sources.iter().zip(0..).collect();
        for places in places.chunks(ROWS) {
            let mut query =
                QueryBuilder::new("INSERT INTO file_sources (file_id, source_id, position) ");
            query.push_values(places, |mut values, (source, position)| {
                values
                    .push_bind(&file.id)
                    .push_bind(*source)
                    .push_bind(*position);
            });
            let query = query.build().persistent(false);
            query.execute(&mut *transaction).await?;
        }
        transaction.add_run(run).await?;
        transaction.commit().await
    }

    async fn uncovered_files(&self, account: &str, user: &str) -> Stored<Vec<String>> {
        let rows = sqlx::query(
            "SELECT id FROM files WHERE account_id = ? AND user_id = ? AND status = 'processed'
             AND NOT EXISTS (SELECT 1 FROM file_fields WHERE file_id = files.id) ORDER BY created, id",
        )
        .bind(account)
        .bind(user)
        .fetch_all(&self.read)
        .await?;
        rows.iter().map(|row| Ok(row.try_get(0)?)).collect()
    }
}
