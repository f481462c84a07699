//! A machine file with the parts that lie in tables of their own: one question for a page of files.

use super::{unsigned, word};
use crate::error::{StoreError, Stored};
use crate::store::FileRow;
use serde::de::DeserializeOwned;
use sqlx::Row;
use sqlx::sqlite::SqliteRow;
use tramline_model::{FileOrigin, FileStatus, OperationType};

/// What a file is listed with; lists are JSON arrays.
pub(super) const COLUMNS: &str = "SELECT files.*, json_extract(files.report, '$.name') AS name,
    json_extract(files.report, '$.entries[0]') AS source_entry,
    (SELECT summary FROM file_summaries p WHERE p.file_id = files.id) AS summary,
    (SELECT json_group_array(kind) FROM
        (SELECT kind FROM artifacts p WHERE p.file_id = files.id ORDER BY kind)) AS kinds,
    (SELECT json_group_array(field_id) FROM
        (SELECT field_id FROM file_fields p WHERE p.file_id = files.id ORDER BY field_id)) AS field_ids,
    (SELECT json_group_array(source_id) FROM
        (SELECT source_id FROM file_sources p WHERE p.file_id = files.id ORDER BY position)) AS source_ids
    FROM files ";

fn list<T: DeserializeOwned>(row: &SqliteRow, column: &'static str) -> Stored<Vec<T>> {
    let text: &str = row.try_get(column)?;
    serde_json::from_str(text).map_err(|cause| StoreError::corrupt(column, cause))
}

/// A row of [`COLUMNS`].
pub(super) fn file(row: &SqliteRow) -> Stored<FileRow> {
    Ok(FileRow {
        id: row.try_get("id")?,
        user_id: row.try_get("user_id")?,
        upload_id: row.try_get("upload_id")?,
        provider: row.try_get("provider")?,
        detected_provider: row.try_get("detected_provider")?,
        name: row.try_get("name")?,
        source_entry: row.try_get("source_entry")?,
        file_name: row.try_get("file_name")?,
        file_format: row.try_get("file_format")?,
        status: word(row, "status", FileStatus::from_name)?,
        origin: word(row, "origin", FileOrigin::from_name)?,
        operation_type: row
            .try_get::<Option<String>, _>("operation_type")?
            .map(OperationType::from_word),
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
        summary: row.try_get("summary")?,
        artifacts: list(row, "kinds")?,
        fields: list(row, "field_ids")?,
        sources: list(row, "source_ids")?,
    })
}
