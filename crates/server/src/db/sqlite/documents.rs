//! The parts of a machine file that lie in tables of their own, gathered for a page of files.

use super::{Sqlite, unsigned};
use crate::db::FileRow;
use crate::error::Stored;
use sqlx::sqlite::SqliteRow;
use sqlx::{QueryBuilder, Row, Sqlite as Driver};
use std::collections::HashMap;

pub(super) fn file(row: &SqliteRow) -> Result<FileRow, sqlx::Error> {
    Ok(FileRow {
        id: row.try_get("id")?,
        user_id: row.try_get("user_id")?,
        upload_id: row.try_get("upload_id")?,
        provider: row.try_get("provider")?,
        file_name: row.try_get("file_name")?,
        file_format: row.try_get("file_format")?,
        status: row.try_get("status")?,
        origin: row.try_get("origin")?,
        operation_type: row.try_get("operation_type")?,
        organization_id: row.try_get("organization_id")?,
        provider_file_id: row.try_get("provider_file_id")?,
        size: row.try_get::<Option<i64>, _>("size")?.map(unsigned),
        started: row.try_get("started")?,
        ended: row.try_get("ended")?,
        report: row.try_get("report")?,
        steps: row.try_get("steps")?,
        units: row.try_get("units")?,
        outside_points: row
            .try_get::<Option<i64>, _>("outside_points")?
            .map(unsigned),
        created: row.try_get("created")?,
        updated: row.try_get("updated")?,
        summary: None,
        artifacts: Vec::new(),
        fields: Vec::new(),
        sources: Vec::new(),
    })
}

impl Sqlite {
    /// Adds summaries, artifact kinds, fields and sources: four questions for the whole page.
    pub(super) async fn complete(&self, files: &mut [FileRow]) -> Stored<()> {
        if files.is_empty() {
            return Ok(());
        }
        let place: HashMap<String, usize> = files
            .iter()
            .enumerate()
            .map(|(position, file)| (file.id.clone(), position))
            .collect();
        for (sql, order) in [
            (
                "SELECT file_id, summary FROM file_summaries WHERE file_id IN (",
                "",
            ),
            (
                "SELECT file_id, kind FROM artifacts WHERE file_id IN (",
                " ORDER BY kind",
            ),
            (
                "SELECT file_id, field_id FROM file_fields WHERE file_id IN (",
                " ORDER BY field_id",
            ),
            (
                "SELECT file_id, source_id FROM file_sources WHERE file_id IN (",
                " ORDER BY position",
            ),
        ] {
            let mut query = QueryBuilder::<Driver>::new(sql);
            let mut list = query.separated(", ");
            for file in files.iter() {
                list.push_bind(file.id.clone());
            }
            query.push(")").push(order);
            for row in query.build().fetch_all(&self.read).await? {
                let id: String = row.try_get(0)?;
                let text: String = row.try_get(1)?;
                let Some(file) = place.get(&id).and_then(|position| files.get_mut(*position))
                else {
                    continue;
                };
                if sql.contains("summaries") {
                    file.summary = Some(text);
                } else if sql.contains("artifacts") {
                    file.artifacts.push(text);
                } else if sql.contains("field_id") {
                    file.fields.push(text);
                } else {
                    file.sources.push(text);
                }
            }
        }
        Ok(())
    }
}
