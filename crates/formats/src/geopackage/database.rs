//! A database from an entry into memory, with everything off that a reader does not need.

use crate::source::{EntryId, Limits, Tree};
use rusqlite::config::DbConfig;
use rusqlite::hooks::{AuthAction, AuthContext, Authorization};
use rusqlite::limits::Limit;
use rusqlite::{Connection, ErrorCode};
use std::io::{self, Read};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use tramline_model::{Place, ReadError};

/// First bytes of a database.
pub(super) const MAGIC: &[u8] = b"SQLite format 3\0";
/// Largest database that is read.
const FILE_BYTES: u64 = 1 << 30;
/// Smallest page of a database.
const PAGE_BYTES: u64 = 512;
/// Largest value or row.
const VALUE_BYTES: i32 = 16 << 20;
/// Steps of the virtual machine between two looks at the budget.
const STEPS: i32 = 1_000;
/// Steps that every read may take, and further ones for each byte of the file: a row takes about
/// as many as it has bytes.
const BUDGET: u64 = 20_000_000;
const BUDGET_PER_BYTE: u64 = 16;
const HINT: &str = "save the layer as GeoPackage again, or as GeoJSON or CSV";

/// An open database.
pub(super) struct Database {
    pub(super) connection: Connection,
    pub(super) place: Place,
    /// Looks at the budget that are left.
    left: Arc<AtomicU64>,
    budget: u64,
}

impl Database {
    /// Reads an entry into memory and opens it.
    pub(super) fn open(tree: &Tree, id: EntryId, limits: &Limits) -> Result<Self, ReadError> {
        let place = tree.place(id);
        let size = tree.entry(id).size;
        let allowed = limits.entry_bytes.min(FILE_BYTES);
        if size > allowed {
            return Err(ReadError::Limit {
                place,
                limit: "entry_bytes",
                allowed,
            });
        }
        let broken = |what: &str| ReadError::malformed(place.clone(), what, HINT);
        if !tree.head(id, MAGIC.len()).starts_with(MAGIC) {
            return Err(broken(
                "not a GeoPackage: the file is not an SQLite database",
            ));
        }
        if size < PAGE_BYTES {
            return Err(broken(
                "the GeoPackage is truncated: it has no complete page",
            ));
        }
        let mut image = Image {
            stream: tree.stream(id)?,
            at: 0,
            fault: None,
        };
        let opened = open(&mut image, usize::try_from(size).unwrap_or(usize::MAX));
        if let Some(fault) = image.fault {
            let hint = "copy the file from its source again";
            return Err(ReadError::malformed(place, fault, hint));
        }
        let budget = BUDGET.saturating_add(size.saturating_mul(BUDGET_PER_BYTE));
        let database = Self {
            connection: opened.map_err(|e| error(&e, &place))?,
            place,
            left: Arc::new(AtomicU64::new(budget)),
            budget,
        };
        let left = Arc::clone(&database.left);
        let spent = move || {
            let steps = STEPS.unsigned_abs().into();
            left.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |n| {
                n.checked_sub(steps)
            })
            .is_err()
        };
        let guarded = database
            .connection
            .progress_handler(STEPS, Some(spent))
            .and_then(|()| database.connection.authorizer(Some(only_reads)));
        guarded.map_err(|e| database.error(&e))?;
        Ok(database)
    }

    /// Gives the next pass the whole budget again.
    pub(super) fn renew(&self) {
        self.left.store(self.budget, Ordering::Relaxed);
    }

    /// The reader's own words for an error of the database.
    pub(super) fn error(&self, cause: &rusqlite::Error) -> ReadError {
        error(cause, &self.place)
    }
}

