//! SQLite: a write-ahead log with full synchronisation (an upload is a promise), one writing
//! connection, several that read.

mod accounts;
mod api_keys;
mod calibrations;
mod configurations;
mod conversion;
mod documents;
mod fields;
mod files;
mod publish;
mod runs;
mod secrets;
mod sweep;
mod totals;
mod uploads;
mod webhooks;

use crate::error::{StoreError, Stored};
use sqlx::migrate::{Migration, MigrationType, Migrator};
use sqlx::sqlite::{
    SqliteConnectOptions, SqliteJournalMode, SqlitePool, SqlitePoolOptions, SqliteRow,
    SqliteSynchronous,
};
use sqlx::{Row, SqlSafeStr, Sqlite as Driver, Transaction};
use std::borrow::Cow;
use std::path::Path;
use std::time::Duration;

/// Schema versions in order; a version that was released is never changed.
const MIGRATIONS: &[(i64, &str, &str)] = &[
    (
        1,
        "first",
        include_str!("../../../migrations/sqlite/0001_first.sql"),
    ),
    (
        2,
        "calibrations",
        include_str!("../../../migrations/sqlite/0002_calibrations.sql"),
    ),
    (
        3,
        "published by file",
        include_str!("../../../migrations/sqlite/0003_published_by_file.sql"),
    ),
];

/// The embedded database.
#[derive(Clone, Debug)]
pub struct Sqlite {
    read: SqlitePool,
    write: SqlitePool,
    totals: totals::Totals,
}

impl Sqlite {
    /// Opens the database file, makes it where it is missing, and brings its schema up to date.
    pub async fn open(path: &Path) -> Stored<Self> {
        let options = SqliteConnectOptions::new()
            .filename(path)
            .create_if_missing(true)
            .journal_mode(SqliteJournalMode::Wal)
            .synchronous(SqliteSynchronous::Full)
            .foreign_keys(true)
            .busy_timeout(Duration::from_secs(5))
            .pragma("temp_store", "memory")
            .pragma("cache_size", "-16000");
        let write = SqlitePoolOptions::new()
            .test_before_acquire(false)
            .max_connections(1)
            .connect_with(options.clone())
            .await?;
        let migrations = MIGRATIONS.iter().map(|(version, name, sql)| {
            Migration::new(
                *version,
                Cow::Borrowed(*name),
                MigrationType::Simple,
                sql.into_sql_str(),
                false,
            )
        });
        let migrator = Migrator {
            migrations: Cow::Owned(migrations.collect()),
            ..Migrator::DEFAULT
        };
        migrator.run(&write).await?;
        let read = SqlitePoolOptions::new()
            // A file needs no ping.
            .test_before_acquire(false)
            .max_connections(4)
            .connect_with(options.read_only(true).create_if_missing(false))
            .await?;
        Ok(Self {
            read,
            write,
            totals: totals::Totals::default(),
        })
    }

    /// A transaction that holds the write lock from its beginning.
    async fn begin(&self) -> Result<Transaction<'static, Driver>, StoreError> {
        Ok(self.write.begin_with("BEGIN IMMEDIATE").await?)
    }

    /// Waits for open statements and closes the files.
    pub async fn close(&self) {
        self.read.close().await;
        self.write.close().await;
    }
}

/// SQLite keeps signed integers.
fn signed(value: u64) -> i64 {
    i64::try_from(value).unwrap_or(i64::MAX)
}

fn unsigned(value: i64) -> u64 {
    u64::try_from(value).unwrap_or(0)
}

/// A word of a closed list out of a column of text.
fn word<T>(row: &SqliteRow, column: &'static str, read: fn(&str) -> Option<T>) -> Stored<T> {
    let text: &str = row.try_get(column)?;
    read(text).ok_or_else(|| StoreError::document(column, format!("no such word: `{text}`")))
}
