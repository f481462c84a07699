//! The files that an export makes in its folder.
//!
//! Rule: all names begin with that of the export, and each file is noted before it is there, so
//! that an export that fails can take all of them away.

use crate::WriteError;
use crate::disk::{DiskFile, Trouble};
use std::io::BufWriter;
use std::path::{Path, PathBuf};

/// The files of one export.
pub(super) struct Files<'a> {
    pub(super) folder: &'a Path,
    pub(super) name: &'a str,
    pub(super) made: Vec<String>,
}

impl Files<'_> {
    /// A path for `<name><ending>`, with nothing there.
    pub(super) fn path(&mut self, ending: &str) -> Result<PathBuf, WriteError> {
        let name = format!("{}{ending}", self.name);
        let path = self.folder.join(&name);
        match std::fs::remove_file(&path) {
            Err(cause) if cause.kind() != std::io::ErrorKind::NotFound => {
                return Err(io(&name, Trouble::of_path(&path, cause)));
            }
            _ => {}
        }
        self.made.push(name);
        Ok(path)
    }

    pub(super) fn create(&mut self, ending: &str) -> Result<BufWriter<DiskFile>, WriteError> {
        let path = self.path(ending)?;
        let file = DiskFile::create(path).map_err(|cause| self.failed(ending)(cause))?;
        Ok(BufWriter::with_capacity(1 << 20, file))
    }

    /// Makes the error of a file out of its cause.
    pub(super) fn failed(&self, ending: &str) -> impl Fn(std::io::Error) -> WriteError + use<> {
        let name = format!("{}{ending}", self.name);
        move |cause| io(&name, cause)
    }
}

/// The error of the disk in that of the writer of tables, which does not show it as its source.
pub(super) fn of_csv(cause: ::csv::Error) -> std::io::Error {
    let text = cause.to_string();
    match cause.into_kind() {
        ::csv::ErrorKind::Io(cause) => cause,
        _ => std::io::Error::other(text),
    }
}

pub(super) fn io(name: &str, cause: std::io::Error) -> WriteError {
    WriteError::Io {
        name: name.to_owned(),
        cause,
    }
}
