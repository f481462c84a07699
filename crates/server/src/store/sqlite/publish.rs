//! Writing what runs made: rows of files with all their parts, by arrays, inside the caller's transaction.

use super::connection::Connection;
use super::{ROWS, list_of, signed};
use crate::clock::{Micros, now};
use crate::error::Stored;
use crate::store::{FieldShare, NewArtifact, NewFile};
use sqlx::query_builder::Separated;
use sqlx::{QueryBuilder, Sqlite as Driver};

/// Whose files are, and which run makes them.
pub(super) struct Owner<'a> {
    pub(super) account: &'a str,
    pub(super) user: &'a str,
    pub(super) upload: Option<&'a str>,
    pub(super) run: &'a str,
}

/// A file as it is written.
pub(super) struct Row<'a> {
    pub(super) file: &'a NewFile,
    pub(super) made_with: Option<&'a str>,
    pub(super) located_with: Option<Micros>,
}

/// What a column is filled with.
struct Filling<'a> {
    owner: &'a Owner<'a>,
    row: &'a Row<'a>,
    time: Micros,
}

type Bind = fn(&mut Separated<'_, Driver, &'static str>, &Filling<'_>);

/// A column of `files`: its name, whether it stays when a file is written again, and its value.
type Column = (&'static str, bool, Bind);

macro_rules! columns {
    ($($name:literal $stays:literal |$it:ident| $value:expr;)*) => {
        &[$(($name, $stays, |row, $it| { row.push_bind($value); })),*]
    };
}

const COLUMNS: &[Column] = columns! {
    "id" true |it| it.row.file.id.clone();
    "account_id" true |it| it.owner.account.to_owned();
    "user_id" true |it| it.owner.user.to_owned();
    "upload_id" true |it| it.owner.upload.map(str::to_owned);
    "provider" false |it| it.row.file.provider.clone();
    "detected_provider" false |it| it.row.file.detected_provider.clone();
    "file_name" false |it| it.row.file.file_name.clone();
    "file_format" false |it| it.row.file.file_format.clone();
    "status" false |it| it.row.file.status.name();
    "origin" true |it| it.row.file.origin.name();
    "operation_type" false |it| it.row.file.operation_type.as_ref().map(|kind| kind.name().to_owned());
    "size" false |it| it.row.file.size.map(signed);
    "started" false |it| it.row.file.started;
    "ended" false |it| it.row.file.ended;
    "area_m2" false |it| it.row.file.area_m2;
    "has_standard" false |it| i64::from(it.row.file.has_standard());
    "report" false |it| it.row.file.report.clone();
    "steps" false |it| it.row.file.steps.clone();
    "units" false |it| it.row.file.units.clone();
    "failed_step" false |it| it.row.file.failed_step.clone();
    "failed_message" false |it| it.row.file.failed_message.clone();
    "outside_points" false |it| it.row.file.outside_points.map(signed);
    "west" false |it| it.row.file.bounds.map(|bounds| bounds[0]);
    "south" false |it| it.row.file.bounds.map(|bounds| bounds[1]);
    "east" false |it| it.row.file.bounds.map(|bounds| bounds[2]);
    "north" false |it| it.row.file.bounds.map(|bounds| bounds[3]);
    "run_id" false |it| it.owner.run.to_owned();
    "made_with" false |it| it.row.made_with.map(str::to_owned);
    "located_with" false |it| it.row.located_with;
    "created" true |it| it.time;
    "updated" false |it| it.time;
};

/// Adds files, or writes over those of the same ids, with their parts.
pub(super) async fn insert_files(
    connection: &mut Connection,
    owner: &Owner<'_>,
    rows: &[Row<'_>],
) -> Stored<()> {
    let time = now();
    let names: Vec<&str> = COLUMNS.iter().map(|(name, ..)| *name).collect();
    let changed = COLUMNS.iter().filter(|(_, stays, _)| !stays);
    let changed: Vec<String> = changed
        .map(|(name, ..)| format!("{name} = excluded.{name}"))
        .collect();
    for rows in rows.chunks(ROWS) {
        let mut query = QueryBuilder::new("INSERT INTO files (");
        query.push(names.join(", ")).push(") ");
        query.push_values(rows, |mut values, row| {
            let filling = Filling { owner, row, time };
            for (_, _, bind) in COLUMNS {
                bind(&mut values, &filling);
            }
        });
        query
            .push(" ON CONFLICT (id) DO UPDATE SET ")
            .push(changed.join(", "));
        // The text depends on how many they are: only that of one is worth keeping.
        let query = query.build().persistent(rows.len() == 1);
        query.execute(&mut *connection).await?;
    }
    replace_parts(connection, rows).await
}

/// Replaces summaries, artifacts and fields.
async fn replace_parts(connection: &mut Connection, rows: &[Row<'_>]) -> Stored<()> {
    let files = || rows.iter().map(|row| row.file);
    let ids = list_of(files().map(|file| &file.id))?;
    for sql in [
        "DELETE FROM file_summaries WHERE file_id IN (SELECT value FROM json_each(?))",
        "DELETE FROM artifacts WHERE file_id IN (SELECT value FROM json_each(?))",
        "DELETE FROM file_fields WHERE file_id IN (SELECT value FROM json_each(?))",
    ] {
        sqlx::query(sql)
            .bind(&ids)
            .execute(&mut *connection)
            .await?;
    }
    let summaries = files().filter_map(|file| Some((&file.id, file.summary.as_ref()?)));
    let summaries: Vec<_> = summaries.collect();
    for summaries in summaries.chunks(ROWS) {
        let mut query = QueryBuilder::new("INSERT INTO file_summaries (file_id, summary) ");
        query.push_values(summaries, |mut values, (id, summary)| {
            values.push_bind(*id).push_bind(*summary);
        });
        let query = query.build().persistent(summaries.len() == 1);
        query.execute(&mut *connection).await?;
    }
    let artifacts: Vec<_> = files().flat_map(artifacts_of).collect();
    insert_artifacts(connection, &artifacts).await?;
    let shares: Vec<_> = files().flat_map(shares_of).collect();
    insert_shares(connection, &shares).await
}

fn artifacts_of(file: &NewFile) -> impl Iterator<Item = (&str, &NewArtifact)> {
    let artifacts = file.artifacts.iter();
    artifacts.map(|artifact| (file.id.as_str(), artifact))
}

fn shares_of(file: &NewFile) -> impl Iterator<Item = (&str, &FieldShare)> {
    file.fields.iter().map(|share| (file.id.as_str(), share))
}

/// Adds artifacts, each with its file.
pub(super) async fn insert_artifacts(
    connection: &mut Connection,
    artifacts: &[(&str, &NewArtifact)],
) -> Stored<()> {
    for artifacts in artifacts.chunks(ROWS) {
        let mut query =
            QueryBuilder::new("INSERT INTO artifacts (file_id, kind, blob_key, size, sha256) ");
        query.push_values(artifacts, |mut values, (file, artifact)| {
            values
                .push_bind(*file)
                .push_bind(artifact.kind.name())
                .push_bind(artifact.blob_key.to_string())
                .push_bind(signed(artifact.size))
                .push_bind(&artifact.sha256);
        });
        let query = query.build().persistent(false);
        query.execute(&mut *connection).await?;
    }
    Ok(())
}

/// Adds the fields of files, each with its file, that are still there.
pub(super) async fn insert_shares(
    connection: &mut Connection,
    shares: &[(&str, &FieldShare)],
) -> Stored<()> {
    for shares in shares.chunks(ROWS) {
        let mut query = QueryBuilder::new("WITH share (file_id, field_id, points, area_m2) AS (");
        query.push_values(shares, |mut values, (file, share)| {
            values
                .push_bind(*file)
                .push_bind(&share.field_id)
                .push_bind(signed(share.points))
                .push_bind(share.area_m2);
        });
        query.push(
            ") INSERT INTO file_fields (file_id, field_id, points, area_m2)
             SELECT s.file_id, s.field_id, s.points, s.area_m2 FROM share s
             JOIN files f ON f.id = s.file_id JOIN fields d ON d.id = s.field_id AND d.user_id = f.user_id",
        );
        let query = query.build().persistent(false);
        query.execute(&mut *connection).await?;
    }
    Ok(())
}