fn open(image: &mut Image<'_>, size: usize) -> rusqlite::Result<Connection> {
    let mut connection = Connection::open_in_memory()?;
    for (limit, value) in [
        (Limit::SQLITE_LIMIT_LENGTH, VALUE_BYTES),
        (Limit::SQLITE_LIMIT_SQL_LENGTH, 1 << 20),
        (Limit::SQLITE_LIMIT_EXPR_DEPTH, 64),
        (Limit::SQLITE_LIMIT_COMPOUND_SELECT, 64),
        (Limit::SQLITE_LIMIT_VDBE_OP, 100_000),
        (Limit::SQLITE_LIMIT_FUNCTION_ARG, 32),
        (Limit::SQLITE_LIMIT_ATTACHED, 0),
        (Limit::SQLITE_LIMIT_LIKE_PATTERN_LENGTH, 64),
        (Limit::SQLITE_LIMIT_TRIGGER_DEPTH, 1),
        (Limit::SQLITE_LIMIT_WORKER_THREADS, 0),
    ] {
        connection.set_limit(limit, value)?;
    }
    for (config, value) in [
        (DbConfig::SQLITE_DBCONFIG_DEFENSIVE, true),
        (DbConfig::SQLITE_DBCONFIG_TRUSTED_SCHEMA, false),
        (DbConfig::SQLITE_DBCONFIG_ENABLE_TRIGGER, false),
        (DbConfig::SQLITE_DBCONFIG_ENABLE_VIEW, false),
        (DbConfig::SQLITE_DBCONFIG_DQS_DML, false),
        (DbConfig::SQLITE_DBCONFIG_DQS_DDL, false),
    ] {
        connection.set_db_config(config, value)?;
    }
    connection.deserialize_read_exact("main", image, size, true)?;
    connection.pragma_update(None, "query_only", true)?;
    connection.pragma_update(None, "cell_size_check", true)?;
    connection.pragma_update(None, "temp_store", "memory")?;
    Ok(connection)
}

/// Columns of tables may be read and described; nothing else may happen.
fn only_reads(context: AuthContext<'_>) -> Authorization {
    match context.action {
        AuthAction::Select | AuthAction::Read { .. } => Authorization::Allow,
        AuthAction::Pragma {
            pragma_name: "table_info",
            ..
        } => Authorization::Allow,
        _ => Authorization::Deny,
    }
}

fn error(cause: &rusqlite::Error, place: &Place) -> ReadError {
    let code = match cause {
        rusqlite::Error::SqliteFailure(failure, _) => Some(failure.code),
        _ => None,
    };
    let what = match code {
        Some(ErrorCode::OperationInterrupted) => {
            return ReadError::Limit {
                place: place.clone(),
                limit: "steps of the database",
                allowed: BUDGET,
            };
        }
        Some(ErrorCode::TooBig) => format!("a value is larger than {VALUE_BYTES} bytes"),
        Some(ErrorCode::NotADatabase | ErrorCode::DatabaseCorrupt) => {
            format!("the database is damaged: {cause}")
        }
        _ => format!("the database cannot be read: {cause}"),
    };
    ReadError::malformed(place.clone(), what, HINT)
}

/// The bytes of an entry. What is missing is zeros, so that the database always has its size; the
/// reason is kept. A database in write-ahead mode is marked as a plain one, which can be read from
/// memory.
struct Image<'a> {
    stream: Box<dyn Read + Send + 'a>,
    at: u64,
    fault: Option<String>,
}

/// Read and write version in the header: 2 is write-ahead mode.
const MODES: std::ops::Range<u64> = 18..20;

impl Read for Image<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let mut count = 0;
        if self.fault.is_none() {
            count = match self.stream.read(buffer) {
                Ok(0) if !buffer.is_empty() => {
                    self.fault = Some("the file ends before its stated size".to_owned());
                    0
                }
                Ok(count) => count,
                Err(cause) if cause.kind() == io::ErrorKind::Interrupted => return Err(cause),
                Err(cause) => {
                    self.fault = Some(cause.to_string());
                    0
                }
            };
        }
        if self.fault.is_some() {
            buffer.fill(0);
            count = buffer.len();
        }
        for (position, byte) in (self.at..).zip(buffer.iter_mut().take(count)) {
            if MODES.contains(&position) && *byte == 2 {
                *byte = 1;
            }
        }
        self.at += count as u64;
        Ok(count)
    }
}
