//! What this process has under names that end in `.partial`, so that an error or a signal can take
//! all of it away.
//!
//! Rule: a name is noted before it is there, and forgotten after it has its own name; whoever makes
//! or renames holds the lock meanwhile.

use super::names::at;
use std::collections::BTreeSet;
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// Times that a folder is emptied in which somebody still writes.
const TRIES: usize = 1_000;

/// The names of one process; clones know the same.
#[derive(Clone, Default)]
pub(crate) struct Partials(Arc<Mutex<Names>>);

/// The names, for whoever holds the lock.
#[derive(Default)]
pub(crate) struct Names {
    partial: BTreeSet<PathBuf>,
    /// Folders that go if they are empty, the deepest first.
    made: Vec<PathBuf>,
}

impl Names {
    pub(super) fn add(&mut self, path: &Path) -> bool {
        self.partial.insert(path.to_owned())
    }

    pub(super) fn forget(&mut self, path: &Path) {
        self.partial.remove(path);
    }
}

impl Partials {
    pub(super) fn lock(&self) -> MutexGuard<'_, Names> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A folder outside of any results that goes with this process.
    pub(crate) fn scratch(&self, path: &Path) {
        self.lock().add(path);
    }

    pub(super) fn making(&self, folders: &[PathBuf]) {
        let mut names = self.lock();
        names.made.splice(0..0, folders.iter().cloned());
    }

    pub(super) fn made(&self, folders: &[PathBuf]) {
        let mut names = self.lock();
        names.made.retain(|made| !folders.contains(made));
    }

    /// Removes one, and forgets it.
    pub(super) fn remove(&self, path: &Path) -> io::Result<()> {
        let mut names = self.lock();
        remove(path).map_err(at(path))?;
        names.forget(path);
        Ok(())
    }

    /// Removes all in a folder. What cannot be removed keeps its name, which says what it is.
    pub(super) fn remove_below(&self, folder: &Path) {
        let mut names = self.lock();
        let below = names
            .partial
            .extract_if(.., |path| path.starts_with(folder));
        for path in below {
            let _ = remove(&path);
        }
    }

    /// Removes all for good: nothing can be made or renamed any more. For a process that ends.
    pub(crate) fn end(&self) -> MutexGuard<'_, Names> {
        let names = self.lock();
        for _ in 0..TRIES {
            for path in &names.partial {
                let _ = remove(path);
            }
            let gone = |path: &PathBuf| std::fs::symlink_metadata(path).is_err();
            if names.partial.iter().all(gone) {
                break;
            }
        }
        for folder in &names.made {
            let _ = std::fs::remove_dir(folder);
        }
        names
    }
}

/// Removes a file or a folder, in which threads may still make files. One that is gone is as good.
fn remove(path: &Path) -> io::Result<()> {
    let is_folder = match std::fs::symlink_metadata(path) {
        Ok(there) => there.is_dir(),
        Err(cause) if cause.kind() == ErrorKind::NotFound => return Ok(()),
        Err(cause) => return Err(cause),
    };
    if !is_folder {
        return std::fs::remove_file(path);
    }
    for _ in 0..TRIES {
        match std::fs::remove_dir_all(path) {
            Err(cause) if cause.kind() == ErrorKind::DirectoryNotEmpty => {}
            Err(cause) if cause.kind() == ErrorKind::NotFound => return Ok(()),
            ended => return ended,
        }
    }
    Err(ErrorKind::DirectoryNotEmpty.into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_noted_goes_and_nothing_else() {
        let folder = tempfile::tempdir().unwrap();
        let out = folder.path().join("a/b");
        let partials = Partials::default();
        partials.making(&[out.clone(), folder.path().join("a")]);
        std::fs::create_dir_all(out.join("01-x.partial/deep")).unwrap();
        std::fs::write(out.join("01-x.partial/deep/file"), "x").unwrap();
        std::fs::write(out.join("f.partial"), "x").unwrap();
        for name in ["01-x.partial", "f.partial", "never-there.partial"] {
            partials.lock().add(&out.join(name));
        }
        drop(partials.end());
        assert!(!folder.path().join("a").exists());
        std::fs::create_dir_all(out.join("02-y")).unwrap();
        drop(partials.end());
        assert!(out.join("02-y").exists());
    }
}
