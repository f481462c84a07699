//! The data folder: closed to others, and used by one process at a time.
//!
//! Rule: what the service writes is for its own account on the machine alone. A folder that others may read
//! is told about and left as it is.

use crate::clock::{iso, now};
use crate::error::{StoreError, Stored};
use rustix::fs::Mode;
use serde::{Deserialize, Serialize};
use std::fs::{DirBuilder, File, OpenOptions, TryLockError};
use std::io::{Read, Seek, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt, PermissionsExt};
use std::path::Path;
use std::time::Duration;

/// Times that a lock is tried again, and the pause before each.
const TRIES: u32 = 20;
const BETWEEN_TRIES: Duration = Duration::from_millis(50);

/// Rights of a folder for its owner alone.
const OWN_FOLDER: u32 = 0o700;
const OWN_FILE: u32 = 0o600;
/// Rights of anybody else.
const OF_OTHERS: u32 = 0o077;
/// Bytes of a lock file that are read.
const HOLDER_BYTES: u64 = 4_096;

/// From here on this process, and those that it starts, make files and folders for their own account alone.
pub fn keep_private() {
    rustix::process::umask(Mode::from_raw_mode(OF_OTHERS));
}

/// Makes the folder where it is missing.
pub(crate) fn create(data: &Path) -> Stored<()> {
    let mut builder = DirBuilder::new();
    builder.recursive(true).mode(OWN_FOLDER);
    builder
        .create(data)
        .map_err(|cause| StoreError::io(data, cause))
}

/// That others have rights on the folder, as a sentence for the operator; `None` when they have none.
pub(crate) fn open_to_others(data: &Path) -> Option<String> {
    let folder = std::fs::metadata(data).ok()?.permissions().mode() & 0o777;
    if folder & OF_OTHERS == 0 {
        return None;
    }
    let path = data.display();
    Some(format!(
        "other accounts of this machine may enter the data folder `{path}` (rights {folder:o}): \
         close it with `chmod -R go-rwx {path}`"
    ))
}

/// Who holds the lock of a data folder.
#[derive(Serialize, Deserialize)]
struct Holder {
    pid: u32,
    command: String,
    host: String,
    since: String,
}

impl Holder {
    fn this(command: &str) -> Self {
        let host = rustix::system::uname()
            .nodename()
            .to_string_lossy()
            .into_owned();
        Self {
            pid: std::process::id(),
            command: format!("tramline {command}"),
            host,
            since: iso(now()).chars().take(19).collect::<String>() + "Z",
        }
    }

    fn read(file: &File) -> Option<Self> {
        let mut text = String::new();
        file.take(HOLDER_BYTES).read_to_string(&mut text).ok()?;
        serde_json::from_str(&text).ok()
    }

    fn write(&self, mut file: &File) -> std::io::Result<()> {
        file.set_len(0)?;
        file.rewind()?;
        let text = serde_json::to_string(self)?;
        file.write_all(text.as_bytes())?;
        file.write_all(b"\n")
    }
}

/// A lock, until it is dropped. Its end is said and not left to the closing of the file: a child
/// that is just being started has that open too.
#[derive(Debug)]
pub(crate) struct Lock(pub(crate) File);

impl Drop for Lock {
    fn drop(&mut self) {
        // Closing it does the same, a moment later.
        let _ = self.0.unlock();
    }
}

/// The lock of the data folder; else a refusal that names who has it.
pub(crate) fn lock(data: &Path, command: &str) -> Stored<Lock> {
    let path = data.join("lock");
    let io = |cause| StoreError::io(&path, cause);
    // What the holder wrote stays there until the lock is ours.
    let file = OpenOptions::new()
        .read(true)
        .write(true)
        .create(true)
        .truncate(false)
        .mode(OWN_FILE)
        .open(&path)
        .map_err(io)?;
    match try_for_a_while(&file) {
        Ok(()) => {
            Holder::this(command).write(&file).map_err(io)?;
            Ok(Lock(file))
        }
        Err(TryLockError::Error(cause)) => Err(io(cause)),
        Err(TryLockError::WouldBlock) => {
            let who = Holder::read(&file).map_or_else(
                || "another process".to_owned(),
                |holder| {
                    let Holder {
                        pid,
                        command,
                        host,
                        since,
                    } = holder;
                    format!("process {pid} (`{command}` on {host}, since {since})")
                },
            );
            Err(StoreError::Refused(format!(
                "{who} uses the data folder `{}`: stop it first, or give another folder with `--data`",
                data.display()
            )))
        }
    }
}

/// A process that was killed may leave a child behind that is just being started and has the file open for
/// some moments more.
fn try_for_a_while(file: &File) -> Result<(), TryLockError> {
    let mut tried = file.try_lock();
    for _ in 0..TRIES {
        if !matches!(tried, Err(TryLockError::WouldBlock)) {
            break;
        }
        std::thread::sleep(BETWEEN_TRIES);
        tried = file.try_lock();
    }
    tried
}

#[cfg(test)]
mod tests {
    //! Who may enter, and who holds the lock.

    #![allow(clippy::unwrap_used)]

    use super::{create, lock, open_to_others};
    use std::fs::Permissions;
    use std::os::unix::fs::PermissionsExt;

    #[test]
    fn a_new_folder_is_closed_and_an_open_one_is_told() {
        let ground = tempfile::tempdir().unwrap();
        let data = ground.path().join("one/two");
        create(&data).unwrap();
        create(&data).unwrap();
        assert_eq!(open_to_others(&data), None);
        for rights in [0o755, 0o750, 0o711, 0o740] {
            std::fs::set_permissions(&data, Permissions::from_mode(rights)).unwrap();
            let told = open_to_others(&data).unwrap();
            assert!(told.contains(&format!("rights {rights:o}")), "{told}");
            assert!(told.contains("chmod -R go-rwx"), "{told}");
        }
        assert_eq!(open_to_others(&ground.path().join("none")), None);
    }

    #[test]
    fn the_refusal_names_the_process_that_holds_the_lock() {
        let data = tempfile::tempdir().unwrap();
        // What a crashed one left is no holder.
        std::fs::write(data.path().join("lock"), "old and long text of any kind").unwrap();
        let held = lock(data.path(), "serve").unwrap();
        let refused = lock(data.path(), "migrate").unwrap_err().to_string();
        let pid = std::process::id();
        assert!(
            refused.starts_with(&format!("process {pid} (`tramline serve` on ")),
            "{refused}"
        );
        assert!(
            refused.contains(", since 20") && refused.contains("stop it first"),
            "{refused}"
        );
        // Who has the same file open, as a child that is being started, keeps nobody away.
        let inherited = held.0.try_clone().unwrap();
        drop(held);
        lock(data.path(), "migrate").unwrap();
        drop(inherited);
    }

    #[test]
    fn a_lock_of_before_names_nobody() {
        let data = tempfile::tempdir().unwrap();
        let file = std::fs::File::create(data.path().join("lock")).unwrap();
        file.try_lock().unwrap();
        let refused = lock(data.path(), "serve").unwrap_err().to_string();
        assert!(
            refused.starts_with("another process uses the data folder"),
            "{refused}"
        );
    }
}
