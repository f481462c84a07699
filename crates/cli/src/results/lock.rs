//! One run at a time in a folder of results.

use anyhow::bail;
use std::fs::{File, TryLockError};
use std::path::Path;

/// Locks the folder until the file is dropped, or the process is gone. `None` where the file system
/// has no locks.
pub(super) fn of(out: &Path) -> anyhow::Result<Option<File>> {
    let Ok(folder) = File::open(out) else {
        return Ok(None);
    };
    match folder.try_lock() {
        Ok(()) => Ok(Some(folder)),
        Err(TryLockError::WouldBlock) => bail!(
            "another run of Tramline is writing into `{}`\nwhat to do: wait until it has ended, or give \
             another folder",
            out.display()
        ),
        Err(TryLockError::Error(_)) => Ok(None),
    }
}
