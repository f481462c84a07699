//! Whose database a file is, and which version of this program last brought it up to date.
//!
//! Rule: it is looked at before anything is changed. What another program or a newer version made is left as it
//! is, and the refusal says what to do.

use super::{StoreError, Stored};
use crate::clock::now;
use sqlx::sqlite::{SqliteConnectOptions, SqliteConnection, SqlitePool};
use sqlx::{ConnectOptions, Connection, Row};
use std::path::Path;

/// `TRML`: the mark of our databases in the header of the file.
const APPLICATION: i64 = 0x5452_4D4C;
/// Result codes of SQLite.
const CORRUPT: u32 = 11;
const CANNOT_OPEN: u32 = 14;
const NO_DATABASE: u32 = 26;

const OWN: &str = env!("CARGO_PKG_VERSION");

type Migrations = &'static [(i64, &'static str, &'static str)];

fn newest(migrations: Migrations) -> i64 {
    migrations
        .iter()
        .map(|(version, ..)| *version)
        .max()
        .unwrap_or(0)
}

/// Refuses a file that this version cannot work on. One that is missing or empty becomes a database.
pub(super) async fn check(path: &Path, migrations: Migrations) -> Stored<()> {
    if std::fs::metadata(path).is_ok_and(|file| file.len() == 0) || !path.exists() {
        return Ok(());
    }
    let options = SqliteConnectOptions::new().filename(path);
    let looked_at = async {
        let mut connection = options.disable_statement_logging().connect().await?;
        let found = Found::read(&mut connection).await;
        connection.close().await?;
        found
    };
    let found = looked_at.await.map_err(|cause| unreadable(path, cause))?;
    let refused = |text: String| Err(StoreError::Refused(text));
    if !found.is_ours() {
        return refused(format!(
            "`{}` is a database of another program: give another folder with `--data`",
            path.display()
        ));
    }
    let own = newest(migrations);
    match found.schema {
        Some(schema) if schema > own => {
            let by = found.version.map_or_else(
                || "a newer Tramline".to_owned(),
                |version| format!("Tramline {version}"),
            );
            refused(format!(
                "`{}` was brought up to date by {by} (schema {schema}), and this is Tramline {OWN} (schema {own}): start \
                 that version or a newer one, or restore the copy of the data folder that was made before the upgrade",
                path.display()
            ))
        }
        _ => Ok(()),
    }
}

/// What a database says of itself.
struct Found {
    application: i64,
    tables: Vec<String>,
    schema: Option<i64>,
    version: Option<String>,
}

impl Found {
    async fn read(connection: &mut SqliteConnection) -> Result<Self, sqlx::Error> {
        let application = sqlx::query("PRAGMA application_id")
            .fetch_one(&mut *connection)
            .await?;
        let rows = sqlx::query("SELECT name FROM sqlite_master WHERE type = 'table'")
            .fetch_all(&mut *connection)
            .await?;
        let tables: Result<Vec<String>, _> = rows.iter().map(|row| row.try_get(0)).collect();
        let mut found = Self {
            application: application.try_get(0)?,
            tables: tables?,
            schema: None,
            version: None,
        };
        if found.has("_sqlx_migrations") {
            let row = sqlx::query("SELECT MAX(version) FROM _sqlx_migrations WHERE success")
                .fetch_one(&mut *connection)
                .await?;
            found.schema = row.try_get(0)?;
        }
        if found.has("versions") {
            let sql = "SELECT version FROM versions ORDER BY schema DESC, first DESC LIMIT 1";
            let row = sqlx::query(sql).fetch_optional(&mut *connection).await?;
            found.version = row.map(|row| row.try_get(0)).transpose()?;
        }
        Ok(found)
    }

    fn has(&self, table: &str) -> bool {
        self.tables.iter().any(|name| name == table)
    }

    /// A file of before the mark has our tables; one whose making was interrupted has none, or only the list of
    /// migrations.
    fn is_ours(&self) -> bool {
        let made = self.has("_sqlx_migrations");
        match self.application {
            APPLICATION => true,
            0 if made => self.tables.len() == 1 || self.has("accounts") && self.has("uploads"),
            0 => self.tables.is_empty(),
            _ => false,
        }
    }
}

fn unreadable(path: &Path, cause: sqlx::Error) -> StoreError {
    let code = cause.as_database_error().and_then(|error| error.code());
    let code = code.and_then(|code| Some(code.parse::<u32>().ok()? & 0xff));
    let path = path.display();
    match code {
        Some(CORRUPT | NO_DATABASE) => StoreError::Refused(format!(
            "`{path}` is damaged, or it is no database: put back the one of the last backup"
        )),
        Some(CANNOT_OPEN) => StoreError::Refused(format!(
            "`{path}` cannot be opened: give this account the right to read and write the whole data folder"
        )),
        _ => cause.into(),
    }
}

