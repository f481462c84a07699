//! SQLite: a write-ahead log with full synchronisation (an upload is a promise), one writing
//! connection, several that read.

mod accounts;
mod alone;
mod api_keys;
mod audit;
mod calibrations;
mod configurations;
mod connection;
mod conversion;
mod conversions;
mod documents;
mod fields;
mod figures;
mod files;
mod health;
mod logins;
#[cfg(test)]
mod orders;
mod publish;
mod queue;
mod quotas;
mod removals;
mod secrets;
mod sweep;
mod totals;
#[cfg(test)]
mod transactions;
mod trouble;
mod uploads;
mod version;
mod webhooks;
mod writing;

use crate::bus::Bus;
use crate::error::{StoreError, Stored};
use crate::faults::Faults;
use connection::Writer;
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
    (
        5,
        "accounts",
        include_str!("../../../migrations/sqlite/0005_accounts.sql"),
    ),
    (
        6,
        "beat",
        include_str!("../../../migrations/sqlite/0006_beat.sql"),
    ),
    (
        7,
        "orders and versions",
        include_str!("../../../migrations/sqlite/0007_orders_and_versions.sql"),
    ),
    (
        8,
        "detected provider",
        include_str!("../../../migrations/sqlite/0008_detected_provider.sql"),
    ),
];

fn migrator(migrations: &[(i64, &'static str, &'static str)]) -> Migrator {
    let migrations = migrations.iter().map(|(version, name, sql)| {
        Migration::new(
            *version,
            Cow::Borrowed(*name),
            MigrationType::Simple,
            sql.into_sql_str(),
            false,
        )
    });
    Migrator {
        migrations: Cow::Owned(migrations.collect()),
        ..Migrator::DEFAULT
    }
}

/// Until a database is opened again that somebody else was opening.
const AGAIN: Duration = Duration::from_millis(100);

/// Connections that read.
const READERS: u32 = 4;
/// How long a lock that another process holds is waited for.
const BUSY: Duration = Duration::from_secs(4);
/// How long a connection is waited for.
const PATIENCE: Duration = Duration::from_secs(10);

/// A file needs no ping, and its connections do not age; one of them stays open, so that the write-ahead log
/// does.
fn pool(most: u32) -> SqlitePoolOptions {
    SqlitePoolOptions::new()
        .test_before_acquire(false)
        .before_acquire(|_, connection| Box::pin(async move { Ok(trouble::is_sound(&connection)) }))
        .max_connections(most)
        .min_connections(1)
        .idle_timeout(None)
        .max_lifetime(None)
        .acquire_timeout(PATIENCE)
}

/// The embedded database.
#[derive(Clone)]
pub struct Sqlite {
    read: SqlitePool,
    write: Writer,
    totals: totals::Totals,
    bus: Arc<dyn Bus>,
}

impl Sqlite {
    /// Opens the database file, makes it where it is missing, and brings its schema up to date. What is
    /// written in it is told on the bus.
    pub async fn open(path: &Path, bus: Arc<dyn Bus>) -> Stored<Self> {
        let _alone = alone::alone(path).await;
        let mut tries = 0;
        loop {
            // Another process may be at work on it at this moment.
            let most = match Self::open_once(path, Arc::clone(&bus)).await {
                Err(StoreError::Busy { .. }) => 20,
                Err(StoreError::Defect { .. }) => 2,
                done => return done,
            };
            tries += 1;
            if tries >= most {
                return Self::open_once(path, bus).await;
            }
            tokio::time::sleep(AGAIN).await;
        }
    }

    async fn open_once(path: &Path, bus: Arc<dyn Bus>) -> Stored<Self> {
        version::check(path, MIGRATIONS).await?;
        Self::open_with(path, bus, Faults::of_environment()?).await
    }

    /// As [`Self::open`], with steps of transactions that fail.
    pub(crate) async fn open_with(path: &Path, bus: Arc<dyn Bus>, faults: Faults) -> Stored<Self> {
        let options = SqliteConnectOptions::new()
            .filename(path)
            .create_if_missing(true)
            .journal_mode(SqliteJournalMode::Wal)
            .synchronous(SqliteSynchronous::Full)
            .foreign_keys(true)
            .busy_timeout(BUSY)
            .pragma("temp_store", "memory")
            .pragma("cache_size", "-16000");
        let write = pool(1).connect_with(options.clone()).await?;
        migrator(MIGRATIONS).run(&write).await?;
        version::note(&write, MIGRATIONS).await?;
        let read = pool(READERS)
            .connect_with(options.read_only(true).create_if_missing(false))
            .await?;
        Ok(Self {
            read,
            write: Writer::new(write, faults),
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

/// Rows of one statement: of at most 30 variables each, of which SQLite takes 32,766.
const ROWS: usize = 1_000;

/// The order of a list: by these columns, or else the newest first. Ids go the way of the last column, so that an
/// index of both serves either direction.
fn ordered<'a>(
    keys: impl Iterator<Item = (&'a str, bool)>,
    newest: &'a str,
    id: &'a str,
) -> String {
    let direction = |rises: bool| if rises { "ASC" } else { "DESC" };
    let (mut text, mut last) = (String::new(), None);
    for (column, rises) in keys {
        last = Some(rises);
        // Nothing comes after an id: there is one of each.
        if column == id {
            break;
        }
        text.push_str(&format!("{column} {}, ", direction(rises)));
    }
    if last.is_none() {
        text.push_str(&format!("{newest} DESC, "));
    }
    format!(" ORDER BY {text}{id} {}", direction(last.unwrap_or(false)))
}

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
pub(super) async fn for_tests() -> crate::store::conformance::World {
    tests::make().await
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
