//! One at a time brings a database up to date: two that make the same table would both fail, and each would take the
//! half-made database of the other for a defect.
//!
//! Rule: it is the folder that is locked, so that nothing is left in it, and nobody waits without an end.

use super::AGAIN;
use crate::data_folder::Lock;
use std::fs::{File, TryLockError};
use std::path::Path;

/// How often it is tried: for a minute.
const TRIES: u32 = 600;

/// Waits until nobody else opens a database in that folder. `None` where the file system has no locks, and where the
/// other takes too long.
pub(super) async fn alone(database: &Path) -> Option<Lock> {
    let folder = File::open(database.parent()?).ok()?;
    for _ in 0..TRIES {
        match folder.try_lock() {
            Ok(()) => return Some(Lock(folder)),
            Err(TryLockError::WouldBlock) => tokio::time::sleep(AGAIN).await,
            Err(TryLockError::Error(_)) => return None,
        }
    }
    None
}