/// Writes down that this version has brought the database up to date, once.
pub(super) async fn note(write: &SqlitePool, migrations: Migrations) -> Stored<()> {
    let schema = newest(migrations);
    let known = sqlx::query("SELECT 1 FROM versions WHERE version = ? AND schema = ?")
        .bind(OWN)
        .bind(schema)
        .fetch_optional(write)
        .await?;
    if known.is_none() {
        sqlx::query(
            "INSERT INTO versions (version, schema, first) VALUES (?, ?, ?) ON CONFLICT DO NOTHING",
        )
        .bind(OWN)
        .bind(schema)
        .bind(now())
        .execute(write)
        .await?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    //! Files of other programs and versions, and upgrades from every version.

    #![allow(clippy::unwrap_used)]

    use super::super::{MIGRATIONS, Sqlite};
    use super::{APPLICATION, newest};
    use crate::bus::LocalBus;
    use crate::error::Stored;
    use sqlx::sqlite::{SqliteConnectOptions, SqliteConnection};
    use sqlx::{ConnectOptions, Connection, Row};
    use std::path::Path;
    use std::sync::Arc;

    async fn open(path: &Path) -> Stored<Sqlite> {
        Sqlite::open(path, Arc::new(LocalBus::default())).await
    }

    async fn raw(path: &Path) -> SqliteConnection {
        let options = SqliteConnectOptions::new().filename(path);
        options.create_if_missing(true).connect().await.unwrap()
    }

    async fn run(path: &Path, sql: &'static str) {
        let mut connection = raw(path).await;
        sqlx::raw_sql(sql).execute(&mut connection).await.unwrap();
        connection.close().await.unwrap();
    }

    async fn refusal(path: &Path) -> String {
        let before = std::fs::read(path).unwrap();
        let refused = open(path).await.err().map(|cause| cause.to_string());
        let after = std::fs::read(path).unwrap();
        assert!(before == after, "a refused file was changed");
        refused.unwrap_or_default()
    }

    #[tokio::test]
    async fn a_newer_database_is_left_alone_and_its_version_is_told() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("tramline.db");
        open(&path).await.unwrap().close().await;
        run(
            &path,
            "INSERT INTO _sqlx_migrations (version, description, success, checksum, execution_time)
                 VALUES (900, 'later', 1, x'00', 0);
             INSERT INTO versions VALUES ('9.1.0', 900, 1);
             INSERT INTO versions VALUES ('9.0.0', 800, 2)",
        )
        .await;
        let own = newest(MIGRATIONS);
        let told = refusal(&path).await;
        let expected = format!(
            "was brought up to date by Tramline 9.1.0 (schema 900), and this is Tramline {} (schema {own}): start that",
            env!("CARGO_PKG_VERSION")
        );
        assert!(told.contains(&expected), "{told}");
        run(&path, "DROP TABLE versions").await;
        let told = refusal(&path).await;
        assert!(told.contains("by a newer Tramline (schema 900)"), "{told}");
    }

    #[tokio::test]
    async fn what_is_no_database_of_ours_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("tramline.db");
        for sql in [
            "CREATE TABLE recipes (name TEXT)",
            "CREATE TABLE _sqlx_migrations (version INTEGER, success BOOLEAN); CREATE TABLE recipes (name TEXT)",
            "PRAGMA application_id = 7",
        ] {
            run(&path, sql).await;
            let told = refusal(&path).await;
            assert!(
                told.contains("database of another program"),
                "{sql}: {told}"
            );
            std::fs::remove_file(&path).unwrap();
        }
        std::fs::write(&path, "this is a letter and no database".repeat(400)).unwrap();
        let told = refusal(&path).await;
        assert!(told.contains("is damaged, or it is no database"), "{told}");
        std::fs::remove_file(&path).unwrap();
        open(&path).await.unwrap().close().await;
        let mut bytes = std::fs::read(&path).unwrap();
        for byte in bytes.iter_mut().skip(100).take(8_000) {
            *byte = 0x55;
        }
        std::fs::write(&path, bytes).unwrap();
        let told = refusal(&path).await;
        assert!(told.contains("is damaged, or it is no database"), "{told}");
    }

    /// As the versions of before left them, and as a start that was interrupted did.
    #[tokio::test]
    async fn every_earlier_schema_is_brought_up_to_date() {
        for count in 0..=MIGRATIONS.len() {
            let folder = tempfile::tempdir().unwrap();
            let path = folder.path().join("tramline.db");
            let mut connection = raw(&path).await;
            super::super::migrator(&MIGRATIONS[..count])
                .run(&mut connection)
                .await
                .unwrap();
            connection.close().await.unwrap();
            open(&path).await.unwrap().close().await;
            open(&path).await.unwrap().close().await;
            let mut connection = raw(&path).await;
            let row = sqlx::query(
                "SELECT (SELECT application_id FROM pragma_application_id), (SELECT COUNT(*) FROM versions),
                    (SELECT COUNT(*) FROM _sqlx_migrations)",
            );
            let row = row.fetch_one(&mut connection).await.unwrap();
            let found: (i64, i64, i64) = (row.get(0), row.get(1), row.get(2));
            let all = i64::try_from(MIGRATIONS.len()).unwrap();
            assert_eq!(found, (APPLICATION, 1, all), "from {count}");
        }
    }

    #[tokio::test]
    async fn several_that_open_a_new_database_at_once_all_can() {
        let folder = tempfile::tempdir().unwrap();
        for number in 0..8 {
            let path = folder.path().join(format!("{number}.db"));
            let opened = (0..6).map(|_| open(&path));
            for opened in futures::future::join_all(opened).await {
                opened.unwrap().close().await;
            }
        }
    }
}
