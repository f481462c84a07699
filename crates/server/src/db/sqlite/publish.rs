//! Writing what a run made: rows of files with all their parts, inside the caller's transaction.

use super::signed;
use crate::clock::{Micros, now};
use crate::db::{Event, FieldShare, NewFile};
use sqlx::sqlite::SqliteConnection;
use tramline_model::{Artifact, OperationType};

/// Whose a file is, and which run makes it.
pub(super) struct Owner<'a> {
    pub(super) account: &'a str,
    pub(super) user: &'a str,
    pub(super) upload: Option<&'a str>,
    pub(super) run: &'a str,
    pub(super) made_with: Option<&'a str>,
    pub(super) located_with: Option<Micros>,
}

/// Adds a file, or writes over the one of the same id; its time of creation stays.
pub(super) async fn insert_file(
    connection: &mut SqliteConnection,
    owner: &Owner<'_>,
    file: &NewFile,
) -> Result<(), sqlx::Error> {
    let time = now();
    sqlx::query(
        "INSERT INTO files (id, account_id, user_id, upload_id, provider, file_name, file_format, status,
            origin, operation_type, size, started, ended, area_m2, has_standard, report, steps, units,
            failed_step, failed_message, outside_points, west, south, east, north, run_id, made_with,
            located_with, created, updated)
         VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
         ON CONFLICT (id) DO UPDATE SET provider = excluded.provider, file_name = excluded.file_name,
            file_format = excluded.file_format, status = excluded.status,
            operation_type = excluded.operation_type, size = excluded.size, started = excluded.started,
            ended = excluded.ended, area_m2 = excluded.area_m2, has_standard = excluded.has_standard,
            report = excluded.report, steps = excluded.steps, units = excluded.units,
            failed_step = excluded.failed_step, failed_message = excluded.failed_message,
            outside_points = excluded.outside_points, west = excluded.west, south = excluded.south,
            east = excluded.east, north = excluded.north, run_id = excluded.run_id,
            made_with = excluded.made_with, located_with = excluded.located_with, updated = excluded.updated",
    )
    .bind(&file.id)
    .bind(owner.account)
    .bind(owner.user)
    .bind(owner.upload)
    .bind(&file.provider)
    .bind(&file.file_name)
    .bind(&file.file_format)
    .bind(file.status.name())
    .bind(file.origin.name())
    .bind(file.operation_type.as_ref().map(OperationType::name))
    .bind(file.size.map(signed))
    .bind(file.started)
    .bind(file.ended)
    .bind(file.area_m2)
    .bind(i64::from(file.artifacts.iter().any(|a| a.kind == Artifact::StandardGeoparquet)))
    .bind(&file.report)
    .bind(&file.steps)
    .bind(&file.units)
    .bind(&file.failed_step)
    .bind(&file.failed_message)
    .bind(file.outside_points.map(signed))
    .bind(file.bounds.map(|bounds| bounds[0]))
    .bind(file.bounds.map(|bounds| bounds[1]))
    .bind(file.bounds.map(|bounds| bounds[2]))
    .bind(file.bounds.map(|bounds| bounds[3]))
    .bind(owner.run)
    .bind(owner.made_with)
    .bind(owner.located_with)
    .bind(time)
    .bind(time)
    .execute(connection)
    .await?;
    Ok(())
}

/// Replaces summary, artifacts and fields of a file.
pub(super) async fn insert_parts(
    connection: &mut SqliteConnection,
    file: &NewFile,
) -> Result<(), sqlx::Error> {
    for sql in [
        "DELETE FROM file_summaries WHERE file_id = ?",
        "DELETE FROM artifacts WHERE file_id = ?",
        "DELETE FROM file_fields WHERE file_id = ?",
    ] {
        sqlx::query(sql)
            .bind(&file.id)
            .execute(&mut *connection)
            .await?;
    }
    if let Some(summary) = &file.summary {
        sqlx::query("INSERT INTO file_summaries (file_id, summary) VALUES (?, ?)")
            .bind(&file.id)
            .bind(summary)
            .execute(&mut *connection)
            .await?;
    }
    for artifact in &file.artifacts {
        sqlx::query(
            "INSERT INTO artifacts (file_id, kind, blob_key, size, sha256) VALUES (?, ?, ?, ?, ?)",
        )
        .bind(&file.id)
        .bind(artifact.kind.name())
        .bind(&artifact.blob_key)
        .bind(signed(artifact.size))
        .bind(&artifact.sha256)
        .execute(&mut *connection)
        .await?;
    }
    insert_shares(connection, &file.id, &file.fields).await
}

/// Adds the fields of a file that are still there.
pub(super) async fn insert_shares(
    connection: &mut SqliteConnection,
    file: &str,
    shares: &[FieldShare],
) -> Result<(), sqlx::Error> {
    for share in shares {
        sqlx::query(
            "INSERT INTO file_fields (file_id, field_id, points, area_m2)
             SELECT ?, id, ?, ? FROM fields WHERE id = ?
                AND user_id = (SELECT user_id FROM files WHERE id = ?)",
        )
        .bind(file)
        .bind(signed(share.points))
        .bind(share.area_m2)
        .bind(&share.field_id)
        .bind(file)
        .execute(&mut *connection)
        .await?;
    }
    Ok(())
}

/// Writes events into the outbox.
pub(super) async fn insert_events(
    connection: &mut SqliteConnection,
    account: &str,
    events: &[Event],
) -> Result<(), sqlx::Error> {
    for event in events {
        sqlx::query(
            "INSERT INTO events (id, account_id, kind, body, created) VALUES (?, ?, ?, ?, ?)
             ON CONFLICT (id) DO NOTHING",
        )
        .bind(&event.id)
        .bind(account)
        .bind(event.kind)
        .bind(&event.body)
        .bind(now())
        .execute(&mut *connection)
        .await?;
    }
    Ok(())
}
