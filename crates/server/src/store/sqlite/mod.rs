//! SQLite: a write-ahead log with full synchronisation (an upload is a promise), one writing
//! connection, several that read.

mod accounts;
mod api_keys;
mod calibrations;
mod configurations;
mod conversion;
mod conversions;
mod documents;
mod fields;
mod files;
mod publish;
mod queue;
mod secrets;
mod sweep;
mod totals;
mod uploads;
mod webhooks;
mod writing;

use crate::bus::Bus;
use crate::error::{StoreError, Stored};
use sqlx::migrate::{Migration, MigrationType, Migrator};
use sqlx::sqlite::{
    SqliteConnectOptions, SqliteJournalMode, SqlitePool, SqlitePoolOptions, SqliteRow,
    SqliteSynchronous,
};
use sqlx::{Row, SqlSafeStr};
use std::borrow::Cow;
use std::path::Path;
use std::sync::Arc;
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
    (
        4,
        "seams",
        include_str!("../../../migrations/sqlite/0004_seams.sql"),
    ),
];

/// The embedded database.
#[derive(Clone)]
pub struct Sqlite {
    read: SqlitePool,
    write: SqlitePool,
    totals: totals::Totals,
    bus: Arc<dyn Bus>,
}

impl Sqlite {
    /// Opens the database file, makes it where it is missing, and brings its schema up to date. What is
    /// written in it is told on the bus.
    pub async fn open(path: &Path, bus: Arc<dyn Bus>) -> Stored<Self> {
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
            bus,
        })
    }

    /// Where this store rings.
    pub fn bus(&self) -> Arc<dyn Bus> {
        Arc::clone(&self.bus)
    }

    /// Waits for open statements and closes the files.
    pub async fn close(&self) {
        self.read.close().await;
        self.write.close().await;
    }
}

/// The name of this database in what is said of it.
const DATABASE: &str = "the database";
/// Result codes of SQLite: somebody else writes, or the disk is full.
const BUSY: u32 = 5;
const FULL: u32 = 13;

impl From<sqlx::Error> for StoreError {
    fn from(cause: sqlx::Error) -> Self {
        let code = cause.as_database_error().and_then(|error| error.code());
        // What stands above the lowest byte tells more of the same.
        let code = code.and_then(|code| Some(code.parse::<u32>().ok()? & 0xff));
        match (&cause, code) {
            (sqlx::Error::PoolTimedOut, _) | (_, Some(BUSY)) => Self::Busy {
                what: DATABASE,
                cause: cause.to_string(),
            },
            (_, Some(FULL)) => Self::io(DATABASE, std::io::ErrorKind::StorageFull.into()),
            _ => Self::defect(DATABASE, cause),
        }
    }
}

impl From<sqlx::migrate::MigrateError> for StoreError {
    fn from(cause: sqlx::migrate::MigrateError) -> Self {
        Self::defect("bringing the database to this version", cause)
    }
}

/// Rows of one statement: of at most 30 variables each, of which SQLite takes 32,766.
const ROWS: usize = 1_000;

/// A JSON array for `json_each`.
fn list_of<'a>(items: impl IntoIterator<Item = &'a String>) -> Stored<String> {
    let items: Vec<&String> = items.into_iter().collect();
    serde_json::to_string(&items).map_err(|cause| StoreError::defect("list", cause))
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
    read(text).ok_or_else(|| StoreError::corrupt(column, format!("no such word: `{text}`")))
}

#[cfg(test)]
mod tests {
    //! The suite of all stores.

    #![allow(clippy::unwrap_used)]

    use super::Sqlite;
    use crate::bus::LocalBus;
    use crate::store::conformance::{World, conforms};
    use std::sync::Arc;

    pub(super) async fn make() -> World {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("tramline.db");
        let db = Sqlite::open(&path, Arc::new(LocalBus::default())).await;
        let db = db.unwrap();
        let bus = db.bus();
        World::new(Arc::new(db), bus, Some(folder)).await
    }

    conforms!(crate::store::sqlite::tests::make);
}
