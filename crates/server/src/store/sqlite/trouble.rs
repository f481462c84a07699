//! What SQLite says when it fails, by what the caller can do about it.
//!
//! Rule: after trouble with its files no connection from before is used again. What one of them has read or
//! locked by then is anybody's guess; a new one begins with what is on the disk.

use crate::error::StoreError;
use crate::store::DATABASE;
use sqlx::pool::PoolConnectionMetadata;
use std::sync::{Mutex, PoisonError};
use std::time::Instant;

/// Primary result codes of SQLite.
const BUSY: u32 = 5;
const LOCKED: u32 = 6;
const NO_MEMORY: u32 = 7;
const READ_ONLY: u32 = 8;
const INPUT_OUTPUT: u32 = 10;
const FULL: u32 = 13;
const CANNOT_OPEN: u32 = 14;
const PROTOCOL: u32 = 15;
/// `SQLITE_IOERR_SHMSIZE`: the index of the write-ahead log finds no space.
const NO_ROOM_FOR_INDEX: u32 = 4_874;

/// When a connection of this process last met trouble with its files.
static LAST: Mutex<Option<Instant>> = Mutex::new(None);

/// Whether a connection was made after the last trouble.
pub(super) fn is_sound(connection: &PoolConnectionMetadata) -> bool {
    let last = LAST.lock().unwrap_or_else(PoisonError::into_inner);
    last.is_none_or(|last| connection.age < last.elapsed())
}

fn remember() {
    let mut last = LAST.lock().unwrap_or_else(PoisonError::into_inner);
    *last = Some(Instant::now());
}

/// The primary code: what stands above the lowest byte tells more of the same.
fn code(cause: &sqlx::Error) -> Option<u32> {
    let code: u32 = cause.as_database_error()?.code()?.parse().ok()?;
    Some(if code == NO_ROOM_FOR_INDEX {
        FULL
    } else {
        code & 0xff
    })
}

impl From<sqlx::Error> for StoreError {
    fn from(cause: sqlx::Error) -> Self {
        match (&cause, code(&cause)) {
            (sqlx::Error::PoolTimedOut, _) | (_, Some(BUSY | LOCKED)) => {
                return Self::Busy {
                    what: DATABASE,
                    cause: cause.to_string(),
                };
            }
            (sqlx::Error::Io(_) | sqlx::Error::WorkerCrashed | sqlx::Error::BeginFailed, _) => {}
            (_, Some(FULL | INPUT_OUTPUT | READ_ONLY | CANNOT_OPEN | PROTOCOL | NO_MEMORY)) => {}
            _ => return Self::defect(DATABASE, cause),
        }
        remember();
        match cause {
            sqlx::Error::Io(cause) => Self::io(DATABASE, cause),
            cause if code(&cause) == Some(FULL) => {
                Self::io(DATABASE, std::io::ErrorKind::StorageFull.into())
            }
            cause => Self::Failing {
                what: DATABASE,
                cause: cause.to_string(),
            },
        }
    }
}

impl From<sqlx::migrate::MigrateError> for StoreError {
    fn from(cause: sqlx::migrate::MigrateError) -> Self {
        match cause {
            sqlx::migrate::MigrateError::Execute(cause)
            | sqlx::migrate::MigrateError::ExecuteMigration(cause, _) => cause.into(),
            cause => Self::defect("bringing the database to this version", cause),
        }
    }
}
